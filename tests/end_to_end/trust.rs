//! Traces and figures are never lost, never written over and never forged unnoticed; nothing from outside acts on the
//! terminal.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Command, Stdio};

use crate::support::{Done, Place, done, finish, skip};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");
const HEAD: &str = "CMDLINE x\nMEM 1.0 1795380798.1462\nMEM 2.0 1795380798.2463\n";

fn run<S: AsRef<OsStr>>(place: &Place, arguments: impl IntoIterator<Item = S>) -> Done {
    done(place.rprof(arguments).output().unwrap())
}

fn names(place: &Place) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(place.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// `--force` emptied the old trace before the new run had started.
#[test]
fn a_start_that_fails_leaves_the_old_trace_as_it_was() {
    let place = Place::new();
    fs::write(place.path("t.dat"), HEAD).unwrap();
    fs::write(place.path("odd"), "\u{7f}ELF, but no program").unwrap();
    fs::set_permissions(place.path("odd"), fs::Permissions::from_mode(0o755)).unwrap();
    for command in ["missing-program", "./t.dat", "./odd"] {
        let done = run(&place, ["run", "--force", "-o", "t.dat", "--", command]);
        // A shell reads a file without a format that the kernel knows.
        assert_ne!(done.code, Some(0), "{command}: {}", done.stderr);
        if [Some(125), Some(126), Some(127)].contains(&done.code) && !done.stderr.contains("trace:") {
            assert_eq!(fs::read_to_string(place.path("t.dat")).unwrap(), HEAD, "{command}");
        }
    }
    let all = names(&place);
    assert!(all.iter().all(|name| !name.contains("replaced")), "{all:?}");
    // A run that starts replaces it, also through a link, and leaves nothing else.
    std::os::unix::fs::symlink("t.dat", place.path("link.dat")).unwrap();
    assert_eq!(run(&place, ["run", "-q", "--force", "-o", "link.dat", "true"]).code, Some(0));
    assert!(fs::read_to_string(place.path("t.dat")).unwrap().starts_with("RPROF "));
    assert!(fs::symlink_metadata(place.path("link.dat")).unwrap().is_symlink());
    assert_eq!(names(&place), ["link.dat", "odd", "t.dat"]);
}

/// The limit of open files makes the start fail after the trace was created.
#[test]
fn an_error_of_the_first_reading_leaves_the_old_trace_as_it_was() {
    let place = Place::new();
    fs::write(place.path("t.dat"), HEAD).unwrap();
    let script = "for n in 3 4 5 6 7 8; do (ulimit -n $n; exec \"$0\" run --force -q -o t.dat sleep 0.01); \
                  echo $?; head -c 5 t.dat; echo; done";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_rprof")]).current_dir(place.path("."));
    crate::support::with_default_settings(&mut shell);
    let output = done(shell.output().unwrap()).stdout;
    let mut lines = output.lines();
    let mut old = true;
    while let (Some(code), Some(start)) = (lines.next(), lines.next()) {
        // From the first run that starts, the trace is that of rprof.
        old &= code == "125" || code == "127";
        assert!(!old || start == "CMDLI", "{output}");
    }
}

/// rprof opened a FIFO twice and hung.
#[test]
fn an_output_that_is_no_file_is_refused_with_the_reason() {
    let place = Place::new();
    let made = Command::new("mkfifo").args(["fifo.dat"]).current_dir(place.path(".")).status();
    assert!(made.unwrap().success());
    fs::create_dir(place.path("dir.dat")).unwrap();
    for (name, what) in [("fifo.dat", "a FIFO"), ("dir.dat", "a directory")] {
        for force in [&["--force"][..], &[]] {
            let line = [&["run", "-o", name][..], force, &["true"]].concat();
            let done = finish(place.rprof(line).stderr(Stdio::piped()).spawn().unwrap());
            assert_eq!(done.code, Some(125), "{}", done.stderr);
            assert!(done.stderr.contains(what), "{}", done.stderr);
        }
    }
}

#[test]
fn dev_null_means_no_trace() {
    let place = Place::new();
    let done = run(&place, ["run", "-o", "/dev/null", "sh", "-c", "echo ${RPROF_TRACE-unset}; exit 3"]);
    assert_eq!((done.code, done.stdout.as_str()), (Some(3), "unset\n"), "{}", done.stderr);
    assert!(done.stderr.contains("peak") && !done.stderr.contains("trace:"), "{}", done.stderr);
    assert!(names(&place).is_empty());
}

/// Traces are read twice, so a pipe was empty at the second reading, or hung.
#[test]
fn traces_are_read_from_pipes_and_fifos() {
    let place = Place::new();
    let text = fs::read(format!("{DATA}/mprof_funcs.dat")).unwrap();
    let feed = |arguments: &[&str]| {
        let mut child = place.rprof(arguments);
        let mut child =
            child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&text).unwrap();
        finish(child)
    };
    for name in ["-", "/dev/stdin"] {
        let done = feed(&["peak", name]);
        assert!(done.stdout.contains("502.930 MiB"), "{}{}", done.stdout, done.stderr);
    }
    assert_eq!(feed(&["plot", "-", "-o", "x.svg"]).code, Some(0));
    assert_eq!(feed(&["convert", "/dev/stdin", "x.csv"]).code, Some(0));
    let unnamed = feed(&["plot", "-"]);
    assert!(unnamed.code == Some(1) && unnamed.stderr.contains("-o"), "{}", unnamed.stderr);
    // What is no trace is not copied to its end.
    let endless = run(&place, ["peak", "/dev/zero"]);
    assert!(endless.code == Some(1) && endless.stderr.contains("not a trace"), "{}", endless.stderr);
}

