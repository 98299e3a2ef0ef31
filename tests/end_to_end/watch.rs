//! The live view on a pseudo-terminal: what it shows, that it loses no sample, and how it leaves.

use std::io::Write;
use std::process::Command;

use nix::sys::signal::Signal;

use crate::support::pty::Terminal;
use crate::support::{Place, finish, is_alive, send, skip, truth, wait_for};

const SIZE: (u16, u16) = (100, 30);

/// `rprof watch` with the words of a line.
fn watch(place: &Place, line: &str) -> Command {
    let mut command = place.rprof(std::iter::once("watch").chain(line.split_whitespace()));
    command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8").env_remove("NO_COLOR");
    command
}

/// `rprof watch OPTIONS -- truth SCRIPT`.
fn watch_truth(place: &Place, options: &str, script: &str) -> Command {
    let mut command = watch(place, options);
    command.arg("--").arg(truth()).args(script.split_whitespace());
    command
}

/// Waits until the trace of a recording has its end.
fn await_end(place: &Place) {
    let trace = || std::fs::read_to_string(place.path("t.dat")).unwrap_or_default();
    wait_for("the end of the recording", || {
        trace().lines().last().is_some_and(|line| line.starts_with("END "))
    });
}

/// Fails unless the trace has every tick that its end counts, and no gap in which a terminal stopped the recording. A machine
/// that stands still for a moment makes a gap, too, and a short one.
fn assert_whole(place: &Place) {
    let trace = place.trace();
    let count = trace.lines().filter(|line| line.starts_with("MEM ") && !line.contains(" ^ ")).count();
    let end = trace.lines().last().and_then(|line| line.strip_prefix("END ")).expect("an end");
    let end: serde_json::Value = serde_json::from_str(end).expect("JSON");
    assert_eq!(end["ticks"], count, "{end}");
    for gap in trace.lines().filter_map(|line| line.strip_prefix("GAP ")) {
        let (from, to) = gap.split_once(' ').expect("two times");
        let length = to.parse::<f64>().unwrap() - from.parse::<f64>().unwrap();
        assert!(length < 3.0, "{trace}");
    }
}

#[test]
fn a_command_is_recorded_and_shown_and_its_exit_code_passed_on() {
    let place = Place::new();
    let script = "touch 30MiB say hello ready up await go exit 7";
    let mut terminal = Terminal::start_sized(watch_truth(&place, "-o t.dat -T 10ms", script), SIZE);
    // The last line of the screen comes last.
    let screen = terminal.await_screen("q quit");
    assert!(
        screen.contains("RSS") && screen.contains("Processes") && screen.contains("recording 0:0"),
        "{screen}"
    );
    terminal.await_screen("tick");
    place.await_file("up");
    terminal.press("4");
    terminal.await_screen("hello");
    std::fs::write(place.path("go"), "").unwrap();
    terminal.await_screen("exit code 7");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(7));
    assert!(terminal.has_old_modes() && terminal.has_old_screen(), "{:?}", terminal.text);
    assert!(terminal.text.contains("output of the command: t.out"), "{}", terminal.text);
    assert_eq!(std::fs::read_to_string(place.path("t.out")).unwrap(), "hello\n");
    assert_whole(&place);
}

#[test]
fn a_command_that_does_not_start_leaves_its_message_and_no_files() {
    let place = Place::new();
    let mut terminal = Terminal::start_sized(watch(&place, "-o t.dat -- /nonexistent/program"), SIZE);
    assert_eq!(terminal.end().code(), Some(127));
    assert!(terminal.text.contains("/nonexistent/program"), "{}", terminal.text);
    assert!(!terminal.text.contains("1049h"), "no screen for nothing: {:?}", terminal.text);
    assert_eq!(std::fs::read_dir(place.dir.path()).unwrap().count(), 0);
}

#[test]
fn leaving_and_coming_back_loses_no_sample() {
    let place = Place::new();
    let script = "touch 20MiB ready up await go";
    let mut terminal = Terminal::start_sized(watch_truth(&place, "-o t.dat -T 2ms", script), SIZE);
    place.await_file("up");
    terminal.await_screen("RSS");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
    assert!(terminal.text.contains("the recording continues; `rprof watch t.dat`"), "{}", terminal.text);
    for _ in 0..100 {
        let mut again = Terminal::start_sized(watch(&place, "t.dat"), SIZE);
        again.await_screen("peak");
        again.press("q");
        assert_eq!(again.end().code(), Some(0));
        assert!(again.has_old_modes() && again.has_old_screen());
    }
    std::fs::write(place.path("go"), "").unwrap();
    await_end(&place);
    assert_whole(&place);
}

