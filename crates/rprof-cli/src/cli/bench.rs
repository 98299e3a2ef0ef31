//! The arguments of `bench`. What hyperfine has too has its name and meaning there.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::values::interval;

const RUNS: &str = "Runs";
const HOOKS: &str = "Commands around the runs";
const PARAMETERS: &str = "Parameters";
const EXECUTION: &str = "Execution";
const OUTPUT: &str = "Output";

#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub struct BenchArgs {
    /// The commands to compare, each in one word: `'grep -i todo notes.txt'`
    #[arg(required = true, value_name = "CMD", value_parser = NonEmptyStringValueParser::new())]
    pub commands: Vec<String>,
    #[command(flatten)]
    pub runs: RunsArgs,
    #[command(flatten)]
    pub hooks: HookArgs,
    #[command(flatten)]
    pub parameters: ParameterArgs,
    #[command(flatten)]
    pub execution: ExecutionArgs,
    #[command(flatten)]
    pub output: BenchOutputArgs,
}

// The number and the order of the runs.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "independent options")]
pub struct RunsArgs {
    /// Run each command NUM times before its first measured run
    #[arg(short, long, value_name = "NUM", default_value_t = 0, hide_default_value = true, help_heading = RUNS)]
    pub warmup: u64,
    /// Measure exactly NUM runs of each command [default: at least 10, and at least 3 s of runs]
    #[arg(short, long, value_name = "NUM", value_parser = clap::value_parser!(u64).range(1..),
        conflicts_with_all = ["min_runs", "max_runs"], help_heading = RUNS)]
    pub runs: Option<u64>,
    /// Measure at least NUM runs of each command [default: 10]
    #[arg(short, long, value_name = "NUM", value_parser = clap::value_parser!(u64).range(1..), help_heading = RUNS)]
    pub min_runs: Option<u64>,
    /// Measure at most NUM runs of each command
    #[arg(short = 'M', long, value_name = "NUM", value_parser = clap::value_parser!(u64).range(1..), help_heading = RUNS)]
    pub max_runs: Option<u64>,
    /// Measure all runs of a command before those of the next, as hyperfine does
    ///
    /// By default the commands take turns, so that a machine that becomes slower or faster treats them alike. With
    /// --setup or --cleanup the runs are in blocks too, because what these do for one command may change another.
    #[arg(long, help_heading = RUNS)]
    pub blocks: bool,
    /// Let the commands take turns also with --setup or --cleanup
    ///
    /// All setup commands then run before the first run, and all cleanup commands after the last one.
    #[arg(long, conflicts_with = "blocks", help_heading = RUNS)]
    pub interleave: bool,
    /// Compare with this command, by its name or number from 1 [default: the first]
    #[arg(long, value_name = "NAME|NUMBER", help_heading = RUNS)]
    pub reference: Option<String>,
}

// The commands before and after the runs. They always run in a shell and are not measured.
#[derive(Debug, Args)]
pub struct HookArgs {
    /// Run CMD before the runs of each command, once
    #[arg(short, long, value_name = "CMD", help_heading = HOOKS)]
    pub setup: Option<String>,
    /// Run CMD before each run; given once for all commands, or once for each
    #[arg(short, long, value_name = "CMD", help_heading = HOOKS)]
    pub prepare: Vec<String>,
    /// Run CMD after each run; given once for all commands, or once for each
    #[arg(short = 'C', long, value_name = "CMD", help_heading = HOOKS)]
    pub conclude: Vec<String>,
    /// Run CMD after the runs of each command, once
    #[arg(short, long, value_name = "CMD", help_heading = HOOKS)]
    pub cleanup: Option<String>,
}

// The values that replace `{VAR}`.
#[derive(Debug, Args)]
pub struct ParameterArgs {
    /// Measure each command with {VAR} replaced by each number from MIN to MAX
    #[arg(short = 'P', long, num_args = 3, action = clap::ArgAction::Set, value_names = ["VAR", "MIN", "MAX"], allow_hyphen_values = true,
        help_heading = PARAMETERS)]
    pub parameter_scan: Vec<String>,
    /// The step of --parameter-scan [default: 1]
    #[arg(short = 'D', long, value_name = "DELTA", requires = "parameter_scan", help_heading = PARAMETERS)]
    pub parameter_step_size: Option<String>,
    /// Measure each command with {VAR} replaced by each value of a list, separated by commas
    ///
    /// Given several times, all combinations are measured. `\,` is a comma in a value.
    #[arg(short = 'L', long, num_args = 2, action = clap::ArgAction::Append, value_names = ["VAR", "VALUES"],
        allow_hyphen_values = true, conflicts_with_all = ["parameter_scan", "parameter_step_size"],
        help_heading = PARAMETERS)]
    pub parameter_list: Vec<String>,
    /// Name a command in the results; given once for each command, or once with parameters
    #[arg(short = 'n', long, value_name = "NAME", help_heading = PARAMETERS)]
    pub command_name: Vec<String>,
}

