//! Command lines of mprof's users: the rows of docs/coming-from-mprof.md, except those on `plot`.

use std::process::Stdio;
use std::time::Instant;

use crate::support::{MIB, Place, SLACK, assert_near, done, finish, patience, skip, truth};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");

#[test]
fn without_a_command_there_is_usage() {
    let place = Place::new();
    for line in ["", "bogus", "rm", "peak --bogus", "plot --bogus", "list --bogus"] {
        let done = place.run(line);
        assert_eq!(done.code, Some(2), "{line}");
        assert!(done.stderr.contains("Usage"), "{}", done.stderr);
    }
}

#[test]
fn version_is_on_every_command() {
    let place = Place::new();
    for command in ["", "run", "attach", "list", "rm", "clean", "plot", "peak"] {
        let done = place.run(&format!("{command} --version"));
        assert_eq!(done.code, Some(0), "{command}");
        assert!(done.stdout.contains(env!("CARGO_PKG_VERSION")), "{command}: {}", done.stdout);
        let help = place.run(&format!("{command} -h"));
        assert_eq!(help.code, Some(0), "{command}");
        assert!(help.stdout.contains(format!("Usage: rprof {command}").trim()), "{}", help.stdout);
    }
}

#[test]
fn options_stand_anywhere_before_the_command() {
    for line in [
        "run -E -C -M -T 0.01 -o t.dat printf %s -o",
        "run --exit-code --interval 0.01 --output t.dat --include-children -- printf %s -o",
        "run --output=t.dat -CME -T0.01 --backend=psutil printf %s -o",
    ] {
        let place = Place::new();
        let done = place.run(line);
        assert_eq!((done.code, done.stdout.as_str()), (Some(0), "-o"), "{line}: {}", done.stderr);
        assert!(place.path("t.dat").exists(), "{line}");
    }
}

#[test]
fn a_plain_interpreter_is_left_alone() {
    let place = Place::new();
    let done = place.run("run -q -o t.dat sh -c env");
    assert!(!done.stdout.lines().any(|line| line.starts_with("PYTHONPATH=") && line.contains("rprof")));
    // Only a first word that ends in .py makes a Python program.
    std::fs::write(place.path("s.py"), "exit 4").unwrap();
    assert_eq!(place.run("run -q -o u.dat sh s.py").code, Some(4));
}

#[test]
fn the_end_is_noticed_at_once() {
    let place = Place::new();
    let begun = Instant::now();
    assert_eq!(place.run("run -q -T 1h sleep 0.1").code, Some(0));
    assert!(begun.elapsed() < patience());
}

#[test]
fn children_are_counted_with_and_without_c() {
    let place = Place::new();
    let script = "fork 2 [ touch 20MiB await go ] touch 10MiB await go";
    for (options, expected) in
        [("", 50), ("-C", 50), ("--include-children", 50), ("-C -M", 50), ("--no-children", 10)]
    {
        place.run_truth_until(&format!("-q {options}"), script, |shown| {
            shown.bytes >= expected * MIB && (shown.processes == 3 || expected == 10)
        });
        assert_near(&place.peak()["peak_bytes"], expected * MIB, 3 * SLACK);
    }
    assert_eq!(place.run("run -C --no-children true").code, Some(125));
}

#[test]
fn multiprocess_keeps_profile_and_lists_children() {
    let place = Place::new();
    place.run_truth_until("-q -M", "fork 2 [ touch 20MiB await go ] await go", |shown| {
        shown.processes == 3 && shown.bytes >= 40 * MIB
    });
    assert!(place.run("peak t.dat").stdout.matches("  Child ").count() >= 2);
    std::fs::write(place.path("s.py"), "@profile\ndef f(): pass\nf()\n").unwrap();
    let mut command = place.rprof(["run", "-q", "-M", "-o", "p.dat", "s.py"]);
    match command.env("XDG_CACHE_HOME", place.dir.path()).output().unwrap().status.code() {
        Some(127) => skip("there is no Python"),
        code => assert_eq!(code, Some(0)),
    }
}

/// memory_profiler's own test of `--exit-code`. Without the option mprof always returned 0.
#[test]
fn the_exit_code_option_is_accepted() {
    let place = Place::new();
    for option in ["", "-E", "--exit-code"] {
        for (script, code) in [("exit 0", 0), ("exit 1", 1), ("exit 7", 7)] {
            assert_eq!(
                place.run_truth(&format!("-q {option}"), script).code,
                Some(code),
                "{option} {script}"
            );
        }
    }
}

#[test]
fn a_time_limit_of_zero_is_refused() {
    let place = Place::new();
    for line in ["run -t 0 true", "run --timeout 0 true", "attach -t 0 1"] {
        let done = place.run(line);
        assert_eq!(done.code, Some(125), "{line}");
        assert!(done.stderr.contains("above 0"), "{}", done.stderr);
    }
}

