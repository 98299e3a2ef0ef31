//! Processes in the trace: their ids, names, starts and ends, after exec and after the reuse of a pid.

use crate::support::{MIB, Place, SLACK, assert_near, finish, skip, truth, wait_for};

#[test]
fn a_chain_of_execs_is_one_process_with_its_own_peaks() {
    let place = Place::new();
    let script = "touch 50MiB hold 150ms exec touch 120MiB hold 150ms exec touch 20MiB hold 150ms";
    place.run_truth("-q -T 20ms", script);
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 120 * MIB, SLACK);
    assert_eq!((&peak["processes"], &peak["exact"]), (&1.into(), &true.into()));
}

#[test]
fn a_new_name_after_exec_is_in_the_trace() {
    let place = Place::new();
    let script = format!("sleep 0.05; exec {} touch 10MiB await go", truth().display());
    let mut child = place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", &script]).spawn().unwrap();
    let trace = || std::fs::read_to_string(place.path("t.dat")).unwrap_or_default();
    place.release(&mut child, "go", |_| trace().contains(":truth "));
    assert_eq!(finish(child).code, Some(0));
    let trace = place.trace();
    let renamed = trace.lines().find(|line| line.starts_with("PROC ") && line.contains(":truth "));
    assert!(renamed.is_some_and(|line| line.contains("\"was\"") && line.contains(":sh\"")), "{trace}");
}

/// The kernel gives the pid of an ended process to a new one. The old curve must end and the new process have its own.
/// The test runs in a pid namespace, where no other process can take the pid.
#[test]
fn a_reused_pid_starts_a_new_curve() {
    let place = Place::new();
    let script = "\"$0\" touch 60MiB ready one await two & p=$!; /bin/true; wait $p; \
                  echo $((p - 1)) > /proc/sys/kernel/ns_last_pid || exit 77; \
                  \"$0\" touch 20MiB ready new await go & [ $! = $p ] || exit 78; wait";
    let namespace = |user: &[&str]| {
        let mut command = std::process::Command::new("unshare");
        command.args(user).args(["--pid", "--fork", "--mount-proc"]).current_dir(place.dir.path());
        crate::support::with_default_signals(&mut command);
        crate::support::with_default_settings(&mut command);
        command
    };
    let users: [&[&str]; 2] = [&[], &["--user", "--map-root-user"]];
    let can = |user: &&&[&str]| {
        let mut question = namespace(user);
        question
            .args(["sh", "-c", "echo 9 > /proc/sys/kernel/ns_last_pid"])
            .stderr(std::process::Stdio::null());
        question.status().is_ok_and(|status| status.success())
    };
    let Some(user) = users.iter().find(can) else {
        return skip("no pid namespace can be created here: a pid cannot be reused at will");
    };
    let mut command = namespace(user);
    // The interval is so long that no tick falls between the end of the first process and the start of the second.
    command
        .arg(env!("CARGO_BIN_EXE_rprof"))
        .args(["run", "-q", "-T", "500ms", "-o", "t.dat", "sh", "-c", script]);
    let child = command.arg(truth()).spawn().unwrap();
    place.await_file("one");
    // Ticks are at the full interval by now, and one was just written: the next one sees the new process.
    wait_for("ticks at the interval", || {
        let trace = place.trace();
        let ticks = trace.lines().filter(|line| line.starts_with("MEM "));
        let times: Vec<f64> = ticks.map(|line| line.split(' ').nth(2).unwrap().parse().unwrap()).collect();
        times.len() > 2 && times[times.len() - 1] - times[times.len() - 2] > 0.4
    });
    std::fs::write(place.path("two"), "").unwrap();
    place.await_file("new");
    // Its birth is a line of its own, and the memory may still grow at its first tick.
    let shows_all = |line: &str| line.starts_with("CHLD ") && line.contains("#2 2");
    wait_for("the memory of the second", || place.trace().lines().any(shows_all));
    std::fs::write(place.path("go"), "").unwrap();
    assert_eq!(finish(child).code, Some(0));
    let trace = place.trace();
    let born: Vec<_> = trace.lines().filter(|l| l.starts_with("PROC ") && l.contains("\"truth\"")).collect();
    let first = born[0].split(' ').nth(1).unwrap();
    let (before, after) = trace.split_once(&format!("\nEXIT {first} ")).expect("the end of the first");
    assert!(before.contains(&format!("\nCHLD {first} 6")), "{trace}");
    assert!(
        !after.contains(&format!(" {first} ")) && after.contains(&format!("\nCHLD {first}#2 2")),
        "{trace}"
    );
    // The end of the first process causes a search at once, not only at the next regular walk through /proc.
    let second = |text: &str| text.split_whitespace().next().unwrap().parse::<f64>().unwrap();
    assert!(second(born[1].split(' ').nth(2).unwrap()) - second(after) < 3.0, "{trace}");
}

#[test]
fn each_process_has_its_start_and_its_end_in_the_trace() {
    let place = Place::new();
    let script = "fork 2 [ touch 10MiB await go exit 3 ] wait";
    place.run_truth_until("-q -T 20ms", script, |shown| shown.processes == 3);
    let trace = place.trace();
    let field = |keyword: &str, at: usize| -> Vec<String> {
        let lines = trace.lines().filter_map(|line| line.strip_prefix(keyword));
        lines.map(|line| line.split(' ').nth(at).unwrap().to_owned()).collect()
    };
    let (mut born, mut ended) = (field("PROC ", 0), field("EXIT ", 0));
    assert!(born.iter().all(|id| id.ends_with(":truth")), "{born:?}");
    born.sort();
    ended.sort();
    assert_eq!((born.len(), &born), (3, &ended));
    let seconds =
        |times: Vec<String>| times.into_iter().map(|t| t.parse::<f64>().unwrap()).collect::<Vec<_>>();
    let (starts, ends) = (seconds(field("PROC ", 1)), seconds(field("EXIT ", 1)));
    // All three lived at the same time.
    let (last, first) =
        (starts.iter().copied().fold(0.0, f64::max), ends.iter().copied().fold(1e9, f64::min));
    assert!(last < first, "{starts:?} {ends:?}");
}

/// Most of these commands have ended when rprof first reads them.
#[test]
fn the_shortest_command_has_its_name_and_its_end_in_the_trace() {
    let place = Place::new();
    for code in 0..40 {
        let line = format!("exit {code}");
        let mut command = place.rprof(["run", "-q", "--force", "-o", "t.dat", "sh", "-c", &line]);
        assert_eq!(command.status().unwrap().code(), Some(code));
        let trace = place.trace();
        let all = |keyword: &str| trace.lines().filter(|line| line.starts_with(keyword)).collect::<Vec<_>>();
        let (born, ended) = (all("PROC "), all("EXIT "));
        // A tick during the exec finds no arguments yet; they follow on a second line.
        assert!(!born.is_empty() && born.iter().all(|line| line.contains(":sh ")), "{trace}");
        assert!(matches!(ended[..], [line] if line.contains(&format!("\"exit_code\":{code}}}"))), "{trace}");
        assert_eq!(place.peak()["processes"], 1);
    }
}