// The way a command is started and measured.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "independent options")]
pub struct ExecutionArgs {
    /// Run the commands in this shell, such as `bash --norc`; `default` is sh, `none` is no shell [default: none]
    #[arg(long, value_name = "SHELL", help_heading = EXECUTION)]
    pub shell: Option<String>,
    /// The same as --shell=default
    #[arg(short = 'S', conflicts_with_all = ["shell", "no_shell"], help_heading = EXECUTION)]
    pub default_shell: bool,
    /// The same as --shell=none
    #[arg(short = 'N', conflicts_with = "shell", help_heading = EXECUTION)]
    pub no_shell: bool,
    /// Set environment variables, `'A=1 B="two words"'`; given once for all commands, or once for each
    #[arg(long, value_name = "ASSIGNMENTS", help_heading = EXECUTION)]
    pub env: Vec<String>,
    /// Accept exit codes other than 0: all of them, or those of a list such as 1,2
    #[arg(short, long, value_name = "CODES", num_args = 0..=1, require_equals = true,
        default_missing_value = "all-non-zero", help_heading = EXECUTION)]
    pub ignore_failure: Option<String>,
    /// Read the commands' input from a file [default: null, which is /dev/null]
    #[arg(long, value_name = "null|FILE", help_heading = EXECUTION)]
    pub input: Option<PathBuf>,
    /// Send the commands' output to null, pipe, inherit or a file [default: null]
    ///
    /// `pipe` reads the output and drops it. `inherit` shows it. A file needs a slash in its name: `./out`. Given once
    /// for all commands, or once for each.
    #[arg(long, value_name = "null|pipe|inherit|FILE", help_heading = EXECUTION)]
    pub output: Vec<String>,
    /// Show the commands' output; the same as --output=inherit
    #[arg(long, conflicts_with_all = ["output", "style"], help_heading = EXECUTION)]
    pub show_output: bool,
    /// Time between two measurements (ticks) of a run, in seconds or with a unit: 100us to 1d
    #[arg(short = 'T', long, value_name = "TIME", default_value = "0.1", value_parser = interval,
        allow_negative_numbers = true, help_heading = EXECUTION)]
    pub interval: Duration,
    /// Measure each run until all descendants of the command have ended, not only the command
    #[arg(long, help_heading = EXECUTION)]
    pub wait_all: bool,
}

// The files and the style of the results.
#[derive(Debug, Args)]
pub struct BenchOutputArgs {
    /// Draw the peaks and the curves of all commands: .svg, .pdf or .png
    #[arg(short = 'o', value_name = "FIGURE", help_heading = OUTPUT)]
    pub figure: Option<PathBuf>,
    /// Keep the trace of each run in this directory
    #[arg(long, value_name = "DIR", help_heading = OUTPUT)]
    pub traces: Option<PathBuf>,
    /// Write all results of all runs as JSON, in hyperfine's schema 2 with more metrics
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub export_json: Option<PathBuf>,
    /// Write a row of statistics for each command as CSV
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub export_csv: Option<PathBuf>,
    /// Write a table of times and peaks in Markdown
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub export_markdown: Option<PathBuf>,
    /// Write a table of times and peaks in `AsciiDoc`
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub export_asciidoc: Option<PathBuf>,
    /// Write a table of times and peaks in Emacs org-mode
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub export_orgmode: Option<PathBuf>,
    /// Overwrite traces, and a figure that is not one of rprof
    #[arg(long, help_heading = OUTPUT)]
    pub force: bool,
    /// Style of the output
    #[arg(long, value_enum, default_value_t = Style::Auto, help_heading = OUTPUT)]
    pub style: Style,
}

/// A style of the output, with hyperfine's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Style {
    /// Full on a terminal, else basic
    Auto,
    /// Neither colours nor a progress line
    Basic,
    /// Colours and a progress line, even without a terminal
    Full,
    /// A progress line without colours
    Nocolor,
    /// Colours without a progress line
    Color,
    /// Nothing: only warnings, errors and the files
    None,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn parse(words: &[&str]) -> Result<BenchArgs, clap::Error> {
        let words = ["rprof", "bench"].iter().chain(words);
        match Cli::try_parse_from(words)?.command {
            Command::Bench(arguments) => Ok(*arguments),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn hyperfines_options_are_accepted_in_its_forms() {
        let words =
            "-w 3 -r 5 -s s -p p1 -p p2 -C c -c d -L x 1,2 -L y a,-b -n one --env A=1 -S -i --style none cmd";
        let found = parse(&words.split(' ').collect::<Vec<_>>()).expect("accepted");
        assert_eq!((found.runs.warmup, found.runs.runs), (3, Some(5)));
        assert_eq!(found.hooks.prepare, ["p1", "p2"]);
        assert_eq!(found.parameters.parameter_list, ["x", "1,2", "y", "a,-b"]);
        assert_eq!(found.execution.ignore_failure.as_deref(), Some("all-non-zero"));
        assert_eq!(found.commands, ["cmd"]);
        let found = parse(&["-P", "n", "-1", "4", "-D", "0.5", "--ignore-failure=1,2", "-N", "a {n}", "b"]);
        let found = found.expect("accepted");
        assert_eq!(found.parameters.parameter_scan, ["n", "-1", "4"]);
        assert_eq!(found.execution.ignore_failure.as_deref(), Some("1,2"));
        assert_eq!(found.commands, ["a {n}", "b"]);
    }

    #[test]
    fn contradictions_are_refused() {
        for words in
            ["", "-r 0 x", "-r 2 -m 1 x", "-S -N x", "--shell=sh -N x", "-D 1 x", "-P n 1 2 -L n 1 x"]
        {
            let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
            assert!(parse(&words).is_err(), "{words:?}");
        }
    }
}