/// The terminal of an ssh connection that is lost hangs up.
#[test]
fn a_recording_outlives_its_terminal() {
    let place = Place::new();
    let script = "touch 20MiB ready up await go";
    let mut terminal = Terminal::start_sized(watch_truth(&place, "-o t.dat -T 10ms", script), SIZE);
    place.await_file("up");
    terminal.await_screen("RSS");
    send(terminal.child.id(), Signal::SIGHUP);
    assert!(!terminal.end().success());
    let size = || std::fs::metadata(place.path("t.dat")).unwrap().len();
    let before = size();
    wait_for("more samples", || size() > before);
    std::fs::write(place.path("go"), "").unwrap();
    await_end(&place);
    assert_whole(&place);
}

#[test]
fn a_running_process_is_recorded_until_it_ends() {
    let place = Place::new();
    let mut process = Command::new(truth());
    process.args(["touch", "25MiB", "ready", "up", "await", "go"]).current_dir(place.dir.path());
    let process = process.spawn().unwrap();
    place.await_file("up");
    let line = format!("-o t.dat -T 10ms --leave-at-end {}", process.id());
    let mut terminal = Terminal::start_sized(watch(&place, &line), SIZE);
    terminal.await_screen("recording");
    terminal.await_screen(&process.id().to_string());
    std::fs::write(place.path("go"), "").unwrap();
    assert_eq!(terminal.end().code(), Some(0));
    assert_eq!(finish(process).code, Some(0));
    assert!(terminal.text.contains("`t.dat`: peak "), "{}", terminal.text);
    assert_whole(&place);
}

#[test]
fn a_process_that_does_not_exist_is_reported() {
    let place = Place::new();
    let mut terminal = Terminal::start_sized(watch(&place, "4194304"), SIZE);
    assert_ne!(terminal.end().code(), Some(0));
    assert!(terminal.text.contains("rprof: ") && terminal.text.contains("4194304"), "{}", terminal.text);
    assert!(!terminal.text.contains("rprof: rprof: "), "{}", terminal.text);
}

#[test]
fn a_replay_ends_with_the_numbers_of_the_trace() {
    let place = Place::new();
    let done = place
        .run_truth("-T 5ms", "touch 40MiB hold 100ms free touch 10MiB fork 2 [ touch 5MiB hold 50ms ] wait");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let truth = place.peak();
    for options in ["--speed max", "--replay --speed 1000", "--replay --speed 4", ""] {
        let mut terminal =
            Terminal::start_sized(watch(&place, &format!("{options} --leave-at-end t.dat")), SIZE);
        assert_eq!(terminal.end().code(), Some(0), "{options}: {}", terminal.text);
        let peak = mebibytes(truth["peak_bytes"].as_u64().unwrap());
        let line =
            terminal.text.lines().find(|line| line.contains("`t.dat`: peak ")).unwrap_or_default().to_owned();
        assert!(line.contains(&format!("{peak} RSS ")), "{options}: {peak}: {line}");
        assert!(
            line.trim_end().ends_with(&format!("; {} ticks", truth["samples"])),
            "{options}: {line} {truth}"
        );
    }
}

/// A size as rprof prints it, in MiB.
fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

#[test]
fn keys_switch_zoom_pause_filter_and_help() {
    let place = Place::new();
    place.run_truth("-T 5ms", "mark begin touch 40MiB span load [ hold 150ms ] mark over");
    let mut terminal = Terminal::start_sized(watch(&place, "t.dat"), SIZE);
    terminal.await_screen("exit code 0");
    for (keys, shown) in [
        ("\t", "load"),
        ("\t", "mark over"),
        ("/begin\r", "filter: begin"),
        ("\u{1b}", "mark over"),
        ("?", "leave the view"),
        ("x", "mark over"),
        (" ", "paused at"),
        (" ", "exit code 0"),
        ("f", "peak"),
        ("1", "processes that have ended"),
        ("<", "only a replay has a speed"),
    ] {
        terminal.press(keys);
        terminal.await_screen(shown);
    }
    terminal.press("+++\u{1b}[D\u{1b}[D0\u{1b}[A\u{1b}[B\u{1b}[5~\u{1b}[6~\u{c}");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
}

