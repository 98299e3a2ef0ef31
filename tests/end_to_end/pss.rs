//! PSS: pages that several processes share are counted once, within the promised budget of CPU time.

use std::process::Command;

use serde_json::Value;

use crate::permissions::start_ordinary;
use crate::support::{MIB, Place, SLACK, assert_near, done, finish, skip};

/// The file from which PSS is read.
fn has_rollup() -> bool {
    std::fs::read("/proc/self/smaps_rollup").is_ok()
}

/// Skips a run that has no PSS. A run that gates on a round has one wherever there is the file.
fn skip_without_pss(has_gate: bool) {
    assert!(!(has_gate && has_rollup()), "PSS was never read");
    skip(if has_rollup() {
        "this machine is too busy: its runs ended before a reading of PSS was due"
    } else {
        "no smaps_rollup on this machine: PSS is not available"
    });
}

/// mprof, psrecord and duct counted 100 MiB five times when four forks shared them.
#[test]
fn defect_05_shared_pages_are_counted_once() {
    let place = Place::new();
    let done = place.run_truth_until("-T 20ms", "touch 100MiB fork 4 [ await go ] wait", |shown| {
        shown.bytes >= 500 * MIB && (shown.most_pss >= 100 * MIB || !shown.notes.is_empty())
    });
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 500 * MIB, 5 * SLACK);
    let Some(_) = peak["pss_peak_bytes"].as_u64() else {
        return skip_without_pss(true);
    };
    assert_near(&peak["pss_peak_bytes"], 100 * MIB, 2 * SLACK);
    assert!(done.stderr.contains("divided among all processes that map them (PSS)"), "{}", done.stderr);
    assert!(place.trace().contains("\nPSS "), "{}", place.trace());
}

#[test]
fn the_metric_can_be_pss_or_uss() {
    for metric in ["pss", "uss"] {
        let place = Place::new();
        // All memory of a single process is unique. Memory that five processes share is not.
        let expected = if metric == "uss" { 0..50 * MIB } else { 90 * MIB..120 * MIB };
        let run = place.run_truth_until(
            &format!("-q --metric {metric} -T 20ms"),
            "touch 100MiB hold 500ms fork 4 [ await go ] wait",
            |shown| {
                let last = shown.sizes.iter().rev().take(3);
                let cannot = shown.most_bytes == 0 && !shown.notes.is_empty();
                cannot || shown.processes == 5 && last.filter(|size| expected.contains(size)).count() == 3
            },
        );
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let peak = place.peak();
        assert_eq!(peak["metric"], metric);
        if peak["peak_bytes"].is_null() {
            skip_without_pss(true);
            continue;
        }
        assert_near(&peak["peak_bytes"], 100 * MIB, 2 * SLACK);
        assert_eq!(place.run("plot t.dat -o t.svg").code, Some(0));
        let svg = std::fs::read_to_string(place.path("t.svg")).unwrap();
        assert!(svg.contains(&metric.to_uppercase()), "the axis does not say {metric}");
    }
}

/// Growth that is small beside the sum of RSS may be large beside the PSS. It must not wait for the next regular round.
#[test]
fn the_peak_of_pss_is_not_missed() {
    let place = Place::new();
    // A round takes so long here that the next regular one would come seconds later.
    place.run_truth("-q -T 20ms", "touch 200MiB fork 8 [ hold 500ms touch 20MiB hold 1s ] wait");
    let peak = place.peak();
    if peak["pss_peak_bytes"].is_null() {
        return skip_without_pss(false);
    }
    // On a busy machine the last children may grow after the allowance is used up. The bounds say so.
    assert_pss(&peak, 360 * MIB, "");
}

