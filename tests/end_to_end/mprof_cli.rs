//! docs/coming-from-mprof.md, row by row: what mprof's users type, and what comes of it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{MIB, Place, SLACK, assert_near, done, finish, skip, truth};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");
const TABLE: &str = include_str!("../../docs/coming-from-mprof.md");

/// The cells of each row: mprof, rprof, note, test.
fn rows() -> Vec<Vec<&'static str>> {
    let lines = TABLE.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| mprof |"));
    let rows: Vec<Vec<_>> =
        lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect();
    assert!(rows.len() > 60 && rows.iter().all(|row| row.len() == 4), "{rows:?}");
    rows
}

/// What stands between backticks.
fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn each_row_of_the_table_has_its_test() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/end_to_end");
    for row in rows() {
        let (module, test) = code(row[3]).next().and_then(|name| name.split_once("::")).expect(row[3]);
        let text = std::fs::read_to_string(format!("{directory}/{module}.rs")).expect(row[3]);
        assert!(text.contains(&format!("fn {test}")), "{}: {} is not there", row[0], row[3]);
    }
}

#[test]
fn each_command_line_of_the_table_is_taken() {
    let place = Place::new();
    let program = ["--", "CMD", "PID", "script.py", "./script.py", "python3", "pkg.mod"];
    let mut count = 0;
    for line in rows().iter().flat_map(|row| code(row[1])).filter(|code| code.starts_with("rprof ")) {
        count += 1;
        // --help ends it before anything is run, after all options before it were read.
        let words = line.split(' ').skip(1).take_while(|word| !program.contains(word));
        let done = done(place.rprof(words).arg("--help").output().unwrap());
        assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
    }
    assert!(count > 50, "{count}");
}

/// Each option that `mprof` 0.61 has.
#[test]
fn every_option_of_mprof_is_in_the_table() {
    for option in [
        "--python",
        "--nopython",
        "--interval",
        "-T",
        "--include-children",
        "-C",
        "--multiprocess",
        "-M",
        "--exit-code",
        "-E",
        "--attach",
        "-a",
        "--timeout",
        "-t",
        "--output",
        "-o",
        "--backend",
        "--version",
        "-h",
        "--dry-run",
        "--func",
        "--title",
        "--no-function-ts",
        "-n",
        "--window",
        "-w",
        "--flame",
        "-f",
        "--slope",
        "-s",
    ] {
        let named = |code: &str| code.split(' ').any(|word| word == option);
        assert!(rows().iter().any(|row| code(row[0]).any(named)), "{option}");
    }
}

