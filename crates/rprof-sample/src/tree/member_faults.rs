//! The page faults of one member, and the bound of its RSS that follows from them.

use rprof_trace::{Bytes, Memory, Part};

use super::ledger::{Ended, Fate, Growth};
use super::member::{AddressSpace, Member};
use crate::error::ReadError;
use crate::platform::{FaultCounts, Reading};

/// The change that the readings of this window show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Change {
    #[default]
    None,
    Memory,
    Program,
}

/// The counters of a member.
#[derive(Debug, Default)]
pub struct Faults {
    /// The counters at the end of the last window; those of children as of the last window with births or ends.
    last: Option<FaultCounts>,
    /// The counters at the end of this window, while it is evaluated.
    now: Option<FaultCounts>,
    /// True until the first window of its life ends.
    is_newborn: bool,
    change: Change,
    ignores_children: bool,
    /// The bound of its RSS in this window; `None` when not known.
    bound: Option<Bytes>,
}

impl Faults {
    /// The counters of a process that was born in this window: all were 0.
    pub fn of_newborn() -> Self {
        Self { is_newborn: true, ..Self::default() }
    }

    /// Compares two readings.
    pub fn note_reading(&mut self, before: &Memory, reading: &Reading) {
        let change = if reading.memory.get(Part::Hwm) < before.get(Part::Hwm) {
            Change::Program
        } else if *before != reading.memory {
            Change::Memory
        } else {
            Change::None
        };
        self.change = self.change.max(change);
        self.ignores_children = reading.ignores_children;
    }

    /// True if the process called exec since `before`, or is in the midst of it: the number of its program is then not known.
    fn has_new_image(&self, before: FaultCounts) -> bool {
        self.now.or(self.last).is_some_and(|now| now.image != before.image)
    }

    /// Notes that the process has a new name.
    pub fn note_exec(&mut self) {
        self.change = Change::Program;
    }
}

impl Member {
    /// True if no window has included it yet.
    pub fn is_new(&self) -> bool {
        self.faults.last.is_none()
    }

    /// True if its memory changed since the last reading.
    pub fn has_changed(&self) -> bool {
        self.faults.change > Change::None
    }

    /// True if an exec may have replaced its program since the last reading.
    pub fn has_new_image_sign(&self) -> bool {
        self.faults.change == Change::Program
    }

    /// True if its memory changed since the last reading, or if its mark says little about it.
    pub fn has_moved(&self) -> bool {
        let (rss, mark) = (self.memory().get(Part::Rss), self.memory().get(Part::Hwm));
        let is_loose = rss.zip(mark).is_some_and(|(rss, mark)| mark.0 > rss.0 + rss.0 / 16);
        self.faults.change > Change::None || is_loose
    }

    /// The counters at the end of the last window.
    pub fn counts(&self) -> Option<FaultCounts> {
        self.faults.last
    }

    /// Reads the counters at the end of this window.
    ///
    /// # Errors
    /// The same as for `Process::faults`.
    pub fn read_counts(&mut self) -> Result<(), ReadError> {
        self.faults.now = Some(self.read_faults()?);
        Ok(())
    }

    /// Ends the window.
    pub fn end_window(&mut self) {
        self.faults.change = Change::None;
    }

    /// Keeps the counters as those of the end of the window.
    pub fn keep_counts(&mut self) {
        self.faults.last = self.faults.now.take().or(self.faults.last);
    }

    /// The same after a window without births and ends. The counters of its children stand still, as those of all members must be
    /// read in one go.
    pub fn keep_own_counts(&mut self) {
        let children = self.faults.last.map(|last| last.children);
        if let (Some(now), Some(children)) = (self.faults.now.take(), children) {
            self.faults.last = Some(FaultCounts { children, ..now });
        }
    }

    /// Its own faults in this window. Those of a process that ran before the session are not known and count as none.
    pub fn new_faults(&self) -> u64 {
        self.rise(|counts| counts.own)
    }

