//! The process tree: every descendant is counted once, in whatever way it was started.

use crate::support::{
    MIB, Place, SLACK, assert_near, done, eventually, finish, is_alive, skip, truth, wait_for,
};

#[test]
fn defect_04_children_are_counted() {
    let place = Place::new();
    let script = "fork 1 [ touch 60MiB await go ] fork 1 [ touch 80MiB await go ] wait";
    place.run_truth_until("-q -T 20ms", script, |shown| shown.bytes >= 140 * MIB && shown.processes == 3);
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 140 * MIB, 3 * SLACK);
    assert_eq!(peak["processes"], 3);
}

/// mprof's sum fell from 114 to 5 MiB when a process ended during a scan.
#[test]
fn defect_06_the_sum_does_not_collapse_when_a_sibling_vanishes() {
    let ticks = |place: &Place| {
        std::fs::read_to_string(place.path("t.dat")).map_or(0, |trace| trace.matches("\nMEM ").count())
    };
    let place = Place::new();
    let mut command = place.rprof(["run", "-q", "-T", "1ms", "-o", "t.dat", "--"]);
    command.arg(truth()).args(["touch", "100MiB", "ready", "up", "fork", "1", "["]);
    command.args(["await", "done", "]", "wait"]);
    let child = command.spawn().unwrap();
    place.await_file("up");
    let before = ticks(&place);
    // First short-lived processes outside the recorded tree, then the same inside it.
    wait_for("ticks beside short-lived processes", || {
        let churn = "i=0; while [ $i -lt 50 ]; do /bin/true; i=$((i+1)); done";
        assert!(std::process::Command::new("sh").args(["-c", churn]).status().unwrap().success());
        ticks(&place) > before + 50
    });
    std::fs::write(place.path("done"), "").unwrap();
    assert_eq!(finish(child).code, Some(0));
    assert_no_dip(&place, 100.0);

    let inside = Place::new();
    let script = format!(
        "{t} touch 100MiB ready up await done & {t} await up; : > churning; \
         while [ ! -e enough ]; do /bin/true; done; touch done; wait",
        t = truth().display()
    );
    let mut command = inside.rprof(["run", "-q", "-T", "1ms", "-o", "t.dat", "sh", "-c", &script]);
    let child = command.spawn().unwrap();
    inside.await_file("churning");
    let before = ticks(&inside);
    // A process has a line for its birth and one for its exec.
    let lines = || inside.trace().matches("\nPROC ").count();
    wait_for("ticks among short-lived processes", || ticks(&inside) > before + 100 && lines() > 60);
    std::fs::write(inside.path("enough"), "").unwrap();
    assert_eq!(finish(child).code, Some(0));
    assert_no_dip(&inside, 100.0);
    let processes = inside.peak()["processes"].as_u64().unwrap();
    assert!(processes > 20, "{processes} seen");
}

/// Fails if the curve falls below `mib` between its first and its last tick of at least `mib`.
fn assert_no_dip(place: &Place, mib: f64) {
    let values = place.curve();
    let first = values.iter().position(|v| *v >= mib).expect("a tick of that size");
    let last = values.iter().rposition(|v| *v >= mib).unwrap();
    assert!(last - first > 10, "{values:?}");
    let dips: Vec<_> = values[first..last].iter().filter(|v| **v < mib).collect();
    assert!(dips.is_empty(), "{dips:?}");
}

#[test]
fn defect_07_an_orphan_of_a_double_fork_is_counted() {
    let place = Place::new();
    let script = "daemon [ touch 90MiB await go ready over ] await over hold 200ms";
    place.run_truth_until("-q -T 20ms", script, |shown| shown.bytes >= 90 * MIB);
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 90 * MIB, 2 * SLACK);
    assert!(peak["processes"].as_u64().unwrap() >= 2, "{peak}");
}