#[test]
fn backends_are_metrics() {
    let place = Place::new();
    for (backend, metric) in
        [("psutil", "rss"), ("posix", "rss"), ("psutil_pss", "pss"), ("psutil_uss", "uss")]
    {
        let done = place.run_truth(&format!("-q --backend {backend}"), "touch 20MiB hold 100ms");
        assert_eq!(done.code, Some(0), "{backend}: {}", done.stderr);
        assert_eq!(place.peak()["metric"], metric);
    }
    let refused = place.run("run --backend tracemalloc touch started");
    assert_eq!(refused.code, Some(125));
    assert!(refused.stderr.contains("psutil_pss"), "{}", refused.stderr);
    assert_eq!(place.run("run --backend psutil --metric pss touch started").code, Some(125));
    assert!(!place.path("started").exists());
}

/// A forked child shares its parent's pages. mprof counted them in full for each child, even with the PSS backend.
#[test]
fn a_backend_applies_to_the_children_too() {
    let place = Place::new();
    let largest = |backend: &str| {
        let options = format!("-q -T 20ms --backend {backend}");
        place.run_truth_until(&options, "touch 30MiB fork 3 [ await go ] wait", |shown| shown.processes == 4);
        let peaks = place.run("peak t.dat").stdout;
        let children = peaks.lines().filter(|line| line.starts_with("  Child "));
        let mib = |line: &str| line.trim_end_matches(" MiB").rsplit('\t').next()?.parse::<f64>().ok();
        children.map(|line| mib(line).expect(line)).filter(|mib| *mib > 20.0).count()
    };
    assert_eq!(largest("psutil"), 4);
    assert!(largest("psutil_pss") <= 1, "the parent, before it forked");
}

#[test]
fn attach_accepts_the_options_of_run() {
    for spelling in ["attach", "run --attach", "attach --attach --python", "attach -a --nopython --exit-code"]
    {
        let place = Place::new();
        let mut stranger = std::process::Command::new(truth()).args(["hold", "60s"]).spawn().unwrap();
        let line = format!("{spelling} -C -M -E -T 0.02 -t 0.2 -o t.dat --backend psutil {}", stranger.id());
        let mut command = place.rprof(line.split(' '));
        let done = finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
        assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
        assert!(place.trace().contains("\nMEM ") && !place.trace().contains("\nFUNC "), "{line}");
    }
}

/// The command lines in memory_profiler's README, in its order, with `rprof` for `mprof`.
#[test]
fn the_command_lines_of_memory_profilers_readme_work() {
    let place = Place::new();
    std::fs::write(place.path("script.py"), "@profile\ndef f(): pass\nf()\n").unwrap();
    for line in [
        "run sh -c exit",
        "plot",
        "run --python python3 script.py",
        "plot",
        "plot --flame",
        "list",
        "run --include-children script.py",
        "run --multiprocess script.py",
        "plot",
        "plot -t 'Recorded memory usage'",
        "plot -n",
        "plot -s",
        "rm 0",
        "clean",
    ] {
        // A shell reads the line, because of its quotes.
        let script = format!("exec {} {line}", env!("CARGO_BIN_EXE_rprof"));
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).current_dir(place.dir.path()).env("XDG_CACHE_HOME", place.dir.path());
        crate::support::with_default_settings(&mut shell);
        let done = done(shell.output().unwrap());
        if done.code == Some(127) && line.contains(".py") {
            skip("there is no Python: one line of memory_profiler's README is not run");
            continue;
        }
        assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
    }
    assert_eq!(place.run("list").stdout, "");
}

#[test]
fn companions_of_2013_are_left_alone() {
    let place = Place::new();
    for name in ["mprofile_20130101120000.dat", "mprofile_20130101120000_ts.dat"] {
        std::fs::copy(format!("{DATA}/numpy_ex3.dat"), place.path(name)).unwrap();
    }
    assert_eq!(place.run("list").stdout.lines().count(), 1);
    assert_eq!(place.run("clean").code, Some(0));
    assert!(place.path("mprofile_20130101120000_ts.dat").exists());
}

#[test]
fn a_file_named_like_a_number_wins() {
    let place = Place::new();
    for name in ["0", "mprofile_20200101120000.dat"] {
        std::fs::copy(format!("{DATA}/numpy_ex3.dat"), place.path(name)).unwrap();
    }
    assert!(place.run("peak 0").stdout.starts_with("0\t"));
    assert_eq!(place.run("rm 0").code, Some(0));
    assert!(!place.path("0").exists() && place.path("mprofile_20200101120000.dat").exists());
}

