//! The arguments of the commands that exchange files with other tools: `convert` and `export`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use rprof_exchange::ExportFormat;

#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// The trace to read, or a file of another profiler
    #[arg(value_name = "TRACE")]
    pub from: PathBuf,
    /// The file to write: .dat or .csv, also with .gz or .zst
    #[arg(value_name = "FILE", required_unless_present = "output")]
    pub to: Option<PathBuf>,
    /// The same as FILE
    #[arg(short, long, value_name = "FILE", conflicts_with = "to")]
    pub output: Option<PathBuf>,
    /// Overwrite FILE if it exists
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub struct ExportArgs {
    /// The trace by name or index (0 the oldest, -1 the newest) [default: -1]
    #[arg(value_name = "TRACE|INDEX", allow_negative_numbers = true)]
    pub trace: Option<PathBuf>,
    /// The format [default: by the name of FILE]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<FormatName>,
    /// The file to write, also with .gz or .zst; `-` is stdout [default: -]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite FILE if it exists
    #[arg(long)]
    pub force: bool,
}

/// A format of exports by its name.
#[derive(Debug, Clone, Copy)]
pub struct FormatName(pub ExportFormat);

impl ValueEnum for FormatName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [FormatName; 5] = {
            let [a, b, c, d, e] = ExportFormat::ALL;
            [FormatName(a), FormatName(b), FormatName(c), FormatName(d), FormatName(e)]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}
