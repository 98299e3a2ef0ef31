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
    /// Cyan.
    Cyan,
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
            Self::Cyan => "\x1b[36m",
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

/// Prints a value as JSON.
///
/// # Errors
/// When stdout cannot be written.
pub fn print_json(value: &Value) -> io::Result<()> {
    write(json_text(value).as_bytes())
}

/// A value as JSON. Characters that a terminal would obey are escaped as JSON allows, so the value is the same.
pub fn json_text(value: &Value) -> String {
    let text = format!("{value:#}");
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
    shown
}

/// The width of the terminal in characters; `None` if stdout is no terminal.
pub fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// True if stdout is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Columns and lines of the terminal; `None` if stdout is no terminal or does not know its size.
pub fn terminal_size() -> Option<(u16, u16)> {
    let (width, height) = terminal_size::terminal_size_of(io::stdout())?;
    Some((width.0, height.0))
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

/// The stream for data in the format of another tool, which may be large.
///
/// Other programs get every byte as it is. A terminal gets text in which only newlines and tabs act.
pub fn data() -> Data {
    Data { is_terminal: io::stdout().is_terminal() }
}

/// See [`data`].
#[derive(Debug)]
pub struct Data {
    is_terminal: bool,
}

impl Write for Data {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_terminal {
            print(&String::from_utf8_lossy(bytes))?;
            Ok(bytes.len())
        } else {
            io::stdout().lock().write(bytes)
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().lock().flush()
    }
}
