//! Charts as text, for terminals and logs: rows of characters, each piece with its role. No escape sequences and no
//! knowledge of a terminal.

pub mod chart;
pub mod columns;
pub mod figure;
mod glyphs;
pub mod sparkline;

pub use glyphs::Glyphs;

/// The role of a piece of text. Who prints it may give it a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Ordinary text.
    Plain,
    /// Axes and their labels.
    Axis,
    /// A title.
    Title,
    /// The curve of the trace with this number.
    Curve(usize),
    /// The peak and its label.
    Peak,
    /// A limit and its label.
    Limit,
    /// A mark on the time axis.
    Mark,
}

/// One line of text in pieces.
pub type TextLine = Vec<(Ink, String)>;

/// The line as plain text, without blanks at its end.
pub fn plain_text(line: &TextLine) -> String {
    let text: String = line.iter().map(|(_, piece)| piece.as_str()).collect();
    text.trim_end().to_owned()
}
