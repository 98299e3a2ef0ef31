//! Messages: each names the cause once, and what the user can do.

use std::process::Command;

use crate::support::{Place, done, skip, stranger, wait_for};

/// A full disk gave "cannot write the trace `t.csv`: cannot write the trace: File too large".
#[test]
fn a_failed_conversion_names_its_cause_once() {
    use std::os::unix::process::CommandExt;
    let place = Place::new();
    std::fs::write(place.path("t.dat"), "MEM 1.0 1795380800.0\n".repeat(999)).unwrap();
    let mut command = place.rprof(["convert", "t.dat", "t.csv"]);
    // SAFETY: both calls are safe between fork and exec.
    unsafe {
        command.pre_exec(|| {
            use nix::sys::resource::{Resource, setrlimit};
            use nix::sys::signal::{SigHandler, Signal, signal};
            signal(Signal::SIGXFSZ, SigHandler::SigIgn)?;
            Ok(setrlimit(Resource::RLIMIT_FSIZE, 100, 100)?)
        });
    }
    let done = done(command.output().unwrap());
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert_eq!(done.stderr.matches("cannot write the trace").count(), 1, "{}", done.stderr);
    assert_eq!(done.stderr.matches("(os error").count(), 1, "{}", done.stderr);
    assert!(done.stderr.contains("`t.csv`") && !place.path("t.csv").exists(), "{}", done.stderr);
}

/// An empty file was "line 1 is empty, expected a record of mprof …".
#[test]
fn an_empty_file_is_called_empty() {
    let place = Place::new();
    std::fs::write(place.path("t.dat"), "").unwrap();
    for line in ["peak t.dat", "plot t.dat", "convert t.dat t.csv", "rm t.dat"] {
        let done = place.run(line);
        assert_eq!(done.code, Some(1), "{line}");
        assert!(done.stderr.ends_with("`t.dat` is not a trace: it is empty\n"), "{line}: {}", done.stderr);
    }
}

fn script(place: &Place, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(place.path(name), text).unwrap();
    std::fs::set_permissions(place.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Each of these was a bare "not found".
#[test]
fn a_command_that_is_not_found_is_explained() {
    let place = Place::new();
    script(&place, "bad.sh", "#!/no/such/shell -e\necho\n");
    script(&place, "dos.sh", "#!/bin/sh\r\necho\r\n");
    script(&place, "here.sh", "#!/bin/sh\n");
    let cases: [(&str, &[&str]); 10] = [
        ("", &["its name is empty"]),
        ("echo a | cat", &["line for a shell", "sh -c 'echo a | cat'"]),
        ("FOO=1", &["variable assignment", "env FOO=1 COMMAND"]),
        ("ls -l", &["in one word", "sh -c 'ls -l'"]),
        ("$HOME/x", &["only a shell expands", "sh -c '$HOME/x'"]),
        ("echo 'a'; b", &[r"sh -c 'echo '\''a'\''; b'"]),
        ("shopt", &["builtin of the shell"]),
        ("here.sh", &["not found in PATH", "use `./here.sh`"]),
        ("./bad.sh", &["interpreter `/no/such/shell`", "`#!` line"]),
        ("./dos.sh", &["carriage return", "Unix line ends"]),
    ];
    for (word, parts) in cases {
        for command in [&["run", "-o", "t.dat"][..], &["span", "s"]] {
            let words = command.iter().copied().chain([word, "true"]);
            let done = done(place.rprof(words).env_remove("RPROF_TRACE").output().unwrap());
            assert_eq!(done.code, Some(127), "{word}: {}", done.stderr);
            let begin = format!("rprof: cannot run `{word}`: ");
            for part in parts.iter().copied().chain([begin.as_str()]) {
                assert!(done.stderr.contains(part), "`{part}` is not in: {}", done.stderr);
            }
        }
    }
    assert!(!place.path("t.dat").exists());
    let plain = place.run("run no-such-program-anywhere");
    assert_eq!(plain.stderr, "rprof: cannot run `no-such-program-anywhere`: not found in PATH\n");
}

/// A recording of a zombie or a kernel thread said "the process ended too soon", and a thread was "no such process".
#[test]
fn what_has_no_memory_is_not_attached_to() {
    let place = Place::new();
    let refused = |pid: &str, parts: &[&str]| {
        let done = place.run(&format!("attach -o t.dat --duration 1s {pid}"));
        assert_eq!(done.code, Some(125), "{}", done.stderr);
        for part in parts.iter().copied().chain([pid]) {
            assert!(done.stderr.contains(part), "`{part}` is not in: {}", done.stderr);
        }
        assert!(!place.path("t.dat").exists());
    };
    let mut zombie = Command::new("true").spawn().unwrap();
    let stat = format!("/proc/{}/stat", zombie.id());
    if !std::path::Path::new(&stat).exists() {
        zombie.wait().unwrap();
        return skip("no /proc on this system");
    }
    wait_for("a zombie", || std::fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") Z ")));
    refused(&zombie.id().to_string(), &["has ended", "zombie", &std::process::id().to_string()]);
    zombie.wait().unwrap();
    let own = std::process::id().to_string();
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let (link_sender, link_receiver) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        link_sender.send(std::fs::read_link("/proc/thread-self").unwrap()).unwrap();
        let _ = receiver.recv();
    });
    let link = link_receiver.recv().unwrap();
    refused(link.file_name().unwrap().to_str().unwrap(), &["is a thread of", &format!("`{own}`")]);
    drop(sender);
    thread.join().unwrap();
    if std::fs::read_to_string("/proc/2/comm").is_ok_and(|name| name == "kthreadd\n") {
        refused("2", &["kernel thread"]);
    } else {
        skip("no kernel threads are visible here");
    }
}

