//! `rprof bench`: the measured numbers against known trees, the order of runs and hooks, failures, and the files.

use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::support::{MIB, Place, done, finish, send, skip, truth, wait_for};

/// Runs `rprof bench` with options and commands, and `--export-json out.json`.
fn bench(place: &Place, options: &str, commands: &[&str]) -> crate::support::Done {
    let mut command = place.rprof(["bench", "--export-json", "out.json"]);
    command.args(options.split_whitespace()).args(commands);
    done(command.output().unwrap())
}

/// The same with traces in `kept`, for commands that wait for the file `go`. It appears once for each run whose trace shows
/// what the test is about, so that no tick and no PSS round has to fall into a short time.
#[cfg(target_os = "linux")]
fn bench_until(
    place: &Place,
    words: &[&str],
    is_shown: impl Fn(&str, &crate::support::shown::Shown) -> bool,
) -> crate::support::Done {
    let mut command =
        place.rprof(["bench", "--export-json", "out.json", "--traces", "kept"].iter().chain(words));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut released = std::collections::BTreeSet::new();
    while child.try_wait().unwrap().is_none() {
        let before = released.len();
        // The deadline is that of one run.
        wait_for("a run of the benchmark", || {
            let kept = std::fs::read_dir(place.path("kept")).into_iter().flatten().flatten();
            for path in kept.map(|entry| entry.path()) {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if !released.contains(&name) && is_shown(&name, &crate::support::shown::Shown::of(&path)) {
                    std::fs::write(place.path("go"), "").unwrap();
                    released.insert(name);
                }
            }
            released.len() > before || child.try_wait().unwrap().is_some()
        });
    }
    finish(child)
}

/// The same, for words that have blanks.
fn bench_words(place: &Place, words: &[&str]) -> crate::support::Done {
    done(place.rprof(["bench", "--export-json", "out.json"].iter().chain(words)).output().unwrap())
}

fn results(place: &Place) -> Vec<Value> {
    let text = std::fs::read_to_string(place.path("out.json")).expect("the results");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(all["schema_version"], 2);
    all["results"].as_array().expect("results").clone()
}

