//! Traces of parallel jobs: placeholders in `-o`, and the job in the header. The launchers are played by their variables.

use std::process::Command;

use serde_json::Value;

use crate::support::{Done, Place, done};

/// `rprof run -q -o NAME true` with these variables.
fn launch(place: &Place, name: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = place.rprof(["run", "-q", "-o", name, "true"]);
    command.envs(variables.iter().copied());
    command
}

fn launched(place: &Place, name: &str, variables: &[(&str, &str)]) -> Done {
    done(launch(place, name, variables).output().unwrap())
}

fn header(place: &Place, name: &str) -> Value {
    let text = std::fs::read_to_string(place.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(text.lines().next().unwrap().strip_prefix("RPROF ").unwrap()).unwrap()
}

#[test]
fn every_rank_has_a_trace_that_knows_its_place() {
    let place = Place::new();
    for rank in ["0", "1"] {
        let variables =
            [("OMPI_COMM_WORLD_RANK", rank), ("OMPI_COMM_WORLD_SIZE", "2"), ("SLURM_JOB_ID", "4711")];
        let done = launched(&place, "{jobid}-{rank}.dat", &variables);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let job = &header(&place, &format!("4711-{rank}.dat"))["job"];
        assert_eq!(job["rank"], rank.parse::<u64>().unwrap(), "{job}");
        assert_eq!((&job["launcher"], &job["job_id"]), (&"Open MPI".into(), &"4711".into()));
        assert_eq!(job["ranks"], 2);
    }
}

#[test]
fn a_run_without_a_launcher_has_no_job() {
    let place = Place::new();
    assert_eq!(launched(&place, "t.dat", &[]).code, Some(0));
    assert_eq!(header(&place, "t.dat").get("job"), None);
}

#[test]
fn host_pid_time_and_name_need_no_launcher() {
    let place = Place::new();
    let done = launched(&place, "{name}-{host}-{pid}-{time}-{{x}}.dat", &[]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let names: Vec<String> = std::fs::read_dir(place.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    let [name] = &names[..] else { panic!("{names:?}") };
    assert!(name.starts_with("true-") && name.ends_with("-{x}.dat"), "{name}");
    let time = name.split('-').rev().nth(1).unwrap();
    assert_eq!(time.len(), 14, "{name}");
}

#[test]
fn a_placeholder_without_a_value_is_refused_before_the_command_starts() {
    let place = Place::new();
    for (name, part) in [
        ("t-{rank}.dat", "`{rank}` in `t-{rank}.dat` has no value: none of RANK, OMPI_COMM_WORLD_RANK"),
        ("t-{ranks}.dat", "unknown placeholder `{ranks}`"),
        ("t-{rank.dat", "without `}`"),
    ] {
        let done = launched(&place, name, &[]);
        assert_eq!(done.code, Some(125), "{name}");
        assert!(done.stderr.contains(part), "{part}: {}", done.stderr);
    }
    assert_eq!(std::fs::read_dir(place.dir.path()).unwrap().count(), 0);
}

/// Without placeholders, the second rank would find the trace of the first.
#[test]
fn ranks_that_share_a_name_are_shown_the_placeholder() {
    let place = Place::new();
    let rank = |rank| [("PMI_RANK", rank), ("PMI_SIZE", "2")];
    assert_eq!(launched(&place, "t.dat", &rank("0")).code, Some(0));
    let second = launched(&place, "t.dat", &rank("1"));
    assert_eq!(second.code, Some(125));
    for part in ["each of 2 ranks", "`-o trace-{rank}.dat`", "`t.dat` exists"] {
        assert!(second.stderr.contains(part), "{part}: {}", second.stderr);
    }
}

#[test]
fn a_folder_of_a_placeholder_is_made() {
    let place = Place::new();
    let step = [("SLURM_JOB_ID", "9"), ("SLURM_STEP_ID", "0"), ("SLURM_PROCID", "3")];
    assert_eq!(launched(&place, "traces/{jobid}/{rank}.dat", &step).code, Some(0));
    assert_eq!(header(&place, "traces/9/3.dat")["job"]["launcher"], "Slurm");
    // Any other folder that is missing is most likely a slip.
    let done = launched(&place, "slip/{rank}.dat", &step);
    assert_eq!(done.code, Some(125));
    assert!(done.stderr.contains("slip/3.dat"), "{}", done.stderr);
}

/// A job may have any name, and its traces stay in their folder.
#[test]
fn a_value_cannot_leave_the_folder() {
    let place = Place::new();
    let variables = [("PBS_JOBID", "../../x"), ("PBS_ARRAY_INDEX", "a/../b")];
    let done = launched(&place, "t-{taskid}.dat", &variables);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(place.path("t-a_.._b.dat").exists());
}

#[test]
fn both_formats_keep_the_job() {
    let place = Place::new();
    assert_eq!(launched(&place, "{rank}.csv", &[("PMIX_RANK", "5")]).code, Some(0));
    assert_eq!(place.run("convert 5.csv 5.dat").code, Some(0));
    assert_eq!(header(&place, "5.dat")["job"]["rank"], 5);
}
