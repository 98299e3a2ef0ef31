//! The difference of a command from the reference: which metrics are compared, and the words for the verdict.

use rprof_findings::stats::{Difference, Verdict};

use super::measurement::Metric;
use super::numbers::percent;
use super::runs::CommandRuns;

/// The metrics that are compared, each with the words for less and for more of it. PSS says more for trees only.
const COMPARED: [(Metric, &str); 3] =
    [(Metric::Wall, "time"), (Metric::Tree, "memory"), (Metric::Pss, "memory, shared pages divided (PSS)")];

/// The comparison of one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// The metric.
    pub metric: Metric,
    /// The words for it.
    pub what: &'static str,
    /// The difference.
    pub difference: Difference,
}

/// Compares the runs of a command with those of the reference, in each metric that all runs of both have.
pub fn compare(reference: &CommandRuns, other: &CommandRuns) -> Vec<Compared> {
    let has_tree = reference.runs.iter().chain(&other.runs).any(|run| run.processes > 1);
    let compared = COMPARED.iter().filter(|(metric, _)| *metric != Metric::Pss || has_tree);
    let compared = compared.filter_map(|(metric, what)| {
        let values = [reference, other].map(|side| metric.complete(&side.runs));
        let [Some(one), Some(two)] = values else { return None };
        Some(Compared { metric: *metric, what, difference: Difference::between(&one, &two)? })
    });
    compared.collect()
}

impl Compared {
    /// The verdict in words, such as `12.3 % less time (-14.1 % to -10.9 %, p < 0.001)`.
    pub fn words(&self) -> String {
        let Difference { change, verdict, .. } = self.difference;
        let what = self.what;
        match verdict {
            Verdict::Smaller => format!("{} less {what} ({})", percent(-change), self.certainty()),
            Verdict::Larger if change.is_infinite() => format!("more {what}; the reference has none"),
            Verdict::Larger => format!("{} more {what} ({})", percent(change), self.certainty()),
            Verdict::NotSeen => format!("{what}: {}", self.unseen_words()),
        }
    }

    /// The words when no difference is seen: what would have been.
    fn unseen_words(&self) -> String {
        match self.difference.detectable {
            None => "too few runs to see a difference; use at least 4 of each command".to_owned(),
            Some(0.0) => "the same in every run".to_owned(),
            Some(least) => format!(
                "no difference can be seen ({}); a difference of {} or more would have been",
                self.certainty(),
                percent(least)
            ),
        }
    }

    /// `-14.1 % to -10.9 %, p < 0.001`
    fn certainty(&self) -> String {
        let Difference { low, high, p, .. } = self.difference;
        let p = if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") };
        if high.is_finite() { format!("{} to {}, {p}", signed(low), signed(high)) } else { p }
    }

    /// The change in a table: `-12.3 %`, or `none seen`.
    pub fn cell(&self) -> String {
        match self.difference.verdict {
            Verdict::NotSeen => "none seen".to_owned(),
            _ if self.difference.change.is_finite() => signed(self.difference.change),
            _ => "from 0".to_owned(),
        }
    }

    /// The verdict in JSON.
    pub fn name(&self) -> &'static str {
        match self.difference.verdict {
            Verdict::Smaller => "smaller",
            Verdict::Larger => "larger",
            Verdict::NotSeen => "not_seen",
        }
    }
}

fn signed(fraction: f64) -> String {
    let sign = if fraction > 0.0 { "+" } else { "" };
    format!("{sign}{}", percent(fraction))
}

#[cfg(test)]
mod tests {
    use rprof_trace::Bytes;

    use super::super::commands::BenchCommand;
    use super::super::measurement::Measurement;
    use super::*;

    fn runs(walls: &[f64], tree: u64, pss: Option<u64>) -> CommandRuns {
        let run = |wall: &f64| Measurement {
            wall: *wall,
            tree: Some(Bytes(tree)),
            pss: pss.map(Bytes),
            processes: 1 + u64::from(pss.is_some()),
            ..Measurement::default()
        };
        CommandRuns { runs: walls.iter().map(run).collect(), ..CommandRuns::of(BenchCommand::default()) }
    }

    fn words(reference: &CommandRuns, other: &CommandRuns) -> Vec<String> {
        compare(reference, other).iter().map(Compared::words).collect()
    }

    #[test]
    fn a_difference_has_its_interval_and_none_with_what_would_have_been_seen() {
        let slow = runs(&[1.0, 1.01, 1.02, 1.03, 1.04], 100, None);
        let fast = runs(&[0.5, 0.51, 0.52, 0.51, 0.5], 100, None);
        let found = words(&slow, &fast);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("50.0 % less time (-5") && found[0].contains(", p = 0.0"), "{found:?}");
        assert_eq!(found[1], "memory: the same in every run");
        assert!(words(&fast, &slow)[0].starts_with("100 % more time (+9"));
        let same = words(&slow, &runs(&[1.02, 1.0, 1.03, 1.05, 1.01], 150, None));
        assert!(
            same[0].starts_with("time: no difference can be seen (")
                && same[0].ends_with("or more would have been")
        );
        assert!(same[1].starts_with("50.0 % more memory (+50.0 % to +50.0 %"), "{same:?}");
    }

    #[test]
    fn few_runs_show_nothing_and_say_so() {
        let found = words(&runs(&[1.0, 1.1], 100, None), &runs(&[2.0, 2.1], 100, None));
        assert!(found[0].contains("too few runs"), "{found:?}");
        assert!(words(&runs(&[1.0], 1, None), &runs(&[], 1, None)).is_empty());
    }

    #[test]
    fn pss_is_compared_if_both_have_it_and_one_is_a_tree() {
        let walls = [1.0; 5];
        let mut alone = runs(&walls, 9, Some(5));
        alone.runs.iter_mut().for_each(|run| run.processes = 1);
        assert_eq!(words(&alone, &alone).len(), 2);
        assert_eq!(words(&alone, &runs(&walls, 9, Some(4))).len(), 3);
        assert_eq!(words(&runs(&walls, 9, Some(5)), &runs(&walls, 9, Some(4))).len(), 3);
        assert_eq!(words(&runs(&walls, 9, Some(5)), &runs(&walls, 9, None)).len(), 2);
    }

    #[test]
    fn a_cell_has_the_change_only_if_it_was_seen() {
        let slow = runs(&[1.0, 1.01, 1.02, 1.03], 100, None);
        let fast = runs(&[0.5, 0.51, 0.52, 0.53], 100, None);
        let cells: Vec<String> = compare(&slow, &fast).iter().map(Compared::cell).collect();
        assert!(cells[0].starts_with("-49.") && cells[1] == "none seen", "{cells:?}");
    }
}