/// `attach` printed nothing until its end, so a user could not know whether it had found the process.
#[test]
fn attach_prints_what_it_records() {
    let place = Place::new();
    // Its command line is empty until the end of its exec.
    let mut process = stranger(&place, "ready up hold 1000s");
    let pid = process.id().to_string();
    let loud = place.run(&format!("attach --duration 50ms -o t.dat {pid}"));
    let quiet = place.run(&format!("attach -q --force --duration 50ms -o t.dat {pid}"));
    process.kill().unwrap();
    process.wait().unwrap();
    let first = loud.stderr.lines().next().unwrap();
    for part in
        [&format!("rprof: recording process {pid}"), "truth", "for 50 ms", "Ctrl-C ends the recording"]
    {
        assert!(first.contains(part), "`{part}` is not in: {first}");
    }
    // A process that was left running on purpose needs no advice to wait for it.
    assert!(loud.stderr.contains("detached: the process is still running"), "{}", loud.stderr);
    assert!(!loud.stderr.contains("--wait-all"), "{}", loud.stderr);
    assert_eq!((quiet.code, quiet.stderr), (Some(0), String::new()));
    assert_eq!(place.run("attach ").code, Some(125));
    let empty = done(place.rprof(["attach", ""]).output().unwrap());
    assert!(empty.stderr.contains("name of the process is empty"), "{}", empty.stderr);
}