#[test]
fn without_a_command_there_is_usage() {
    let place = Place::new();
    for line in ["", "bogus", "rm", "peak --bogus"] {
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
        assert_eq!(place.run(&format!("{command} -h")).code, Some(0), "{command}");
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
    // A word that ends in .py, but not the first.
    std::fs::write(place.path("s.py"), "exit 4").unwrap();
    assert_eq!(place.run("run -q -o u.dat sh s.py").code, Some(4));
}

#[test]
fn the_end_is_noticed_at_once() {
    let place = Place::new();
    let begun = Instant::now();
    assert_eq!(place.run("run -q -T 20 sleep 0.1").code, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn children_are_counted_with_and_without_c() {
    let place = Place::new();
    let script = "fork 2 [ touch 20MiB hold 1500ms ] touch 10MiB hold 1s";
    for (options, expected) in
        [("", 50), ("-C", 50), ("--include-children", 50), ("-C -M", 50), ("--no-children", 10)]
    {
        place.run_truth(&format!("-q {options}"), script);
        assert_near(&place.peak()["peak_bytes"], expected * MIB, 3 * SLACK);
    }
    assert_eq!(place.run("run -C --no-children true").code, Some(125));
}

#[test]
fn multiprocess_keeps_profile_and_lists_children() {
    let place = Place::new();
    place.run_truth("-q -M", "fork 2 [ touch 20MiB hold 300ms ] hold 300ms");
    assert!(place.run("peak t.dat").stdout.matches("  Child ").count() >= 2);
    std::fs::write(place.path("s.py"), "@profile\ndef f(): pass\nf()\n").unwrap();
    let mut command = place.rprof(["run", "-q", "-M", "-o", "p.dat", "s.py"]);
    match command.env("XDG_CACHE_HOME", place.dir.path()).output().unwrap().status.code() {
        Some(127) => skip("there is no Python"),
        code => assert_eq!(code, Some(0)),
    }
}

/// memory_profiler's own test of `--exit-code`: a script that ends well and one that fails; and without it, where mprof
/// always said 0.
#[test]
fn the_exit_code_option_is_taken() {
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
fn no_time_is_no_limit() {
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

#[test]
fn attach_takes_what_run_takes() {
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
        assert!(place.trace().contains("\nMEM "), "{line}");
    }
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
    assert_eq!(place.run("peak").code, Some(1));
    for (name, data) in
        [("mprofile_20200101120000.dat", "numpy_ex1"), ("mprofile_20200102120000.dat", "numpy_ex3")]
    {
        std::fs::copy(format!("{DATA}/{data}.dat"), place.path(name)).unwrap();
    }
    let expected = "Using last profile data.\nmprofile_20200102120000.dat\t61.027 MiB\n";
    assert_eq!(place.run("peak").stdout, expected);
}

#[test]
fn peak_func_takes_the_short_name_too() {
    let place = Place::new();
    if !place.run("peak --help").stdout.contains("--func") {
        return skip("`rprof peak` has no --func");
    }
    let peak = |name: &str| place.run(&format!("peak --func {name} {DATA}/mprof_funcs.dat"));
    assert_eq!(peak("__main__.load").stdout, peak("load").stdout);
    assert!(peak("load").stdout.contains(" MiB"));
    let unknown = peak("nothing");
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains("load") && unknown.stderr.contains("transform"), "{}", unknown.stderr);
}

/// The figure of a trace as SVG.
fn plot(place: &Place, line: &str) -> String {
    let done = place.run(&format!("plot {line} -o x.svg"));
    assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
    std::fs::read_to_string(place.path("x.svg")).unwrap()
}

/// What the figure says, as text.
fn texts(svg: &str) -> Vec<String> {
    let parts = svg.split("<text").skip(1).filter_map(|part| part.split_once('>'));
    parts.map(|(_, rest)| rest.split("</text>").next().unwrap_or_default().trim().to_owned()).collect()
}

fn says(svg: &str, part: &str) -> bool {
    texts(svg).iter().any(|text| text.contains(part))
}

#[test]
fn a_figure_without_extension_is_a_png() {
    let place = Place::new();
    for option in ["-o fig", "--output=fig"] {
        let done = place.run(&format!("plot {option} {DATA}/numpy_ex3.dat"));
        assert_eq!((done.code, done.stdout.as_str()), (Some(0), "fig.png\n"), "{}", done.stderr);
        assert!(std::fs::read(place.path("fig.png")).unwrap().starts_with(b"\x89PNG"));
    }
}

#[test]
fn the_title_is_the_command_or_what_is_given() {
    let place = Place::new();
    let plain = plot(&place, &format!("{DATA}/mprof_funcs.dat"));
    assert!(says(&plain, "time (s)") || says(&plain, "(s)"), "{:?}", texts(&plain));
    assert!(says(&plain, "MiB") && texts(&plain).iter().any(|text| text == "0"), "{:?}", texts(&plain));
    for option in ["-t", "--title"] {
        let titled = plot(&place, &format!("{option} Recorded {DATA}/mprof_funcs.dat"));
        assert!(says(&titled, "Recorded") && !says(&plain, "Recorded"));
    }
}

#[test]
fn without_functions_the_peak_stays() {
    let place = Place::new();
    let full = plot(&place, &format!("{DATA}/mprof_funcs.dat"));
    assert!(says(&full, "transform") && says(&full, "peak 502.9 MiB"), "{:?}", texts(&full));
    for option in ["-n", "--no-function-ts"] {
        let bare = plot(&place, &format!("{option} {DATA}/mprof_funcs.dat"));
        assert!(!says(&bare, "transform") && says(&bare, "peak 502.9 MiB"), "{:?}", texts(&bare));
    }
}

#[test]
fn a_function_is_one_row_however_often_it_is_called() {
    let svg = plot(&Place::new(), &format!("{DATA}/mprof_funcs.dat"));
    let texts = texts(&svg);
    let row = texts.iter().position(|text| text == "load").unwrap();
    assert_eq!(texts[row + 1..row + 5], ["2", "1.02 s", "+200.0 MiB", "222.9 MiB"]);
    assert_eq!(texts.iter().filter(|text| *text == "load").count(), 1);
}

/// mprof kept the range of the whole run.
#[test]
fn a_window_rescales_the_memory_axis() {
    let place = Place::new();
    place.run_truth("-q -T 20ms", "hold 400ms touch 400MiB hold 300ms");
    let highest = |svg: &str| {
        let labels = texts(svg).into_iter().filter_map(|text| text.parse::<f64>().ok());
        labels.fold(0.0, f64::max)
    };
    let whole = plot(&place, "t.dat -w 0,10");
    assert!(highest(&whole) >= 300.0 && says(&whole, "peak 4"), "{:?}", texts(&whole));
    for option in ["-w 0,0.2", "--window 0,0.2"] {
        let start = plot(&place, &format!("t.dat {option}"));
        // The time axis counts in ms here; the memory axis must not reach the hundreds.
        assert!(!texts(&start).iter().any(|text| text == "300" || text == "400"), "{:?}", texts(&start));
    }
}

#[test]
fn a_flame_has_its_names_in_the_file() {
    let place = Place::new();
    for option in ["-f", "--flame"] {
        let svg = plot(&place, &format!("{option} {DATA}/mprof_funcs.dat"));
        assert!(says(&svg, "transform") && says(&svg, "peak 502.9 MiB"), "{:?}", texts(&svg));
    }
}

#[test]
fn the_slope_has_a_unit_and_an_interval() {
    let place = Place::new();
    for option in ["-s", "--slope", "--backend agg -s"] {
        let svg = plot(&place, &format!("{option} {DATA}/numpy_ex1.dat"));
        assert!(
            texts(&svg).iter().any(|text| text.contains("/s") && text.contains('±')),
            "{:?}",
            texts(&svg)
        );
        assert!(!says(&svg, "not linear"), "{:?}", texts(&svg));
    }
    // The file is written at one size of memory, after a start: a line says little of that.
    let svg = plot(&place, &format!("-s {DATA}/numpy_ex3.dat"));
    assert!(says(&svg, "not linear: "), "{:?}", texts(&svg));
}

#[test]
fn several_files_keep_their_peaks() {
    let svg = plot(&Place::new(), &format!("{DATA}/numpy_ex1.dat {DATA}/numpy_ex2.dat {DATA}/numpy_ex3.dat"));
    for part in ["numpy_ex1", "numpy_ex3", "14.95 GiB", "61.0 MiB"] {
        assert!(says(&svg, part), "{part}: {:?}", texts(&svg));
    }
}

#[test]
fn a_missing_trace_is_an_error() {
    let place = Place::new();
    let done = place.run(&format!("plot {DATA}/numpy_ex3.dat missing.dat -o x.svg"));
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("missing.dat") && !place.path("x.svg").exists(), "{}", done.stderr);
}

#[test]
fn children_have_curves_of_their_own() {
    let place = Place::new();
    place.run_truth("-q -T 20ms", "fork 12 [ touch 10MiB hold 300ms ] hold 300ms");
    let svg = plot(&place, "t.dat");
    assert!(texts(&svg).iter().filter(|text| text.contains(":truth")).count() >= 8, "{:?}", texts(&svg));
    assert!(place.trace().contains(r#""start":"20"#));
}

/// memory_profiler ended the whole program with an `IndexError`, and wrote no stamp at all.
#[test]
fn a_daemon_thread_in_a_function_harms_nobody() {
    let place = Place::new();
    let script = "import threading, time\n@profile\ndef forever():\n    time.sleep(600)\n@profile\ndef short(): pass\n\
        threading.Thread(target=forever, daemon=True).start()\ntime.sleep(0.5)\nshort()\n";
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
