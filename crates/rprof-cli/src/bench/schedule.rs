//! The schedule of the runs: how many of each command, and in which order. Pure arithmetic, no clock here.

use anyhow::bail;

use crate::cli::RunsArgs;

/// The number of runs without an option.
const FEWEST: u64 = 10;
/// The time that the runs of a command take together at least, in seconds, unless an option limits their number.
const SHORTEST: f64 = 3.0;

/// The limits of the number of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunLimits {
    least: u64,
    most: Option<u64>,
}

impl RunLimits {
    /// The limits that the options set.
    ///
    /// # Errors
    /// When the least is above the most.
    pub fn new(arguments: &RunsArgs) -> anyhow::Result<Self> {
        if let Some(exact) = arguments.runs {
            return Ok(Self { least: exact, most: Some(exact) });
        }
        match (arguments.min_runs, arguments.max_runs) {
            (Some(least), Some(most)) if least > most => {
                bail!("--min-runs {least} is above --max-runs {most}; use a range that is not empty")
            }
            // A limit below the usual number lowers that, too.
            (None, most) => Ok(Self { least: FEWEST.min(most.unwrap_or(FEWEST)), most }),
            (Some(least), most) => Ok(Self { least, most }),
        }
    }

    /// The number of runs of a command whose first run took this many seconds, with all that belongs to it.
    pub fn count(self, seconds: f64) -> u64 {
        // Saturates; a first run of no time would ask for infinitely many.
        let in_time = (SHORTEST / seconds.max(1e-6)) as u64;
        in_time.max(self.least).min(self.most.unwrap_or(u64::MAX))
    }
}

/// The order of the runs after the first round, as indices of commands. Each command has one run less than its count left.
///
/// A command with fewer runs has them spread over the whole time. The command that begins changes from round to round.
pub fn turns(counts: &[u64]) -> impl Iterator<Item = usize> {
    let left: Vec<u128> = counts.iter().map(|count| u128::from(count.saturating_sub(1))).collect();
    let rounds = left.iter().copied().max().unwrap_or(0);
    (0..rounds).flat_map(move |round| {
        let has_turn = |at: &usize| (round + 1) * left[*at] / rounds > round * left[*at] / rounds;
        // The first round began with the first command.
        rotated(left.len(), round + 1).filter(has_turn).collect::<Vec<_>>()
    })
}

/// The indices below `count`, beginning with another one in each round.
pub fn rotated(count: usize, round: u128) -> impl Iterator<Item = usize> {
    let first = if count == 0 { 0 } else { (round % count as u128) as usize };
    (0..count).map(move |at| (first + at) % count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(runs: Option<u64>, min_runs: Option<u64>, max_runs: Option<u64>) -> anyhow::Result<RunLimits> {
        let arguments = RunsArgs {
            warmup: 0,
            runs,
            min_runs,
            max_runs,
            blocks: false,
            interleave: false,
            reference: None,
        };
        RunLimits::new(&arguments)
    }

    #[test]
    fn without_options_there_are_ten_runs_or_three_seconds_of_them() {
        let usual = limits(None, None, None).expect("limits");
        assert_eq!([usual.count(10.0), usual.count(0.3), usual.count(0.1)], [10, 10, 30]);
        assert_eq!(usual.count(0.0), 3_000_000);
        assert_eq!(limits(Some(3), None, None).expect("limits").count(0.001), 3);
        assert_eq!(limits(None, Some(20), None).expect("limits").count(1.0), 20);
        let most = limits(None, None, Some(5)).expect("limits");
        assert_eq!([most.count(1.0), most.count(0.01)], [5, 5]);
        assert!(limits(None, Some(9), Some(8)).is_err());
    }

    #[test]
    fn the_commands_take_turns_and_the_first_one_changes() {
        let order: Vec<usize> = turns(&[3, 3, 3]).collect();
        assert_eq!(order, [1, 2, 0, 2, 0, 1]);
        assert_eq!(turns(&[1, 1]).count(), 0);
        assert_eq!(turns(&[]).count(), 0);
        assert_eq!(rotated(3, 0).collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn a_command_with_fewer_runs_has_them_spread_over_the_whole_time() {
        let order: Vec<usize> = turns(&[5, 101]).collect();
        let places: Vec<usize> =
            order.iter().enumerate().filter(|(_, at)| **at == 0).map(|(n, _)| n).collect();
        assert_eq!((places.len(), order.len()), (4, 104));
        assert!(places.windows(2).all(|two| (25..=27).contains(&(two[1] - two[0]))), "{places:?}");
    }
}
