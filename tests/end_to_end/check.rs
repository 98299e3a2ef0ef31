//! Budgets: `rprof check`, and the limits of `rprof run`. Exit codes, verdicts and baselines.

use serde_json::Value;

use crate::support::stacks::{Held, write_stacks};
use crate::support::{Done, MIB, Place, done, words};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");

/// Runs `rprof check` outside any CI server.
fn check(place: &Place, line: &str) -> Done {
    let mut command = place.rprof(["check"]);
    command.args(words(line)).env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    done(command.output().unwrap())
}

fn findings(place: &Place, line: &str) -> Vec<Value> {
    let done = check(place, &format!("--json {line}"));
    let mut value: Value =
        serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {}", done.stderr));
    assert_eq!(value["fails"], done.code == Some(3), "{value}");
    value["findings"].take().as_array().unwrap().clone()
}

/// Records runs of these sizes as `NAME1.dat`, `NAME2.dat`, …
fn record(place: &Place, name: &str, sizes_mib: &[u64]) {
    for (at, size) in sizes_mib.iter().enumerate() {
        place.run_truth("-q", &format!("touch {size}MiB"));
        std::fs::rename(place.path("t.dat"), place.path(&format!("{name}{}.dat", at + 1))).unwrap();
    }
}

/// The table of exit codes in `docs/ci.md`.
#[test]
fn the_exit_code_of_check_is_its_verdict() {
    let place = Place::new();
    // At this interval the ticks are too few for a growth, however slow the machine is.
    place.run_truth("-q -T 30s", "touch 40MiB");
    for (line, code, wanted) in [
        ("t.dat --max-peak 1GB", 0, "within: `t.dat`: peak "),
        ("t.dat --max-peak 30MiB", 3, "beyond: `t.dat`: peak "),
        ("t.dat --max-peak 30MiB --max-peak 1GB", 0, "within"),
        ("t.dat --max-peak 1GB --max-growth 1MB/min", 0, "undecided"),
        ("t.dat --max-peak 1GB --max-growth 1MB/min --strict", 3, "undecided"),
        ("t.dat", 2, ""),
        ("t.dat --max-peak 500", 2, ""),
        ("t.dat --max-growth 1MB", 2, ""),
        ("t.dat --max-peak 1GB --tolerance 5%", 2, ""),
        ("t.dat --max-span load=1MB", 1, ""),
        ("missing.dat --max-peak 1GB", 1, ""),
        ("t.dat --max-peak 1GB --junit missing/x.xml", 1, "within"),
        ("t.dat --max-peak 1GB --junit - --json", 1, ""),
    ] {
        let done = check(&place, line);
        assert_eq!(done.code, Some(code), "{line}: {}{}", done.stdout, done.stderr);
        assert!(done.stdout.contains(wanted), "{line}: {}", done.stdout);
        assert_eq!(
            done.stdout.lines().count(),
            usize::from(!wanted.is_empty()) + usize::from(line.contains("growth 1MB/min")),
            "{line}"
        );
    }
}

