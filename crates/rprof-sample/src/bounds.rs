//! The peak of a tree between two bounds: what some instant certainly held, and what no instant can have exceeded.

use rprof_trace::{Bytes, Memory};

use crate::member::Window;

/// Adds up one tick.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sum {
    /// The run's metric over the tree.
    pub value: Bytes,
    /// The parts over the tree; `hwm` is the largest.
    pub memory: Memory,
    /// Processes in the sum.
    pub processes: u32,
    /// The largest maximum proven of one process since the last tick.
    pub proven: Option<Bytes>,
    /// The sum of what each process cannot have exceeded; `None` when one of them is unknown.
    upper: Option<Bytes>,
}

impl Sum {
    /// Counts a process in.
    pub fn add(&mut self, value: Bytes, memory: &Memory, window: Window) {
        let first = self.processes == 0;
        let plus = |sum: Option<Bytes>, part: Option<Bytes>| match (sum, part) {
            (Some(sum), Some(part)) => Some(sum.plus(part)),
            (None, part) if first => part,
            _ => None,
        };
        let m = &mut self.memory;
        m.rss = plus(m.rss, memory.rss);
        m.anon = plus(m.anon, memory.anon);
        m.file = plus(m.file, memory.file);
        m.shmem = plus(m.shmem, memory.shmem);
        m.swap = plus(m.swap, memory.swap);
        m.vsz = plus(m.vsz, memory.vsz);
        m.footprint = plus(m.footprint, memory.footprint);
        m.hwm = m.hwm.max(memory.hwm);
        self.upper = plus(self.upper, window.upper);
        self.value = self.value.plus(value);
        self.proven = self.proven.max(window.proven);
        self.processes += 1;
    }

    /// What the tree cannot have exceeded since the last tick, when `lost` more may have been held by processes that
    /// ended meanwhile.
    pub fn upper(&self, lost: Bytes) -> Option<Bytes> {
        if self.processes == 0 { Some(lost) } else { self.upper.map(|upper| upper.plus(lost)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_one_process_does_not_tell_is_not_claimed_for_the_tree() {
        let known = Memory { rss: Some(Bytes(10)), anon: Some(Bytes(4)), ..Memory::default() };
        let partly = Memory { rss: Some(Bytes(5)), ..Memory::default() };
        let mut sum = Sum::default();
        sum.add(Bytes(10), &known, Window { proven: Some(Bytes(30)), upper: Some(Bytes(30)) });
        assert_eq!(sum.upper(Bytes(7)), Some(Bytes(37)));
        sum.add(Bytes(5), &partly, Window::default());
        assert_eq!((sum.value, sum.memory.rss, sum.memory.anon), (Bytes(15), Some(Bytes(15)), None));
        assert_eq!((sum.proven, sum.upper(Bytes(0))), (Some(Bytes(30)), None));
    }
}
