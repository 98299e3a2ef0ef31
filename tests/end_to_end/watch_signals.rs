//! The terminal after the live view, however it ends: each signal, a panic, a stop and its continuation.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use nix::sys::signal::Signal;

use crate::support::pty::Terminal;
use crate::support::{Place, send, skip, wait_for};

const SIZE: (u16, u16) = (80, 24);

/// A trace that looks as if it were still recorded.
fn open_trace(place: &Place) {
    place.run_truth("-T 5ms", "touch 20MiB hold 50ms");
    let trace = place.trace();
    let lines: Vec<&str> = trace.lines().filter(|line| !line.starts_with("END ")).collect();
    std::fs::write(place.path("t.dat"), lines.join("\n") + "\n").unwrap();
}

fn watch(place: &Place) -> Command {
    let mut command = place.rprof(["watch", "t.dat"]);
    command.env("TERM", "xterm").env("LC_ALL", "C.UTF-8");
    command
}

#[test]
fn a_signal_that_ends_the_view_leaves_the_terminal_as_before() {
    let place = Place::new();
    open_trace(&place);
    for signal in [
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
        Signal::SIGTERM,
        Signal::SIGUSR1,
        Signal::SIGUSR2,
        Signal::SIGALRM,
        Signal::SIGVTALRM,
        Signal::SIGPROF,
        Signal::SIGXCPU,
        Signal::SIGSEGV,
        Signal::SIGBUS,
        Signal::SIGABRT,
        Signal::SIGILL,
        Signal::SIGFPE,
    ] {
        let mut terminal = Terminal::start_sized(watch(&place), SIZE);
        terminal.await_screen("q quit");
        assert!(!terminal.has_old_modes(), "the view has modes of its own");
        send(terminal.child.id(), signal);
        assert_eq!(terminal.end().signal(), Some(signal as i32), "{signal}");
        assert!(terminal.has_old_modes(), "{signal}");
        assert!(terminal.has_old_screen(), "{signal}: {:?}", terminal.text);
    }
}

/// Rust ignores SIGPIPE. A terminal is no pipe, so nothing is lost by that.
#[test]
fn the_signal_of_a_broken_pipe_does_not_end_the_view() {
    let place = Place::new();
    open_trace(&place);
    let mut terminal = Terminal::start_sized(watch(&place), SIZE);
    terminal.await_screen("q quit");
    send(terminal.child.id(), Signal::SIGPIPE);
    terminal.press("?");
    terminal.await_screen("leave the view");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
    assert!(terminal.has_old_modes() && terminal.has_old_screen());
}

/// The message of a panic is on the terminal as it was, where it can be read.
#[test]
fn a_panic_leaves_the_terminal_as_before_its_message() {
    let place = Place::new();
    open_trace(&place);
    let mut terminal = Terminal::start_sized(watch(&place), SIZE);
    terminal.await_screen("q quit");
    terminal.press("\u{10}");
    assert!(!terminal.end().success());
    assert!(terminal.has_old_modes() && terminal.has_old_screen());
    let message = terminal.text.rfind("a test pressed Ctrl-P");
    assert!(message > terminal.text.rfind("\u{1b}[?1049l"), "{:?}", terminal.text);
}

/// In a shell with job control, Ctrl-Z and `kill -STOP` give the terminal to the shell, and `fg` returns to the view.
#[test]
fn a_stop_gives_the_terminal_to_the_shell_and_back() {
    if Command::new("bash").arg("--version").output().is_err() {
        return skip("no bash: a shell with job control is needed");
    }
    let place = Place::new();
    open_trace(&place);
    let mut shell = Command::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]).current_dir(place.dir.path());
    shell.env("PS1", "ready> ").env("TERM", "xterm").env("LC_ALL", "C.UTF-8");
    let mut terminal = Terminal::start_sized(shell, SIZE);
    terminal.await_text("ready> ");
    terminal.press("stty -g | tr : x > before\n");
    place.await_file("before");
    terminal.press(&format!("{} watch t.dat\n", env!("CARGO_BIN_EXE_rprof")));
    terminal.await_text("quit");
    let entered = |terminal: &Terminal| terminal.text.matches("\u{1b}[?1049h").count();
    for (round, key) in [(1, true), (2, false)] {
        assert_eq!(entered(&terminal), round);
        if key {
            terminal.press("\u{1a}");
        } else {
            // The signal itself, as `kill -TSTP` sends it.
            let children = Command::new("pgrep").args(["-P", &terminal.child.id().to_string()]).output();
            let Some(pid) =
                children.ok().and_then(|found| String::from_utf8(found.stdout).ok()?.trim().parse().ok())
            else {
                return skip("no pgrep");
            };
            send(pid, Signal::SIGTSTP);
        }
        let stopped = |terminal: &Terminal| terminal.text.matches("Stopped").count();
        wait_for("the stop", || {
            terminal.await_text("Stopped");
            stopped(&terminal) >= round
        });
        assert!(terminal.has_old_screen(), "{:?}", terminal.text);
        terminal.press("fg\n");
        wait_for("the view again", || {
            terminal.await_text("quit");
            entered(&terminal) == round + 1
        });
    }
    wait_for("a picture", || {
        terminal.await_text("quit");
        terminal.text.rfind("quit") > terminal.text.rfind("\u{1b}[?1049h")
    });
    terminal.press("q");
    wait_for("the way back", || {
        terminal.await_text("ready> ");
        terminal.has_old_screen()
    });
    terminal.press("stty -g | tr : x > after\n");
    place.await_file("after");
    wait_for("both modes", || {
        let read = |name| std::fs::read_to_string(place.path(name)).unwrap_or_default();
        !read("after").is_empty() && read("before") == read("after")
    });
    terminal.press("exit\n");
    let _ = terminal.child.wait();
}