/// duct lost a child that started a session of its own.
#[test]
fn defect_22_a_session_of_its_own_does_not_hide_a_child() {
    if !std::path::Path::new("/usr/bin/setsid").exists() {
        return skip("no setsid(1) on this machine");
    }
    let place = Place::new();
    let mut command = place.rprof(["run", "-q", "-o", "t.dat", "setsid", "-f", "-w"]);
    command.arg(truth()).args(["touch", "80MiB", "await", "go"]);
    let mut child = command.spawn().unwrap();
    place.release(&mut child, "go", |shown| shown.bytes >= 80 * MIB && shown.processes == 2);
    assert_eq!(finish(child).code, Some(0));
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 80 * MIB, 2 * SLACK);
    assert_eq!(peak["processes"], 2);
}

#[test]
fn a_child_born_by_a_thread_is_counted() {
    let place = Place::new();
    let script = "thread [ fork 1 [ touch 70MiB await go ] wait ] hold 100ms";
    place.run_truth_until("-q -T 20ms", script, |shown| shown.bytes >= 70 * MIB && shown.processes == 2);
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 70 * MIB, 2 * SLACK);
    assert_eq!(peak["processes"], 2);
}

#[test]
fn memory_is_counted_after_the_main_thread_has_ended() {
    let place = Place::new();
    let code = r#"
#include <pthread.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>
static void *work(void *x) { char *p = malloc(60 << 20); memset(p, 1, 60 << 20); while (access("go", F_OK)) usleep(1000); _exit(0); return p; }
int main(void) { pthread_t t; usleep(1000); pthread_create(&t, 0, work, 0); pthread_exit(0); }
"#;
    if !place.compile("t", code, &["-pthread"]) {
        return skip("no C compiler: the program without a main thread cannot be built");
    }
    // For a moment the main thread has no memory and its status says nothing, while the other thread still runs.
    for _ in 0..30 {
        place.clear();
        let mut child = place.rprof("run -q --force -T 200us -o t.dat ./t".split(' ')).spawn().unwrap();
        place.release(&mut child, "go", |shown| {
            shown.sizes.iter().filter(|size| **size > 60 * MIB).count() > 3
        });
        assert_eq!(finish(child).code, Some(0));
        let seen = place.curve().into_iter().filter(|mib| *mib > 60.0).count();
        assert!(seen > 3, "{}", place.trace());
    }
}

#[test]
fn a_large_process_that_spawns_is_not_counted_twice() {
    // A child of vfork or posix_spawn uses its parent's address space until it calls exec.
    let place = Place::new();
    let code = r#"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
int main(void) {
    char *p = malloc(100 << 20); memset(p, 1, 100 << 20);
    for (int i = 0; i < 10; i++) {
        pid_t c = vfork();
        if (c == 0) { usleep(40000); execl("/bin/true", "true", (char *)0); _exit(1); }
        waitpid(c, 0, 0);
    }
    return p[5] - 1;
}
"#;
    if !place.compile("t", code, &[]) {
        return skip("no C compiler: the program that calls vfork cannot be built");
    }
    place.run("run -q -T 5ms -o t.dat ./t");
    assert_near(&place.peak()["peak_bytes"], 100 * MIB, 2 * SLACK);
}

#[test]
fn without_children_the_process_alone_is_watched() {
    let place = Place::new();
    let script = "touch 20MiB fork 1 [ touch 200MiB await go ] await go wait";
    place.run_truth_until("-q -T 20ms --no-children", script, |shown| shown.bytes >= 20 * MIB);
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 20 * MIB, SLACK);
    assert_eq!(peak["processes"], 1);
}

#[test]
fn a_process_that_outlives_the_command_is_named() {
    let place = Place::new();
    // The daemon gets other streams than ours: a reader of ours would wait for its end.
    let script =
        format!("{t} daemon [ ready up await stop ] > /dev/null 2>&1; {t} await up", t = truth().display());
    let done = done(place.rprof(["run", "-o", "t.dat", "sh", "-c", &script]).output().unwrap());
    let named = done.stderr.split_once("still running").and_then(|(_, rest)| rest.split_once(":truth"));
    let pid = named.and_then(|(before, _)| before.rsplit(' ').next()).and_then(|pid| pid.parse().ok());
    let pid: i32 = pid.unwrap_or_else(|| panic!("{}", done.stderr));
    assert!(is_alive(pid));
    std::fs::write(place.path("stop"), "").unwrap();
    wait_for("its end", || !is_alive(pid));
}

