//! Signals sent to rprof: each reaches the command once, and TERM leaves no process behind.

use nix::sys::signal::Signal;

use crate::support::{Place, finish, is_alive, send, truth, wait_for};

/// Starts a command that writes the name of each signal to the file `got` and ends on TERM only.
fn start_signal_logger(place: &Place) -> std::process::Child {
    let script = "for s in INT HUP QUIT USR1 USR2; do trap \"echo $s >> got\" $s; done; \
                  trap 'echo TERM >> got; exit 5' TERM; touch up; while :; do sleep 0.01; done";
    place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", script]).spawn().unwrap()
}

#[test]
fn defect_08_each_signal_sent_to_rprof_reaches_the_command_once() {
    let place = Place::new();
    let child = start_signal_logger(&place);
    place.await_file("up");
    let signals = [Signal::SIGINT, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGUSR1, Signal::SIGUSR2];
    let got = || std::fs::read_to_string(place.path("got")).unwrap_or_default();
    for (count, signal) in signals.into_iter().enumerate() {
        send(child.id(), signal);
        wait_for(signal.as_str(), || got().lines().count() > count);
    }
    send(child.id(), Signal::SIGTERM);
    assert_eq!(finish(child).code, Some(5));
    assert_eq!(got(), "INT\nHUP\nQUIT\nUSR1\nUSR2\nTERM\n");
    assert!(place.trace().contains("\nEND "), "{}", place.trace());
}

#[test]
fn a_command_killed_by_a_signal_gives_128_and_its_number() {
    for (signal, code) in [(Signal::SIGTERM, 143), (Signal::SIGINT, 130), (Signal::SIGHUP, 129)] {
        let place = Place::new();
        let child = place.start_truth("", "ready up hold 60s");
        place.await_file("up");
        send(child.id(), signal);
        let done = finish(child);
        assert_eq!(done.code, Some(code), "{}", done.stderr);
        assert!(done.stderr.contains(signal.as_str()), "{}", done.stderr);
        assert_eq!(place.peak()["signal"], signal as i32);
    }
}

/// mprof, duct and denet died of TERM. Their command kept running, unmeasured.
#[test]
fn defect_24_term_leaves_no_process_behind() {
    let place = Place::new();
    let script = format!(
        "{t} ready a daemon [ ready b hold 60s ] hold 60s & echo $! > pid; {t} await b; touch up; sleep 60",
        t = truth().display()
    );
    let child = place.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", &script]).spawn().unwrap();
    place.await_file("up");
    let pid: i32 = std::fs::read_to_string(place.path("pid")).unwrap().trim().parse().unwrap();
    wait_for("all of the tree in the trace", || place.trace().matches("\nPROC ").count() >= 3);
    let members: Vec<i32> = place
        .trace()
        .lines()
        .filter_map(|line| line.strip_prefix("PROC ")?.split(':').next()?.parse().ok())
        .collect();
    assert!(members.contains(&pid), "{members:?}");
    send(child.id(), Signal::SIGTERM);
    assert_eq!(finish(child).code, Some(143));
    for member in members {
        assert!(!is_alive(member), "{member} is still alive");
    }
    assert!(place.trace().contains("\nEND "));
}

/// A command that signals its parent, or its whole process group, reaches rprof too. The signal must not come back.
#[test]
fn a_signal_from_the_command_is_not_sent_back() {
    let place = Place::new();
    let script = "trap 'echo got >> got' USR1; kill -USR1 $PPID; sleep 0.3; touch done";
    let done = place.run_script(script);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(place.path("done").exists() && !place.path("got").exists());
}

impl Place {
    fn run_script(&self, script: &str) -> crate::support::Done {
        let mut command = self.rprof(["run", "-q", "-o", "t.dat", "sh", "-c", script]);
        crate::support::done(command.output().unwrap())
    }
}

#[test]
fn a_stopped_command_is_still_sampled() {
    let place = Place::new();
    let child = place.start_truth("-q -T 20ms", "ready up await go");
    place.await_file("up");
    wait_for("the command in the trace", || place.trace().contains("\nPROC "));
    let pid =
        place.trace().lines().find_map(|l| l.strip_prefix("PROC ")?.split(':').next()?.parse::<u32>().ok());
    let pid = pid.expect("the command's pid");
    send(pid, Signal::SIGSTOP);
    let ticks = || place.trace().matches("\nMEM ").count();
    let before = ticks();
    wait_for("ticks while the command is stopped", || ticks() > before + 3);
    send(pid, Signal::SIGCONT);
    std::fs::write(place.path("go"), "").unwrap();
    assert_eq!(finish(child).code, Some(0));
}

/// A stopped process does not react to SIGTERM before it continues, so rprof waited for ever.
#[test]
fn a_stopped_command_ends_when_rprof_is_told_to() {
    let place = Place::new();
    let child = place.start_truth("-q -T 20ms", "ready up hold 60s");
    place.await_file("up");
    wait_for("the command in the trace", || place.trace().contains("\nPROC "));
    let pid =
        place.trace().lines().find_map(|l| l.strip_prefix("PROC ")?.split(':').next()?.parse::<u32>().ok());
    send(pid.expect("the command's pid"), Signal::SIGSTOP);
    let state = || std::fs::read_to_string(format!("/proc/{}/stat", pid.unwrap_or(0))).unwrap_or_default();
    wait_for("the stop", || state().contains(") T "));
    send(child.id(), Signal::SIGTERM);
    assert_eq!(finish(child).code, Some(143));
}