/// Fails unless PSS is within 5 % of the truth in bytes, or its bounds hold the truth.
fn assert_pss(peak: &Value, truth: u64, words: &str) {
    let value = peak["pss_peak_bytes"].as_u64().unwrap_or_else(|| panic!("no PSS: {peak}"));
    let upper = peak["pss_peak_upper_bytes"].as_u64();
    let slack = truth / 20 + SLACK;
    let is_near = value.abs_diff(truth) <= slack;
    let is_labelled = value <= truth + slack && upper.is_none_or(|upper| upper + slack >= truth);
    assert!(is_near || is_labelled, "{value} and {upper:?} for {truth}: {words}");
    assert!(is_near || words.is_empty() || words.contains("at least"), "{value} for {truth}: {words}");
    assert!(value <= peak["peak_bytes"].as_u64().unwrap(), "PSS is above RSS: {peak}");
    assert!(upper.is_none_or(|upper| upper >= value), "{peak}");
    assert!(peak["pss_peak_time_s"].as_f64().unwrap() <= peak["elapsed_s"].as_f64().unwrap(), "{peak}");
}

/// A parent forks a child that keeps a snapshot, and rewrites its own memory, as a database does when it saves. RSS is flat
/// meanwhile. rprof once reported 354, 452 or 604 MiB of 610.
#[test]
fn copy_on_write_is_seen_although_rss_is_flat() {
    let place = Place::new();
    // The child waits for the end of the rewriting, however long that takes.
    let script =
        "touch 200MiB hold 200ms fork 1 [ await go ] hold 300ms retouch hold 300ms ready go wait hold 300ms";
    let done = place.run_truth("", script);
    let peak = place.peak();
    if peak["pss_peak_bytes"].is_null() {
        return skip_without_pss(false);
    }
    assert_pss(&peak, 400 * MIB, &done.stderr);
    let upper = peak["pss_peak_upper_bytes"].as_u64();
    assert!(upper.is_none_or(|upper| upper >= 395 * MIB), "{peak}");
}

/// A parent of 200 MiB starts a short child. Its only round once came at the end, and rprof reported 6.0 MiB plainly.
#[test]
fn a_short_child_does_not_hide_the_memory_of_its_parent() {
    let place = Place::new();
    let done = place.run_truth("", "touch 200MiB hold 200ms fork 1 [ exec hold 120ms ] wait free hold 200ms");
    let peak = place.peak();
    if peak["pss_peak_bytes"].is_null() {
        return skip_without_pss(false);
    }
    assert_pss(&peak, 202 * MIB, &done.stderr);
}

/// Workers that fault in an array while a round is made once gave 595 to 655 MiB for 572.
#[test]
fn workers_that_read_a_shared_array_are_not_counted_twice() {
    let python = crate::peers::python().unwrap_or_else(|| "python3".into());
    let has_numpy = Command::new(&python).args(["-c", "import numpy"]).output();
    if !has_numpy.is_ok_and(|answer| answer.status.success()) {
        return skip("no Python with NumPy (`make peers` creates one): no pool of workers is measured");
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pool_methods.py");
    for (method, truth) in [("fork", 572), ("spawn", 629), ("forkserver", 628)] {
        let place = Place::new();
        let mut command = place.rprof(["run", "--force", "-o", "t.dat", "--"]);
        let done = done(command.arg(&python).args([script, method]).output().expect("rprof runs"));
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let peak = place.peak();
        if peak["pss_peak_bytes"].is_null() {
            return skip_without_pss(false);
        }
        assert_pss(&peak, truth * MIB, &done.stderr);
    }
}

/// A tick whose round is disturbed twice has no value. That is better than a value that counts pages twice.
#[test]
fn ticks_of_a_disturbed_tree_are_skipped_and_noted_once() {
    let place = Place::new();
    // A child is born or ends about every millisecond, so hardly a round of five processes is undisturbed.
    let code = r"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
    char *shared = malloc(128 << 20); memset(shared, 1, 128 << 20);
    for (int i = 0; i < 400; i++) {
        if (fork() == 0) { usleep(500); _exit(0); }
        wait(0);
    }
    return shared[5] - 1;
}
";
    if !place.compile("storm", code, &[]) {
        return skip("no C compiler: the program whose children come and go cannot be built");
    }
    let done = place.run("run --force --metric pss -T 2ms -o t.dat ./storm");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let trace = place.trace();
    let notes = trace.matches("ticks are missing").count();
    assert!(notes <= 1 && done.stderr.matches("ticks are missing").count() == notes, "{}", done.stderr);
    for value in place.curve() {
        assert!(value < 140.0, "{value} MiB: {}", done.stderr);
    }
}

