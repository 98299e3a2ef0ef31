//! The command line as clap reads it: plain structs for the commands, and the help pages.

mod about;
mod annotate;
mod bench;
mod budget;
mod check;
mod compare;
mod definition;
mod examples;
mod exchange;
mod figure_style;
mod figure_view;
#[cfg(feature = "where")]
mod origin;
mod ranks;
mod record;
mod request;
mod term;
mod top;
pub mod topics;
mod traces;
pub mod values;
mod version;
mod watch;

use clap::{Parser, Subcommand};

pub use self::about::{CompletionsArgs, HelpArgs, ManArgs, ShellName};
pub use self::annotate::{MarkArgs, NoteArgs, SpanArgs};
pub use self::bench::{BenchArgs, BenchOutputArgs, ExecutionArgs, RunsArgs, Style};
pub use self::budget::BudgetArgs;
pub use self::check::CheckArgs;
pub use self::compare::CompareArgs;
pub use self::definition::{definition, parse, parse_with, with_options};
pub use self::exchange::{ConvertArgs, ExportArgs};
pub use self::figure_style::ThemeName;
#[cfg(feature = "where")]
pub use self::origin::{ByName, WhereArgs};
pub use self::ranks::By;
pub use self::record::{AttachArgs, OutputArgs, RunArgs, SamplingArgs};
pub use self::request::System;
pub use self::term::TermStyle;
pub use self::top::TopArgs;
pub use self::traces::{CleanArgs, PeakArgs, PlotArgs, RmArgs};
pub use self::values::MetricName;
pub use self::watch::WatchArgs;

/// The memory profiler for any command
#[derive(Debug, Parser)]
#[command(
    name = "rprof",
    version,
    long_version = version::LONG.as_str(),
    propagate_version = true,
    arg_required_else_help = true,
    // The subcommand `help` has topics too.
    disable_help_subcommand = true,
    max_term_width = 100,
    long_about = examples::RPROF,
    after_help = topics::LIST
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// clap builds the options of a command when it is used: those of all commands would take half of the time of a start.
/// A structure of options has no doc comment, which would then replace the title of the command's page.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Run a command and record its memory
    #[command(long_about = examples::RUN, after_long_help = examples::RUN_EXIT_CODES)]
    Run(RunArgs),
    /// Record a process that is already running
    #[command(long_about = examples::ATTACH)]
    Attach(AttachArgs),
    /// Show a run live on the full screen, or replay a trace
    #[command(long_about = examples::WATCH, after_long_help = examples::WATCH_EXIT_CODES)]
    Watch(Box<WatchArgs>),
    /// Run commands many times and compare their time and memory
    #[command(long_about = examples::BENCH, after_long_help = examples::BENCH_EXIT_CODES)]
    Bench(Box<BenchArgs>),
    /// Draw traces: memory over time, as SVG, PDF, PNG or an HTML page
    #[command(long_about = examples::PLOT)]
    Plot(PlotArgs),
    /// Print the peak of traces
    #[command(long_about = examples::PEAK)]
    Peak(PeakArgs),
    /// Print the processes of a run by their memory: which compiler was it
    #[command(long_about = examples::TOP)]
    Top(TopArgs),
    /// Print or draw the code that the memory of a run came from (recorded with --where)
    #[cfg(feature = "where")]
    #[command(name = "where", long_about = examples::WHERE)]
    Where(WhereArgs),
    /// Check traces against limits or a baseline, for CI
    #[command(long_about = examples::CHECK, after_long_help = examples::CHECK_EXIT_CODES)]
    Check(CheckArgs),
    /// Compare traces: peak, mean, time and growth, with the change against the first
    #[command(long_about = examples::COMPARE)]
    Compare(CompareArgs),
    /// Convert a trace, or the file of another profiler, to .dat (mprof) or .csv
    #[command(long_about = examples::CONVERT, visible_alias = "import")]
    Convert(ConvertArgs),
    /// Export a trace for Perfetto, the Firefox Profiler, Prometheus or pandas
    #[command(long_about = examples::EXPORT)]
    Export(ExportArgs),
    /// List the traces in the working directory
    #[command(long_about = examples::LIST)]
    List,
    /// Delete traces
    #[command(long_about = examples::RM)]
    Rm(RmArgs),
    /// Delete all traces that `rprof list` shows
    #[command(long_about = examples::CLEAN)]
    Clean(CleanArgs),
    /// Record a named moment in the trace, from a program under `rprof run`
    #[command(long_about = examples::MARK)]
    Mark(MarkArgs),
    /// Record a named value in the trace, from a program under `rprof run`
    #[command(long_about = examples::NOTE)]
    Note(NoteArgs),
    /// Run a command and record its start and end in the trace, under `rprof run`
    #[command(long_about = examples::SPAN)]
    Span(SpanArgs),
    /// Print the defaults that apply, and where each is set
    #[command(long_about = examples::CONFIG)]
    Config,
    /// Print the completions for a shell
    #[command(long_about = examples::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Write the man pages to a directory
    #[command(long_about = examples::MAN, hide = true)]
    Man(ManArgs),
    /// Print the page of a command or of a topic
    #[command(long_about = examples::HELP)]
    Help(HelpArgs),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        definition().debug_assert();
    }
}
