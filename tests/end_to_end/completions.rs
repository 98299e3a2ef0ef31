//! Completions: each shell accepts its script, and real shells complete words.

use std::process::{Command, Stdio};

use crate::support::pty::Terminal;
use crate::support::{Place, done, skip};

const SHELLS: [&str; 6] = ["bash", "zsh", "fish", "elvish", "powershell", "nushell"];

/// Writes the completions for a shell to a file of its name.
fn script(place: &Place, shell: &str) -> String {
    let done = place.run(&format!("completions {shell}"));
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{shell}");
    std::fs::write(place.path(shell), &done.stdout).unwrap();
    done.stdout
}

/// The output of a shell; `None`, with a reason printed, if the machine lacks it.
fn asked(place: &Place, program: &str, arguments: &[&str]) -> Option<crate::support::Done> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(place.dir.path()).stdin(Stdio::null());
    // The shells keep files of their own.
    command.env("HOME", place.dir.path()).env("XDG_CONFIG_HOME", place.path("config"));
    let Ok(output) = command.output() else {
        skip(&format!("no `{program}`: its completions are not run"));
        return None;
    };
    Some(done(output))
}

#[test]
fn every_shell_has_every_command() {
    let place = Place::new();
    for shell in SHELLS {
        let script = script(&place, shell);
        for command in ["attach", "bench", "peak", "completions", "config"] {
            assert!(script.contains(command), "{shell}: no {command}");
        }
        assert!(script.contains("memory-limit"), "{shell}");
    }
    let unknown = place.run("completions tcsh");
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("nushell"), "{}", unknown.stderr);
}

#[test]
fn every_shell_accepts_its_script() {
    let place = Place::new();
    let checks: [(&str, &str, &[&str]); 5] = [
        ("bash", "bash", &["-n", "bash"]),
        ("zsh", "zsh", &["-n", "zsh"]),
        ("fish", "fish", &["--no-execute", "fish"]),
        ("powershell", "pwsh", &["-NoProfile", "-File", "powershell.ps1"]),
        ("nushell", "nu", &["--no-config-file", "-c", "source nushell"]),
    ];
    for (shell, program, arguments) in checks {
        script(&place, shell);
        if shell == "powershell" {
            std::fs::copy(place.path(shell), place.path("powershell.ps1")).unwrap();
        }
        if let Some(done) = asked(&place, program, arguments) {
            assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{shell}");
        }
    }
}

/// fish, zsh and bash answer with the words that they would insert.
#[test]
fn fish_completes_commands_and_values() {
    let place = Place::new();
    script(&place, "fish");
    for (line, word) in [("rprof pl", "plot"), ("rprof run --metric p", "pss"), ("rprof completions na", "")]
    {
        let ask = format!("source fish; complete -C '{line}'");
        let Some(done) = asked(&place, "fish", &["--no-config", "-c", &ask]) else { return };
        let words: Vec<_> = done.stdout.lines().filter_map(|line| line.split('\t').next()).collect();
        assert!(words.iter().all(|found| *found == word) && words.len() <= 1, "{line}: {words:?}");
        assert_eq!(words.is_empty(), word.is_empty(), "{line}: {}", done.stderr);
    }
}

/// Nushell answers an editor with the words that it would offer at an offset.
#[test]
fn nushell_completes_commands_and_options() {
    let place = Place::new();
    script(&place, "nushell");
    for (line, word) in [("rprof pl", "rprof plot"), ("rprof run --memory", "--memory-limit")] {
        let text = format!("source nushell\n{line}");
        std::fs::write(place.path("line.nu"), &text).unwrap();
        let end = text.len().to_string();
        let Some(done) = asked(&place, "nu", &["--no-config-file", "--ide-complete", &end, "line.nu"]) else {
            return;
        };
        assert!(done.stdout.contains(&format!("[\"{word}\"]")), "{line}: {}{}", done.stdout, done.stderr);
    }
}

/// Elvish has completions only in its editor of lines.
#[test]
fn elvish_completes_at_the_key_tab() {
    let place = Place::new();
    script(&place, "elvish");
    if Command::new("elvish").arg("-version").output().is_err() {
        return skip("no `elvish`: its completions are not run");
    }
    let mut shell = Command::new("elvish");
    shell.arg("-norc").current_dir(place.dir.path()).env("TERM", "xterm");
    shell.env("HOME", place.dir.path()).env("XDG_CONFIG_HOME", place.path("config"));
    let mut terminal = Terminal::start(shell);
    // Its editor waits for keys.
    terminal.await_text("\u{1b}[?2004h");
    terminal.press("eval (slurp < elvish); echo sour''ced\r");
    terminal.await_text("sourced\r\n");
    terminal.press("fn rprof {|@words| echo words:$@words'.' }; echo def''ined\r");
    terminal.await_text("defined\r\n");
    terminal.press("rprof pl\t\r");
    terminal.await_text("words:plot.");
    terminal.press("exit\r");
    terminal.child.wait().unwrap();
}

/// A bash with its own editor of lines: Tab completes the command, and then the option.
#[test]
fn bash_completes_at_the_key_tab() {
    let place = Place::new();
    script(&place, "bash");
    if Command::new("bash").arg("--version").output().is_err() {
        return skip("no bash: its completions are not run");
    }
    let mut shell = Command::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]).current_dir(place.dir.path());
    shell.env("PS1", "ready> ").env("TERM", "dumb").env("INPUTRC", "/dev/null").env("HISTFILE", "/dev/null");
    let mut terminal = Terminal::start(shell);
    terminal.await_text("ready> ");
    terminal.press("bind 'set enable-bracketed-paste off'; source ./bash; echo sourced\n");
    terminal.await_text("sourced\r\nready> ");
    // The program is a function that prints its words, so that the line can be entered.
    terminal.press("rprof() { echo \"words:$*.\"; }\n");
    terminal.press("rprof pl\t\n");
    terminal.await_text("words:plot.");
    terminal.press("rprof run --memory\t 2GiB ./bas\t\n");
    terminal.await_text("words:run --memory-limit 2GiB ./bash.");
    terminal.press("exit\n");
    terminal.child.wait().unwrap();
}
