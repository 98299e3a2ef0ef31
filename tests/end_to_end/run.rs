//! `rprof run`: arguments, streams, exit code, the name of the trace, and errors before the command starts.

use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

use crate::support::{Place, done, eventually, finish, truth};

#[test]
fn the_exit_code_is_the_commands_own() {
    let place = Place::new();
    for (line, code) in [
        ("run -q -- true", 0),
        ("run -q -- false", 1),
        ("run -q no-such-program-anywhere", 127),
        ("run -q ./", 126),
        ("run -q -o no/such/dir.dat true", 125),
        ("run -q -T 0 true", 125),
        ("run -q --no-such-option true", 125),
        ("run", 125),
    ] {
        assert_eq!(place.run(line).code, Some(code), "rprof {line}");
    }
    for (script, code) in
        [("exit 7", 7), ("exit 255", 255), ("kill 9", 137), ("kill 15", 143), ("kill 6", 134)]
    {
        assert_eq!(place.run_truth("-q", script).code, Some(code), "{script}");
    }
}

/// mprof inserted `--` before the first argument that looked like a negative number: `head -5 f` failed.
#[test]
fn defect_01_arguments_are_passed_on_as_they_are() {
    let place = Place::new();
    std::fs::write(place.path("f"), "1\n2\n3\n4\n5\n6\n").unwrap();
    assert_eq!(place.run("run -q -- head -5 f").stdout, "1\n2\n3\n4\n5\n");
    assert_eq!(place.run("run -q head -5 f").stdout, "1\n2\n3\n4\n5\n");
    let odd: [&[u8]; 6] = [b"--", b"-5", b"", b"a b", b"$x\n\"'\\", b"\xff\xfe"];
    let mut command = place.rprof(["run", "-q", "printf", "%s|"]);
    command.args(odd.map(std::ffi::OsStr::from_bytes));
    assert_eq!(command.output().unwrap().stdout, b"--|-5||a b|$x\n\"'\\|\xff\xfe|");
}

/// mprof could not read its own file when an argument had held a newline. It crashed on an argument that is not UTF-8.
#[test]
fn defect_10_the_command_is_recorded_without_loss() {
    let place = Place::new();
    let odd: [&[u8]; 3] = [b"a\nMEM 99999 1", b"$\\frac $x", b"\xff"];
    let mut command = place.rprof(["run", "-q", "-o", "t.dat", "true"]);
    command.args(odd.map(std::ffi::OsStr::from_bytes));
    assert!(command.status().unwrap().success());
    let text = std::fs::read(place.path("t.dat")).unwrap();
    let text = String::from_utf8(text).expect("a trace is UTF-8");
    assert!(text.lines().all(|line| line.contains(' ')), "{text}");
    assert!(!text.contains("\nMEM 99999"), "{text}");
    let mut reader = rprof_trace::Reader::open(place.path("t.dat")).unwrap();
    let Ok(Some(rprof_trace::Record::Header(header))) = reader.next_record() else { panic!("no header") };
    let words: Vec<&[u8]> = header.command.iter().map(rprof_trace::Arg::as_bytes).collect();
    assert_eq!(words, [&b"true"[..], odd[0], odd[1], odd[2]]);
}

#[test]
fn the_streams_are_the_commands_own() {
    let place = Place::new();
    let mut command = place.rprof(["run", "-q", "sh", "-c", "cat; echo err >&2"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"through").unwrap();
    let done = finish(child);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("through", "err\n"));
}

#[test]
fn the_summary_is_on_stderr_and_quiet_suppresses_it() {
    let place = Place::new();
    let loud = place.run_truth("", "touch 50MiB hold 300ms say hi exit 3");
    assert_eq!((loud.code, loud.stdout.as_str()), (Some(3), "hi\n"));
    for part in
        ["peak 5", "MiB RSS", "elapsed", "user", "system", "1 process", "ticks", "exit code 3", "t.dat"]
    {
        assert!(loud.stderr.contains(part), "`{part}` is not in: {}", loud.stderr);
    }
    let quiet = place.run_truth("-q", "say hi");
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("hi\n", ""));
}

/// mprof opened its output after the command had started. After a failure the command ran on, unmeasured.
#[test]
fn defect_12_an_output_that_cannot_be_created_is_reported_before_the_command_starts() {
    let place = Place::new();
    for output in ["no/such/dir.dat", "x.txt", "x", "."] {
        let done = place.run(&format!("run -o {output} touch started"));
        assert_eq!(done.code, Some(125), "{}", done.stderr);
        assert!(done.stderr.contains(output), "{}", done.stderr);
        assert!(!place.path("started").exists(), "{output}");
    }
}