/// Help on a full disk exited with 0. A reader that has seen enough is no failure.
#[test]
fn help_that_cannot_be_written_fails() {
    let place = Place::new();
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else {
        return skip("no /dev/full on this system");
    };
    for (line, code) in [
        ("--help", 1),
        ("--version", 1),
        ("peak --help", 1),
        ("help run", 1),
        ("run -h", 125),
        ("list -h", 1),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let mut command = place.rprof(&words);
        let done = done(command.stdout(full.try_clone().unwrap()).output().unwrap());
        assert_eq!(done.code, Some(code), "{line}: {}", done.stderr);
        assert!(done.stderr.starts_with("rprof: cannot write the help: "), "{line}: {}", done.stderr);
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let done = done(place.rprof(["--help"]).stdout(writer).output().unwrap());
    assert_eq!((done.code, done.stderr), (Some(0), String::new()));
}

/// Usage errors began with `error:`, and all other messages with `rprof:`.
#[test]
fn usage_errors_begin_with_the_name_of_the_program() {
    let place = Place::new();
    for line in [
        "run --bogus true",
        "run",
        "peak --bogus",
        "convert",
        "bogus",
        "help bogus",
        "attach -t x 1",
        "plot --window 9",
    ] {
        let done = place.run(line);
        assert!(
            done.stderr.starts_with("rprof: ") && !done.stderr.contains("error:"),
            "{line}: {}",
            done.stderr
        );
        assert!(done.stderr.contains("--help"), "{line}: {}", done.stderr);
        assert!(done.stdout.is_empty() && done.code != Some(0), "{line}");
    }
    // Help instead of an error has no such prefix.
    assert!(place.run("").stderr.starts_with("The memory profiler"));
}

/// `attach -E` promised the exit code of the command, and exits with 0.
#[test]
fn the_help_of_attach_promises_no_exit_code_of_the_process() {
    let place = Place::new();
    for option in ["-h", "--help"] {
        let attach = place.run(&format!("attach {option}")).stdout;
        assert!(!attach.contains("Exit with the command's exit code"), "{attach}");
        assert!(attach.contains("No effect: the exit code is 0"), "{attach}");
        assert!(place.run(&format!("run {option}")).stdout.contains("Exit with the command's exit code"));
    }
}

/// What a limit counts, and that it ends all processes, was in no help page.
#[test]
fn the_help_of_limits_has_what_they_count_and_do() {
    let place = Place::new();
    let page = |option: &str| {
        place.run(&format!("run {option}")).stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (short, long) = (page("-h"), page("--help"));
    assert_eq!(short.matches("End the command and all its descendants").count(), 2, "{short}");
    for part in [
        "Wall-clock time since the start",
        "the resident memory (RSS) of the whole tree",
        "shared memory once",
        "SIGKILL",
    ] {
        assert!(long.contains(part), "`{part}` is not in: {long}");
    }
    assert_eq!(long.matches("two seconds later SIGKILL").count(), 2, "{long}");
}

/// At the end of daylight saving time, an hour of local time comes twice. The newest trace went by its name, so it was an
/// older one then; the same holds after a journey to the west.
#[test]
fn the_newest_trace_is_the_one_that_started_last() {
    let place = Place::new();
    // Half an hour after 02:40+02:00 it was 02:10+01:00 in Berlin.
    let header = |start: f64| {
        format!("RPROF {{\"format\":1,\"start_s\":{start:.1},\"columns\":[]}}\nMEM 1.0 {start:.1}\n")
    };
    std::fs::write(place.path("mprofile_20251026024000.dat"), header(1_761_439_200.0)).unwrap();
    std::fs::write(place.path("mprofile_20251026021000.dat"), header(1_761_441_000.0)).unwrap();
    // A trace of mprof has the time of its first tick, and an empty one only its name.
    std::fs::write(place.path("mprofile_20251026021500.dat"), "CMDLINE x\nMEM 1.0 1761441300.0\n").unwrap();
    std::fs::write(place.path("mprofile_20200101000000.dat"), "").unwrap();
    let list = |zone: &str| {
        let done = done(place.rprof(["list"]).env("TZ", zone).output().unwrap());
        let names = done.stdout.lines().map(|line| line.split(' ').nth(1).unwrap()[9..23].to_owned());
        names.collect::<Vec<_>>()
    };
    for zone in ["Europe/Berlin", "UTC"] {
        assert_eq!(list(zone), ["20200101000000", "20251026024000", "20251026021000", "20251026021500"]);
    }
    assert!(place.run("peak").stdout.contains("mprofile_20251026021500.dat"));
    assert!(place.run("peak -2").stdout.contains("mprofile_20251026021000.dat"));
}

/// `-` is stdin for `plot` and `peak`; `convert` found no file of that name.
#[test]
fn convert_reads_stdin_too() {
    let place = Place::new();
    std::fs::write(place.path("in.dat"), "MEM 1.0 1795380800.0\n").unwrap();
    let mut command = place.rprof(["convert", "-", "t.csv"]);
    let done = done(command.stdin(std::fs::File::open(place.path("in.dat")).unwrap()).output().unwrap());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(place.run("peak t.csv").stdout.contains("1.000 MiB"));
}
