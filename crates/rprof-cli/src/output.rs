//! Results: the one way to stdout. Text from outside is escaped; only newlines and tabs act.

use std::io::{self, IsTerminal, Write};

use rprof_trace::is_hidden;
use serde_json::Value;

/// The look of a piece of text on a terminal with colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// As the terminal has it.
    Plain,
    /// Bold.
    Bold,
    /// Less bright.
    Dim,
    /// Green.
    Green,
    /// Red.
    Red,
}

impl Look {
    /// The escape sequence that begins it (ECMA-48, SGR).
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\x1b[1m",
            Self::Dim => "\x1b[2m",
            Self::Green => "\x1b[32m",
            Self::Red => "\x1b[31m",
        }
    }
}

/// A line in pieces, each with its look.
pub type Line = Vec<(Look, String)>;

/// Prints lines in pieces, with colours or without.
///
/// # Errors
/// When stdout cannot be written.
pub fn print_lines(lines: &[Line], has_colours: bool) -> io::Result<()> {
    let mut shown = String::new();
    for line in lines {
        for (look, text) in line {
            let code = if has_colours { look.code() } else { "" };
            shown.push_str(code);
            shown.push_str(&rprof_trace::visible(text));
            shown.push_str(if code.is_empty() { "" } else { "\x1b[0m" });
        }
        shown.push('\n');
    }
    write(shown.as_bytes())
}

/// True if stdout is a terminal and its user has not turned colours off.
pub fn has_colours() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal()
        && !is_set("NO_COLOR")
        && std::env::var_os("TERM").is_some_and(|term| term != "dumb")
}

/// Prints lines of text.
///
/// # Errors
/// When stdout cannot be written.
pub fn print(text: &str) -> io::Result<()> {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            c if is_hidden(c) => shown.push_str(&rprof_trace::visible(c.encode_utf8(&mut [0; 4]))),
            c => shown.push(c),
        }
    }
    write(shown.as_bytes())
}

/// Prints a value as JSON. Characters that a terminal would obey are escaped as JSON allows, so the value is the same.
///
/// # Errors
/// When stdout cannot be written.
pub fn print_json(value: &Value) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    let mut shown = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if c != '\n' && is_hidden(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                shown += &format!("\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    shown.push('\n');
    write(shown.as_bytes())
}

/// Writes bytes that are no text for a person: a figure.
///
/// # Errors
/// When stdout cannot be written.
pub fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
