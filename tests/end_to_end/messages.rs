//! Messages: each names the cause once, and what the user can do.

use crate::support::{Place, done};

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
