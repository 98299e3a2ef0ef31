//! Terminals: the command owns the terminal, a key's signal arrives once, and job control works as without rprof.

use std::process::Command;

use crate::support::pty::Terminal;
use crate::support::{Place, truth, wait_for, with_default_settings};

fn watched(place: &Place, script: &str) -> Command {
    place.rprof(["run", "-q", "--force", "-o", "t.dat", "sh", "-c", script])
}

fn plain(place: &Place, script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(place.dir.path());
    command
}

#[test]
fn a_program_on_a_terminal_behaves_as_without_rprof() {
    let place = Place::new();
    let script = "tty > /dev/null && echo tty; test -t 0 -a -t 1 -a -t 2 && echo all; stty size; read x; echo got $x; echo over";
    let mut shown = Vec::new();
    for command in [plain(&place, script), watched(&place, script)] {
        let mut terminal = Terminal::start(command);
        terminal.await_text("0 0");
        terminal.press("words\n");
        shown.push(terminal.await_text("over"));
        assert!(terminal.child.wait().unwrap().success());
    }
    assert_eq!(shown[0], shown[1]);
    assert!(shown[0].contains("got words"), "{}", shown[0]);
}

#[test]
fn a_terminals_interrupt_reaches_the_command_once() {
    let place = Place::new();
    // The script never sleeps: two signals during a sleep would be delivered as one.
    let script = "n=0; trap 'n=$((n+1)); echo int $n' INT; trap 'echo total $n.; exit 3' TERM; echo up; while :; do :; done";
    let mut terminal = Terminal::start(watched(&place, script));
    terminal.await_text("up");
    terminal.press("\u{3}");
    terminal.await_text("int 1");
    terminal.press("\u{3}");
    terminal.await_text("int 2");
    crate::support::send(terminal.child.id(), nix::sys::signal::Signal::SIGTERM);
    let text = terminal.await_text("total");
    assert!(!text.contains("int 3"), "{text}");
    terminal.await_text("total 2.");
    assert_eq!(terminal.child.wait().unwrap().code(), Some(3));
    assert!(place.trace().contains("\nEND "));
}

#[test]
fn the_summary_has_a_sparkline_on_a_terminal() {
    let place = Place::new();
    let mut command = place.rprof(["run", "-o", "t.dat", "--"]);
    command.arg(truth()).args(["touch", "20MiB", "hold", "200ms"]).env("LC_ALL", "C.UTF-8");
    let mut terminal = Terminal::start(command);
    let text = terminal.await_text("trace: t.dat");
    assert!(text.contains('█'), "{text}");
    assert!(terminal.child.wait().unwrap().success());
}

/// In a shell with job control, Ctrl-Z stops the command and rprof, and `fg` continues both. The trace has a gap.
#[test]
fn stop_and_continue_work_as_without_rprof() {
    let place = Place::new();
    let mut shell = Command::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]).env("PS1", "ready> ").current_dir(place.dir.path());
    with_default_settings(&mut shell);
    if std::process::Command::new("bash").arg("--version").output().is_err() {
        return crate::support::skip("no bash: a shell with job control is needed");
    }
    let mut terminal = Terminal::start(shell);
    terminal.await_text("ready> ");
    let line = format!(
        "{} run -q -T 20ms -o t.dat {} ready up await go say finished\n",
        env!("CARGO_BIN_EXE_rprof"),
        truth().display()
    );
    terminal.press(&line);
    place.await_file("up");
    terminal.press("\u{1a}");
    terminal.await_text("Stopped");
    let size = || std::fs::metadata(place.path("t.dat")).map_or(0, |m| m.len());
    let stopped = size();
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(size(), stopped, "a stopped rprof wrote to the trace");
    std::fs::write(place.path("go"), "").unwrap();
    terminal.press("fg\n");
    terminal.await_text("\nfinished");
    wait_for("the end of the trace", || place.trace().contains("\nEND "));
    assert!(place.trace().contains("\nGAP "), "{}", place.trace());
    terminal.press("exit\n");
    let _ = terminal.child.wait();
}

/// Full-screen programs stop themselves with SIGSTOP after Ctrl-Z. rprof ran on, and the terminal was dead: no prompt came
/// back, and no key did anything.
#[test]
fn a_command_that_stops_itself_returns_the_terminal_to_the_shell() {
    let place = Place::new();
    if std::process::Command::new("bash").arg("--version").output().is_err() {
        return crate::support::skip("no bash: a shell with job control is needed");
    }
    let script = "kill -STOP $$; echo cont''inued";
    let trace = place.path("t.dat");
    for subcommand in ["run -q --force -o t.dat", "span load"] {
        let mut shell = Command::new("bash");
        shell.args(["--norc", "--noprofile", "-i"]).env("PS1", "ready> ").current_dir(place.dir.path());
        with_default_settings(&mut shell);
        shell.env("RPROF_TRACE", &trace);
        let mut terminal = Terminal::start(shell);
        terminal.await_text("ready> ");
        let rprof = env!("CARGO_BIN_EXE_rprof");
        terminal.press(&format!("{rprof} {subcommand} -- sh -c \"{}\"\n", script.replace('$', "\\$")));
        terminal.await_text("Stopped");
        terminal.press("fg\n");
        terminal.await_text("continued");
        terminal.press("exit\n");
        let _ = terminal.child.wait();
    }
}
