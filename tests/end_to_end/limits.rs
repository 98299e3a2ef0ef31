//! Time and memory limits: rprof ends the whole tree, completes the trace and returns 124.

use crate::support::{MIB, Place, is_alive};

fn members(place: &Place) -> Vec<i32> {
    let trace = place.trace();
    trace.lines().filter_map(|l| l.strip_prefix("PROC ")?.split(':').next()?.parse().ok()).collect()
}

/// At their time limit mprof and denet stopped recording, and the command ran on. psrecord killed its direct child only.
#[test]
fn defect_19_a_time_limit_ends_the_whole_tree() {
    let place = Place::new();
    let done = place
        .run_truth("-T 20ms --timeout 600ms", "fork 2 [ touch 20MiB hold 60s ] daemon [ hold 60s ] hold 60s");
    assert_eq!(done.code, Some(124), "{}", done.stderr);
    assert!(done.stderr.contains("time limit"), "{}", done.stderr);
    let members = members(&place);
    assert!(members.len() >= 4, "{members:?}");
    assert!(members.iter().all(|pid| !is_alive(*pid)));
    assert_eq!(place.peak()["reason"], "time limit");
}

#[test]
fn a_process_that_ignores_term_is_killed_two_seconds_later() {
    let place = Place::new();
    let script = "trap '' TERM; while :; do sleep 0.05; done";
    let mut command = place.rprof(["run", "-o", "t.dat", "-t", "0.3", "sh", "-c", script]);
    let begun = std::time::Instant::now();
    assert_eq!(command.output().unwrap().status.code(), Some(124));
    assert!(begun.elapsed().as_secs_f64() >= 2.3, "{:?}", begun.elapsed());
    assert_eq!(place.peak()["signal"], 9);
}

#[test]
fn a_memory_limit_ends_the_whole_tree() {
    let place = Place::new();
    let done = place
        .run_truth("-T 20ms --memory-limit 50MiB", "touch 30MiB fork 1 [ touch 30MiB hold 60s ] hold 60s");
    assert_eq!(done.code, Some(124), "{}", done.stderr);
    assert!(done.stderr.contains("memory limit"), "{}", done.stderr);
    assert!(members(&place).iter().all(|pid| !is_alive(*pid)));
    assert!(place.peak()["peak_bytes"].as_u64().unwrap() > 50 * MIB);
}

#[test]
fn a_command_within_its_limits_ends_as_without_them() {
    let place = Place::new();
    let done = place.run_truth("--timeout 1h --memory-limit 1GiB", "touch 10MiB exit 4");
    assert_eq!(done.code, Some(4), "{}", done.stderr);
}

/// The kernel's own count tells an out-of-memory kill from any other SIGKILL.
#[test]
fn an_out_of_memory_kill_is_reported_as_such() {
    let place = Place::new();
    let plain = place.run_truth("", "kill 9");
    assert!(plain.stderr.contains("killed by SIGKILL"), "{}", plain.stderr);
    let Some(group) = Group::new(60 << 20) else {
        return crate::support::skip(
            "no memory cgroup can be made here: an out-of-memory kill cannot be provoked",
        );
    };
    let script = format!(
        "echo $$ > {}/cgroup.procs && exec {} run --force -o t.dat {} touch 200MiB",
        group.0.display(),
        env!("CARGO_BIN_EXE_rprof"),
        crate::support::truth().display()
    );
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &script]).current_dir(place.dir.path());
    let done = crate::support::done(command.output().unwrap());
    assert_eq!(done.code, Some(137), "{}", done.stderr);
    assert!(done.stderr.contains("out of memory"), "{}", done.stderr);
    assert_eq!(place.peak()["reason"], "out of memory");
}

/// A memory cgroup for one test, removed on drop.
struct Group(std::path::PathBuf);

impl Group {
    fn new(limit: u64) -> Option<Self> {
        let name = format!("rprof-test-{}", std::process::id());
        let places = [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")];
        places.into_iter().find_map(|(root, file)| {
            let path = std::path::Path::new(root).join(&name);
            std::fs::create_dir(&path).ok()?;
            let group = Self(path);
            let limited = std::fs::write(group.0.join(file), limit.to_string()).is_ok();
            // With swap the limit would only move pages out.
            let _ = std::fs::write(group.0.join("memory.swap.max"), "0");
            limited.then_some(group)
        })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}
