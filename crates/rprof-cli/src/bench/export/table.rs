//! The table of the markup formats: mean time and mean peak of each command, and the change from the reference.

use super::super::measurement::Metric;
use super::super::numbers::Scale;
use super::super::runs::CommandRuns;
use super::super::verdict::compare;
use super::Results;

/// A table. The first column has commands and is aligned to the left, all others have numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The head.
    pub head: Vec<String>,
    /// The names of the commands, without markup, and the other cells of their rows.
    pub rows: Vec<(String, Vec<String>)>,
}

/// The columns of numbers.
const COLUMNS: [(Metric, &str); 2] = [(Metric::Wall, "Mean Wall Time"), (Metric::Tree, "Mean Peak Memory")];

/// The table of the results. All commands have the unit of the reference.
pub fn table(results: &Results<'_>) -> Table {
    let commands: Vec<&CommandRuns> =
        results.commands.iter().filter(|result| !result.runs.is_empty()).collect();
    let reference = results.commands.get(results.reference);
    let has_changes = commands.len() > 1;
    let mut head = vec!["Command".to_owned()];
    let mut rows: Vec<(String, Vec<String>)> =
        commands.iter().map(|result| (rprof_trace::visible(&result.command.shown()), Vec::new())).collect();
    for (metric, title) in COLUMNS {
        let mean = |result: &CommandRuns| metric.summary(&result.runs).map(|found| found.mean);
        let shown = reference.and_then(mean).or_else(|| commands.first().and_then(|first| mean(first)));
        let Some(shown) = shown else { continue };
        let scale = Scale::of(metric.unit(), shown);
        head.push(format!("{title} [{}]", scale.symbol));
        head.extend(has_changes.then(|| "Change".to_owned()));
        for (result, (_, cells)) in commands.iter().zip(&mut rows) {
            cells.push(
                metric
                    .summary(&result.runs)
                    .map(|found| {
                        let deviation =
                            found.stddev.map(|deviation| format!(" ± {}", scale.number(deviation)));
                        scale.number(found.mean) + &deviation.unwrap_or_default()
                    })
                    .unwrap_or_default(),
            );
            if has_changes {
                let reference = reference.filter(|reference| !std::ptr::eq(*reference, *result));
                let compared = reference.map(|reference| compare(reference, result)).unwrap_or_default();
                let compared = compared.into_iter().find(|compared| compared.metric == metric);
                cells.push(compared.map(|compared| compared.cell()).unwrap_or_default());
            }
        }
    }
    Table { head, rows }
}

#[cfg(test)]
mod tests {
    use super::super::samples::two;
    use super::*;

    #[test]
    fn all_rows_have_one_unit_and_the_reference_no_change() {
        let commands = two();
        let found = table(&Results { commands: &commands, reference: 0, start: "" });
        assert_eq!(
            found.head,
            ["Command", "Mean Wall Time [s]", "Change", "Mean Peak Memory [MiB]", "Change"]
        );
        assert_eq!(
            found.rows[0],
            ("a|b `c`".to_owned(), ["1.015 ± 0.013", "", "100.0 ± 0.0", ""].map(str::to_owned).into())
        );
        assert_eq!(found.rows[1].0, "fast");
        assert_eq!(found.rows[1].1[0], "0.515 ± 0.013");
        assert_eq!(found.rows[1].1[3], "+50.0 %");
        let one = table(&Results { commands: &commands[..1], reference: 0, start: "" });
        assert_eq!(one.head.len(), 3);
    }
}