#[test]
fn a_trace_that_is_replaced_or_emptied_is_read_anew() {
    let place = Place::new();
    place.run_truth("-T 5ms", "touch 40MiB hold 50ms exit 3");
    let first = std::fs::read(place.path("t.dat")).unwrap();
    place.run_truth("-T 5ms", "touch 20MiB hold 50ms exit 4");
    let second = std::fs::read(place.path("t.dat")).unwrap();
    let mut terminal = Terminal::start_sized(watch(&place, "t.dat"), SIZE);
    terminal.await_screen("exit code 4");
    // In place, shorter first: an editor or `cp` does this.
    std::fs::write(place.path("t.dat"), "").unwrap();
    std::fs::write(place.path("t.dat"), &first[..first.len().min(second.len()) / 2]).unwrap();
    terminal.await_screen("was replaced");
    std::fs::write(place.path("new.dat"), &first).unwrap();
    std::fs::rename(place.path("new.dat"), place.path("t.dat")).unwrap();
    terminal.await_screen("exit code 3");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
}

#[test]
fn lines_that_arrive_in_pieces_are_shown_when_they_are_whole() {
    let place = Place::new();
    place.run_truth("-T 5ms", "touch 40MiB hold 50ms exit 9");
    let whole = std::fs::read(place.path("t.dat")).unwrap();
    std::fs::write(place.path("g.dat"), b"").unwrap();
    let mut terminal = Terminal::start_sized(watch(&place, "g.dat"), SIZE);
    terminal.await_screen("waiting for the first record");
    let mut file = std::fs::OpenOptions::new().append(true).open(place.path("g.dat")).unwrap();
    for piece in whole.chunks(97) {
        file.write_all(piece).unwrap();
    }
    terminal.await_screen("exit code 9");
    terminal.press("q");
    terminal.end();
    assert!(!terminal.text.contains("warning") && !terminal.text.contains("skipped"), "{}", terminal.text);
}

#[test]
fn the_screen_follows_the_size_of_the_terminal() {
    let place = Place::new();
    place.run_truth("-T 5ms", "touch 40MiB hold 50ms");
    let mut terminal = Terminal::start_sized(watch(&place, "t.dat"), (80, 24));
    terminal.await_screen("q quit");
    for size in [(40, 10), (8, 2), (1, 1), (200, 60), (30, 5), (120, 40)] {
        terminal.resize(size);
        // Every size is survived. Only larger ones have room for words.
        if size.1 >= 10 {
            let last = usize::from(size.1) - 1;
            let is_full = |screen: &str| screen.lines().nth(last).is_some_and(|line| line.contains("q quit"));
            let screen = terminal.await_picture("the keys in the last line", is_full);
            assert_eq!(screen.matches("q quit").count(), 1, "{screen}");
        }
    }
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
}

#[test]
fn without_a_terminal_the_message_names_what_needs_none() {
    let place = Place::new();
    let done = place.run("watch t.dat");
    assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""));
    assert!(
        done.stderr.contains("needs a terminal") && done.stderr.contains("plot --term"),
        "{}",
        done.stderr
    );
    assert_eq!(place.run("watch -- true").code, Some(125));
    for term in ["dumb", ""] {
        let mut command = watch(&place, "t.dat");
        command.env("TERM", term);
        let mut terminal = Terminal::start_sized(command, SIZE);
        assert_eq!(terminal.end().code(), Some(1));
        assert!(
            terminal.text.contains("TERM is `dumb`") && !terminal.text.contains('\u{1b}'),
            "{:?}",
            terminal.text
        );
    }
}

#[test]
fn what_is_no_trace_is_reported_before_the_screen_is_cleared() {
    let place = Place::new();
    std::fs::write(place.path("x.dat"), "no trace\nat all\n").unwrap();
    let mut terminal = Terminal::start_sized(watch(&place, "x.dat"), SIZE);
    assert_eq!(terminal.end().code(), Some(1));
    assert!(terminal.text.contains("`x.dat`") && !terminal.text.contains("1049h"), "{:?}", terminal.text);
}

/// A page of docs/ once said `rprof watch ./server`, which is the form for a trace.
#[test]
fn a_program_in_place_of_a_trace_is_reported_with_the_form_for_commands() {
    let place = Place::new();
    for program in [truth().to_str().unwrap(), "sh"] {
        let mut terminal = Terminal::start_sized(watch(&place, program), SIZE);
        assert_eq!(terminal.end().code(), Some(1));
        assert!(terminal.text.contains(&format!("`rprof watch -- {program}` runs")), "{:?}", terminal.text);
    }
}

