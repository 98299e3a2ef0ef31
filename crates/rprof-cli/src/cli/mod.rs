//! The command line, as clap reads it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rprof_trace::{Bytes, Metric, Seconds};

use crate::python::Mode;

/// The memory profiler for any command.
///
/// Runs a program, watches the memory of its whole process tree and writes a trace; plots traces as figures.
#[derive(Debug, Parser)]
#[command(
    name = "rprof",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a command and record its memory
    Run(RunArgs),
    /// Record a process that is already running, until it ends
    Attach(AttachArgs),
    /// Draw traces: memory over time, as SVG, PDF or PNG
    Plot(PlotArgs),
    /// Print the peak of traces
    Peak(PeakArgs),
    /// Write a trace in the other format, .dat or .csv: also mprof's, for pandas, R or a spreadsheet
    Convert(ConvertArgs),
    /// List the traces of this directory
    List,
    /// Delete traces
    Rm(RmArgs),
    /// Delete all traces that `list` shows
    Clean(CleanArgs),
    /// Record an instant in the trace of the run this is in (any language: docs/marks.md)
    Mark(MarkArgs),
    /// Record a value in the trace of the run this is in
    Note(NoteArgs),
    /// Run a command as a span in the trace of the run this is in
    Span(SpanArgs),
}

#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// A trace
    #[arg(value_name = "TRACE")]
    pub from: PathBuf,
    /// What is written: a new .dat or .csv file
    #[arg(value_name = "FILE")]
    pub to: PathBuf,
    /// Overwrite FILE if it exists
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct MarkArgs {
    /// Fail when nothing can be recorded, as when not under `rprof run`
    #[arg(long)]
    pub required: bool,
    /// What happens now
    #[arg(value_name = "LABEL", required = true, num_args = 1.., allow_hyphen_values = true)]
    pub label: Vec<String>,
}

#[derive(Debug, Args)]
pub struct NoteArgs {
    /// Fail when nothing can be recorded, as when not under `rprof run`
    #[arg(long)]
    pub required: bool,
    /// One word
    #[arg(value_name = "KEY")]
    pub key: String,
    /// Any text
    #[arg(value_name = "VALUE", required = true, num_args = 1.., allow_hyphen_values = true)]
    pub value: Vec<String>,
}

#[derive(Debug, Args)]
#[command(override_usage = "rprof span [--required] NAME [--] COMMAND [ARGS]...")]
pub struct SpanArgs {
    /// Fail when not under `rprof run`, and do not run the command
    #[arg(long)]
    pub required: bool,
    /// What the figure calls it
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The command and its arguments, passed on as they are; its exit code is passed back
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// How to measure and where to write.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub struct RecordArgs {
    /// The trace: a new .dat or .csv file; into a .csv the program can write no marks [default: mprofile_<YYYYMMDDhhmmss>.dat]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite the trace if it exists
    #[arg(long)]
    pub force: bool,
    /// Time between ticks: seconds, or with a unit (10ms, 1s); 100us to 1d
    #[arg(short = 'T', long, value_name = "TIME", default_value = "0.1", value_parser = interval, allow_negative_numbers = true)]
    pub interval: Duration,
    /// The memory that the curve shows
    #[arg(long, value_enum, default_value_t = MetricName::Rss)]
    pub metric: MetricName,
    /// Watch the process alone, not its descendants
    #[arg(long)]
    pub no_children: bool,
    /// Make the maximum within every tick exact (the program sees its own high-water mark change)
    #[arg(long)]
    pub exact: bool,
    /// Go on until the last descendant has ended
    #[arg(long)]
    pub wait_all: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
    #[command(flatten)]
    pub mprof: MprofArgs,
}

/// mprof's spellings of what rprof does anyway, or by another name.
#[derive(Debug, Args)]
#[command(next_help_heading = "As mprof has them")]
pub struct MprofArgs {
    /// Count the descendants too: the default
    #[arg(short = 'C', long, conflicts_with = "no_children")]
    pub include_children: bool,
    /// Record each descendant by itself: always done
    #[arg(short = 'M', long, conflicts_with = "no_children")]
    pub multiprocess: bool,
    /// Exit with the command's exit code: the default
    #[arg(short = 'E', long)]
    pub exit_code: bool,
    /// psutil, posix: --metric rss; psutil_pss: pss; psutil_uss: uss
    #[arg(long, value_name = "BACKEND", value_parser = backend, conflicts_with = "metric")]
    pub backend: Option<MetricName>,
}

