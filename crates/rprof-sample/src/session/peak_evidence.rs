//! The evidence about the peak of the run: the largest value that is certain, and the bound that no instant exceeded.

use rprof_trace::Bytes;

use crate::tree::peak_bounds::PeakBound;
use crate::tree::{TickResult, Tree};

/// The evidence so far.
#[derive(Debug, Default)]
pub struct PeakEvidence {
    /// The largest value of a tick, or proven between two.
    value: Bytes,
    bound: PeakBound,
    /// The largest RSS that wait4 reported of any process; 0 before the first.
    largest_reaped: Bytes,
}

impl PeakEvidence {
    /// The largest value of a tick, or proven between two.
    pub fn value(&self) -> Bytes {
        self.value
    }

    /// The largest RSS that wait4 reported of any process; `None` before the first.
    pub fn largest_reaped(&self) -> Option<Bytes> {
        Some(self.largest_reaped).filter(|max| max.0 > 0)
    }

    /// Adds a tick with its value and the upper bound of the processes that it read.
    pub fn add_tick(&mut self, value: Bytes, upper: Option<Bytes>, result: &TickResult) {
        self.bound.add_tick(upper, result.ended, result.short_lived);
        self.raise(value);
    }

    /// Adds a value that is certain.
    pub fn raise(&mut self, value: Bytes) {
        self.value = self.value.max(value);
    }

    /// Adds the maximum RSS of a process that was reaped.
    pub fn add_reaped(&mut self, max_rss: Bytes) {
        self.largest_reaped = self.largest_reaped.max(max_rss);
    }

    /// Bounds the time from the last tick to the end of the run, which no tick follows.
    ///
    /// Without a process that had children, none can have lived unnoticed in it. Returns the bound of the known processes.
    pub fn close(&mut self, tree: &mut Tree, had_children: bool) -> Option<Bytes> {
        let short_lived = if had_children { tree.short_lived_at_end() } else { Some(0) };
        let ended = tree.ceiling_at_end(self.largest_reaped);
        // Every process of this time counts as ended, so the sum of the living ones is 0.
        self.bound.add_tick(ended.map(|_| Bytes(0)), ended.unwrap_or_default(), short_lived);
        ended.map(|ended| ended.held)
    }

    /// The value that the tree did not exceed; `None` when it is not known.
    ///
    /// Every short-lived process was reaped by its parent or by rprof, so none was larger than `largest_reaped`.
    pub fn upper(&self, largest_read: Bytes) -> Option<Bytes> {
        let upper = self.bound.upper(self.largest_reaped(), largest_read);
        upper.map(|upper| upper.max(self.value))
    }
}
