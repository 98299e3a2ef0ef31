//! The report on a terminal: a table of each command, and the comparison with the reference.

use rprof_findings::stats::Description;

use super::measurement::{Measurement, Metric};
use super::numbers::{Scale, text};
use super::runs::CommandRuns;
use super::verdict::{Compared, compare};
use crate::output::{Line, Look};

/// Space between two columns.
const GAP: &str = "    ";
/// The rows of the table. All but the first two appear only if they say more.
const ROWS: [(Metric, &str); 6] = [
    (Metric::Wall, "time"),
    (Metric::Tree, "peak, RSS"),
    (Metric::Pss, "peak, PSS"),
    (Metric::Resident, "largest process"),
    (Metric::Growth, "growth"),
    (Metric::MinorFaults, "page faults"),
];

/// A row of the table: the label with its unit, the numbers, and a remark.
struct Row {
    label: String,
    mean: String,
    deviation: String,
    min: String,
    max: String,
    median: String,
    remark: String,
}

/// All lines of the report. `reference` is the place of the command that the others are compared with.
pub fn lines(results: &[CommandRuns], reference: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (result, number) in results.iter().zip(1..) {
        if result.runs.is_empty() {
            continue;
        }
        lines.extend(table(result, number));
        lines.push(Vec::new());
    }
    lines.extend(comparison(results, reference));
    lines
}

fn table(result: &CommandRuns, number: usize) -> Vec<Line> {
    let runs = result.runs.len();
    let mut lines = vec![vec![
        (Look::Bold, format!("Benchmark {number}: {}", result.command.shown())),
        (Look::Dim, format!(" ({runs} {})", if runs == 1 { "run" } else { "runs" })),
    ]];
    let head = Row {
        label: String::new(),
        mean: "mean".to_owned(),
        deviation: "σ".to_owned(),
        min: "min".to_owned(),
        max: "max".to_owned(),
        median: "median".to_owned(),
        remark: String::new(),
    };
    let rows: Vec<Row> = std::iter::once(head).chain(rows(&result.runs)).collect();
    let width =
        |cell: fn(&Row) -> &String| rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0);
    let [label, mean, deviation, min, max, median] = [
        width(|row| &row.label),
        width(|row| &row.mean),
        width(|row| &row.deviation),
        width(|row| &row.min),
        width(|row| &row.max),
        width(|row| &row.median),
    ];
    for row in &rows {
        let is_head = row.label.is_empty();
        let look = |look| if is_head { Look::Dim } else { look };
        let mut line = vec![
            (Look::Plain, format!("  {:label$}{GAP}", row.label)),
            (look(Look::Green), right(&row.mean, mean)),
        ];
        if runs > 1 {
            line.push((look(Look::Plain), format!(" ± {:deviation$}{GAP}", row.deviation)));
            line.push((look(Look::Plain), format!("{} … {:max$}{GAP}", right(&row.min, min), row.max)));
            line.push((look(Look::Plain), right(&row.median, median)));
        }
        if !row.remark.is_empty() {
            line.push((Look::Dim, format!("{GAP}{}", row.remark)));
        }
        lines.push(trimmed(line));
    }
    lines
}

fn right(text: &str, width: usize) -> String {
    format!("{text:>width$}")
}

/// The line without blanks at its end.
fn trimmed(mut line: Line) -> Line {
    if let Some((_, text)) = line.last_mut() {
        text.truncate(text.trim_end().len());
    }
    line
}

fn rows(runs: &[Measurement]) -> Vec<Row> {
    let is_tree = runs.iter().any(|run| run.processes > 1);
    // Of a single process, these are its peak once more.
    let rows = ROWS.iter().filter(|(metric, _)| is_tree || !matches!(metric, Metric::Resident | Metric::Pss));
    let rows = rows.filter_map(|(metric, label)| {
        let found = metric.summary(runs)?;
        let remark = match metric {
            Metric::Wall => cpu_words(runs),
            Metric::Tree => bound_words(Metric::TreeUpper, runs, &found),
            Metric::Pss => bound_words(Metric::PssUpper, runs, &found),
            _ => String::new(),
        };
        Some(row(*metric, label, &found, remark))
    });
    rows.collect()
}

fn row(metric: Metric, label: &str, found: &Description, remark: String) -> Row {
    let scale = Scale::of(metric.unit(), found.mean);
    let unit = if scale.symbol.is_empty() { String::new() } else { format!(" [{}]", scale.symbol) };
    Row {
        label: format!("{label}{unit}"),
        mean: scale.number(found.mean),
        deviation: found.stddev.map(|deviation| scale.number(deviation)).unwrap_or_default(),
        min: scale.number(found.min),
        max: scale.number(found.max),
        median: scale.number(found.median),
        remark,
    }
}