/// A limit was passed if the estimate of a function was above it, also where the stacks of its memory had been lost.
#[test]
fn only_memory_that_is_certainly_of_a_function_passes_its_limit() {
    let place = Place::new();
    place.run_truth("-q", "touch 5MiB");
    let held = |calls, mib, is_lost| Held { calls, mib, is_lost };
    write_stacks(
        &place,
        "t.dat",
        &[
            held(&["main", "app::load"], 40, false),
            held(&["main", "app::load", "app::parse"], 60, false),
            held(&["main", "app::load"], 30, true),
            held(&["main", "other"], 50, false),
            held(&[], 10, false),
        ],
    );
    for (limit, code, strict, wanted) in [
        ("load=90MiB", 3, 3, "beyond: `t.dat`: function `load` at least 100.0 MiB RSS exceeds"),
        (
            "load=120MiB",
            0,
            3,
            "not proven: `t.dat`: function `load` 130.0 MiB RSS is above --max-function 120MiB",
        ),
        ("app::load=135MiB", 0, 3, "130.0 MiB RSS, but its upper bound 140.0 MiB exceeds"),
        ("load=140MiB", 0, 0, "within: `t.dat`: function `load` 130.0 MiB RSS, at most 140.0 MiB"),
        ("parse=50MiB", 3, 3, "at least 60.0 MiB RSS exceeds"),
        ("other=60MiB", 0, 3, "its upper bound 90.0 MiB exceeds"),
        ("main=185MiB", 0, 3, "but its upper bound 190.0 MiB"),
    ] {
        let plain = check(&place, &format!("--max-function {limit} t.dat"));
        assert_eq!(plain.code, Some(code), "{limit}: {}{}", plain.stdout, plain.stderr);
        assert!(plain.stdout.contains(wanted), "{limit}: {}", plain.stdout);
        assert_eq!(check(&place, &format!("--strict --max-function {limit} t.dat")).code, Some(strict));
    }
    let finding = findings(&place, "--max-function load=120MiB t.dat").remove(0);
    let mib = |key: &str| finding[key].as_u64().unwrap() / MIB;
    assert_eq!((mib("low"), mib("value"), mib("high")), (100, 130, 140), "{finding}");
    assert_eq!((&finding["verdict"], &finding["excess"]), (&"unproven".into(), &Value::Null));
}

#[test]
fn a_passed_limit_has_its_distance_and_its_place_in_one_line() {
    let place = Place::new();
    let script = "fork 1 [ touch 60MiB await go ] touch 10MiB await go";
    place.run_truth_until("-q -T 20ms", script, |shown| shown.has_touched(70 * MIB) && shown.processes == 2);
    let done = check(&place, "t.dat --max-peak 50MB");
    assert_eq!((done.code, done.stdout.lines().count()), (Some(3), 1), "{}", done.stdout);
    for part in
        ["exceeds --max-peak 50MB (47.7 MiB) by ", " %)", ", at ", "; largest process `", ":truth` with 6"]
    {
        assert!(done.stdout.contains(part), "{part}: {}", done.stdout);
    }
    let finding = findings(&place, "t.dat --max-peak 50MB").remove(0);
    let excess = finding["excess"].as_f64().unwrap();
    assert!((excess - (finding["value"].as_f64().unwrap() - 5e7)).abs() < 1.0, "{finding}");
    assert_eq!((&finding["limit"], &finding["verdict"]), (&"max-peak".into(), &"beyond".into()));
    assert!(finding["process_peak_bytes"].as_u64().unwrap() > 60 * MIB, "{finding}");
}

