//! The arguments that put the ranks of a parallel job beside each other.

use clap::{Args, ValueEnum};

const RANKS: &str = "Parallel jobs";

/// Options of a figure of traces, which have no meaning for sums.
const OF_ONE_TRACE: [&str; 4] = ["span", "flame", "all_spans", "label"];

/// The parts of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Each rank
    Rank,
    /// Each host, as the sum of its ranks
    Host,
}

#[derive(Debug, Args)]
pub struct RankArgs {
    /// Draw the ranks of a job on one clock: the heaviest ranks, or the sum of each of the heaviest hosts
    ///
    /// The trace of each rank gives its place, host and start. Beside the figure, the heaviest rank, the imbalance (the
    /// largest divided by the mean) and the differences of the clocks are printed.
    #[arg(long, value_enum, conflicts_with_all = OF_ONE_TRACE, help_heading = RANKS)]
    pub by: Option<By>,
    /// Draw the sum of all traces, on one clock
    #[arg(long, conflicts_with_all = OF_ONE_TRACE, help_heading = RANKS)]
    pub sum: bool,
}

impl RankArgs {
    /// True if the figure shows ranks and sums instead of traces.
    pub fn is_given(&self) -> bool {
        self.by.is_some() || self.sum
    }
}