fn log(place: &Place) -> String {
    let text = std::fs::read_to_string(place.path("log")).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn median(result: &Value, metric: &str) -> f64 {
    result["summary"][metric]["median"].as_f64().unwrap_or_else(|| panic!("no {metric} in {result}"))
}

fn truth_line(script: &str) -> String {
    format!("{} {script}", truth().display())
}

/// The peak of each tree is known to within what a process needs besides the memory that it touches. hyperfine reports the
/// largest single process, and finds two of the five.
#[test]
#[cfg(target_os = "linux")]
fn the_peaks_of_five_trees_of_known_size_are_within_three_per_cent() {
    let place = Place::new();
    let base = truth_line("hold 30ms");
    let one = truth_line("touch 200MiB hold 30ms");
    let two = truth_line(
        "fork 1 [ touch 100MiB ready a await b await go ] fork 1 [ touch 200MiB ready b await a await go ] wait",
    );
    let shared = truth_line("touch 200MiB fork 4 [ await go ] wait");
    // The orphan is still there when the command ends.
    let orphan = truth_line("daemon [ touch 200MiB ready d await go hold 200ms ] await d await go");
    let spike = truth_line("touch 300MiB free hold 30ms");
    let done = bench_until(
        &place,
        &[
            "-r",
            "3",
            "-T",
            "10ms",
            "--prepare",
            "rm -f a b d go",
            &base,
            &one,
            &two,
            &shared,
            &orphan,
            &spike,
        ],
        |trace, shown| match &trace[..2] {
            "3-" => shown.most_pss >= 300 * MIB,
            "4-" => shown.most_pss >= 200 * MIB && shown.most_bytes > 900 * MIB,
            "5-" => shown.most_pss >= 200 * MIB,
            _ => false,
        },
    );
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let found = results(&place);
    let base = median(&found[0], "memory_peak_tree");
    // Name, result, metric, touched MiB, processes that use pages of their own.
    let cases = [
        ("one process", 1, "memory_peak_tree", 200, 1.0),
        ("two children at once", 2, "memory_peak_pss", 300, 1.0),
        ("four forks that share", 3, "memory_peak_pss", 200, 1.0),
        ("an orphan", 4, "memory_peak_pss", 200, 1.0),
        ("a spike", 5, "memory_peak_tree", 300, 1.0),
    ];
    for (name, at, metric, touched, processes) in cases {
        let true_peak = f64::from(touched) * MIB as f64 + processes * base;
        let peak = median(&found[at], metric);
        let error = peak / true_peak - 1.0;
        assert!(error.abs() < 0.03, "{name}: {:.1} MiB, {:+.1} %", peak / MIB as f64, error * 100.0);
    }
    // The sum of RSS counts what the forks share five times.
    assert!(median(&found[3], "memory_peak_tree") > 900.0 * MIB as f64);
    assert!(median(&found[2], "memory_peak_resident") < 215.0 * MIB as f64);
    let upper = median(&found[2], "memory_peak_tree_upper");
    assert!(upper >= median(&found[2], "memory_peak_tree"), "{upper}");
    assert_eq!(found[1]["measurements"][0]["exact"], true);
    assert!(found[1]["measurements"][0]["parts"]["at_peak"]["anon"].as_u64().unwrap() > 190 * MIB);
}

/// What rprof needs must not count: hyperfine reports 2.9 MB for `true`, which is its own memory.
#[test]
#[cfg(target_os = "linux")]
fn a_small_command_keeps_its_small_numbers() {
    if cfg!(debug_assertions) {
        return skip(
            "a debug build of rprof is itself larger than `true`, so its fork hides the memory of that",
        );
    }
    let place = Place::new();
    let done = bench(&place, "-r 20", &["true"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let found = &results(&place)[0];
    for metric in ["memory_peak_resident", "memory_peak_tree"] {
        assert!(median(found, metric) < 2.9e6, "{metric}: {}", median(found, metric));
    }
    assert!(median(found, "time_wall_clock") > 0.0 && median(found, "page_faults_minor") > 10.0);
    for run in found["measurements"].as_array().unwrap() {
        assert_eq!((&run["exit_code"], &run["processes"]), (&Value::from(0), &Value::from(1)));
    }
}

#[test]
fn the_commands_take_turns_unless_in_blocks() {
    let (a, b) = ("sh -c 'echo a >> log'", "sh -c 'echo b >> log'");
    for (options, order) in [
        ("-r 3", "a b b a a b"),
        ("-r 3 --blocks", "a a a b b b"),
        ("-r 2 --setup true", "a a b b"),
        ("-r 2 --setup true --interleave", "a b b a"),
        ("-r 1 -w 2", "a b b a a b"),
    ] {
        let place = Place::new();
        let done = bench(&place, options, &[a, b]);
        assert_eq!((done.code, log(&place).as_str()), (Some(0), order), "{options}: {}", done.stderr);
    }
}

/// A setup such as `git switch {branch}` would undo that of the command before if all setups came first.
#[test]
fn hooks_stand_where_hyperfine_has_them() {
    let place = Place::new();
    let words = [
        "-S",
        "-r",
        "2",
        "-w",
        "1",
        "-L",
        "x",
        "1,2",
        "--setup",
        "echo setup{x} >> log",
        "--prepare",
        "echo prepare >> log",
        "--conclude",
        "echo conclude$HYPERFINE_ITERATION >> log",
        "--cleanup",
        "echo cleanup{x} >> log",
        "echo run{x} >> log",
    ];
    let done = bench_words(&place, &words);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let block = |x| {
        format!(
            "setup{x} prepare run{x} concludewarmup-0 prepare run{x} conclude0 prepare run{x} conclude1 cleanup{x}"
        )
    };
    assert_eq!(log(&place), [block(1), block(2)].join(" "));
    let found = results(&place);
    assert_eq!(
        (&found[1]["command"], &found[1]["parameters"]["x"]["value"]),
        (&"echo run2 >> log".into(), &"2".into())
    );
}

#[test]
fn one_hook_serves_all_commands_and_several_one_each() {
    let place = Place::new();
    let words = ["-r", "1", "-p", "echo one >> log", "-p", "echo two >> log", "true", "sh -c true"];
    assert_eq!(bench_words(&place, &words).code, Some(0));
    assert_eq!(log(&place), "one two");
    let words = ["-r", "1", "-p", "a", "-p", "b", "true", "true", "true"];
    let refused = bench_words(&place, &words);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("--prepare is given 2 times"), "{}", refused.stderr);
    let failed = bench_words(&place, &["-r", "1", "-p", "exit 3", "true"]);
    assert_eq!(failed.code, Some(1));
    assert!(failed.stderr.contains("--prepare command `exit 3` exited with code 3"), "{}", failed.stderr);
}

#[test]
fn parameters_name_environment_and_command() {
    let place = Place::new();
    let line = truth_line("touch {n}MiB hold 20ms");
    let words = ["-r", "2", "-P", "n", "20", "60", "-D", "20", "-n", "touch {n}", &line];
    assert_eq!(bench_words(&place, &words).code, Some(0));
    let found = results(&place);
    let names: Vec<&str> = found.iter().map(|result| result["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["touch 20", "touch 40", "touch 60"]);
    let peaks: Vec<f64> =
        found.iter().map(|result| median(result, "memory_peak_tree") / MIB as f64).collect();
    assert!(
        (18.0..22.0).contains(&(peaks[1] - peaks[0])) && (18.0..22.0).contains(&(peaks[2] - peaks[1])),
        "{peaks:?}"
    );
    let words = ["-r", "1", "-P", "n", "1", "2", "--env", "N={n}", "sh -c 'echo $N >> log'"];
    assert_eq!(bench_words(&place, &words).code, Some(0));
    assert_eq!(log(&place), "1 2");
    assert_eq!(results(&place)[1]["environment"]["N"], "2");
}

#[test]
fn a_failure_stops_the_runs_unless_it_is_accepted() {
    let place = Place::new();
    let done = bench(&place, "-r 2", &["true", "sh -c 'exit 3'"]);
    assert_eq!(done.code, Some(1));
    assert!(
        done.stderr.contains("exited with code 3 in run 1") && done.stderr.contains("--ignore-failure"),
        "{}",
        done.stderr
    );
    assert_eq!(
        results(&place)[0]["measurements"].as_array().map(Vec::len),
        Some(1),
        "the runs before are kept"
    );
    for (options, code) in
        [("-i", 0), ("--ignore-failure", 0), ("--ignore-failure=3", 0), ("--ignore-failure=2", 1)]
    {
        let done = bench(&place, &format!("-r 2 {options}"), &["sh -c 'exit 3'"]);
        assert_eq!(done.code, Some(code), "{options}: {}", done.stderr);
    }
    assert_eq!(bench(&place, "-r 1", &["sh -c 'kill -9 $$'"]).code, Some(1));
}

#[test]
fn a_command_that_cannot_start_has_the_exit_code_of_run() {
    let place = Place::new();
    std::fs::write(place.path("data"), "x").unwrap();
    for (command, code, words) in
        [("no-such-program-anywhere", 127, "not found in PATH"), ("./data", 126, "./data")]
    {
        let done = bench(&place, "-r 2", &[command]);
        assert_eq!(done.code, Some(code), "{command}: {}", done.stderr);
        assert!(done.stderr.contains(words), "{}", done.stderr);
    }
    for line in ["bench", "bench --no-such-option x", "bench -r 0 x", "bench -m x y"] {
        assert_eq!(place.run(line).code, Some(2), "{line}");
    }
    for words in
        [&["a && b"][..], &["--reference", "c", "a"], &["-m", "3", "-M", "2", "a"], &["--output", "x", "a"]]
    {
        let done = bench_words(&place, words);
        assert_eq!(done.code, Some(2), "{words:?}");
        assert!(!done.stderr.is_empty());
    }
}

#[test]
fn ctrl_c_ends_the_run_and_keeps_the_results_so_far() {
    let place = Place::new();
    let mut command = place.rprof([
        "bench",
        "-r",
        "100000",
        "--export-json",
        "out.json",
        "sh -c 'echo x >> log; sleep 0.02'",
    ]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for("some runs", || log(&place).len() > 10);
    send(child.id(), Signal::SIGINT);
    let done = finish(child);
    assert_eq!(done.code, Some(130), "{}", done.stderr);
    assert!(
        done.stdout.contains("Benchmark 1") && done.stderr.contains("interrupted"),
        "{}{}",
        done.stdout,
        done.stderr
    );
    let runs = results(&place)[0]["measurements"].as_array().unwrap().len();
    assert!(runs >= 3 && log(&place).split(' ').count() >= runs, "{runs}");
}

/// A command that ignores Ctrl-C must not keep rprof from ending.
#[test]
fn ctrl_c_ends_a_command_that_ignores_it() {
    let place = Place::new();
    let mut command = place.rprof(["bench", "-r", "3", "sh -c 'trap \"\" INT; touch started; sleep 600'"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    place.await_file("started");
    send(child.id(), Signal::SIGINT);
    let done = finish(child);
    assert_eq!((done.code, done.stdout.as_str()), (Some(130), ""), "{}", done.stderr);
}

/// A daemon of an earlier run ended during a later one: its memory and CPU time counted as those of the later command.
#[test]
#[cfg(target_os = "linux")]
fn a_daemon_that_outlives_its_run_does_not_count_in_the_next() {
    let place = Place::new();
    let daemon = truth_line("daemon [ touch 100MiB ready d await e ] await d await go");
    let other = truth_line("ready e hold 300ms");
    let done = bench_until(&place, &["-r", "1", "-T", "10ms", &daemon, &other], |trace, shown| {
        trace.starts_with("1-") && shown.most_bytes >= 100 * MIB
    });
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let found = results(&place);
    assert!(median(&found[0], "memory_peak_tree") > 100.0 * MIB as f64);
    assert!(median(&found[1], "memory_peak_tree") < 20.0 * MIB as f64, "{}", found[1]);
    assert!(done.stderr.contains("still running after its run"), "{}", done.stderr);
}

#[test]
fn streams_go_where_the_options_say() {
    let place = Place::new();
    std::fs::write(place.path("in"), "hello\n").unwrap();
    let done = bench(&place, "-r 2 --input in --output ./out", &["cat"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(std::fs::read_to_string(place.path("out")).unwrap(), "hello\n");
    // A pipe without a reader would stop the command at 64 KiB.
    assert_eq!(bench(&place, "-r 2 --output pipe", &["head -c 1000000 /dev/zero"]).code, Some(0));
    let done = bench(&place, "-r 1 --show-output", &["echo seen"]);
    assert!(done.stdout.contains("seen\n"), "{}", done.stdout);
    let done = bench(&place, "-r 1", &["sh -c 'echo hidden; echo hidden >&2; cat'"]);
    assert!(
        !done.stdout.contains("hidden\n") && !done.stderr.contains("hidden"),
        "{}{}",
        done.stdout,
        done.stderr
    );
    assert_eq!(bench(&place, "-r 1 --input missing", &["cat"]).code, Some(2));
}

#[test]
fn every_run_keeps_its_trace() {
    let place = Place::new();
    let line = truth_line("touch 20MiB mark done hold 20ms");
    let done = bench_words(&place, &["-r", "2", "--traces", "kept", "-n", "one", &line]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    for run in ["kept/1-one-0001.dat", "kept/1-one-0002.dat"] {
        let peak = place.peak_of(run);
        assert!(peak["peak_bytes"].as_u64().unwrap() > 20 * MIB, "{peak}");
        assert_eq!(peak["marks"][0]["label"], "done", "{peak}");
    }
    assert_eq!(results(&place)[0]["measurements"][1]["trace"], "kept/1-one-0002.dat");
    // The traces of another benchmark are not overwritten.
    assert_eq!(bench_words(&place, &["-r", "1", "--traces", "kept", "-n", "one", &line]).code, Some(1));
    assert_eq!(
        bench_words(&place, &["-r", "1", "--force", "--traces", "kept", "-n", "one", &line]).code,
        Some(0)
    );
}

#[test]
fn the_report_has_tables_and_a_verdict() {
    let place = Place::new();
    let (small, large) = (truth_line("touch 20MiB hold 50ms"), truth_line("touch 60MiB hold 50ms"));
    let words = ["-r", "5", "-n", "small", "-n", "large", "-n", "again", "--reference", "small"];
    let done = bench_words(&place, &[&words[..], &[&small, &large, &small]].concat());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    for part in [
        "Benchmark 1: small (5 runs)",
        "time [ms]",
        "peak, RSS [MiB]",
        "page faults",
        "Compared with small",
        "% more memory (",
    ] {
        assert!(done.stdout.contains(part), "`{part}` is not in {}", done.stdout);
    }
    let found = results(&place);
    assert_eq!(found[1]["difference"]["memory_peak_tree"]["verdict"], "larger");
    let quiet = bench(&place, "-r 1 --style none", &["true"]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    let coloured = bench(&place, "-r 1 --style color", &["true"]);
    assert!(coloured.stdout.contains("\x1b[1mBenchmark 1: true\x1b[0m"), "{:?}", coloured.stdout);
    assert!(!bench(&place, "-r 1", &["true"]).stdout.contains('\x1b'));
}

#[test]
fn every_format_is_written() {
    let place = Place::new();
    let done = bench(
        &place,
        "-r 3 --export-csv a.csv --export-markdown a.md --export-asciidoc a.adoc --export-orgmode a.org",
        &["true", "sh -c true"],
    );
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    for (file, part) in [
        ("a.csv", "command,time_wall_clock_unit,time_wall_clock_mean,"),
        ("a.md", "| Command | Mean Wall Time ["),
        ("a.adoc", "|===\n| Command\n"),
        ("a.org", "| =true= | "),
    ] {
        let text = std::fs::read_to_string(place.path(file)).unwrap();
        assert!(text.contains(part), "{file}: {text}");
    }
    let printed = done_of(&place, &["bench", "-r", "2", "--style", "none", "--export-json", "-", "true"]);
    let all: Value = serde_json::from_str(&printed.stdout).expect("only JSON");
    assert_eq!(all["results"][0]["measurements"].as_array().map(Vec::len), Some(2));
    let refused = done_of(&place, &["bench", "-r", "2", "--export-csv", "no/such/a.csv", "touch started"]);
    assert_eq!(refused.code, Some(1));
    assert!(!place.path("started").exists());
}

fn done_of(place: &Place, words: &[&str]) -> crate::support::Done {
    done(place.rprof(words).output().unwrap())
}

#[test]
fn a_figure_is_drawn_and_drawn_again() {
    let place = Place::new();
    let (one, two) = (truth_line("touch 20MiB hold 50ms"), truth_line("touch 40MiB hold 80ms"));
    for file in ["b.svg", "b.pdf", "b.png"] {
        for _ in 0..2 {
            let done = bench_words(
                &place,
                &["-r", "4", "-T", "10ms", "-n", "one", "-n", "two", "-o", file, &one, &two],
            );
            assert_eq!(done.code, Some(0), "{}", done.stderr);
        }
    }
    let svg = std::fs::read_to_string(place.path("b.svg")).unwrap();
    assert!(svg.contains(">one<") && svg.contains(">two<"), "{svg}");
    std::fs::write(place.path("c.svg"), "precious").unwrap();
    assert_eq!(bench_words(&place, &["-r", "1", "-o", "c.svg", "touch started"]).code, Some(2));
    assert!(!place.path("started").exists());
    assert_eq!(std::fs::read_to_string(place.path("c.svg")).unwrap(), "precious");
    assert_eq!(bench_words(&place, &["-r", "1", "-o", "x.gif", &one]).code, Some(2));
}

/// The scripts of hyperfine 2.0: those that `RPROF_HYPERFINE_SCRIPTS` names, or those of its package in cargo's registry.
fn scripts() -> Option<std::path::PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(Into::into);
    let home = home.or_else(|| Some(std::path::PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    let registries = std::fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
    let packed =
        registries.flat_map(|registry| std::fs::read_dir(registry.path()).into_iter().flatten().flatten());
    let packed = packed.filter(|package| package.file_name().to_string_lossy().starts_with("hyperfine-2"));
    let named = std::env::var_os("RPROF_HYPERFINE_SCRIPTS").map(Into::into);
    named.into_iter().chain(packed.map(|package| package.path().join("scripts"))).find(|place| place.is_dir())
}

#[test]
fn hyperfines_scripts_read_the_results() {
    let Some(scripts) = scripts() else {
        return skip("no scripts of hyperfine 2 (cargo info hyperfine@2.0.0 fetches them): they are not run");
    };
    let Some(python) = super::peers::python() else {
        return skip("no Python with matplotlib (`make peers` creates one): hyperfine's scripts are not run");
    };
    let place = Place::new();
    let words = ["-r", "5", "-P", "n", "1", "2", "sleep 0.0{n}"];
    assert_eq!(bench_words(&place, &words).code, Some(0));
    for (script, arguments) in [
        ("advanced_statistics.py", &["out.json"][..]),
        ("advanced_statistics.py", &["--metric", "memory_peak_resident", "out.json"]),
        ("plot_whisker.py", &["out.json", "-o", "w.png"]),
        ("plot_histogram.py", &["out.json", "-o", "h.png"]),
        ("plot_parametrized.py", &["out.json", "-o", "p.png"]),
        ("plot_progression.py", &["out.json", "-o", "r.png"]),
        ("welch_ttest.py", &["out.json"]),
    ] {
        let mut command = Command::new(&python);
        command
            .arg(scripts.join(script))
            .args(arguments)
            .current_dir(place.dir.path())
            .env("MPLBACKEND", "agg");
        let done = done(command.output().unwrap());
        if done.stderr.contains("No module named") {
            skip(&format!("{script} needs a module that the Python of the tests lacks"));
            continue;
        }
        assert_eq!(done.code, Some(0), "{script}: {}", done.stderr);
    }
}

/// Every console block of docs/bench.md is run, with few runs.
#[test]
fn the_commands_of_the_document_run() {
    let place = Place::new();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/bench.md");
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(place.path("numbers.txt"), "3\n1\n2\n").unwrap();
    let binary = env!("CARGO_BIN_EXE_rprof");
    let mut count = 0;
    let mut is_console = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_console = line == "```console";
            continue;
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| is_console) else { continue };
        let limit = if command.contains("--runs") { "" } else { "--max-runs 4 " };
        let command = command.replace("rprof bench ", &format!("{binary} bench {limit}"));
        let command = command.replace("rprof peak ", &format!("{binary} peak "));
        let done =
            done(Command::new("sh").args(["-c", &command]).current_dir(place.dir.path()).output().unwrap());
        assert_eq!(done.code, Some(0), "{command}: {}{}", done.stdout, done.stderr);
        count += 1;
    }
    assert!(count >= 8, "{count} commands");
}