/// `-` is stdin for the commands that read.
#[test]
fn rm_does_not_delete_what_stdin_stands_for() {
    let place = Place::new();
    fs::write(place.path("t.dat"), HEAD).unwrap();
    for name in ["-", "/dev/stdin"] {
        let mut command = place.rprof(["rm", "--dry-run", name]);
        let done = done(command.stdin(fs::File::open(place.path("t.dat")).unwrap()).output().unwrap());
        assert!(done.code == Some(1) && done.stderr.contains("nothing was deleted"), "{}", done.stderr);
    }
}

/// The summary named a trace that was gone.
#[test]
fn a_deleted_trace_is_not_named_as_if_it_were_there() {
    let place = Place::new();
    for (script, says) in [("rm t.dat", "was deleted"), ("mv t.dat u; echo > t.dat", "replaced")] {
        let done = run(&place, ["run", "--force", "-o", "t.dat", "sh", "-c", script]);
        assert_eq!(done.code, Some(0));
        assert!(done.stderr.contains(says) && !done.stderr.contains("trace: "), "{}", done.stderr);
    }
}

#[test]
fn a_directory_with_the_name_of_a_trace_does_not_stop_clean() {
    let place = Place::new();
    for second in [1, 3] {
        fs::write(place.path(&format!("mprofile_2020010212000{second}.dat")), HEAD).unwrap();
    }
    fs::create_dir(place.path("mprofile_20200102120002.dat")).unwrap();
    assert_eq!(place.run("list").stdout.lines().count(), 2);
    assert_eq!(place.run("clean").code, Some(0));
    assert_eq!(names(&place), ["mprofile_20200102120002.dat"]);
}

/// `plot` replaced whatever had the name of the figure.
#[test]
fn a_figure_replaces_only_a_figure_of_the_same_traces() {
    let place = Place::new();
    for name in ["a.dat", "b.dat"] {
        fs::write(place.path(name), HEAD).unwrap();
    }
    assert_eq!(place.run("convert a.dat a.csv").code, Some(0));
    for kind in ["svg", "png", "pdf"] {
        let plot = |line: &str| place.run(&format!("plot {line} -o a.{kind}"));
        assert_eq!(plot("a.dat").code, Some(0));
        assert_eq!(plot("a.dat").code, Some(0), "the same trace again");
        let figure = fs::read(place.path(&format!("a.{kind}"))).unwrap();
        for other in ["a.dat b.dat", "b.dat", "a.csv"] {
            let done = plot(other);
            assert!(done.code == Some(1) && done.stderr.contains("--force"), "{other}: {}", done.stderr);
        }
        assert!(figure == fs::read(place.path(&format!("a.{kind}"))).unwrap());
        assert_eq!(plot("--force b.dat").code, Some(0));
    }
    fs::write(place.path("mine.svg"), "<svg>mine</svg>").unwrap();
    assert_eq!(place.run("plot a.dat -o mine.svg").code, Some(1));
    assert_eq!(fs::read_to_string(place.path("mine.svg")).unwrap(), "<svg>mine</svg>");
    // Without -o, two traces do not replace the figure of the first.
    assert_eq!(place.run("plot --force a.dat").code, Some(0));
    assert_eq!(place.run("plot a.dat b.dat").code, Some(1));
}

#[test]
fn a_figure_goes_to_stdout_into_a_directory_or_to_a_device() {
    let place = Place::new();
    fs::write(place.path("a.dat"), HEAD).unwrap();
    let stdout = place.run("plot a.dat -o -");
    assert!(stdout.code == Some(0) && stdout.stdout.starts_with("<svg"), "{}", stdout.stderr);
    fs::create_dir(place.path("dir")).unwrap();
    for directory in ["dir", "dir/"] {
        let done = place.run(&format!("plot a.dat -o {directory}"));
        assert_eq!((done.code, done.stdout.trim()), (Some(0), "dir/a.svg"), "{}", done.stderr);
    }
    assert_eq!(place.run("plot a.dat -o missing/").code, Some(1));
    if fs::metadata("/dev/full").is_ok() {
        let full = place.run("plot a.dat -o /dev/full");
        assert!(full.code == Some(1) && full.stderr.contains("No space"), "{}", full.stderr);
    }
    assert_eq!(place.run("plot a.dat -o /dev/null").code, Some(0));
    assert_eq!(names(&place), ["a.dat", "dir"]);
}

