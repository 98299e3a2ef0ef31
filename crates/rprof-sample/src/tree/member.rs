//! One process of the tree as the sampler keeps it from tick to tick.

use rprof_trace::{Bytes, Memory, Metric};

use crate::parse::proc::Name;
use crate::platform::{Process, Reading};

/// A process of the tree.
#[derive(Debug)]
pub struct Member {
    /// The hold on it.
    pub process: Process,
    /// Its word in the trace, `pid:name`.
    pub id: String,
    /// Its command name at the last reading.
    pub name: Name,
    /// Its parent at the last reading.
    pub ppid: u32,
    /// Its memory at the last reading.
    pub memory: Memory,
    /// Its value in the run's metric at the last reading.
    pub value: Bytes,
    /// What is known of its maximum since the tick before.
    pub window: Window,
    /// Its largest RSS so far as the kernel told it.
    pub hwm: Option<Bytes>,
    /// Whether it lives in its parent's address space until its exec and must not be counted twice.
    pub borrowed: bool,
    /// Whether it was once seen with an address space of its own.
    pub settled: bool,
    /// How much the mark rose between the last two readings.
    pub growth: Bytes,
    /// Page faults of the children it has waited for, at the last look.
    pub child_faults: u64,
    /// Whether the last reading was refused.
    pub denied: bool,
}

/// What is known of a process's maximum of RSS between two ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// It was this large at some instant; `None` when nothing is proven beyond the two ticks.
    pub proven: Option<Bytes>,
    /// It was never larger; `None` when the system does not tell.
    pub upper: Option<Bytes>,
}

impl Window {
    /// From two readings of RSS and high-water mark, `before` and `now`. A mark that changed was set between the two;
    /// `reset` says that it was set back at the first reading, so that it tells of this window alone.
    pub fn between(before: &Memory, now: &Memory, reset: bool) -> Self {
        let Some(mark) = now.hwm else { return Self::default() };
        let seen = before.rss.max(now.rss).unwrap_or_default();
        let old = before.hwm.unwrap_or_default();
        // A mark that fell was begun afresh by an exec in this window.
        let new = reset || mark != old;
        let upper = if reset { mark.max(seen) } else { mark.max(old) };
        Self { proven: (new && mark > seen).then_some(mark), upper: Some(upper) }
    }
}

impl Member {
    /// A process that has just been found.
    pub fn new(process: Process, reading: &Reading, id: String) -> Self {
        Self {
            process,
            id,
            name: reading.name,
            ppid: reading.ppid,
            memory: Memory::default(),
            value: Bytes(0),
            window: Window::default(),
            hwm: None,
            borrowed: false,
            settled: false,
            growth: Bytes(0),
            child_faults: 0,
            denied: false,
        }
    }

    /// Takes a new reading; `reset` as in `Window::between`.
    pub fn take(&mut self, reading: &Reading, reset: bool) {
        self.window = Window::between(&self.memory, &reading.memory, reset);
        let mark = |memory: &Memory| memory.hwm.unwrap_or_default().0;
        self.growth = Bytes(mark(&reading.memory).saturating_sub(mark(&self.memory)));
        self.memory = reading.memory;
        self.ppid = reading.ppid;
        self.hwm = self.hwm.max(reading.memory.hwm);
        self.denied = false;
    }

    /// Takes a reading in place of the last one, if it tells of another address space.
    pub fn read_again(&mut self, metric: Metric) {
        if let Ok(reading) = self.process.read()
            && reading.memory.vsz != self.memory.vsz
        {
            self.memory = reading.memory;
            self.hwm = reading.memory.hwm;
            self.window = Window { proven: None, upper: reading.memory.hwm };
            if metric == Metric::Rss {
                self.value = reading.memory.rss.unwrap_or_default();
            }
        }
    }

    /// Whether it has another address space since its last reading, after an exec: the mark of the old one was never
    /// below what was resident there. Programs smaller than a MiB are not told apart.
    pub fn has_begun_anew(&self, now: &Reading) -> bool {
        let is_below = |mark: Bytes| Some(mark.plus(Bytes(1 << 20))) < self.memory.rss;
        !self.borrowed && now.memory.hwm.is_some_and(is_below)
    }

    /// What it may have held at its end, after the last reading: its mark, and twice as much more as it rose before,
    /// since the time between two ticks may double.
    pub fn last_words(&self) -> Bytes {
        self.hwm.unwrap_or_default().plus(self.growth).plus(self.growth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(rss: u64, hwm: u64) -> Memory {
        Memory { rss: Some(Bytes(rss)), hwm: Some(Bytes(hwm)), ..Memory::default() }
    }

    #[test]
    fn a_mark_that_rose_above_both_readings_proves_a_spike() {
        let window = Window::between(&memory(10, 10), &memory(12, 300), false);
        assert_eq!(window, Window { proven: Some(Bytes(300)), upper: Some(Bytes(300)) });
    }

    #[test]
    fn an_old_mark_proves_nothing_new_but_still_bounds() {
        let window = Window::between(&memory(10, 300), &memory(12, 300), false);
        assert_eq!(window, Window { proven: None, upper: Some(Bytes(300)) });
        // After a reset the same mark is news.
        assert_eq!(Window::between(&memory(10, 300), &memory(12, 300), true).proven, Some(Bytes(300)));
    }

    #[test]
    fn an_exec_begins_a_new_mark_and_the_old_one_still_bounds() {
        let window = Window::between(&memory(200, 300), &memory(5, 40), false);
        assert_eq!(window, Window { proven: None, upper: Some(Bytes(300)) });
    }

    #[test]
    fn growth_that_the_tick_itself_shows_needs_no_proof() {
        let window = Window::between(&memory(10, 10), &memory(50, 50), false);
        assert_eq!(window, Window { proven: None, upper: Some(Bytes(50)) });
    }

    #[test]
    fn without_a_mark_nothing_is_claimed() {
        let without = Memory { rss: Some(Bytes(5)), ..Memory::default() };
        assert_eq!(Window::between(&without, &without, false), Window::default());
    }
}
