//! The arguments of `rprof check`, grouped by purpose as its help is.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use rprof_findings::budget::Limit;

use super::budget::{BudgetArgs, function, tolerance};

const BASELINE: &str = "Baseline";
const OUTPUT: &str = "Output";

/// Something to check or to write; without it the command has no effect.
const WORK: [&str; 8] = [
    "max_peak",
    "max_growth",
    "max_span",
    "max_function",
    "baseline",
    "save_baseline",
    "github_action_benchmark",
    "bencher",
];

#[derive(Debug, Args)]
#[command(args_override_self = true, override_usage = "rprof check [OPTIONS] [TRACE|INDEX]...")]
#[command(group = ArgGroup::new("work").args(WORK).multiple(true).required(true))]
pub struct CheckArgs {
    /// Traces by name or index (0 the oldest, -1 the newest) [default: -1]
    #[arg(value_name = "TRACE|INDEX", allow_negative_numbers = true)]
    pub traces: Vec<PathBuf>,
    #[command(flatten)]
    pub budgets: BudgetArgs,
    /// The most that a function may hold at the peak, with all that it calls; may be repeated
    ///
    /// It needs a trace of `rprof run --where`. NAME is the whole name or its part after a `::`. The check fails if the memory
    /// that is certainly the function's own is above the limit. Memory that may also belong to others does not prove that:
    /// it makes the verdict `not proven`, which fails with --strict.
    #[arg(long, value_name = "NAME=SIZE", value_parser = function, help_heading = "Budgets")]
    pub max_function: Vec<Limit>,
    /// Compare the peaks with those that --save-baseline wrote
    ///
    /// A rise counts if the median of the new runs is above the median of the baseline by more than the tolerance, and
    /// above the largest run of the baseline.
    #[arg(long, value_name = "FILE", help_heading = BASELINE)]
    pub baseline: Option<PathBuf>,
    /// The rise that is accepted [default: 5%]
    #[arg(long, value_name = "PERCENT", value_parser = tolerance, requires = "baseline", help_heading = BASELINE)]
    pub tolerance: Option<f64>,
    /// Write the peaks as a baseline, if no limit is exceeded
    ///
    /// An existing file keeps the entries of other names.
    #[arg(long, value_name = "FILE", help_heading = BASELINE)]
    pub save_baseline: Option<PathBuf>,
    /// The name of the runs in baselines and outputs [default: the command]
    #[arg(long, value_name = "NAME", help_heading = BASELINE)]
    pub name: Option<String>,
    /// Print JSON
    #[arg(long, help_heading = OUTPUT)]
    pub json: bool,
    /// Write JUnit XML, `-` for stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub junit: Option<PathBuf>,
    /// Write a Markdown table for a pull request, `-` for stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub markdown: Option<PathBuf>,
    /// Write the peaks for github-action-benchmark (customSmallerIsBetter), `-` for stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub github_action_benchmark: Option<PathBuf>,
    /// Write the peaks for Bencher (Bencher Metric Format), `-` for stdout
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub bencher: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::{Cli, Command};

    fn check(words: &[&str]) -> Result<super::CheckArgs, clap::Error> {
        match Cli::try_parse_from([&["rprof", "check"], words].concat())?.command {
            Command::Check(arguments) => Ok(arguments),
            other => panic!("{other:?}"),
        }
    }

    /// A check without a limit would always pass.
    #[test]
    fn a_check_without_a_limit_is_refused() {
        for words in [&["t.dat"][..], &["t.dat", "--strict"], &["--json"], &["--tolerance", "5%"]] {
            assert!(check(words).is_err(), "{words:?}");
        }
        for words in [["--max-peak", "1GB"], ["--baseline", "b.json"], ["--bencher", "-"]] {
            assert!(check(&words).is_ok(), "{words:?}");
        }
    }

    #[test]
    fn spans_add_up_and_a_repeated_limit_overrides() {
        let words = ["--max-span", "a=1MB", "--max-span", "b=2MB", "--max-peak", "1GB", "--max-peak", "2GB"];
        let limits = check(&words).expect("accepted").budgets.limits();
        assert_eq!(limits.iter().map(|limit| limit.most).collect::<Vec<_>>(), [2e9, 1e6, 2e6]);
    }
}
