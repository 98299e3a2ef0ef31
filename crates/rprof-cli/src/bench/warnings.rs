//! Remarks on the runs that a user should know: outliers, accepted failures, processes that outlived a run.

use rprof_findings::stats::outliers;

use super::measurement::Metric;
use super::numbers::text;
use super::runs::CommandRuns;
use crate::cli::BenchArgs;

/// A deviation below this part of the median is none to warn of. The memory of most programs varies by a page or two.
const SMALLEST_DEVIATION: f64 = 0.02;
/// Runs that are named; the others are counted.
const NAMED: usize = 5;
/// With a shell, a shorter run is not much more than the noise of the shell's own time (as in hyperfine).
const SHORTEST_IN_SHELL: f64 = 0.005;

/// The remarks on all commands.
pub fn warnings(results: &[CommandRuns], arguments: &BenchArgs, has_shell: bool) -> Vec<String> {
    results.iter().flat_map(|result| of_command(result, arguments, has_shell)).collect()
}

fn of_command(result: &CommandRuns, arguments: &BenchArgs, has_shell: bool) -> Vec<String> {
    let name = result.command.shown();
    let mut found = Vec::new();
    for (metric, what) in [(Metric::Wall, "the time"), (Metric::Tree, "the peak")] {
        let values = metric.complete(&result.runs).unwrap_or_default();
        found.extend(
            outlier_words(metric, what, &values, arguments).map(|words| format!("`{name}`: {words}")),
        );
    }
    let failed = result.runs.iter().filter(|run| run.exit_code != Some(0)).count();
    if failed > 0 {
        found.push(format!(
            "`{name}`: {failed} of {} runs failed, which --ignore-failure accepts",
            result.runs.len()
        ));
    }
    if has_shell && result.runs.iter().any(|run| run.wall < SHORTEST_IN_SHELL) {
        found.push(format!(
            "`{name}` takes less than 5 ms, too short for a shell whose own time is subtracted; use -N if it needs no shell"
        ));
    }
    if !result.survivors.is_empty() {
        found.push(format!(
            "`{name}`: still running after its run, not measured any more: {}; use --wait-all to measure all to the end",
            first(&result.survivors)
        ));
    }
    found
}

/// `the time of run 1 (1.200 s) is far from the median (301.2 ms); …`
fn outlier_words(metric: Metric, what: &str, values: &[f64], arguments: &BenchArgs) -> Option<String> {
    let median = rprof_findings::stats::Description::of(values)?.median;
    let far = |at: &usize| (values[*at] - median).abs() > SMALLEST_DEVIATION * median;
    let runs: Vec<usize> = outliers(values).into_iter().filter(far).collect();
    let first_run = *runs.first()?;
    let named: Vec<String> =
        runs.iter().map(|at| format!("{} ({})", at + 1, text(metric.unit(), values[*at]))).collect();
    let (run, are) = if runs.len() == 1 { ("run", "is") } else { ("runs", "are") };
    let mut words = format!(
        "{what} of {run} {} {are} far from the median ({})",
        first(&named),
        text(metric.unit(), median)
    );
    let is_slow_start = metric == Metric::Wall && first_run == 0 && values[0] > median;
    words += match (is_slow_start, arguments.runs.warmup > 0) {
        (true, false) => {
            "; the first run may have filled a cache: use --warmup to fill it before, or --prepare to clear it"
        }
        (true, true) => "; use more --warmup runs, or --prepare to clear caches before each run",
        (false, _) => "; other programs may have disturbed it: repeat on a quiet machine",
    };
    Some(words)
}

/// The first ones, and the number of the rest.
fn first(names: &[String]) -> String {
    let named = names[..names.len().min(NAMED)].join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use rprof_trace::Bytes;

    use super::super::commands::BenchCommand;
    use super::super::measurement::Measurement;
    use super::*;
    use crate::cli::{Cli, Command};

    fn found(walls: &[f64], more: &[&str], change: impl Fn(&mut CommandRuns)) -> Vec<String> {
        let words = ["rprof", "bench", "x"].iter().chain(more);
        let Command::Bench(arguments) = Cli::try_parse_from(words).expect("accepted").command else {
            panic!()
        };
        let run = |wall: &f64| Measurement {
            wall: *wall,
            tree: Some(Bytes(1 << 20)),
            exit_code: Some(0),
            ..Measurement::default()
        };
        let command = BenchCommand { line: "x".to_owned(), ..BenchCommand::default() };
        let mut result = CommandRuns { runs: walls.iter().map(run).collect(), ..CommandRuns::of(command) };
        change(&mut result);
        warnings(&[result], &arguments, more.contains(&"-S"))
    }

    #[test]
    fn an_outlier_is_named_with_what_may_help() {
        let slow_start = [9.0, 1.0, 1.01, 1.0, 1.02, 1.0];
        let shown = found(&slow_start, &[], |_| {});
        assert_eq!(shown.len(), 1, "{shown:?}");
        assert!(
            shown[0].starts_with("`x`: the time of run 1 (9.000 s) is far from the median (1.005 s)"),
            "{shown:?}"
        );
        assert!(shown[0].contains("use --warmup to fill it"));
        assert!(found(&slow_start, &["-w", "2"], |_| {})[0].contains("more --warmup"));
        let shown = found(&[1.0, 1.0, 1.01, 9.0, 1.0, 8.0], &[], |_| {});
        assert!(shown[0].contains("runs 4 (9.000 s), 6 (8.000 s) are far"), "{shown:?}");
        assert!(found(&[1.0; 6], &[], |_| {}).is_empty());
    }

    /// Of ten runs nine had the same memory and one had a page more: a deviation of zero made that an outlier.
    #[test]
    fn a_page_more_is_no_outlier() {
        let shown = found(&[1.0; 6], &[], |result| result.runs[2].tree = Some(Bytes((1 << 20) + 4096)));
        assert!(shown.is_empty(), "{shown:?}");
        let shown = found(&[1.0; 6], &[], |result| result.runs[2].tree = Some(Bytes(3 << 20)));
        assert!(shown[0].contains("the peak of run 3 (3.000 MiB)"), "{shown:?}");
    }

    #[test]
    fn failures_survivors_and_short_runs_are_told() {
        let shown = found(&[1.0, 1.0], &[], |result| result.runs[0].exit_code = Some(3));
        assert!(shown[0].contains("1 of 2 runs failed"), "{shown:?}");
        let shown = found(&[1.0, 1.0], &[], |result| result.survivors = vec!["7:sleep".to_owned()]);
        assert!(shown[0].contains("7:sleep") && shown[0].contains("--wait-all"), "{shown:?}");
        assert!(found(&[0.001, 0.001], &["-S"], |_| {})[0].contains("-N"));
    }
}
