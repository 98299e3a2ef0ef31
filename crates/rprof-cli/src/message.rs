//! Messages: the one way to stderr. Each line of rprof's own begins with `rprof: `, and text from outside is escaped.
//! A stderr that is closed or broken is not a failure.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use rprof_trace::{is_hidden, shown, visible};

/// Prints a message, which may have several lines.
pub fn print(text: &str) {
    let mut lines = String::with_capacity(text.len() + 8);
    for line in text.lines() {
        lines.push_str("rprof: ");
        lines.push_str(&visible(line));
        lines.push('\n');
    }
    let _ = std::io::stderr().write_all(lines.as_bytes());
}

/// Prints lines for a program that reads stderr, which are escaped already.
pub fn raw(lines: &str) {
    let _ = std::io::stderr().write_all(lines.as_bytes());
}

/// Shows a line that the next one overwrites, for a terminal. An empty one clears it.
pub fn progress(line: &str) {
    let _ = std::io::stderr().write_all(format!("\r\x1b[K{}", visible(line)).as_bytes());
}

/// Prints why rprof failed.
pub fn error(error: &anyhow::Error) {
    print(&one_line(error));
}

/// The error and its causes in one line.
///
/// Errors of the libraries name their cause themselves, to be complete without us. It is not repeated here.
pub fn one_line(error: &anyhow::Error) -> String {
    let mut line = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !line.ends_with(&cause) {
            line += ": ";
            line += &cause;
        }
    }
    line
}

/// Prints a remark on a trace.
pub fn about(trace: &Path, remark: impl Display) {
    print(&format!("`{}`: {remark}", shown(trace)));
}

/// Prints clap's answer to a command line: an error on stderr, help and version on stdout.
///
/// An error begins with `rprof: ` like every message. It may quote an argument that comes from elsewhere, such as the name
/// of a file. Then it is printed without colours, so that nothing in it acts on the terminal.
///
/// # Errors
/// When help or version cannot be written.
pub fn usage(error: &clap::Error, arguments: &[OsString]) -> io::Result<()> {
    if !error.use_stderr() {
        error.print()?;
        return io::stdout().flush();
    }
    let is_plain = |argument: &OsString| !argument.to_string_lossy().chars().any(is_hidden);
    let text = error.render();
    let text = if arguments.iter().all(is_plain) && has_colours() {
        text.ansi().to_string()
    } else {
        text.to_string().lines().map(|line| visible(line) + "\n").collect()
    };
    // clap's own word for an error, which comes first if it is there.
    let _ = io::stderr().write_all(text.replacen("error:", "rprof:", 1).as_bytes());
    Ok(())
}

/// True if stderr is a terminal and its user has not turned colours off.
fn has_colours() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_terminal() && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// True if a person may be watching: stderr is a terminal.
pub fn is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// The width of the terminal in characters; `None` if stderr is no terminal or does not know its width.
pub fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size_of(io::stderr())
        .map(|(width, _)| usize::from(width.0))
        .filter(|width| *width > 0)
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    /// `peak` of a missing file printed "No such file or directory" twice.
    #[test]
    fn a_cause_is_printed_once() {
        let source = || std::io::Error::other("no such file");
        let library = rprof_trace::Error::Io { path: "t.dat".into(), cause: source() };
        assert_eq!(one_line(&library.into()), "cannot read `t.dat`: no such file");
        let ours = Err::<(), _>(source()).context("cannot write").expect_err("failed");
        assert_eq!(one_line(&ours), "cannot write: no such file");
    }
}