#[test]
fn peak_without_a_name_takes_the_newest() {
    let place = Place::new();
    let none = place.run("peak");
    assert_eq!((none.code, none.stdout.as_str()), (Some(1), ""));
    for (name, data) in
        [("mprofile_20200101120000.dat", "numpy_ex1"), ("mprofile_20200102120000.dat", "numpy_ex3")]
    {
        std::fs::copy(format!("{DATA}/{data}.dat"), place.path(name)).unwrap();
    }
    let expected = "Using last profile data.\nmprofile_20200102120000.dat\t61.027 MiB\n";
    assert_eq!(place.run("peak").stdout, expected);
}

#[test]
fn an_empty_list_is_no_error() {
    let place = Place::new();
    for line in ["list", "clean"] {
        let done = place.run(line);
        assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (Some(0), "", ""), "{line}");
    }
}

#[test]
fn a_trace_named_twice_counts_once() {
    let place = Place::new();
    std::fs::copy(format!("{DATA}/numpy_ex3.dat"), place.path("mprofile_20200101120000.dat")).unwrap();
    let twice = "mprofile_20200101120000.dat 0 -1";
    assert_eq!(place.run(&format!("peak {twice}")).stdout, place.run("peak 0").stdout);
    for (line, file) in [(format!("plot {twice} -o a.svg"), "a.svg"), ("plot 0 -o b.svg".into(), "b.svg")] {
        assert_eq!(place.run(&line).code, Some(0));
        assert!(place.path(file).exists());
    }
    let figure = |name: &str| std::fs::read(place.path(name)).unwrap();
    assert!(figure("a.svg") == figure("b.svg"));
}

/// The memory in a FUNC line belongs to the function. It is no part of the curve or its peak.
#[test]
fn the_peak_is_the_largest_mem_value() {
    let place = Place::new();
    let text = "CMDLINE x\nMEM 10.0 1600000000.0\nMEM 20.0 1600000001.0\n\
                FUNC m.f 15.0 1600000000.4 50.0 1600000000.6 0\nMEM 12.0 1600000002.0\n";
    std::fs::write(place.path("t.dat"), text).unwrap();
    assert_eq!(place.run("peak t.dat").stdout, "t.dat\t20.000 MiB\n");
    assert_eq!(place.run("peak --func m.f t.dat").stdout, "t.dat\t50.000 MiB\n");
    assert_eq!(place.run("plot t.dat -o x.svg").code, Some(0));
    let svg = std::fs::read_to_string(place.path("x.svg")).unwrap();
    assert!(svg.contains(">peak 20.0 MiB at 1.00 s<") && svg.contains(">≥ 50.0 MiB<"), "{svg}");
}

#[test]
fn a_trace_without_a_sample_is_an_error() {
    let place = Place::new();
    std::fs::write(place.path("t.dat"), "CMDLINE x\n").unwrap();
    for line in ["peak t.dat", "plot t.dat -o x.svg"] {
        let done = place.run(line);
        assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{line}");
        assert!(done.stderr.contains("t.dat") && done.stderr.contains("no sample"), "{}", done.stderr);
    }
    assert!(!place.path("x.svg").exists());
}

#[test]
fn peak_func_takes_the_short_name_too() {
    let place = Place::new();
    let peak = |name: &str| place.run(&format!("peak --func {name} {DATA}/mprof_funcs.dat"));
    assert_eq!(peak("__main__.load").stdout, peak("load").stdout);
    assert!(peak("load").stdout.contains(" MiB"));
    let unknown = peak("nothing");
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains("load") && unknown.stderr.contains("transform"), "{}", unknown.stderr);
}

/// memory_profiler ended the whole program with an `IndexError` and wrote no FUNC line.
#[test]
fn a_function_in_a_daemon_thread_does_no_harm() {
    let place = Place::new();
    let script = "import threading, time\nbegun = threading.Event()\n@profile\ndef forever():\n    begun.set()\n    \
        time.sleep(600)\n@profile\ndef short(): pass\n\
        threading.Thread(target=forever, daemon=True).start()\nbegun.wait(60)\nshort()\n";
    std::fs::write(place.path("s.py"), script).unwrap();
    let mut command = place.rprof(["run", "-q", "-o", "t.dat", "s.py"]);
    let done = done(command.env("XDG_CACHE_HOME", place.dir.path()).output().unwrap());
    if done.code == Some(127) {
        return skip("there is no Python");
    }
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    let trace = place.trace();
    assert!(trace.contains("__main__.forever\n") && trace.contains("FUNC __main__.short "), "{trace}");
    assert!(!trace.contains("FUNC __main__.forever"), "{trace}");
}
