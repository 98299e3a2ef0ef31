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
