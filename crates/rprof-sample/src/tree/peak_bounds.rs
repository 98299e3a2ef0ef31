//! The peak of a tree between two bounds: what some instant certainly held, and what no instant can have exceeded.

use std::collections::BTreeMap;

use rprof_trace::{Bytes, Memory};

use super::member::Window;

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

    /// What those counted in cannot have exceeded since the last tick.
    pub fn upper(&self) -> Option<Bytes> {
        if self.processes == 0 { Some(Bytes(0)) } else { self.upper }
    }
}

/// Processes that were seen, and ended after their last reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lost {
    /// What they held at their end, by what they held and how fast they grew.
    pub held: Bytes,
    /// How many they are.
    pub processes: u32,
}

impl Lost {
    /// Counts one in.
    pub fn add(&mut self, held: Bytes) {
        self.held = self.held.plus(held);
        self.processes += 1;
    }
}

/// What a process takes at its end without having grown.
const LAST_PAGES: Bytes = Bytes(1 << 20);

/// What the whole run cannot have exceeded, from what each tick says.
///
/// Nobody tells what a process held between its last reading and its end, but for the largest of them all. If that was
/// no more than was seen, those who ended went on as they had grown; if it was, any of them may have been as large.
#[derive(Debug, Default)]
pub struct Bound {
    /// By the number of processes that may have lived unseen: the largest sum of all others.
    by_unseen: BTreeMap<u32, Bytes>,
    /// By the number of those and of those who ended: the largest sum of all others.
    by_unread: BTreeMap<u32, Bytes>,
    /// Whether some tick could not be bounded at all.
    unknown: bool,
}

impl Bound {
    /// Takes a tick: what those read cannot have exceeded, who has ended, and how many may have lived unseen.
    pub fn add(&mut self, upper: Option<Bytes>, lost: Lost, unseen: Option<u32>) {
        let reach = |sums: &mut BTreeMap<u32, Bytes>, count, sum: Bytes| {
            let largest = sums.entry(count).or_default();
            *largest = sum.max(*largest);
        };
        match (upper, unseen) {
            (Some(upper), Some(unseen)) => {
                reach(&mut self.by_unseen, unseen, upper.plus(lost.held));
                reach(&mut self.by_unread, unseen + lost.processes, upper);
            }
            _ => self.unknown = true,
        }
    }

    /// The bound, when no process held more than `each`, and of those that were read none more than `seen`; `None` when
    /// it is not known.
    pub fn at_most(&self, each: Option<Bytes>, seen: Bytes) -> Option<Bytes> {
        let beyond = Bytes(each.unwrap_or_default().0.saturating_sub(seen.0));
        let expected = beyond.0 <= LAST_PAGES.0 + seen.0 / 16;
        let sums = if expected { &self.by_unseen } else { &self.by_unread };
        if self.unknown || sums.is_empty() {
            return None;
        }
        let with = |(unseen, upper): (&u32, &Bytes)| match (unseen, each) {
            (0, _) => Some(*upper),
            (n, Some(each)) => Some(upper.plus(Bytes(each.0.saturating_mul(u64::from(*n))))),
            (_, None) => None,
        };
        let most = sums.iter().map(with).try_fold(Bytes(0), |most, upper| Some(most.max(upper?)))?;
        Some(if expected { most.plus(beyond) } else { most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unseen_are_counted_at_what_each_may_have_held() {
        let mut bound = Bound::default();
        let (nobody, seen) = (Lost::default(), Bytes(50));
        assert_eq!(bound.at_most(None, seen), None);
        bound.add(Some(Bytes(100)), nobody, Some(0));
        bound.add(Some(Bytes(40)), nobody, Some(0));
        assert_eq!(bound.at_most(None, seen), Some(Bytes(100)));
        bound.add(Some(Bytes(60)), nobody, Some(3));
        assert_eq!(
            (bound.at_most(Some(Bytes(5)), seen), bound.at_most(None, seen)),
            (Some(Bytes(100)), None)
        );
        assert_eq!(bound.at_most(Some(Bytes(50)), seen), Some(Bytes(210)));
        bound.add(None, nobody, Some(0));
        assert_eq!(bound.at_most(Some(Bytes(50)), seen), None);
    }

    /// Two children that were seen small both grow and end before the next tick: the largest of them is told, and the
    /// bound once was less than both of them together.
    #[test]
    fn when_one_grew_unseen_all_who_ended_may_have() {
        let mib = |n: u64| Bytes(n << 20);
        let (mut bound, mut lost) = (Bound::default(), Lost::default());
        lost.add(mib(2));
        lost.add(mib(2));
        bound.add(Some(mib(4)), lost, Some(0));
        assert_eq!(bound.at_most(Some(mib(2)), mib(2)), Some(mib(8)));
        assert_eq!(bound.at_most(Some(mib(60)), mib(2)), Some(mib(124)));
    }

    #[test]
    fn a_part_that_one_process_does_not_tell_is_not_claimed_for_the_tree() {
        let known = Memory { rss: Some(Bytes(10)), anon: Some(Bytes(4)), ..Memory::default() };
        let partly = Memory { rss: Some(Bytes(5)), ..Memory::default() };
        let mut sum = Sum::default();
        sum.add(Bytes(10), &known, Window { proven: Some(Bytes(30)), upper: Some(Bytes(30)) });
        assert_eq!(sum.upper(), Some(Bytes(30)));
        sum.add(Bytes(5), &partly, Window::default());
        assert_eq!((sum.value, sum.memory.rss, sum.memory.anon), (Bytes(15), Some(Bytes(15)), None));
        assert_eq!((sum.proven, sum.upper()), (Some(Bytes(30)), None));
    }
}
