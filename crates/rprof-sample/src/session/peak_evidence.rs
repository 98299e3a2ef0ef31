//! The evidence about the peak of the run: the largest value that is certain, and the bound that no instant exceeded.

use rprof_trace::Bytes;

use crate::tree::peak_table::{PeakBound, WindowBound};

/// The evidence so far.
#[derive(Debug, Default)]
pub struct PeakEvidence {
    /// The largest value of a tick, or proven between two.
    value: Bytes,
    bound: PeakBound,
    /// The largest RSS that wait4 reported of any process; 0 before the first.
    largest_reaped: Bytes,
    /// The same with the memory of rprof's fork, which wait4 includes.
    largest_waited: Bytes,
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

    /// The largest maximum that wait4 reported, also if it may be that of rprof's fork; 0 before the first. A process that was
    /// alone was never larger.
    pub fn largest_waited(&self) -> Bytes {
        self.largest_waited
    }

    /// Adds the bound of the time between two ticks; `None` when it is not known.
    pub fn add_window(&mut self, bound: Option<WindowBound>) {
        self.bound.add(bound);
    }

    /// Adds a value that is certain.
    pub fn raise(&mut self, value: Bytes) {
        self.value = self.value.max(value);
    }

    /// Adds the maximum RSS of a process that was reaped.
    pub fn add_reaped(&mut self, max_rss: Bytes) {
        self.largest_reaped = self.largest_reaped.max(max_rss);
    }

    /// Adds a maximum that wait4 reported. It bounds a process, but may be that of rprof's fork.
    pub fn add_waited(&mut self, max_rss: Bytes) {
        self.largest_waited = self.largest_waited.max(max_rss);
    }

    /// The values that the tree did not exceed: the sum of RSS, and the memory with each page counted once. `None` when
    /// they are not known.
    ///
    /// `is_reaped` is true if every process of the tree was reaped by its parent or by rprof. None was then larger than
    /// the largest that wait4 reported.
    pub fn upper(&self, is_reaped: bool) -> Option<(Bytes, Bytes)> {
        let largest = Some(self.largest_waited).filter(|max| is_reaped && max.0 > 0);
        let (sum, once) = self.bound.upper(largest)?;
        Some((sum.max(self.value), once))
    }
}
