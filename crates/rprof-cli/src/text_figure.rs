//! A figure as text on stdout: as wide as the terminal, or 80 characters in a log.

use rprof_plot::{Glyphs, Ink, TextLine, TextOptions, Trace, plain_text, text};

use crate::charset;
use crate::cli::TermStyle;
use crate::output::{self, Look};

/// The size in characters where there is no terminal.
const WITHOUT_TERMINAL: (usize, usize) = (80, 20);
/// The least and the largest height on a terminal, the prompt below the figure not counted.
const HEIGHTS: (usize, usize) = (8, 40);
const PROMPT: usize = 2;

/// The size and the characters of a figure for stdout, with its other options as given.
pub fn options(style: TermStyle, given: TextOptions) -> TextOptions {
    let size = output::terminal_size().filter(|(width, height)| *width > 0 && *height > 0);
    let (width, height) = size.map_or(WITHOUT_TERMINAL, |(width, height)| {
        let (width, height) = (usize::from(width), usize::from(height));
        // A wide and low curve reads best.
        let fitting = (width / 4).clamp(HEIGHTS.0, HEIGHTS.1);
        (width, fitting.min(height.saturating_sub(PROMPT).max(HEIGHTS.0)))
    });
    let glyphs = match style {
        TermStyle::Auto => charset::glyphs(),
        TermStyle::Braille => Glyphs::Braille,
        TermStyle::Blocks => Glyphs::Blocks,
        TermStyle::Ascii => Glyphs::Ascii,
    };
    TextOptions { width, height, glyphs, ..given }
}

/// Prints the figure of traces.
///
/// # Errors
/// When no trace has a sample to show, or stdout cannot be written.
pub fn print(options: &TextOptions, traces: &[Trace<'_>]) -> anyhow::Result<()> {
    let lines = text(options, traces)?;
    if !output::has_colours() {
        let plain: String = lines.iter().map(|line| plain_text(line) + "\n").collect();
        return Ok(output::print(&plain)?);
    }
    let lines: Vec<output::Line> = lines.into_iter().map(coloured).collect();
    Ok(output::print_lines(&lines, true)?)
}

fn coloured(line: TextLine) -> output::Line {
    let look = |ink| match ink {
        Ink::Plain => Look::Plain,
        Ink::Axis => Look::Dim,
        Ink::Title | Ink::Peak | Ink::Mark => Look::Bold,
        Ink::Curve(_) => Look::Cyan,
        Ink::Limit => Look::Red,
    };
    line.into_iter().map(|(ink, text)| (look(ink), text)).collect()
}
