//! The arguments of `compare`.

use std::path::PathBuf;

use clap::Args;

use super::ranks::By;

const OUTPUT: &str = "Output";
const CONTENT: &str = "Content";

#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub struct CompareArgs {
    /// Two or more sides, each a trace by name or index or a directory of traces [default: -2 -1]
    ///
    /// All runs in a directory, or in one trace, are one side. The first side is the reference.
    #[arg(value_name = "TRACE|DIR|INDEX", allow_negative_numbers = true)]
    pub traces: Vec<PathBuf>,
    /// Compare all traces before --vs, as one side, with all traces after it, as the other
    #[arg(
        long,
        value_name = "TRACE|DIR|INDEX",
        num_args = 1..,
        allow_negative_numbers = true,
        requires = "traces",
        help_heading = CONTENT
    )]
    pub vs: Vec<PathBuf>,
    /// Compare the spans of each name too
    #[arg(long, help_heading = CONTENT)]
    pub by_span: bool,
    /// Compare the ranks of one job, or its hosts: the heaviest, the imbalance and the sum
    ///
    /// All traces are those of one job. The table has the largest 20; --json has all.
    #[arg(long, value_enum, conflicts_with_all = ["vs", "by_span", "markdown", "csv", "output"], help_heading = CONTENT)]
    pub by: Option<By>,
    #[command(flatten)]
    pub format: FormatArgs,
    /// Draw a figure too: .svg, .pdf or .png
    ///
    /// It shows the curves if each side has one run, else the peak of every run. A name without an extension gets .png. `-` is stdout, as SVG; then no table is printed.
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    pub output: Option<PathBuf>,
    /// Overwrite the figure even if it is not one of the same traces
    #[arg(long, requires = "output", help_heading = OUTPUT)]
    pub force: bool,
}

// The format of the table; text for a terminal without any.
#[derive(Debug, Args)]
pub struct FormatArgs {
    /// Print the table as Markdown
    #[arg(long, conflicts_with_all = ["csv", "json"], help_heading = OUTPUT)]
    pub markdown: bool,
    /// Print CSV: one line for each side and quantity, in bytes and seconds
    #[arg(long, conflicts_with = "json", help_heading = OUTPUT)]
    pub csv: bool,
    /// Print JSON: an array with one object for each side, in bytes and seconds
    #[arg(long, help_heading = OUTPUT)]
    pub json: bool,
}
