//! Time and memory limits: rprof ends the whole tree, completes the trace and returns 124.

use crate::cgroup::{Group, NO_GROUP};
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
    let Some(group) = Group::new(60 << 20) else { return crate::support::skip(NO_GROUP) };
    let done = group.run(&place, "", "touch 200MiB");
    assert_eq!(done.code, Some(137), "{}", done.stderr);
    assert!(done.stderr.contains("out of memory"), "{}", done.stderr);
    assert_eq!(place.peak()["reason"], "out of memory");
}
