//! `rprof attach`: a running process and its tree, until the process or the recording ends.

use std::process::{Child, Command, Stdio};

use nix::sys::signal::Signal;

use crate::support::{MIB, Place, assert_near, finish, send, skip, stranger, truth, wait_for};

fn attach(place: &Place, options: &[&str], who: &str) -> Child {
    let mut command = place.rprof(["attach", "-o", "t.dat", "-T", "20ms"]);
    command.args(options).arg(who).stderr(Stdio::piped()).stdout(Stdio::piped());
    let child = command.spawn().unwrap();
    wait_for("the first tick", || {
        std::fs::read_to_string(place.path("t.dat")).is_ok_and(|t| t.contains("\nMEM "))
    });
    child
}

/// mprof failed with a traceback and exit code 1 when the process ended.
#[test]
fn attach_records_to_the_end_of_the_process_and_exits_with_0() {
    let place = Place::new();
    let mut process = stranger(&place, "touch 40MiB ready up await go touch 60MiB await end");
    let mut rprof = attach(&place, &[], &process.id().to_string());
    std::fs::write(place.path("go"), "").unwrap();
    // Only ticks have the memory of a process that rprof did not start.
    place.release(&mut rprof, "end", |shown| shown.most_bytes >= 100 * MIB);
    let done = finish(rprof);
    process.wait().unwrap();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    // Other tests start processes meanwhile. A process that rprof did not start may have been their parent, so its peak may
    // have a loose upper bound.
    let words = done.stderr.replace("peak at least ", "peak ");
    assert!(words.contains("peak 10") && words.contains("has ended"), "{}", done.stderr);
    assert_near(&place.peak()["peak_bytes"], 100 * MIB, 8 * MIB);
}

/// mprof wrote the pid, or a Python list, as the command. Its figures then had a useless title.
#[test]
fn the_trace_has_the_command_of_the_process() {
    let place = Place::new();
    let mut process = stranger(&place, "ready up await go");
    let rprof = attach(&place, &["-q"], &process.id().to_string());
    std::fs::write(place.path("go"), "").unwrap();
    assert_eq!(finish(rprof).code, Some(0));
    process.wait().unwrap();
    let expected = format!("\nCMDLINE {} ready up await go\n", truth().display());
    assert!(place.trace().contains(&expected), "{}", place.trace());
}

#[test]
fn children_from_before_and_after_attaching_are_counted() {
    let place = Place::new();
    let mut process = stranger(
        &place,
        "fork 1 [ touch 30MiB ready up await over ] await go fork 1 [ touch 50MiB await over ] wait",
    );
    let mut rprof = attach(&place, &[], &process.id().to_string());
    std::fs::write(place.path("go"), "").unwrap();
    place.release(&mut rprof, "over", |shown| shown.bytes >= 80 * MIB && shown.processes == 3);
    assert_eq!(finish(rprof).code, Some(0));
    process.wait().unwrap();
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 80 * MIB, 16 * MIB);
    assert_eq!(peak["processes"], 3);
}

#[test]
fn interrupting_rprof_leaves_the_process_alone() {
    let place = Place::new();
    let mut process = stranger(&place, "touch 10MiB ready up await go exit 9");
    let rprof = attach(&place, &[], &process.id().to_string());
    send(rprof.id(), Signal::SIGINT);
    let done = finish(rprof);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("detached"), "{}", done.stderr);
    std::fs::write(place.path("go"), "").unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(9));
}

#[test]
fn a_duration_ends_the_recording_and_not_the_process() {
    let place = Place::new();
    let mut process = stranger(&place, "ready up await go exit 9");
    let rprof = attach(&place, &["--duration", "200ms"], &process.id().to_string());
    assert_eq!(finish(rprof).code, Some(0));
    std::fs::write(place.path("go"), "").unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(9));
}

/// mprof stopped attached recordings after an hour. A preloaded library makes rprof's clock run 2000 times as fast here.
#[test]
fn attach_has_no_limit_of_an_hour() {
    let place = Place::new();
    let code = r"
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
enum { FASTER = 2000 };
static long long now(clockid_t id) {
    struct timespec at;
    syscall(SYS_clock_gettime, id, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}
int clock_gettime(clockid_t id, struct timespec *at) {
    static long long starts[16];
    if (id == CLOCK_REALTIME || id < 0 || id > 15) return syscall(SYS_clock_gettime, id, at);
    if (!starts[id]) starts[id] = now(id);
    long long shown = starts[id] + (now(id) - starts[id]) * FASTER;
    at->tv_sec = shown / 1000000000, at->tv_nsec = shown % 1000000000;
    return 0;
}
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *span, const sigset_t *mask) {
    long long nanos = (span->tv_sec * 1000000000LL + span->tv_nsec) / FASTER;
    struct timespec shorter = { nanos / 1000000000, nanos % 1000000000 };
    return syscall(SYS_ppoll, fds, count, &shorter, mask, 8);
}
";
    if !place.preload("fast.so", code) {
        return skip("no C compiler or no LD_PRELOAD: rprof's clock cannot be made to run faster");
    }
    let mut process = stranger(&place, "touch 10MiB ready up await go touch 30MiB await end");
    let mut command = place.rprof(["attach", "-o", "t.dat", "-T", "60s", &process.id().to_string()]);
    command.env("LD_PRELOAD", place.path("fast.so")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut rprof = command.spawn().unwrap();
    // Wait for a tick that is more than two hours after the first.
    let hours = || {
        let trace = std::fs::read_to_string(place.path("t.dat")).unwrap_or_default();
        let ticks =
            trace.lines().filter_map(|line| line.strip_prefix("MEM ")?.split(' ').nth(1)?.parse().ok());
        let times: Vec<f64> = ticks.collect();
        times.last().zip(times.first()).map_or(0.0, |(last, first)| (last - first) / 3600.0)
    };
    wait_for("two hours", || hours() > 2.0 || rprof.try_wait().unwrap().is_some());
    std::fs::write(place.path("go"), "").unwrap();
    place.release(&mut rprof, "end", |shown| shown.bytes >= 40 * MIB);
    let done = finish(rprof);
    process.wait().unwrap();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("has ended"), "{}", done.stderr);
    let peak = place.peak();
    assert!(peak["elapsed_s"].as_f64().unwrap() > 7200.0, "{peak}");
    assert_near(&peak["peak_bytes"], 40 * MIB, 6 * MIB);
}

