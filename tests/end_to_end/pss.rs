//! PSS: pages that several processes share are counted once, within the promised budget of CPU time.

use crate::permissions::run_ordinary;
use crate::support::{MIB, Place, SLACK, assert_near, skip};

const NO_ROLLUP: &str = "no smaps_rollup on this machine: PSS is not available";

/// mprof, psrecord and duct counted 100 MiB five times when four forks shared them.
#[test]
fn defect_05_shared_pages_are_counted_once() {
    let place = Place::new();
    let done = place.run_truth("-T 20ms", "touch 100MiB fork 4 [ hold 800ms ] wait");
    let peak = place.peak();
    assert_near(&peak["peak_bytes"], 500 * MIB, 5 * SLACK);
    let Some(_) = peak["pss_peak_bytes"].as_u64() else {
        return skip(NO_ROLLUP);
    };
    assert_near(&peak["pss_peak_bytes"], 100 * MIB, 2 * SLACK);
    assert!(done.stderr.contains("counting shared pages once (PSS)"), "{}", done.stderr);
    assert!(place.trace().contains("\nPSS "), "{}", place.trace());
}

#[test]
fn the_metric_can_be_pss_or_uss() {
    for metric in ["pss", "uss"] {
        let place = Place::new();
        place.run_truth(
            &format!("-q --metric {metric} -T 20ms"),
            "touch 100MiB hold 200ms fork 4 [ hold 800ms ] wait",
        );
        let peak = place.peak();
        assert_eq!(peak["metric"], metric);
        if peak["peak_bytes"].is_null() {
            skip(NO_ROLLUP);
            continue;
        }
        // All memory of a single process is unique. Memory that five processes share is not.
        assert_near(&peak["peak_bytes"], 100 * MIB, 2 * SLACK);
        let values = place.curve();
        let low = values.iter().skip_while(|mib| **mib < 100.0).filter(|mib| **mib < 50.0).count();
        assert!(if metric == "uss" { low > 5 } else { low < 3 }, "{metric}: {values:?}");
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
        return skip(NO_ROLLUP);
    }
    assert_near(&peak["pss_peak_bytes"], 330 * MIB, 30 * MIB + 3 * SLACK);
}

/// Reading PSS is expensive. Its rounds take one hundredth of the time, so most ticks have none.
#[test]
fn pss_is_read_within_its_budget() {
    let place = Place::new();
    place.run_truth("-q -T 1ms", "touch 150MiB fork 2 [ hold 1s ] wait");
    let trace = place.trace();
    let (ticks, rounds) = (trace.matches("\nMEM ").count(), trace.matches("\nPSS ").count());
    if rounds == 0 {
        return skip(NO_ROLLUP);
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
                return skip(NO_ROLLUP);
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
    let script = "fork 1 [ private hold 300ms ] touch 40MiB fork 1 [ hold 1s ] wait";
    let Some(done) = run_ordinary(&place, "-T 20ms", script) else {
        return skip(crate::permissions::NO_USER);
    };
    let (trace, peak) = (place.trace(), place.peak());
    if peak["pss_peak_bytes"].is_null() && trace.contains("not available") {
        return skip(NO_ROLLUP);
    }
    assert_eq!(done.stderr.matches("permission denied").count(), 1, "{}", done.stderr);
    assert_near(&peak["pss_peak_bytes"], 40 * MIB, SLACK);
}
