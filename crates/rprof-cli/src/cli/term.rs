//! The argument that prints a figure as text, in place of a file.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub struct TermArgs {
    /// Print the figure as text, as wide as the terminal: braille, blocks or ascii
    ///
    /// Without a style it is braille, or ascii if the locale is not one of UTF-8. Without a terminal it is 80 characters
    /// wide and has no colours. Several traces are drawn one above the other, with the same axes.
    #[arg(long, value_name = "STYLE", value_enum, num_args = 0..=1, require_equals = true,
        default_missing_value = "auto", help_heading = "Output",
        conflicts_with_all = ["output", "force", "flame", "all_spans", "slope", "size", "dpi", "transparent",
            "view", "facet", "yscale", "unit", "font"])]
    pub term: Option<TermStyle>,
}

/// The characters of a figure as text, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TermStyle {
    /// The characters that the locale can show
    Auto,
    /// A line of dots
    Braille,
    /// The area in bars
    Blocks,
    /// The area in plain characters
    Ascii,
}
