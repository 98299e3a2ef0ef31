//! Bounds of a tree's peak: memory that it held at some instant, and memory that it exceeded at no instant.
//! Pure arithmetic on readings. No file and no clock here.

use std::collections::BTreeMap;

use rprof_trace::{Bytes, Memory, Part};

/// The bounds of one process's RSS between two readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// RSS was this large at some instant; `None` when no more is proven than the two readings show.
    pub proven: Option<Bytes>,
    /// RSS was never larger; `None` when the system reports no high-water mark.
    pub upper: Option<Bytes>,
}

impl Window {
    /// Compares RSS and mark of two readings. `was_reset` is true if the mark was reset at the first one.
    pub fn between(before: &Memory, now: &Memory, was_reset: bool) -> Self {
        let Some(mark) = now.get(Part::Hwm) else { return Self::default() };
        let seen = before.get(Part::Rss).max(now.get(Part::Rss)).unwrap_or_default();
        let old = before.get(Part::Hwm).unwrap_or_default();
        // A mark that differs was set between the readings: it rose, or an exec started a new one. A mark that stands
        // still may be hours old and proves nothing here, unless it was reset.
        let is_new = was_reset || mark != old;
        // After an exec `mark` only covers the new program, and the old mark covers the one before it.
        let upper = if was_reset { mark.max(seen) } else { mark.max(old) };
        Self { proven: (is_new && mark > seen).then_some(mark), upper: Some(upper) }
    }
}

/// The sum over the tree at one tick.
#[derive(Debug, Clone, Copy, Default)]
pub struct TickSum {
    /// The metric of the run.
    pub value: Bytes,
    /// The parts; `hwm` is the largest of all, not a sum. `None` when one process does not report the part.
    pub memory: Memory,
    /// The number of processes in the sum.
    pub processes: u32,
    /// The largest maximum that is proven of one process since the last tick.
    pub proven: Option<Bytes>,
    /// The sum of the upper bounds; `None` when one of them is unknown.
    upper: Option<Bytes>,
}

impl TickSum {
    /// Adds a process.
    pub fn add(&mut self, value: Bytes, memory: &Memory, window: Window) {
        if self.processes == 0 {
            (self.memory, self.upper) = (*memory, window.upper);
        } else {
            self.memory = self.memory.plus(memory);
            self.upper = self.upper.zip(window.upper).map(|(sum, upper)| sum.plus(upper));
        }
        self.value = self.value.plus(value);
        self.proven = self.proven.max(window.proven);
        self.processes += 1;
    }

    /// The memory that these processes together cannot have exceeded since the last tick; `None` when not known.
    pub fn upper(&self) -> Option<Bytes> {
        if self.processes == 0 { Some(Bytes(0)) } else { self.upper }
    }
}

/// Processes that ended since the last tick, after they had been read at least once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ended {
    /// The memory they held at their end, estimated from their last marks and how fast these rose.
    pub held: Bytes,
    /// Their number.
    pub processes: u32,
}

impl Ended {
    /// Adds a process.
    pub fn add(&mut self, held: Bytes) {
        self.held = self.held.plus(held);
        self.processes += 1;
    }
}

/// The memory that a process may touch at its end without having grown before.
const LAST_PAGES: Bytes = Bytes(1 << 20);

/// The upper bound of a tree's peak over the whole run.
///
/// Between two ticks the living processes are bounded by their high-water marks. Two kinds of processes are not:
/// short-lived ones, which no tick read, and those that ended after their last reading. Their sizes are unknown until
/// the end of the run, when wait4 has reported the largest of all. So each tick is kept as the number of such processes
/// and the sum of all others. At the end the largest size is added for each of them. Only the largest sum for each number
/// matters, so the memory does not grow with the run.
#[derive(Debug, Default)]
pub struct PeakBound {
    /// The largest sum of all other processes, by the number of short-lived ones. Ended ones count as estimated.
    by_short_lived: BTreeMap<u32, Bytes>,
    /// The largest sum of all other processes, by the number of short-lived and ended ones together.
    by_short_lived_and_ended: BTreeMap<u32, Bytes>,
    /// True if the bound of some tick is not known.
    is_unknown: bool,
}

impl PeakBound {
    /// Adds a tick: the bound of the living processes, those that ended, and the number of short-lived ones.
    pub fn add_tick(&mut self, upper: Option<Bytes>, ended: Ended, short_lived: Option<u32>) {
        let raise = |sums: &mut BTreeMap<u32, Bytes>, count, sum: Bytes| {
            let largest = sums.entry(count).or_default();
            *largest = sum.max(*largest);
        };
        match (upper, short_lived) {
            (Some(upper), Some(short_lived)) => {
                raise(&mut self.by_short_lived, short_lived, upper.plus(ended.held));
                raise(&mut self.by_short_lived_and_ended, short_lived + ended.processes, upper);
            }
            _ => self.is_unknown = true,
        }
    }

