//! Crash safety: after a kill of rprof, a full disk or a closed output, the trace is a readable file of whole lines.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;

use crate::support::{MIB, Place, assert_near, done, is_alive, send, skip, truth, wait_for};

/// A kill of mprof lost up to 51 ticks. A kill of duct or memray lost the whole run.
#[test]
fn killing_rprof_loses_at_most_one_tick_and_leaves_the_command_running() {
    let place = Place::new();
    let mut child = place.start_truth("-q -T 10ms", "touch 30MiB ready up await go ready over");
    place.await_file("up");
    let ticks = || place.trace().matches("\nMEM ").count();
    let before = ticks();
    wait_for("some ticks", || ticks() > before + 20);
    send(child.id(), Signal::SIGKILL);
    child.wait().unwrap();
    let trace = place.trace();
    assert!(trace.ends_with('\n'), "the last line is cut");
    let pid =
        trace.lines().find_map(|l| l.strip_prefix("PROC ")?.split(':').next()?.parse::<i32>().ok()).unwrap();
    assert!(is_alive(pid));
    let peak = place.run("peak t.dat");
    assert_eq!(peak.code, Some(0));
    assert!(peak.stderr.contains("no END record"), "{}", peak.stderr);
    assert_near(&place.peak()["peak_bytes"], 30 * MIB, 6 * MIB);
    assert_eq!(place.run("plot t.dat -o t.svg").code, Some(0));
    std::fs::write(place.path("go"), "").unwrap();
    place.await_file("over");
}