#[test]
fn a_program_that_cannot_run_leaves_no_file_behind() {
    let place = Place::new();
    std::fs::write(place.path("data"), "no program").unwrap();
    for program in ["no-such-program-anywhere", "./data", "./missing/x"] {
        let done = place.run(&format!("run -o t.dat {program}"));
        assert!(done.code == Some(126) || done.code == Some(127), "{program}: {:?}", done.code);
        assert!(done.stderr.contains(program), "{}", done.stderr);
        assert!(!place.path("t.dat").exists(), "{program}");
    }
}

#[test]
fn a_trace_is_never_overwritten_unless_forced() {
    let place = Place::new();
    std::fs::write(place.path("t.dat"), "precious").unwrap();
    let refused = place.run("run -o t.dat touch started");
    assert_eq!(refused.code, Some(125));
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert!(!place.path("started").exists());
    assert_eq!(place.trace(), "precious");
    assert_eq!(place.run("run -q --force -o t.dat true").code, Some(0));
    assert!(place.trace().starts_with("RPROF "));
}

/// Two runs of mprof that started in the same second wrote to one file.
#[test]
fn defect_13_two_runs_in_one_second_get_two_files() {
    let place = Place::new();
    let start = || place.rprof(["run", "-q", "true"]).spawn().unwrap();
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    assert!(children.into_iter().all(|child| finish(child).code == Some(0)));
    let list = place.run("list").stdout;
    assert_eq!(list.lines().count(), 4, "{list}");
    for (index, line) in list.lines().enumerate() {
        let fields: Vec<_> = line.split(' ').collect();
        assert_eq!((fields.len(), fields[0]), (4, index.to_string().as_str()), "{line}");
    }
}

#[test]
fn a_csv_trace_has_the_same_peak_and_exit_code() {
    let place = Place::new();
    let run = place
        .rprof(["run", "-q", "-o", "t.csv", "--"])
        .arg(truth())
        .args(["touch", "40MiB", "hold", "250ms"])
        .output();
    assert_eq!(done(run.unwrap()).code, Some(0));
    let peak = place.peak_of("t.csv");
    crate::support::assert_near(&peak["peak_bytes"], 40 << 20, crate::support::SLACK);
    assert_eq!((&peak["exit_code"], &peak["exact"]), (&0.into(), &true.into()));
    assert_eq!(place.run("plot t.csv -o t.svg").code, Some(0));
    let text = std::fs::read_to_string(place.path("t.csv")).unwrap();
    assert!(text.lines().next().unwrap().contains("rss_bytes"), "{text}");
}

#[test]
fn the_interval_is_kept_without_drift() {
    let place = Place::new();
    eventually(|| {
        // With 40 children a tick takes a good part of the interval. A drift would add it up.
        place.run_truth("-q -T 20ms", "fork 40 [ hold 1500ms ] wait");
        let mut reader = rprof_trace::Reader::open(place.path("t.dat")).unwrap();
        let mut times = Vec::new();
        while let Ok(Some(record)) = reader.next_record() {
            if let rprof_trace::Record::Tick(tick) = record {
                times.push(tick.time.0);
            }
        }
        // Births and deaths cause extra ticks. Between them all ticks are on a grid of 20 ms, most of them within a tenth.
        times.retain(|time| (0.5..1.4).contains(time));
        // Any single tick may be late. The grid is that of the tick with which most others agree.
        let late = |from: f64| times.iter().map(move |time| (time - from).rem_euclid(0.02));
        let near = |from: f64| late(from).filter(|late| *late < 0.002 || *late > 0.018).count();
        let most = times.iter().map(|from| near(*from)).max().unwrap_or(0);
        let is_kept = times.len() > 10 && most * 2 > times.len();
        if is_kept { Ok(()) } else { Err(format!("{most} of {}: {times:?}", times.len())) }
    });
}

#[test]
fn the_command_finds_the_trace_in_its_environment() {
    let place = Place::new();
    let done = place.run("run -q -o t.dat printenv RPROF_TRACE");
    let path = std::path::PathBuf::from(done.stdout.trim_end());
    assert!(
        path.is_absolute() && path.canonicalize().unwrap() == place.path("t.dat").canonicalize().unwrap()
    );
}