/// Colours are SGR 30 to 37. Bold, dim and reverse are no colours.
#[test]
fn no_color_and_other_locales_are_respected() {
    let place = Place::new();
    place.run_truth("-T 5ms", "touch 40MiB hold 50ms");
    let shown = |name: &str, value: &str| {
        let mut command = watch(&place, "--leave-at-end t.dat");
        command.env(name, value);
        let mut terminal = Terminal::start_sized(command, SIZE);
        terminal.end();
        terminal.text
    };
    assert!(shown("LC_ALL", "C.UTF-8").contains(";36m"));
    let plain = shown("NO_COLOR", "1");
    assert!(!plain.contains(";36m") && !plain.contains(";33m"), "{plain:?}");
    assert!(shown("LC_ALL", "C").is_ascii());
}

/// Ctrl-C goes to the command, as it does without a view.
#[test]
fn interrupting_reaches_the_command_once() {
    let place = Place::new();
    let script = "n=0; trap 'n=$((n+1)); echo int $n' INT; trap 'echo total $n; exit 3' TERM; touch up; while :; do sleep 0.01; done";
    let mut command = watch(&place, "-o t.dat -T 10ms -- sh -c");
    command.arg(script);
    let mut terminal = Terminal::start_sized(command, SIZE);
    place.await_file("up");
    terminal.await_screen("RSS");
    let output = || std::fs::read_to_string(place.path("t.out")).unwrap_or_default();
    for number in 1..=2 {
        terminal.press("\u{3}");
        wait_for("the signal", || output().contains(&format!("int {number}")));
    }
    send(terminal.child.id(), Signal::SIGTERM);
    assert_eq!(terminal.end().code(), Some(3));
    assert!(output().ends_with("total 2\n"), "{}", output());
    assert!(terminal.has_old_modes() && terminal.has_old_screen());
}

#[test]
fn term_ends_the_command_with_the_view() {
    let place = Place::new();
    let script = "ready up hold 60s";
    let mut terminal = Terminal::start_sized(watch_truth(&place, "-o t.dat -T 10ms", script), SIZE);
    place.await_file("up");
    terminal.await_screen("RSS");
    wait_for("the command in the trace", || place.trace().contains("\nPROC "));
    let trace = place.trace();
    let pid =
        trace.lines().find_map(|line| line.strip_prefix("PROC ")?.split(':').next()?.parse::<i32>().ok());
    send(terminal.child.id(), Signal::SIGTERM);
    assert_eq!(terminal.end().code(), Some(143));
    assert!(!is_alive(pid.expect("a pid")));
    assert!(terminal.has_old_modes() && terminal.has_old_screen());
}

/// A terminal multiplexer is a terminal of its own kind: the picture that it keeps must be the one that was drawn.
#[test]
fn tmux_shows_the_same_picture() {
    let place = Place::new();
    let socket = place.path("tmux").to_string_lossy().into_owned();
    let tmux =
        |words: &[&str]| Command::new("tmux").args(["-S", &socket, "-f", "/dev/null"]).args(words).output();
    if tmux(&["-V"]).is_err() {
        return skip("no tmux");
    }
    place.run_truth("-T 5ms", "touch 40MiB hold 100ms exit 5");
    let line = format!(
        "cd {}; LC_ALL=C.UTF-8 {} watch t.dat; echo code $?; exec cat",
        place.dir.path().display(),
        env!("CARGO_BIN_EXE_rprof")
    );
    let started = tmux(&["-u", "new-session", "-d", "-x", "90", "-y", "28", &line]).unwrap();
    if !started.status.success() {
        return skip("tmux cannot start a session");
    }
    let picture = || String::from_utf8_lossy(&tmux(&["capture-pane", "-p"]).unwrap().stdout).into_owned();
    let shows = |wanted: &str| wait_for(wanted, || picture().contains(wanted));
    shows("exit code 5");
    let mut terminal = Terminal::start_sized(watch(&place, "t.dat"), (90, 28));
    terminal.await_screen("exit code 5");
    // Either may still be drawing.
    let what = format!("the picture of tmux:\n{}", picture());
    terminal.await_picture(&what, |ours| ours.contains("q quit") && ours.trim_end() == picture().trim_end());
    terminal.press("q");
    terminal.end();
    // A smaller window, and back: the picture fits, and no line is left over.
    let _ = tmux(&["resize-window", "-x", "60", "-y", "16"]);
    wait_for("the smaller picture", || picture().lines().nth(15).is_some_and(|line| line.contains("q quit")));
    let _ = tmux(&["send-keys", "q"]);
    shows("code 0");
    assert!(!picture().contains("q quit"), "{}", picture());
    let _ = tmux(&["kill-server"]);
}
