//! The arguments of `where`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rprof_trace::Seconds;

#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    override_usage = "rprof where [OPTIONS] [TRACE|INDEX]\n       rprof where --diff [OPTIONS] A B"
)]
#[allow(clippy::struct_excessive_bools, reason = "independent options")]
pub struct WhereArgs {
    /// A trace of `rprof run --where` by name or index (0 the oldest, -1 the newest) [default: -1]
    #[arg(value_name = "TRACE|INDEX", allow_negative_numbers = true)]
    pub traces: Vec<PathBuf>,
    /// The rows of the table
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = ByName::Function)]
    pub by: ByName,
    /// Show the memory at this time since the start, not at the peak; with --diff twice for two times of one run
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub at: Vec<Seconds>,
    /// Count all memory that was ever touched, also what was freed since
    #[arg(long, conflicts_with = "at")]
    pub gross: bool,
    /// Print what grew from the first trace to the second, or from the first --at to the second
    #[arg(long)]
    pub diff: bool,
    /// Print only the first N rows; 0 prints all [default: 20, with --json all]
    #[arg(short, value_name = "N")]
    pub number: Option<usize>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Write a flame graph (.svg), folded stacks (.folded), or a profile for speedscope (.speedscope.json) or the Firefox
    /// Profiler (.firefox.json)
    #[arg(short = 'o', long = "output", value_name = "FILE", conflicts_with_all = ["diff", "json"])]
    pub output: Option<PathBuf>,
    /// Overwrite the output if it exists
    #[arg(long, requires = "output")]
    pub force: bool,
}

/// Rows as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ByName {
    /// By function
    Function,
    /// By source line, for code with debug information
    Line,
    /// By library, program or script
    Library,
    /// By process: the one that touched the memory first
    Process,
}

fn time(text: &str) -> Result<Seconds, String> {
    let time: Seconds = text.parse().map_err(|error| format!("{error}"))?;
    if time.0.is_finite() && time.0 >= 0.0 { Ok(time) } else { Err("use a time of 0 or more".to_owned()) }
}
