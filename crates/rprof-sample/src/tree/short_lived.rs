//! Short-lived processes, which no tick has read, and the memory that ended ones may have held after their last reading.

use rprof_trace::Bytes;

use super::Tree;
use super::peak_bounds::Ended;

impl Tree {
    /// The largest number of processes of the tree that may have lived and ended since the last tick; `None` when it is
    /// not known.
    ///
    /// The kernel only counts births on the whole machine. On a busy machine that count alone would make every upper
    /// bound useless. But a parent that waits for a child takes over its page faults, and no process runs without page
    /// faults. So while the fault count of no member has changed, those births belong to other trees. Finds that were
    /// zombies already count in any case.
    pub(super) fn count_short_lived(&mut self) -> Option<u32> {
        let (gone, dead) = self.births.take_counts();
        let gone = gone?;
        if gone == 0 {
            // The usual case costs no system call.
            return Some(dead);
        }
        let mut has_waited = false;
        for member in &mut self.members {
            // No early exit: the count of every member must be up to date at the next tick.
            has_waited |= member.has_waited_for_child();
        }
        Some(if has_waited { gone + dead } else { dead })
    }

    /// The same at the end of the run, when a parent may have ended together with its children and cannot be asked.
    pub fn short_lived_at_end(&mut self) -> Option<u32> {
        self.births.search(&self.members);
        self.births.gone_or_dead()
    }

    /// The largest memory that the known processes can have held since the last tick, at the end of the run.
    ///
    /// `largest` is the largest RSS of any process that was waited for; no member exceeded it or its own high-water
    /// mark. `None` when one of the marks is not known.
    pub fn ceiling_at_end(&mut self, largest: Bytes) -> Option<Ended> {
        self.members.iter_mut().try_fold(self.ended, |mut ended, member| {
            ended.add(member.ceiling_at_end(largest)?);
            Some(ended)
        })
    }
}