/// The trace reaches a size limit in the middle of the run, as on a full disk.
#[test]
fn a_full_disk_does_not_disturb_the_command() {
    for code in [0, 5] {
        let place = Place::new();
        let mut command = place.rprof(["run", "-T", "5ms", "-o", "t.dat", "--"]);
        command.arg(truth()).args(["touch", "20MiB", "await", "go", "ready", "over", "exit"]);
        command.arg(code.to_string()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // SAFETY: setrlimit is safe between fork and exec.
        unsafe { command.pre_exec(|| setrlimit(Resource::RLIMIT_FSIZE, 2000, 2000).map_err(Into::into)) };
        let mut child = command.spawn().unwrap();
        // No room is left for the last record, which has hundreds of bytes.
        let length = || std::fs::metadata(place.path("t.dat")).map_or(0, |file| file.len());
        place.release(&mut child, "go", |_| length() > 1900);
        let done = crate::support::finish(child);
        assert!(place.path("over").exists(), "the command was disturbed: {}", done.stderr);
        assert_eq!(done.code, Some(if code == 0 { 125 } else { code }), "{}", done.stderr);
        assert!(done.stderr.contains("incomplete") && done.stderr.contains("t.dat"), "{}", done.stderr);
        // The summary still has the true peak, and the written part is readable. On a busy machine it may end before all
        // memory is touched.
        assert!(done.stderr.contains("peak 2"), "{}", done.stderr);
        let written = place.peak()["peak_bytes"].as_u64().unwrap();
        assert!((1..=26 * MIB).contains(&written), "{written} bytes");
    }
}

/// The disk is full, over quota or broken for a while. rprof keeps the lines and writes them later.
#[test]
fn a_disk_that_has_room_again_loses_nothing() {
    let place = Place::new();
    // The writes number 10 to 39 fail. The first of them writes half of its bytes, so that a line is cut.
    let code = r#"
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
ssize_t write(int fd, const void *bytes, size_t count) {
    static int writes;
    if (fd > 2 && count > 9 && ++writes >= 10 && writes < 40) {
        if (writes == 10) return syscall(SYS_write, fd, bytes, count / 2);
        errno = atoi(getenv("DISK_ERROR"));
        return -1;
    }
    return syscall(SYS_write, fd, bytes, count);
}
"#;
    if !place.preload("disk.so", code) {
        return skip("no C compiler or no LD_PRELOAD: write(2) cannot be made to fail");
    }
    for error in [libc::ENOSPC, libc::EDQUOT, libc::EIO] {
        let mut command = place.rprof(["run", "--force", "-T", "5ms", "-o", "t.dat", "--"]);
        command.arg(truth()).args(["touch", "20MiB", "await", "go", "exit", "5"]);
        command.env("LD_PRELOAD", place.path("disk.so")).env("DISK_ERROR", error.to_string());
        place.clear();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        place.release(&mut child, "go", |shown| shown.ticks > 60);
        let done = crate::support::finish(child);
        assert_eq!(done.code, Some(5), "{}", done.stderr);
        assert!(!done.stderr.contains("incomplete"), "{}", done.stderr);
        let (values, peak) = (place.curve(), place.peak());
        assert!(values.len() > 45, "the disk never was full: {values:?}");
        assert_eq!(
            place.trace().split("\"ticks\":").nth(1).unwrap().split(',').next().unwrap(),
            values.len().to_string()
        );
        assert_near(&peak["peak_bytes"], 20 * MIB, 6 * MIB);
    }
}

#[test]
fn a_disk_that_is_full_at_once_is_reported_before_the_command_starts() {
    let place = Place::new();
    let mut command = place.rprof(["run", "-o", "t.dat", "touch", "started"]);
    // SAFETY: setrlimit is safe between fork and exec.
    unsafe { command.pre_exec(|| setrlimit(Resource::RLIMIT_FSIZE, 0, 0).map_err(Into::into)) };
    let done = done(command.output().unwrap());
    assert_eq!(done.code, Some(125), "{}", done.stderr);
    assert!(!place.path("started").exists() && !place.path("t.dat").exists());
}

#[test]
fn a_broken_pipe_on_stderr_does_not_disturb_the_command() {
    let place = Place::new();
    let mut command = place.rprof(["run", "-o", "t.dat", "--"]);
    command.arg(truth()).args(["hold", "100ms", "exit", "3"]).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn a_reader_that_closes_our_output_early_is_no_error() {
    let place = Place::new();
    place.run_truth("-q", "hold 10ms");
    let script = format!("{} peak --json t.dat | true; {0} list | head -0", env!("CARGO_BIN_EXE_rprof"));
    let done = done(
        Command::new("bash")
            .args(["-o", "pipefail", "-c", &script])
            .current_dir(place.dir.path())
            .output()
            .unwrap(),
    );
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
}

/// A stopped rprof measures nothing. The trace records the time as a gap, so that no figure draws a line across it.
#[test]
fn a_stop_of_rprof_is_a_gap() {
    let place = Place::new();
    let child = place.start_truth("-q -T 10ms", "touch 10MiB ready up await go");
    place.await_file("up");
    wait_for("some ticks", || place.shown().ticks > 3);
    let stopped = std::time::Instant::now();
    send(child.id(), Signal::SIGSTOP);
    std::thread::sleep(std::time::Duration::from_millis(500));
    let before = place.shown().ticks;
    send(child.id(), Signal::SIGCONT);
    wait_for("a tick after the stop", || place.shown().ticks > before);
    let longest = stopped.elapsed().as_secs_f64();
    std::fs::write(place.path("go"), "").unwrap();
    assert_eq!(crate::support::finish(child).code, Some(0));
    let trace = place.trace();
    // A machine that stands still leaves gaps, too.
    let lengths = trace.lines().filter_map(|line| {
        let (from, to) = line.strip_prefix("GAP ")?.split_once(' ')?;
        Some(to.parse::<f64>().unwrap() - from.parse::<f64>().unwrap())
    });
    let length = lengths.fold(0.0, f64::max);
    // From the last tick before the stop to the first one after it; a tick may have been late.
    assert!((0.4..longest + 1.0).contains(&length), "{length} s in {longest} s: {trace}");
    let overruns = trace.split_once("\"overruns\":").expect("an end").1;
    let overruns: u32 = overruns.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
    assert!(overruns > 30, "missed ticks are not counted: {overruns}");
}

/// The wall clock is set during the run. A preloaded library gives another hour at every reading.
#[test]
fn a_jump_of_the_wall_clock_does_not_change_the_curve() {
    let place = Place::new();
    let code = r"
#define _GNU_SOURCE
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
int clock_gettime(clockid_t id, struct timespec *at) {
    static int asked;
    int result = syscall(SYS_clock_gettime, id, at);
    if (id == CLOCK_REALTIME) at->tv_sec += ++asked % 2 ? 3600 * asked : -3600 * asked;
    return result;
}
";
    if !place.preload("jumps.so", code) {
        return skip("no C compiler or no LD_PRELOAD: the wall clock cannot be made to jump");
    }
    let mut command = place.rprof(["run", "-q", "-T", "20ms", "-o", "t.dat", "--"]);
    command.arg(truth()).args(["touch", "10MiB", "hold", "300ms"]).env("LD_PRELOAD", place.path("jumps.so"));
    assert_eq!(done(command.output().unwrap()).code, Some(0));
    let mut reader = rprof_trace::Reader::open(place.path("t.dat")).unwrap();
    let mut times = Vec::new();
    while let Some(record) = reader.next_record().unwrap() {
        match record {
            rprof_trace::Record::Tick(tick) => times.push(tick.time.0),
            // A machine that stands still may make a short one. The clock jumps by an hour and more.
            rprof_trace::Record::Gap(from, to) => assert!(to.0 - from.0 < 60.0, "{}", place.trace()),
            _ => {}
        }
    }
    assert!(reader.warnings().is_empty(), "{:?}", reader.warnings());
    assert!(
        times.len() > 5 && times.is_sorted() && times.iter().all(|t| (0.0..60.0).contains(t)),
        "{times:?}"
    );
    assert!(place.peak()["elapsed_s"].as_f64().unwrap() < 60.0);
}

/// The directory of the trace is deleted during the run, as when a mount goes away.
#[test]
fn a_deleted_directory_does_not_disturb_the_command() {
    let place = Place::new();
    std::fs::create_dir(place.path("gone")).unwrap();
    let mut command = place.rprof(["run", "-T", "5ms", "-o", "gone/t.dat", "--"]);
    command.arg(truth()).args(["touch", "20MiB", "ready", "up", "await", "go", "hold", "50ms", "exit", "4"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    place.await_file("up");
    std::fs::remove_dir_all(place.path("gone")).unwrap();
    std::fs::write(place.path("go"), "").unwrap();
    let done = crate::support::finish(child);
    assert_eq!(done.code, Some(4), "{}", done.stderr);
    assert!(done.stderr.contains("peak 2"), "{}", done.stderr);
}