    /// The upper bound of the peak; `None` when it is not known.
    ///
    /// `largest` is the RSS that no process exceeded, `largest_read` the same for the readings of ticks alone.
    pub fn upper(&self, largest: Option<Bytes>, largest_read: Bytes) -> Option<Bytes> {
        // If wait4 reported hardly more than the ticks had read, no process grew much after its last reading, and the
        // estimates hold. Otherwise one process did grow unseen. Nothing shows which one, so each of those that ended
        // may have been as large.
        let excess = Bytes(largest.unwrap_or_default().0.saturating_sub(largest_read.0));
        let estimates_hold = excess.0 <= LAST_PAGES.0 + largest_read.0 / 16;
        let sums = if estimates_hold { &self.by_short_lived } else { &self.by_short_lived_and_ended };
        if self.is_unknown || sums.is_empty() {
            return None;
        }
        let with_unread = |(count, upper): (&u32, &Bytes)| match (count, largest) {
            (0, _) => Some(*upper),
            (n, Some(largest)) => Some(upper.plus(Bytes(largest.0.saturating_mul(u64::from(*n))))),
            (_, None) => None,
        };
        let upper = sums.iter().map(with_unread).try_fold(Bytes(0), |most, upper| Some(most.max(upper?)))?;
        Some(if estimates_hold { upper.plus(excess) } else { upper })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lived_processes_count_with_the_largest_size() {
        let mut bound = PeakBound::default();
        let (none, read) = (Ended::default(), Bytes(50));
        assert_eq!(bound.upper(None, read), None);
        bound.add_tick(Some(Bytes(100)), none, Some(0));
        bound.add_tick(Some(Bytes(40)), none, Some(0));
        assert_eq!(bound.upper(None, read), Some(Bytes(100)));
        bound.add_tick(Some(Bytes(60)), none, Some(3));
        assert_eq!((bound.upper(Some(Bytes(5)), read), bound.upper(None, read)), (Some(Bytes(100)), None));
        assert_eq!(bound.upper(Some(Bytes(50)), read), Some(Bytes(210)));
        bound.add_tick(None, none, Some(0));
        assert_eq!(bound.upper(Some(Bytes(50)), read), None);
    }

    /// Two children are small at a tick, and both grow and end before the next one. wait4 reports the larger of them. An
    /// earlier version returned a bound below the sum of both.
    #[test]
    fn if_one_process_grew_unseen_all_that_ended_may_have_grown() {
        let mib = |n: u64| Bytes(n << 20);
        let (mut bound, mut ended) = (PeakBound::default(), Ended::default());
        ended.add(mib(2));
        ended.add(mib(2));
        bound.add_tick(Some(mib(4)), ended, Some(0));
        assert_eq!(bound.upper(Some(mib(2)), mib(2)), Some(mib(8)));
        assert_eq!(bound.upper(Some(mib(60)), mib(2)), Some(mib(124)));
    }

    #[test]
    fn a_part_that_one_process_does_not_report_is_none_for_the_tree() {
        let known = Memory::from([(Part::Rss, Bytes(10)), (Part::Anon, Bytes(4))]);
        let partly = Memory::from([(Part::Rss, Bytes(5))]);
        let mut sum = TickSum::default();
        sum.add(Bytes(10), &known, Window { proven: Some(Bytes(30)), upper: Some(Bytes(30)) });
        assert_eq!(sum.upper(), Some(Bytes(30)));
        sum.add(Bytes(5), &partly, Window::default());
        assert_eq!((sum.value, sum.memory), (Bytes(15), Memory::from([(Part::Rss, Bytes(15))])));
        assert_eq!((sum.proven, sum.upper()), (Some(Bytes(30)), None));
    }

    fn memory(rss: u64, hwm: u64) -> Memory {
        Memory::from([(Part::Rss, Bytes(rss)), (Part::Hwm, Bytes(hwm))])
    }

    #[test]
    fn a_mark_that_rose_above_both_readings_proves_a_spike() {
        let window = Window::between(&memory(10, 10), &memory(12, 300), false);
        assert_eq!(window, Window { proven: Some(Bytes(300)), upper: Some(Bytes(300)) });
    }

    #[test]
    fn an_old_mark_proves_no_spike_but_still_bounds() {
        let window = Window::between(&memory(10, 300), &memory(12, 300), false);
        assert_eq!(window, Window { proven: None, upper: Some(Bytes(300)) });
        // After a reset the same mark is new.
        assert_eq!(Window::between(&memory(10, 300), &memory(12, 300), true).proven, Some(Bytes(300)));
    }

    #[test]
    fn after_an_exec_the_old_mark_still_bounds() {
        let window = Window::between(&memory(200, 300), &memory(5, 40), false);
        assert_eq!(window, Window { proven: None, upper: Some(Bytes(300)) });
    }

    #[test]
    fn growth_that_the_reading_shows_is_no_spike() {
        let window = Window::between(&memory(10, 10), &memory(50, 50), false);
        assert_eq!(window, Window { proven: None, upper: Some(Bytes(50)) });
    }

    #[test]
    fn without_a_mark_there_are_no_bounds() {
        let without = Memory::from([(Part::Rss, Bytes(5))]);
        assert_eq!(Window::between(&without, &without, false), Window::default());
    }
}
