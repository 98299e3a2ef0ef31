//! The command line as clap reads it: plain structs for the commands, and the help pages.

mod annotate;
mod bench;
mod budget;
mod check;
mod compare;
mod examples;
mod exchange;
mod figure_style;
mod figure_view;
mod record;
mod top;
mod traces;
mod values;

use clap::{Parser, Subcommand};

pub use self::annotate::{MarkArgs, NoteArgs, SpanArgs};
pub use self::bench::{BenchArgs, BenchOutputArgs, ExecutionArgs, RunsArgs, Style};
pub use self::budget::BudgetArgs;
pub use self::check::CheckArgs;
pub use self::compare::CompareArgs;
pub use self::exchange::{ConvertArgs, ExportArgs};
pub use self::record::{AttachArgs, OutputArgs, RunArgs, SamplingArgs};
pub use self::top::TopArgs;
pub use self::traces::{CleanArgs, PeakArgs, PlotArgs, RmArgs};
pub use self::values::MetricName;

/// The memory profiler for any command
#[derive(Debug, Parser)]
#[command(
    name = "rprof",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 100,
    long_about = examples::RPROF
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a command and record its memory
    #[command(long_about = examples::RUN, after_long_help = examples::RUN_EXIT_CODES)]
    Run(RunArgs),
    /// Record a process that is already running
    #[command(long_about = examples::ATTACH)]
    Attach(AttachArgs),
    /// Run commands many times and compare their time and memory
    #[command(long_about = examples::BENCH, after_long_help = examples::BENCH_EXIT_CODES)]
    Bench(Box<BenchArgs>),
    /// Draw traces: memory over time, as SVG, PDF or PNG
    #[command(long_about = examples::PLOT)]
    Plot(PlotArgs),
    /// Print the peak of traces
    #[command(long_about = examples::PEAK)]
    Peak(PeakArgs),
    /// Print the processes of a run by their memory: which compiler was it
    #[command(long_about = examples::TOP)]
    Top(TopArgs),
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
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