/// Reading PSS is expensive. Its rounds take one hundredth of the time, so most ticks have none.
#[test]
fn pss_is_read_within_its_budget() {
    let place = Place::new();
    place.run_truth("-q -T 1ms", "touch 150MiB fork 2 [ hold 2s ] wait");
    let trace = place.trace();
    let (ticks, rounds) = (trace.matches("\nMEM ").count(), trace.matches("\nPSS ").count());
    if rounds == 0 {
        return skip_without_pss(false);
    }
    assert!(ticks > 50 && rounds * 4 < ticks, "{rounds} rounds in {ticks} ticks");
}

/// When a process ends, its part of a shared page moves to the others. A round that reads it before and them after counts
/// the page twice: rprof once reported 126 MiB for a tree of 107. The children here end or exec during the rounds.
#[test]
fn a_tree_that_changes_during_a_pss_round_is_not_counted_twice() {
    let place = Place::new();
    let code = r#"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int count, char **words) {
    int execs = count > 1 && *words[1] == 'e';
    char *shared = malloc(64 << 20); memset(shared, 1, 64 << 20);
    for (int i = 0; i < 500; i++) {
        if (fork() == 0) {
            usleep(3000 + rand() % 3000);
            if (execs) execl("/bin/sleep", "sleep", "0.004", (char *)0);
            _exit(0);
        }
        if (i >= 2) wait(0);
    }
    while (wait(0) > 0);
    usleep(300000);
    return shared[5] - 1;
}
"#;
    if !place.compile("churn", code, &[]) {
        return skip("no C compiler: the program whose children come and go cannot be built");
    }
    for what in ["ends", "execs"] {
        // With metric RSS, PSS rounds are rare. The quiet end may have none, and part of the memory may belong to a child
        // that rprof has not found yet.
        for (options, key, least) in
            [("-T 2ms --metric pss", "peak_bytes", 64 * MIB), ("-T 2ms", "pss_peak_bytes", 30 * MIB)]
        {
            let done = place.run(&format!("run -q --force {options} -o t.dat ./churn {what}"));
            assert_eq!(done.code, Some(0), "{}", done.stderr);
            let peak = place.peak();
            if peak[key].is_null() {
                return skip_without_pss(false);
            }
            assert!(peak["processes"].as_u64().unwrap() > 100, "{peak}");
            assert_near(&peak[key], least, 64 * MIB + SLACK - least);
        }
    }
}

/// One unreadable helper process once prevented all later PSS rounds, even after it had ended.
#[test]
fn pss_is_read_again_after_an_unreadable_process_ends() {
    let place = Place::new();
    let script = "fork 1 [ private await refused ] touch 40MiB fork 1 [ await again ] wait";
    let Some(mut child) = start_ordinary(&place, "-T 20ms", script) else {
        return skip(crate::permissions::NO_USER);
    };
    place.release(&mut child, "refused", |shown| shown.bytes >= 40 * MIB && !shown.notes.is_empty());
    place.release(&mut child, "again", |shown| shown.most_pss >= 40 * MIB || shown.has_note("not available"));
    let done = finish(child);
    let (trace, peak) = (place.trace(), place.peak());
    if peak["pss_peak_bytes"].is_null() && trace.contains("not available") {
        return skip_without_pss(true);
    }
    assert_eq!(done.stderr.matches("permission denied").count(), 1, "{}", done.stderr);
    assert_near(&peak["pss_peak_bytes"], 40 * MIB, SLACK);
}
