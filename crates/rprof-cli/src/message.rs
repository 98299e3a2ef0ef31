//! Messages: the one way to stderr. Each line of rprof's own begins with `rprof: `.
//! A stderr that is closed or broken is not a failure.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Prints a message, which may have several lines.
pub fn print(text: &str) {
    let mut lines = String::with_capacity(text.len() + 8);
    for line in text.lines() {
        lines.push_str("rprof: ");
        lines.push_str(line);
        lines.push('\n');
    }
    let _ = std::io::stderr().write_all(lines.as_bytes());
}

/// Prints why rprof failed: the error and its causes in one line.
pub fn error(error: &anyhow::Error) {
    print(&format!("{error:#}"));
}

/// Prints a remark on a trace.
pub fn about(trace: &Path, remark: impl Display) {
    print(&format!("`{}`: {remark}", trace.display()));
}

/// Prints clap's answer to a command line: an error on stderr, help and version on stdout.
pub fn usage(error: &clap::Error) {
    let _ = error.print();
}

/// True if a person may be watching: stderr is a terminal.
pub fn is_terminal() -> bool {
    std::io::stderr().is_terminal()
}