#[test]
fn wait_all_records_to_the_end_of_the_last_process() {
    let place = Place::new();
    let script = "daemon [ await go touch 70MiB hold 200ms ready over ] await leave";
    let child = place.start_truth("--wait-all -T 20ms", script);
    let trace = || std::fs::read_to_string(place.path("t.dat")).unwrap_or_default();
    wait_for("both in the trace", || trace().matches("\nPROC ").count() >= 2);
    std::fs::write(place.path("leave"), "").unwrap();
    wait_for("the command's end in the trace", || trace().contains("\"exit_code\":0"));
    std::fs::write(place.path("go"), "").unwrap();
    let done = finish(child);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(place.path("over").exists() && !done.stderr.contains("still running"), "{}", done.stderr);
    assert_near(&place.peak()["peak_bytes"], 70 * MIB, 2 * SLACK);
}

/// No tick saw the process, but its parent waited for it, so the kernel reports its maximum.
#[test]
fn a_process_that_lived_between_two_ticks_raises_the_peak() {
    let place = Place::new();
    place.run_truth("-q -T 10s", "hold 300ms fork 1 [ touch 150MiB ] wait");
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 150 * MIB, 2 * SLACK);
    assert_eq!(peak["exact"], false, "{peak}");
}

#[test]
fn a_short_lived_swarm_stays_within_the_bounds() {
    let place = Place::new();
    // Ten processes of 20 MiB at a time. They wait for each other, so that all ten overlap.
    let script = format!(
        "for b in 1 2 3 4 5 6; do for i in 1 2 3 4 5 6 7 8 9 10; do \
         {} touch 20MiB ready b$b.$i await b$b.go hold 20ms & done; \
         while [ $(ls | grep -c ^b$b) -lt 10 ]; do :; done; touch b$b.go; wait; done",
        truth().display()
    );
    // Each batch is there for a moment only. A machine under load delays the ticks, and then one run of several sees it.
    eventually(|| swarm(&place, &script));
}

/// Runs a swarm of ten times 20 MiB. Its bounds always hold; the ticks see most of it unless they are delayed.
fn swarm(place: &Place, script: &str) -> Result<(), String> {
    for entry in std::fs::read_dir(place.dir.path()).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let newest =
        || std::fs::read_to_string("/proc/loadavg").unwrap().split_whitespace().last().map(str::to_owned);
    let newest = || newest().unwrap().parse::<u32>().unwrap();
    let before = newest();
    let mut command = place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", script]);
    assert!(command.status().unwrap().success());
    // When the kernel's process ids start over, short-lived processes cannot be counted by them.
    let started_over = newest() < before;
    let peak = place.peak();
    let (low, high) = (peak["peak_bytes"].as_u64().unwrap(), peak["peak_upper_bytes"].as_u64());
    assert!(low <= 200 * MIB + 12 * SLACK, "{peak}");
    // An upper bound that equals the peak is not written.
    assert!(started_over || high.unwrap_or(low) >= 200 * MIB, "{peak}");
    if low >= 100 * MIB { Ok(()) } else { Err(format!("{peak}")) }
}

/// The daemon lives between two ticks. The process that adopted and reaped it learns its maximum from the kernel.
#[test]
fn an_orphan_that_no_tick_saw_raises_the_peak() {
    let place = Place::new();
    place.run_truth("-q -T 30s", "hold 300ms daemon [ touch 90MiB ready over ] await over hold 1s");
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 90 * MIB, 2 * SLACK);
    assert_eq!(peak["exact"], false, "{peak}");
}

#[test]
fn grandchildren_are_counted_after_their_parents_have_ended() {
    let place = Place::new();
    let script = "fork 1 [ fork 1 [ fork 1 [ await orphans touch 70MiB hold 300ms ready over ] exit 0 ] exit 0 ] wait \
                  hold 100ms ready orphans await over";
    place.run_truth("-q -T 20ms", script);
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 70 * MIB, 3 * SLACK);
    assert!(peak["processes"].as_u64().unwrap() >= 2, "{peak}");
}
