//! Time and memory limits: the whole tree ends, the trace is complete, the exit code is 124.

use crate::support::{MIB, Place, is_alive};

fn members(place: &Place) -> Vec<i32> {
    let trace = place.trace();
    trace.lines().filter_map(|l| l.strip_prefix("PROC ")?.split(':').next()?.parse().ok()).collect()
}

/// mprof and denet stopped recording and left the command running; psrecord ended its direct child only.
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
fn who_ignores_term_is_killed_two_seconds_later() {
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
fn below_its_limits_a_command_ends_as_it_would() {
    let place = Place::new();
    let done = place.run_truth("--timeout 1h --memory-limit 1GiB", "touch 10MiB exit 4");
    assert_eq!(done.code, Some(4), "{}", done.stderr);
}
