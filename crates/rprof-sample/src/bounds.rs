//! The peak of a tree between two bounds: what some instant certainly held, and what no instant can have exceeded.

use std::collections::BTreeMap;

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

/// What the whole run cannot have exceeded, from what each tick says.
#[derive(Debug, Default)]
pub struct Bound {
    /// By the number of processes that may have lived unseen: the largest sum of all others.
    by_unseen: BTreeMap<u32, Bytes>,
    /// Whether some tick could not be bounded at all.
    unknown: bool,
}

impl Bound {
    /// Takes a tick: what those seen cannot have exceeded, and how many may have lived unseen.
    pub fn add(&mut self, upper: Option<Bytes>, unseen: Option<u32>) {
        match (upper, unseen) {
            (Some(upper), Some(unseen)) => {
                let largest = self.by_unseen.entry(unseen).or_default();
                *largest = upper.max(*largest);
            }
            _ => self.unknown = true,
        }
    }

    /// The bound, when each of the unseen held no more than `each`; `None` when it is not known.
    pub fn at_most(&self, each: Option<Bytes>) -> Option<Bytes> {
        if self.unknown || self.by_unseen.is_empty() {
            return None;
        }
        let with = |(unseen, upper): (&u32, &Bytes)| match (unseen, each) {
            (0, _) => Some(*upper),
            (n, Some(each)) => Some(upper.plus(Bytes(each.0.saturating_mul(u64::from(*n))))),
            (_, None) => None,
        };
        self.by_unseen.iter().map(with).try_fold(Bytes(0), |most, upper| Some(most.max(upper?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unseen_are_counted_at_what_each_may_have_held() {
        let mut bound = Bound::default();
        assert_eq!(bound.at_most(None), None);
        bound.add(Some(Bytes(100)), Some(0));
        bound.add(Some(Bytes(40)), Some(0));
        assert_eq!(bound.at_most(None), Some(Bytes(100)));
        bound.add(Some(Bytes(60)), Some(3));
        assert_eq!((bound.at_most(Some(Bytes(5))), bound.at_most(None)), (Some(Bytes(100)), None));
        assert_eq!(bound.at_most(Some(Bytes(50))), Some(Bytes(210)));
        bound.add(None, Some(0));
        assert_eq!(bound.at_most(Some(Bytes(50))), None);
    }

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