#[derive(Debug, Args)]
#[command(args_override_self = true, override_usage = "rprof run [OPTIONS] [--] COMMAND [ARGS]...")]
pub struct RunArgs {
    #[command(flatten)]
    pub record: RecordArgs,
    /// End the whole tree after this time: TERM, two seconds later KILL; exit code 124
    #[arg(short, long, value_name = "TIME", value_parser = limit)]
    pub timeout: Option<Duration>,
    /// End the whole tree when its memory passes this size; exit code 124
    #[arg(long, value_name = "SIZE")]
    pub memory_limit: Option<Bytes>,
    /// Watch a running process instead: COMMAND is its pid or its name
    #[arg(short, long)]
    pub attach: bool,
    /// Python runs it, whatever its name: `profile` is there (a script or a module gets the python3 of PATH)
    #[arg(long, conflicts_with = "nopython")]
    pub python: bool,
    /// Run a *.py like any other program
    #[arg(long)]
    pub nopython: bool,
    /// The command and its arguments, passed on as they are
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

impl RunArgs {
    /// Whether the command is a Python program.
    pub fn python_mode(&self) -> Mode {
        match (self.python, self.nopython) {
            (true, _) => Mode::Always,
            (_, true) => Mode::Never,
            _ => Mode::ByName,
        }
    }
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub struct AttachArgs {
    #[command(flatten)]
    pub record: RecordArgs,
    /// Stop watching after this time; the process goes on
    #[arg(short = 't', long, visible_alias = "timeout", value_name = "TIME", value_parser = limit)]
    pub duration: Option<Duration>,
    // mprof's `attach` takes all that its `run` takes; none of these changes anything.
    #[arg(short, long, hide = true)]
    pub attach: bool,
    #[arg(long, hide = true)]
    pub python: bool,
    #[arg(long, hide = true)]
    pub nopython: bool,
    /// Process id, or a part of the command name of one process
    #[arg(value_name = "PID|NAME")]
    pub process: String,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub struct PlotArgs {
    /// Traces by name or index (0 the oldest, -1 the newest) [default: -1]
    #[arg(value_name = "TRACE|INDEX", allow_negative_numbers = true)]
    pub traces: Vec<PathBuf>,
    /// The figure: .svg, .pdf or .png [default: the trace's name with .svg]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Title of the figure [default: the command]
    #[arg(short, long)]
    pub title: Option<String>,
    /// Show only this part, in seconds since the start: A,B
    #[arg(short, long, value_name = "A,B", value_parser = window)]
    pub window: Option<(Seconds, Seconds)>,
    /// Show only the first span of this name (in full, or what follows a dot)
    #[arg(long, value_name = "NAME", conflicts_with = "window")]
    pub span: Option<String>,
    /// Leave out function spans
    #[arg(short = 'n', long)]
    pub no_function_ts: bool,
    /// Add the least-squares slope, and say where growth is not linear
    #[arg(short, long)]
    pub slope: bool,
    /// Draw function spans as a flame graph
    #[arg(short, long)]
    pub flame: bool,
    /// matplotlib's; taken, and without effect
    #[arg(long, value_name = "NAME", hide = true)]
    pub backend: Option<String>,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub struct PeakArgs {
    /// Traces by name or index (0 the oldest, -1 the newest) [default: -1]
    #[arg(value_name = "TRACE|INDEX", allow_negative_numbers = true)]
    pub traces: Vec<PathBuf>,
    /// Print a JSON array, one object a run; it holds the spans, marks and notes too
    #[arg(long)]
    pub json: bool,
    /// Print the peak inside the spans of this name alone (in full, or what follows a dot)
    #[arg(long, value_name = "NAME", visible_alias = "span")]
    pub func: Option<String>,
    /// Print what the spans of each name come to: calls, seconds, peak inside, growth, never ended
    #[arg(long, conflicts_with = "func")]
    pub spans: bool,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub struct RmArgs {
    /// Traces by name or index
    #[arg(value_name = "TRACE|INDEX", required = true, allow_negative_numbers = true)]
    pub traces: Vec<PathBuf>,
    /// Only say what would be deleted
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub struct CleanArgs {
    /// Only say what would be deleted
    #[arg(long)]
    pub dry_run: bool,
}

/// A metric as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MetricName {
    /// Resident set size: pages in RAM, shared ones in full for each process
    Rss,
    /// Proportional set size: shared pages counted once over the tree
    Pss,
    /// Unique set size: pages of no other process
    Uss,
    /// Dirty and compressed memory (macOS)
    Footprint,
}

impl From<MetricName> for Metric {
    fn from(name: MetricName) -> Self {
        match name {
            MetricName::Rss => Self::Rss,
            MetricName::Pss => Self::Pss,
            MetricName::Uss => Self::Uss,
            MetricName::Footprint => Self::Footprint,
        }
    }
}

/// mprof's names for what is measured.
fn backend(text: &str) -> Result<MetricName, String> {
    match text {
        "psutil" | "posix" => Ok(MetricName::Rss),
        "psutil_pss" => Ok(MetricName::Pss),
        "psutil_uss" => Ok(MetricName::Uss),
        "tracemalloc" => Err("tracemalloc counts what Python itself allocates, from inside; \
                              rprof watches from outside: take psutil, psutil_pss or psutil_uss"
            .to_owned()),
        _ => Err("psutil, psutil_pss, psutil_uss and posix are known".to_owned()),
    }
}

const SHORTEST: Duration = Duration::from_micros(100);
const LONGEST: Duration = Duration::from_hours(24);

fn interval(text: &str) -> Result<Duration, String> {
    let time: Seconds = text.parse().map_err(|error| format!("{error}; from 100us to 1d"))?;
    let interval = Duration::try_from_secs_f64(time.0).ok().filter(|i| (SHORTEST..=LONGEST).contains(i));
    interval.ok_or_else(|| format!("`{text}` is not an interval from 100us to 1d"))
}

fn limit(text: &str) -> Result<Duration, String> {
    let time: Seconds = text.parse().map_err(|error| format!("{error}"))?;
    match Duration::try_from_secs_f64(time.0) {
        Ok(span) if !span.is_zero() && time.0 < 1e9 => Ok(span),
        _ => Err(format!("`{text}` is not a time above 0")),
    }
}

fn window(text: &str) -> Result<(Seconds, Seconds), String> {
    let parse = |part: &str| part.trim().parse::<Seconds>().map_err(|error| error.to_string());
    let (from, to) = text.split_once(',').ok_or_else(|| format!("`{text}` is not A,B"))?;
    let (from, to) = (parse(from)?, parse(to)?);
    if from < to { Ok((from, to)) } else { Err(format!("`{text}`: the first time must be the smaller")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn command_of(words: &[&str]) -> Vec<OsString> {
        match Cli::try_parse_from(words).expect("accepted").command {
            Command::Run(arguments) => arguments.command,
            other => panic!("{other:?}"),
        }
    }

    /// As argparse has it: the last one counts.
    #[test]
    fn an_option_may_be_given_twice() {
        let words = ["rprof", "run", "-E", "--exit-code", "-T", "1", "-T", "2", "true"];
        let Command::Run(run) = Cli::try_parse_from(words).expect("accepted").command else { panic!() };
        assert_eq!(run.record.interval, Duration::from_secs(2));
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_commands_own_options_are_left_alone() {
        assert_eq!(command_of(&["rprof", "run", "head", "-5", "f"]), ["head", "-5", "f"]);
        assert_eq!(command_of(&["rprof", "run", "--", "echo", "--", "-x"]), ["echo", "--", "-x"]);
        assert_eq!(command_of(&["rprof", "run", "-q", "sh", "-c", "x", "-q"]), ["sh", "-c", "x", "-q"]);
        assert!(Cli::try_parse_from(["rprof", "run", "--bogus", "true"]).is_err());
        assert!(Cli::try_parse_from(["rprof", "run"]).is_err());
    }

    #[test]
    fn intervals_out_of_range_are_refused_with_the_range() {
        for bad in ["0", "-1", "NaN", "inf", "1e9", "99us", "2d", ""] {
            let error = Cli::try_parse_from(["rprof", "run", "-T", bad, "true"]).expect_err(bad);
            assert!(bad.is_empty() || error.to_string().contains("100us to 1d"), "{bad}: {error}");
        }
        for good in ["0.1", "10ms", "1s", "100us"] {
            assert!(Cli::try_parse_from(["rprof", "run", "-T", good, "true"]).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_negative_index_works_wherever_it_stands() {
        for words in [["rprof", "plot", "-1", "-o", "x.png"], ["rprof", "plot", "-o", "x.png", "-1"]] {
            let Command::Plot(plot) = Cli::try_parse_from(words).expect("accepted").command else { panic!() };
            assert_eq!((plot.traces, plot.output), (vec!["-1".into()], Some("x.png".into())));
        }
    }
}