/// The kernel's high-water mark covers the time before rprof attached. The summary reports it apart from the peak.
#[test]
fn the_peak_before_attaching_is_reported_as_such() {
    let place = Place::new();
    let mut process = stranger(&place, "touch 90MiB free touch 10MiB ready up await go");
    let rprof = attach(&place, &[], &process.id().to_string());
    std::fs::write(place.path("go"), "").unwrap();
    let done = finish(rprof);
    process.wait().unwrap();
    assert!(done.stderr.contains("highest since its start"), "{}", done.stderr);
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 10 * MIB, 6 * MIB);
    assert_near(&peak["hwm_bytes"], 90 * MIB, 6 * MIB);
    // Only a parent gets the maximum of a process. This one was not rprof's child.
    assert_eq!(peak["hwm_exact"], false);
}

/// Only the upper bound had what the process reached after the last tick.
#[test]
fn a_spike_before_detaching_is_in_the_peak() {
    let place = Place::new();
    let mut process = stranger(&place, "touch 10MiB ready up await go touch 90MiB free ready over await end");
    let mut command = place.rprof(["attach", "-q", "-o", "t.dat", "-T", "1h", &process.id().to_string()]);
    let rprof = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    wait_for("the first tick", || {
        std::fs::read_to_string(place.path("t.dat")).is_ok_and(|t| t.contains("\nMEM "))
    });
    std::fs::write(place.path("go"), "").unwrap();
    place.await_file("over");
    send(rprof.id(), Signal::SIGTERM);
    assert_eq!(finish(rprof).code, Some(0));
    std::fs::write(place.path("end"), "").unwrap();
    process.wait().unwrap();
    let peak = place.peak();
    // `free` gives back all that was touched.
    assert_near(&peak["peak_bytes"], 100 * MIB, 8 * MIB);
    assert!(peak["first_bytes"].as_u64() > peak["last_bytes"].as_u64(), "{peak}");
    assert_near(&peak["first_bytes"], 10 * MIB, 8 * MIB);
}

#[test]
fn attaching_to_a_missing_process_leaves_no_file() {
    let place = Place::new();
    for who in ["4194303", "no-such-name-anywhere"] {
        let done = place.run(&format!("attach -o t.dat {who}"));
        assert_eq!(done.code, Some(125), "{}", done.stderr);
        assert!(done.stderr.contains(who), "{}", done.stderr);
        assert!(!place.path("t.dat").exists());
    }
}

#[test]
fn a_name_of_several_processes_lists_them() {
    let place = Place::new();
    let copy = place.path("rprof-twin");
    std::os::unix::fs::symlink(truth(), &copy).unwrap();
    let start = |file: &str| {
        Command::new(&copy)
            .args(["ready", file, "await", "go"])
            .current_dir(place.dir.path())
            .spawn()
            .unwrap()
    };
    let mut twins = [start("a"), start("b")];
    place.await_file("a");
    place.await_file("b");
    let done = place.run("attach -o t.dat rprof-twin");
    assert_eq!(done.code, Some(125));
    assert!(twins.iter().all(|twin| done.stderr.contains(&twin.id().to_string())), "{}", done.stderr);
    // `run --attach` is mprof's spelling of `attach`.
    let rprof = place
        .rprof(["run", "--attach", "-o", "t.dat", "-T", "20ms", &twins[0].id().to_string()])
        .spawn()
        .unwrap();
    wait_for("the first tick", || {
        std::fs::read_to_string(place.path("t.dat")).is_ok_and(|t| t.contains("\nMEM "))
    });
    std::fs::write(place.path("go"), "").unwrap();
    assert_eq!(finish(rprof).code, Some(0));
    for twin in &mut twins {
        twin.wait().unwrap();
    }
}

#[test]
fn rprof_itself_never_matches() {
    let place = Place::new();
    // Another run of these tests may do the same at this moment.
    let name = format!("rprof-n{}", std::process::id());
    let named = place.path(&name);
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_rprof"), &named).unwrap();
    let mut command = Command::new(&named);
    command.args(["attach", "-o", "t.dat", "--duration", "50ms", &name]).current_dir(place.dir.path());
    crate::support::with_default_settings(&mut command);
    let done = crate::support::done(command.output().unwrap());
    assert_eq!(done.code, Some(125), "{}", done.stderr);
    assert!(done.stderr.contains(&format!("no process has a name with `{name}`")), "{}", done.stderr);
}

/// The end of the process wakes rprof; the next tick would be an hour away.
#[test]
fn the_end_is_noticed_at_once() {
    let place = Place::new();
    let mut process = stranger(&place, "touch 10MiB ready up await go");
    let mut command = place.rprof(["attach", "-q", "-o", "t.dat", "-T", "1h", &process.id().to_string()]);
    let rprof = command.spawn().unwrap();
    wait_for("the first tick", || {
        std::fs::read_to_string(place.path("t.dat")).is_ok_and(|t| t.contains("\nMEM "))
    });
    std::fs::write(place.path("go"), "").unwrap();
    assert_eq!(finish(rprof).code, Some(0));
    process.wait().unwrap();
}