/// `rprof peak` printed 0 or 1 PiB beside `"exact":true`, from an index that the command had appended.
#[test]
fn a_command_that_forges_an_index_is_found_out() {
    let place = Place::new();
    for mode in ["low", "high", "beyond", "nan"] {
        let mut command = place.rprof(["run", "--force", "-q", "-o", "t.dat", "python3"]);
        let forged = command.arg(format!("{DATA}/forged_index.py")).arg(mode).output().unwrap();
        if forged.status.code() == Some(127) {
            return skip("python3 is missing");
        }
        let peak = place.run("peak --json t.dat");
        let all: serde_json::Value = serde_json::from_str(&peak.stdout).unwrap();
        let bytes = all[0]["peak_bytes"].as_u64().unwrap();
        assert!((64 << 20..200 << 20).contains(&bytes), "{mode}: {bytes}");
        assert!(peak.stderr.contains("INDEX record names a peak"), "{mode}: {}", peak.stderr);
    }
}

/// Names of processes and files, spans and notes reached the terminal as they were.
#[test]
fn nothing_from_outside_acts_on_the_terminal() {
    const BAD: &str = "\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{2066}";
    let place = Place::new();
    let name = format!("a{BAD}.dat");
    let mut text = HEAD.to_owned();
    text += &format!("CHLD 1:{BAD} 1.0 1795380798.2463\n");
    text += &format!(
        "FUNC {BAD} 1.0 1795380798.15 1.0 1795380798.2 0\nFUNC two{BAD} 1.0 1795380798.15 1.0 1795380798.2 0\n"
    );
    text += &format!("MARK 1795380798.2 {BAD}\nNOTE {BAD} {BAD}\nMEM {BAD}\n");
    fs::write(place.path(&name), text).unwrap();
    fs::write(place.path(&format!("no{BAD}")), format!("{BAD}\n")).unwrap();
    let no = format!("no{BAD}");
    for line in [
        vec!["peak", &name],
        vec!["peak", "--spans", &name],
        vec!["peak", "--json", &name],
        vec!["peak", "--func", BAD, &name],
        vec!["peak", "--func", "none", &name],
        vec!["peak", &no],
        vec!["peak", &format!("{BAD}missing")],
        vec!["plot", &name],
        vec!["plot", &name, "-o", &format!("{BAD}.gif")],
        vec!["plot", &name, "--span", BAD],
        vec!["rm", "--dry-run", &name],
        vec!["convert", &name, &format!("{BAD}.txt")],
        vec!["convert", &name, &name],
        vec!["run", BAD],
        vec!["attach", BAD],
        vec!["run", &format!("--{BAD}"), "true"],
        vec!["run", "-o", &format!("{BAD}.dat"), "true"],
        vec!["run", "-q", "-o", &format!("{BAD}.dat"), "true"],
        vec!["mark", BAD],
    ] {
        let done = run(&place, &line);
        let all = done.stdout + &done.stderr;
        let acts = |c: char| c != '\n' && c != '\t' && rprof_trace::is_hidden(c);
        assert!(!all.chars().any(acts), "{line:?}: {all:?}");
    }
    let json = run(&place, ["peak", "--json", &name]).stdout;
    let all: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(all[0]["marks"][0]["label"], BAD);
    assert_eq!(all[0]["file"], name.as_str());
}

/// Every text reaches the terminal through two files, which escape it, and every path through one function.
#[test]
fn there_is_one_way_to_the_terminal() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let mut folders = vec![std::path::PathBuf::from(source)];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.extension() != Some(OsStr::new("rs")) || ["message.rs", "output.rs"].contains(&&*name) {
                continue;
            }
            read += 1;
            let text = fs::read_to_string(&path).unwrap();
            for around in ["println!", "print!(", "stdout()", "stderr()", ".display()", "dbg!"] {
                assert!(!text.contains(around), "{}: `{around}`", path.display());
            }
        }
    }
    assert!(read > 20, "{read} files");
    // The errors of the libraries name paths too.
    for library in ["rprof-trace", "rprof-plot", "rprof-sample", "rprof-exchange"] {
        let file = format!("{library}/src/error.rs");
        let text = fs::read_to_string(format!("{source}/../../{file}")).unwrap();
        assert!(!text.contains(".display()"), "{file}");
    }
}

#[test]
fn a_redacted_trace_has_no_arguments_and_one_reader() {
    let place = Place::new();
    let done = run(&place, ["run", "--redact", "-o", "t.dat", "sh", "-c", "exit 0", "--password=hunter2"]);
    assert_eq!(done.code, Some(0));
    let text = place.trace();
    assert!(!text.contains("hunter2") && !text.contains("exit 0"), "{text}");
    assert!(text.contains("CMDLINE sh '[3 arguments redacted]'\n"), "{text}");
    assert_eq!(fs::metadata(place.path("t.dat")).unwrap().mode() & 0o777, 0o600);
}