/// `user 12.1 ms, system 3.2 ms`
fn cpu_words(runs: &[Measurement]) -> String {
    let mean = |metric: Metric| metric.summary(runs).map(|found| text(metric.unit(), found.mean));
    match (mean(Metric::User), mean(Metric::System)) {
        (Some(user), Some(system)) => format!("user {user}, system {system}"),
        _ => String::new(),
    }
}

/// `at most 330.1`, in the unit of the row; nothing if the peak is exact.
fn bound_words(upper: Metric, runs: &[Measurement], peak: &Description) -> String {
    let scale = Scale::of(upper.unit(), peak.mean);
    match upper.complete(runs).and_then(|uppers| Description::of(&uppers)) {
        // A bound above twice the peak says little.
        Some(bound) if bound.mean > 2.0 * peak.mean => "at least".to_owned(),
        Some(bound) if scale.number(bound.mean) == scale.number(peak.mean) => String::new(),
        Some(bound) => format!("at most {}", scale.number(bound.mean)),
        None => "at least".to_owned(),
    }
}

fn comparison(results: &[CommandRuns], reference: usize) -> Vec<Line> {
    let others: Vec<&CommandRuns> = results
        .iter()
        .enumerate()
        .filter(|(at, result)| *at != reference && !result.runs.is_empty())
        .map(|(_, result)| result)
        .collect();
    let Some(reference) =
        results.get(reference).filter(|result| !result.runs.is_empty() && !others.is_empty())
    else {
        return Vec::new();
    };
    let mut lines = vec![vec![
        (Look::Bold, format!("Compared with {}", reference.command.shown())),
        (Look::Dim, " (change of the median, 95 % interval, Mann-Whitney test)".to_owned()),
    ]];
    for other in others {
        lines.push(vec![(Look::Plain, format!("  {}", other.command.shown()))]);
        for compared in compare(reference, other) {
            lines.push(vec![(look_of(&compared), format!("    {}", compared.words()))]);
        }
    }
    lines
}

fn look_of(compared: &Compared) -> Look {
    match compared.name() {
        "smaller" => Look::Green,
        "larger" => Look::Red,
        _ => Look::Plain,
    }
}

#[cfg(test)]
mod tests {
    use rprof_trace::Bytes;

    use super::super::commands::BenchCommand;
    use super::*;

    fn run(wall: f64, tree: u64, upper: Option<u64>) -> Measurement {
        Measurement {
            wall,
            user: Some(0.001),
            system: Some(0.002),
            tree: Some(Bytes(tree << 20)),
            tree_upper: upper.map(|upper| Bytes(upper << 20)),
            processes: 1,
            ..Measurement::default()
        }
    }

    fn report(results: &[CommandRuns]) -> String {
        let line = |line: &Line| line.iter().map(|(_, text)| text.as_str()).collect::<String>() + "\n";
        lines(results, 0).iter().map(line).collect()
    }

    fn result(line: &str, runs: Vec<Measurement>) -> CommandRuns {
        let command = BenchCommand { line: line.to_owned(), ..BenchCommand::default() };
        CommandRuns { runs, ..CommandRuns::of(command) }
    }

    #[test]
    fn a_command_has_a_table_and_another_one_a_comparison() {
        let one = result("sort a", vec![run(0.3, 100, Some(100)), run(0.31, 100, Some(100))]);
        let two = result("./sort2 a", vec![run(0.1, 200, Some(210)), run(0.1, 202, Some(212))]);
        assert_eq!(
            report(&[one, two]),
            "\
Benchmark 1: sort a (2 runs)
                      mean ± σ        min … max      median
  time [ms]          305.0 ± 7.1    300.0 … 310.0     305.0    user 1.000 ms, system 2.000 ms
  peak, RSS [MiB]    100.0 ± 0.0    100.0 … 100.0     100.0

Benchmark 2: ./sort2 a (2 runs)
                      mean ± σ        min … max      median
  time [ms]          100.0 ± 0.0    100.0 … 100.0     100.0    user 1.000 ms, system 2.000 ms
  peak, RSS [MiB]    201.0 ± 1.4    200.0 … 202.0     201.0    at most 211.0

Compared with sort a (change of the median, 95 % interval, Mann-Whitney test)
  ./sort2 a
    time: too few runs to see a difference; use at least 4 of each command
    memory: too few runs to see a difference; use at least 4 of each command
"
        );
    }

    #[test]
    fn a_single_run_has_values_only_and_an_unknown_bound_is_said() {
        assert_eq!(
            report(&[result("x", vec![run(2.0, 5, None)])]),
            "\
Benchmark 1: x (1 run)
                      mean
  time [s]           2.000    user 1.000 ms, system 2.000 ms
  peak, RSS [MiB]    5.000    at least

"
        );
        assert_eq!(report(&[result("x", Vec::new())]), "");
    }
}