    /// The faults of its children that it reaped in this window.
    pub fn new_child_faults(&self) -> u64 {
        self.rise(|counts| counts.children)
    }

    fn rise(&self, of: impl Fn(&FaultCounts) -> u64) -> u64 {
        let before = match &self.faults.last {
            Some(last) => Some(of(last)),
            None => self.faults.is_newborn.then_some(0),
        };
        let now = self.faults.now.as_ref().map(of);
        now.zip(before).map_or(0, |(now, before)| now.saturating_sub(before))
    }

    /// Its own faults since `before`.
    pub fn faults_since(&self, before: FaultCounts) -> u64 {
        let now = self.faults.now.or(self.faults.last);
        now.map_or(0, |now| now.own.saturating_sub(before.own))
    }

    /// True if it may have called exec since `before`.
    pub fn has_new_image(&self, before: FaultCounts) -> bool {
        self.faults.has_new_image(before)
    }

    /// True if it called exec at least once since its birth in this session.
    pub fn has_called_exec(&self) -> bool {
        self.faults.is_newborn && self.faults.now.is_some_and(|now| !now.is_forked_only)
    }

    /// Sets the bound of its RSS in this window: its mark, or its last RSS and what its faults can have added.
    pub fn set_bound(&mut self, before: Option<FaultCounts>, growth: Growth) {
        let by_faults =
            before.zip(self.faults.now).filter(|(before, now)| before.rss.0 > 0 && before.image == now.image);
        let by_faults =
            by_faults.map(|(before, now)| before.rss.plus(growth.of(now.own.saturating_sub(before.own))));
        self.faults.bound = self.mark_bound().map(|mark| by_faults.map_or(mark, |bound| bound.min(mark)));
    }

    /// The bound of its RSS in this window; `None` when not known.
    pub fn bound(&self) -> Option<Bytes> {
        self.faults.bound
    }

    /// The RSS at the end of the last window; its mark when that is not known.
    pub fn base(&self) -> Bytes {
        let last = self.faults.last.map(|last| last.rss).filter(|rss| rss.0 > 0);
        last.or(self.mark_bound()).unwrap_or_default()
    }

    /// True if its children may end in this window without leaving a trace in its counters.
    pub fn loses_children(&self, births: Option<u32>, ended: &[Ended]) -> bool {
        let may_have_forked = self.new_faults() > 0 && births != Some(0);
        self.faults.ignores_children
            && (may_have_forked || ended.iter().any(|ended| ended.fate == Fate::Gone))
    }

    /// True if the bounds include it.
    pub fn is_bounded(&self) -> bool {
        self.is_counted() || self.is_borrowed()
    }

    /// The facts that the bounds need of a member that has ended.
    pub fn to_ended(&self, fate: Fate) -> Ended {
        // One that uses the memory of its parent holds none of its own.
        let mark = if self.is_borrowed() { Some(Bytes(0)) } else { self.hwm() };
        let known = self
            .faults
            .last
            .map(|last| if self.is_borrowed() { FaultCounts { rss: Bytes(0), ..last } } else { last });
        Ended { pid: self.pid(), parent: self.ppid(), known, mark, fate }
    }

    fn is_borrowed(&self) -> bool {
        self.space() == AddressSpace::Borrowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The upper bound missed the memory of the program before an exec if rprof read the counters during the exec.
    #[test]
    fn an_exec_that_is_under_way_counts_as_a_new_program() {
        let counts = |image| FaultCounts { image, ..FaultCounts::default() };
        let faults = |image| Faults { now: Some(counts(image)), ..Faults::default() };
        assert!(faults(0).has_new_image(counts(7)), "it begins");
        assert!(faults(8).has_new_image(counts(0)), "it has ended");
        assert!(faults(8).has_new_image(counts(7)));
        assert!(!faults(0).has_new_image(counts(0)), "this process may not be read");
    }
}
