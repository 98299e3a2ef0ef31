//! The sum over the tree at a tick, and the bounds of one process between two readings.
//! Pure arithmetic on readings. No file and no clock here.

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
        // The kernel updates the mark in batches, so that RSS can be a little above it.
        let upper = if was_reset { mark.max(seen) } else { mark.max(old).max(seen) };
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
}

impl TickSum {
    /// Adds a process.
    pub fn add(&mut self, value: Bytes, memory: &Memory, window: Window) {
        if self.processes == 0 {
            self.memory = *memory;
        } else {
            self.memory = self.memory.plus(memory);
        }
        self.value = self.value.plus(value);
        self.proven = self.proven.max(window.proven);
        self.processes += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_one_process_does_not_report_is_none_for_the_tree() {
        let known = Memory::from([(Part::Rss, Bytes(10)), (Part::Anon, Bytes(4))]);
        let partly = Memory::from([(Part::Rss, Bytes(5))]);
        let mut sum = TickSum::default();
        sum.add(Bytes(10), &known, Window { proven: Some(Bytes(30)), upper: Some(Bytes(30)) });
        sum.add(Bytes(5), &partly, Window::default());
        assert_eq!((sum.value, sum.memory), (Bytes(15), Memory::from([(Part::Rss, Bytes(15))])));
        assert_eq!(sum.proven, Some(Bytes(30)));
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
