//! Transparency: all that a program can ask about itself is the same with rprof and without.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::support::{Place, done, skip, with_default_settings, with_default_signals};

/// The output of a shell script without rprof and with it, in the same directory and state.
fn both(script: &str, prepare: impl Fn(&mut Command)) -> (String, String) {
    let place = Place::new();
    let mut plain = Command::new("sh");
    plain.args(["-c", script]).current_dir(place.dir.path()).stdin(Stdio::null());
    with_default_signals(&mut plain);
    with_default_settings(&mut plain);
    prepare(&mut plain);
    let mut watched = place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", script]);
    prepare(&mut watched);
    let (plain, watched) = (done(plain.output().unwrap()), done(watched.output().unwrap()));
    assert_eq!(plain.code, watched.code);
    assert_eq!(plain.stderr, watched.stderr);
    (plain.stdout, watched.stdout)
}

fn assert_same(script: &str) {
    let (plain, watched) = both(script, |_| {});
    assert_eq!(plain, watched, "{script}");
    assert!(!plain.trim().is_empty(), "{script} printed nothing");
}

#[test]
fn directory_limits_mask_niceness_and_umask_are_the_same() {
    assert_same("pwd; umask; ulimit -a; nice");
    assert_same("cat /proc/self/limits");
    assert_same("grep -E 'Sig(Blk|Ign|Cgt)|CapEff|Seccomp|NoNewPrivs|Cpus_allowed_list' /proc/self/status");
    assert_same(
        "cat /proc/self/oom_score_adj /proc/self/coredump_filter /proc/self/timerslack_ns 2>/dev/null",
    );
}

#[test]
fn only_rprof_trace_is_added_to_the_environment() {
    let (plain, watched) = both("env | sort | grep -v '^_='", |_| {});
    let added: Vec<_> = watched.lines().filter(|line| !plain.lines().any(|l| l == *line)).collect();
    assert!(matches!(added[..], [one] if one.starts_with("RPROF_TRACE=")), "{added:?}");
    assert_eq!(plain.lines().count() + 1, watched.lines().count());
}

#[test]
fn no_descriptor_leaks_into_the_command() {
    assert_same("ls /proc/self/fd");
}

#[test]
fn process_group_and_session_are_those_of_rprof() {
    let place = Place::new();
    let script = "cut -d' ' -f5,6 /proc/$PPID/stat; cut -d' ' -f5,6 /proc/$$/stat";
    let done = done(place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", script]).output().unwrap());
    let lines: Vec<_> = done.stdout.lines().collect();
    assert!(lines.len() == 2 && lines[0] == lines[1], "{lines:?}");
}

#[test]
fn an_ignored_signal_stays_ignored_and_a_blocked_one_blocked() {
    use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};
    let prepare = |command: &mut Command| {
        // SAFETY: the calls are safe between fork and exec.
        unsafe {
            command.pre_exec(|| {
                signal(Signal::SIGPIPE, SigHandler::SigIgn)?;
                signal(Signal::SIGHUP, SigHandler::SigIgn)?;
                sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::from_iter([Signal::SIGUSR2])), None)?;
                Ok(())
            })
        };
    };
    // No shell in between: some shells change the signal mask.
    let place = Place::new();
    let mut seen = Vec::new();
    for mut command in [place.rprof(["run", "-q", "-o", "t.dat", "grep"]), Command::new("grep")] {
        command.args(["-E", "Sig(Blk|Ign)", "/proc/self/status"]);
        with_default_signals(&mut command);
        prepare(&mut command);
        seen.push(done(command.output().unwrap()).stdout);
    }
    assert_eq!(seen[0], seen[1]);
    let plain = &seen[1];
    // The bits of HUP (1), PIPE (13) and USR2 (12).
    assert!(plain.contains("SigBlk:\t0000000000000800") && plain.contains("1001\n"), "{plain}");
}

#[test]
fn a_low_limit_of_descriptors_is_the_commands_too() {
    let prepare = |command: &mut Command| {
        // SAFETY: setrlimit is safe between fork and exec.
        unsafe {
            command.pre_exec(|| {
                nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE, 40, 4000)
                    .map_err(Into::into)
            })
        };
    };
    let (plain, watched) = both("ulimit -n; ulimit -Hn", prepare);
    assert_eq!((plain.as_str(), watched.as_str()), ("40\n4000\n", "40\n4000\n"));
}

#[test]
fn closed_streams_stay_closed() {
    let place = Place::new();
    let inner = "exec 9> seen; for fd in 0 1 2; do \
                 if [ -e /proc/$$/fd/$fd ]; then echo $fd open >&9; else echo $fd closed >&9; fi; done";
    for closed in ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"] {
        let rprof = env!("CARGO_BIN_EXE_rprof");
        let mut seen = Vec::new();
        for wrapper in [String::new(), format!("{rprof} run -q --force -o t.dat ")] {
            let script = format!("{wrapper}sh -c '{inner}' {closed}");
            let mut shell = Command::new("sh");
            with_default_settings(&mut shell);
            let status = shell.args(["-c", &script]).current_dir(place.dir.path()).status().unwrap();
            assert!(status.success(), "{script}");
            seen.push(std::fs::read_to_string(place.path("seen")).unwrap());
        }
        assert_eq!(seen[0], seen[1], "{closed}");
        assert!(seen[0].contains("closed"), "{}", seen[0]);
    }
}

#[test]
fn a_closed_stderr_does_not_disturb_the_command() {
    let place = Place::new();
    let rprof = env!("CARGO_BIN_EXE_rprof");
    let script = format!("{rprof} run -o t.dat sh -c 'echo out; exit 6' 2>&-");
    let mut shell = Command::new("sh");
    with_default_settings(&mut shell);
    let done = done(shell.args(["-c", &script]).current_dir(place.dir.path()).output().unwrap());
    assert_eq!((done.code, done.stdout.as_str()), (Some(6), "out\n"));
}

#[test]
fn stdin_at_its_end_stays_at_its_end() {
    let place = Place::new();
    let mut command = place.rprof(["run", "-q", "-o", "t.dat", "cat"]);
    assert!(command.stdin(Stdio::null()).status().unwrap().success());
}

#[test]
fn a_command_that_closes_its_streams_goes_on() {
    let place = Place::new();
    let script = "exec 0<&- 1>&- 2>&-; sleep 0.2; : > on; exit 4";
    let done = done(place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", script]).output().unwrap());
    assert_eq!((done.code, done.stderr.as_str()), (Some(4), ""));
    assert!(place.path("on").exists());
}

#[test]
fn a_core_dump_is_still_made() {
    let pattern = std::fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    if pattern.starts_with('|') || pattern.contains('/') {
        return skip("core dumps do not go to the working directory on this machine");
    }
    let (plain, watched) = both(
        "ulimit -c unlimited; sh -c 'kill -SEGV $$' 2>/dev/null; ls | grep -c '^core'; rm -f core*",
        |_| {},
    );
    assert_eq!(plain, watched);
}
