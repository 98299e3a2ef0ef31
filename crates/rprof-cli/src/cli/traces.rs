//! The arguments of the commands that read traces: `plot`, `peak`, `rm` and `clean`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use rprof_trace::Seconds;

use super::figure_style::StyleArgs;
use super::figure_view::ViewArgs;
use super::ranks::RankArgs;
use super::request::RequestArgs;
use super::term::TermArgs;
use super::values::{label, window};

const OUTPUT: &str = "Output";
const CONTENT: &str = "Content";
const COMPATIBILITY: &str = "mprof compatibility";

#[derive(Debug, Args)]
#[command(args_override_self = true)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct PlotArgs {
    /// Traces by name or index (0 the oldest, -1 the newest) [default: -1]
    #[arg(value_name = "TRACE|INDEX", allow_negative_numbers = true)]
    pub traces: Vec<PathBuf>,
    #[command(flatten)]
    pub figure: FigureArgs,
    #[command(flatten)]
    pub text: TermArgs,
    /// Title of the figure [default: the command]
    #[arg(short, long, help_heading = OUTPUT)]
    pub title: Option<String>,
    /// Name of a trace in a figure of several [default: what differs in commands or file names]
    #[arg(long, value_name = "TRACE=NAME", value_parser = label, help_heading = OUTPUT)]
    pub label: Vec<(String, String)>,
    /// Show only the time from A to B, in seconds since the start
    #[arg(short, long, value_name = "A,B", value_parser = window, help_heading = CONTENT)]
    pub window: Option<(Seconds, Seconds)>,
    /// Show only the time of the first span with this name
    ///
    /// For the span `module.function`, `function` is enough if no other name ends in it.
    #[arg(long, value_name = "NAME", conflicts_with = "window", help_heading = CONTENT)]
    pub span: Option<String>,
    /// Hide spans
    #[arg(short = 'n', long, help_heading = CONTENT)]
    pub no_function_ts: bool,
    /// Draw spans as a flame graph
    #[arg(short, long, help_heading = CONTENT)]
    pub flame: bool,
    /// Draw every span name, also if the figure must be higher for it
    ///
    /// Without this option the names with the longest total time are drawn, and the others are counted.
    #[arg(long, conflicts_with = "no_function_ts", help_heading = CONTENT)]
    pub all_spans: bool,
    /// Add the least-squares slope, and a warning if growth is not linear
    #[arg(short, long, help_heading = CONTENT)]
    pub slope: bool,
    #[command(flatten)]
    pub ranks: RankArgs,
    #[command(flatten)]
    pub view: ViewArgs,
    #[command(flatten)]
    pub style: StyleArgs,
    /// Accepted without effect: the name of a matplotlib backend
    #[arg(long, value_name = "NAME", help_heading = COMPATIBILITY)]
    pub backend: Option<String>,
}

// The file of a figure.
#[derive(Debug, Args)]
pub struct FigureArgs {
    /// The figure: .svg, .pdf or .png; .html is a page to explore [default: the trace's name with .svg]
    ///
    /// A name without an extension gets .png. `-` is stdout, as SVG. In a directory, the figure has the trace's name.
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    pub output: Option<PathBuf>,
    /// Overwrite the figure even if it is not one of the same traces
    #[arg(long, help_heading = OUTPUT)]
    pub force: bool,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
#[command(group = ArgGroup::new("text").args(["all", "spans", "func", "json"]).multiple(true).conflicts_with("system"))]
pub struct PeakArgs {
    /// Traces by name or index (0 the oldest, -1 the newest) [default: -1]
    #[arg(value_name = "TRACE|INDEX", allow_negative_numbers = true)]
    pub traces: Vec<PathBuf>,
    /// Print every child process, not only the largest ten
    #[arg(long)]
    pub all: bool,
    /// Print a table with a row for each span name
    ///
    /// The columns are the number of spans (calls), their total time in seconds, the peak during the
    /// spans and its upper bound, the growth, and the number of spans that never ended.
    #[arg(long, conflicts_with = "func")]
    pub spans: bool,
    /// Print only the peak during the spans with this name
    ///
    /// For the span `module.function`, `function` is enough if no other name ends in it.
    #[arg(long, value_name = "NAME", visible_alias = "span")]
    pub func: Option<String>,
    /// Print JSON, with spans, marks and notes
    ///
    /// It is an array with one object for each trace, or for each run of a trace that holds several.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub request: RequestArgs,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub struct RmArgs {
    /// Traces by name or index (0 the oldest, -1 the newest)
    #[arg(value_name = "TRACE|INDEX", required = true, allow_negative_numbers = true)]
    pub traces: Vec<PathBuf>,
    /// Print what would be deleted, and delete nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub struct CleanArgs {
    /// Print what would be deleted, and delete nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::{Cli, Command};

    #[test]
    fn a_negative_index_may_stand_anywhere() {
        for words in [["rprof", "plot", "-1", "-o", "x.png"], ["rprof", "plot", "-o", "x.png", "-1"]] {
            let Command::Plot(plot) = Cli::try_parse_from(words).expect("accepted").command else { panic!() };
            assert_eq!((plot.traces, plot.figure.output), (vec!["-1".into()], Some("x.png".into())));
        }
    }
}