#[test]
fn a_run_beyond_its_budget_ends_with_3_unless_the_command_failed() {
    let place = Place::new();
    for (options, script, code, wanted) in [
        ("--max-peak 1GB", "touch 40MiB", 0, "rprof: within: peak"),
        ("--max-peak 30MiB", "touch 40MiB", 3, "rprof: beyond: peak"),
        ("--max-peak 30MiB -q", "touch 40MiB", 3, "rprof: beyond: peak"),
        ("--max-peak 30MiB", "touch 40MiB exit 5", 5, "rprof: beyond: peak"),
        ("--max-peak 30MiB", "touch 40MiB kill 9", 137, "rprof: beyond: peak"),
        // Before it touches anything, too: a busy machine may need the time of the timeout to start it.
        ("--max-peak 1MiB --timeout 200ms", "touch 40MiB hold 60s", 124, "rprof: beyond: peak"),
        (
            "--max-peak 1GB --max-span load=20MiB",
            "span load [ touch 40MiB await go ]",
            3,
            "rprof: beyond: peak during the span `load`",
        ),
        ("--max-span load=90MiB", "span load [ touch 40MiB await go ]", 0, "peak during the span `load`"),
        ("--max-span load=90MiB", "touch 1MiB", 125, "this trace has no spans"),
        ("-T 30s --max-growth 1MB/min", "touch 1MiB", 0, "rprof: undecided: growth"),
        ("-T 30s --max-growth 1MB/min --strict", "touch 1MiB", 3, "rprof: undecided: growth"),
        ("--max-peak x", "touch 1MiB", 125, "--max-peak"),
    ] {
        // A span has a peak once a tick has seen it.
        let done = if script.contains("await go") {
            place.run_truth_until(options, script, |shown| shown.has_touched(40 * MIB))
        } else {
            place.run_truth(options, script)
        };
        assert_eq!(done.code, Some(code), "{options}: {}", done.stderr);
        assert!(done.stderr.contains(wanted), "{options}: {}", done.stderr);
        let budgets = done.stderr.lines().filter(|line| line.contains("--max-peak")).count();
        assert!(budgets <= 1 || code == 125, "{options}: {}", done.stderr);
        assert!(!options.contains("-q") || done.stderr.lines().count() == 1, "{}", done.stderr);
    }
    let within = place.run_truth("--max-peak 1GB -q", "touch 40MiB");
    assert_eq!((within.code, within.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_budget_needs_no_trace_but_that_of_spans_does() {
    let place = Place::new();
    for trace in ["/dev/null", "x.csv"] {
        let run = |options: &str, script: &str| {
            let mut command = place.rprof(["run", "--force", "-o", trace]);
            command.args(words(options)).arg(crate::support::truth()).args(words(script));
            done(command.output().unwrap())
        };
        assert_eq!(run("--max-peak 30MiB", "touch 40MiB").code, Some(3), "{trace}");
        let spans = run("--max-span load=1MB", "ready started");
        assert_eq!(spans.code, Some(125), "{}", spans.stderr);
        assert!(spans.stderr.contains("--max-span needs a .dat trace"), "{}", spans.stderr);
        assert!(!place.path("started").exists(), "the command ran");
    }
    let attached = place.run("run --attach --max-peak 1GB 1");
    assert_eq!(attached.code, Some(125));
    assert!(attached.stderr.contains("rprof check"), "{}", attached.stderr);
}

/// `rprof run` decides by its own readings: lines that the command appends to the trace do not change its exit code.
#[test]
fn a_command_cannot_change_the_verdict_about_its_peak() {
    let place = Place::new();
    let script = "echo \"MEM 5000 $(date +%s).5\" >> \"$RPROF_TRACE\"";
    let done = done(
        place.rprof(["run", "-o", "t.dat", "--max-peak", "500MB", "sh", "-c", script]).output().unwrap(),
    );
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(place.trace().contains("MEM 5000 "));
}

/// Writes a trace of two seconds: 100 MiB, and this much more at each of its 400 ticks.
fn write_growth(place: &Place, name: &str, mib_at_tick: f64) {
    let line = |tick: u32| {
        let noise = f64::from(tick * 7919 % 5) / 100.0;
        let (mib, time) = (100.0 + f64::from(tick) * mib_at_tick + noise, 1.7e9 + f64::from(tick) * 0.005);
        format!("MEM {mib:.6} {time:.4}\n")
    };
    let lines: String = (0..400).map(line).collect();
    std::fs::write(place.path(name), format!("CMDLINE ./grow\n{lines}")).unwrap();
}

/// Growth is judged after the warm-up, and only when its interval lies on one side.
#[test]
fn growth_is_judged_by_its_interval() {
    let place = Place::new();
    write_growth(&place, "grow.dat", 0.25);
    let found = findings(&place, "grow.dat --max-growth 1MiB/s --max-growth 10GiB/s");
    assert_eq!((found.len(), &found[0]["verdict"]), (1, &"within".into()), "{found:?}");
    let beyond = check(&place, "grow.dat --max-growth 1MiB/s");
    assert_eq!(beyond.code, Some(3), "{}", beyond.stdout);
    for part in ["growth 50.0 MiB/s from ", "95 % interval", "exceeds --max-growth 1MiB/s by at least"] {
        assert!(beyond.stdout.contains(part), "{part}: {}", beyond.stdout);
    }
    write_growth(&place, "steady.dat", 0.0);
    let steady = check(&place, "steady.dat --max-growth 10MiB/s");
    assert_eq!(steady.code, Some(0), "{}", steady.stdout);
    assert!(steady.stdout.starts_with("within"), "{}", steady.stdout);
}

/// On a busy machine the steps may come so late that nothing is proven, but never for one of the two only.
#[test]
fn a_run_and_a_check_of_its_trace_judge_growth_alike() {
    let place = Place::new();
    let steps = "touch 1MiB hold 20ms ".repeat(60);
    let run = place.run_truth("-T 5ms --max-growth 1MiB/s", &steps);
    let again = check(&place, "t.dat --max-growth 1MiB/s");
    assert_eq!(run.code, again.code, "{}\n{}", run.stderr, again.stdout);
    assert!(run.stderr.contains("--max-growth 1MiB/s"), "{}", run.stderr);
}

/// mprof's traces have no upper bound, so nothing proves that a peak between two ticks was not higher.
#[test]
fn a_peak_without_an_upper_bound_is_not_proven() {
    let place = Place::new();
    let done = check(&place, &format!("{DATA}/mprof_funcs.dat --max-peak 4GB"));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(
        done.stdout.starts_with("not proven: ") && done.stdout.contains("no upper bound is known"),
        "{}",
        done.stdout
    );
    assert_eq!(check(&place, &format!("{DATA}/mprof_funcs.dat --max-peak 4GB --strict")).code, Some(3));
}

#[test]
fn a_failed_command_is_mentioned() {
    let place = Place::new();
    place.run_truth("-q", "touch 1MiB exit 7");
    let done = check(&place, "t.dat --max-peak 1GB");
    assert_eq!(done.code, Some(0));
    assert!(done.stderr.contains("the command failed with exit code 7"), "{}", done.stderr);
}

#[test]
fn a_baseline_finds_a_rise_and_mentions_a_fall() {
    let place = Place::new();
    record(&place, "base", &[59, 60, 61]);
    record(&place, "new", &[60, 66, 50, 72]);
    let saved = check(&place, "--save-baseline mem.json --name job base1.dat base2.dat base3.dat");
    assert_eq!(saved.code, Some(0), "{}", saved.stderr);
    assert!(saved.stderr.contains("baseline: mem.json (3 runs)"), "{}", saved.stderr);
    let text = std::fs::read_to_string(place.path("mem.json")).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let peaks = value["entries"]["job"]["peak_bytes"].as_array().unwrap();
    assert!(peaks.len() == 3 && peaks[0].as_u64() < peaks[2].as_u64(), "{text}");
    for (trace, options, code, part) in [
        ("new1.dat", "", 0, "tolerance 5 %"),
        ("new2.dat", "", 3, " % above the baseline of "),
        ("new2.dat", "--tolerance 20%", 0, "tolerance 20 %"),
        ("new3.dat", "", 0, "update the baseline with --save-baseline"),
        ("new1.dat new2.dat new3.dat", "", 0, "median peak "),
        ("new1.dat new2.dat new4.dat", "", 3, "of 3 runs"),
    ] {
        let done = check(&place, &format!("--baseline mem.json --name job {options} {trace}"));
        assert_eq!(done.code, Some(code), "{trace}: {}{}", done.stdout, done.stderr);
        assert!(done.stdout.contains(part) && done.stdout.contains("`job`: "), "{trace}: {}", done.stdout);
    }
    let found = findings(&place, "--baseline mem.json --name job new2.dat").remove(0);
    assert_eq!((&found["limit"], &found["baseline_runs"]), (&"baseline".into(), &3.into()));
    assert!((0.08..0.11).contains(&found["change"].as_f64().unwrap()), "{found}");
}

#[test]
fn saving_keeps_other_entries_and_refuses_what_is_beyond() {
    let place = Place::new();
    record(&place, "a", &[20, 40]);
    assert_eq!(check(&place, "--save-baseline mem.json --name one a1.dat").code, Some(0));
    assert_eq!(check(&place, "--save-baseline mem.json --name two a2.dat").code, Some(0));
    let both = std::fs::read_to_string(place.path("mem.json")).unwrap();
    assert!(both.find("\"one\"") < both.find("\"two\""), "{both}");
    // Again, with the same runs: not one byte changes.
    assert_eq!(check(&place, "--save-baseline mem.json --name one a1.dat").code, Some(0));
    assert_eq!(std::fs::read_to_string(place.path("mem.json")).unwrap(), both);
    // A check against the old baseline comes first, and a rise is not written over it.
    let risen = check(&place, "--baseline mem.json --save-baseline mem.json --name one a2.dat");
    assert_eq!(risen.code, Some(3), "{}", risen.stderr);
    assert!(risen.stderr.contains("`mem.json` is not written"), "{}", risen.stderr);
    assert_eq!(std::fs::read_to_string(place.path("mem.json")).unwrap(), both);
    assert_eq!(std::fs::read_dir(place.dir.path()).unwrap().count(), 3, "a file was left behind");
}

/// A check that cannot be made is a fault, never a pass.
#[test]
fn a_baseline_that_cannot_be_used_is_a_fault_with_a_remedy() {
    let place = Place::new();
    record(&place, "a", &[5]);
    std::fs::write(
        place.path("other.json"),
        "{\"rprof_baseline\": 1, \"entries\": {\"x\": {\"metric\": \"pss\", \"peak_bytes\": [1]}}}",
    )
    .unwrap();
    std::fs::write(place.path("foreign.json"), "{\"name\": \"package\"}").unwrap();
    std::fs::write(place.path("newer.json"), "{\"rprof_baseline\": 2}").unwrap();
    std::fs::write(place.path("damaged.json"), "{\"rprof_baseline\": 1, \"entries\": 7}").unwrap();
    for (file, name, part) in [
        ("missing.json", "x", "--save-baseline missing.json"),
        ("other.json", "y", "has no entry `y`; it has `x`; choose one with --name"),
        ("other.json", "x", "has PSS for `x`, and the trace RSS"),
        ("foreign.json", "x", "not a baseline of rprof"),
        ("newer.json", "x", "use a newer rprof"),
        ("damaged.json", "x", "is damaged"),
        (".", "x", "cannot read the baseline"),
    ] {
        let done = check(&place, &format!("--baseline {file} --name {name} a1.dat"));
        assert_eq!(done.code, Some(1), "{file}: {}", done.stdout);
        assert!(done.stderr.contains(part), "{file}: {}", done.stderr);
        assert_eq!(done.stdout, "", "{file}");
    }
    for file in ["foreign.json", "newer.json", "damaged.json"] {
        let before = std::fs::read_to_string(place.path(file)).unwrap();
        assert_eq!(check(&place, &format!("--save-baseline {file} a1.dat")).code, Some(1), "{file}");
        assert_eq!(std::fs::read_to_string(place.path(file)).unwrap(), before, "{file}");
    }
}

#[test]
fn runs_are_named_by_their_command() {
    let place = Place::new();
    record(&place, "a", &[8, 16]);
    assert_eq!(check(&place, "--save-baseline mem.json a1.dat a2.dat").code, Some(0));
    let value: Value = serde_json::from_slice(&std::fs::read(place.path("mem.json")).unwrap()).unwrap();
    let names: Vec<&String> = value["entries"].as_object().unwrap().keys().collect();
    assert!(names.len() == 2 && names.iter().any(|name| name.ends_with("truth touch 8MiB")), "{names:?}");
    assert_eq!(check(&place, "--baseline mem.json a2.dat a1.dat").stdout.lines().count(), 2);
}
