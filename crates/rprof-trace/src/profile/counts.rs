//! The counts of a run while it is being read: its ticks and its processes.

use crate::model::{Born, End, Tick};

/// The counts so far.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// The number of ticks.
    pub ticks: u64,
    /// The number of processes that the trace names when they are born.
    born: u64,
    /// Largest number of processes at one tick.
    most_at_once: u32,
}

impl Counts {
    pub fn tick(&mut self, tick: &Tick) {
        self.ticks += 1;
        self.most_at_once = self.most_at_once.max(tick.processes.unwrap_or(0));
    }

    /// Takes a birth. An exec makes no new process.
    pub fn born(&mut self, born: &Born) {
        self.born += u64::from(born.was.is_none());
    }

    /// The number of processes of the run. `listed` is the number of those with samples of their own.
    pub fn processes(&self, end: Option<&End>, has_header: bool, listed: usize) -> u64 {
        if let Some(end) = end.filter(|end| end.processes > 0) {
            return end.processes;
        }
        let Self { ticks, born, most_at_once } = *self;
        // mprof writes no CHLD line for the process that it started, only for its descendants.
        let parent = u64::from(!has_header && ticks > 0);
        (listed as u64 + parent).max(born).max(u64::from(most_at_once)).max(u64::from(ticks > 0))
    }
}
