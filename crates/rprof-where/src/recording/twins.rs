//! Faults that two events have recorded: with its stack and without, or as one of every fault and as one in a period.

use std::collections::HashSet;

/// The kernel records both within this time, in nanoseconds. One address may fault again later.
const TOGETHER: u64 = 1 << 20;

/// Thread, address, and time; in the sets in steps.
pub type Key = (u32, u64, u64);

/// The faults of the last two batches. The two records of one fault may be drained one batch apart.
#[derive(Debug, Default)]
pub struct Twins {
    now: HashSet<Key>,
    before: HashSet<Key>,
}

impl Twins {
    /// Begins a batch.
    pub fn begin(&mut self) {
        std::mem::swap(&mut self.now, &mut self.before);
        self.now.clear();
    }

    /// Adds a fault: thread, address, time.
    pub fn add(&mut self, (tid, address, time): Key) {
        self.now.insert((tid, address, time / TOGETHER));
    }

    /// True if the fault has been added.
    pub fn has(&self, (tid, address, time): Key) -> bool {
        let step = time / TOGETHER;
        [step, step.saturating_sub(1), step + 1].iter().any(|step| {
            let key = (tid, address, *step);
            self.now.contains(&key) || self.before.contains(&key)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_found_in_this_batch_and_the_next_and_not_at_another_time() {
        let mut twins = Twins::default();
        twins.add((7, 4096, 10 * TOGETHER));
        assert!(twins.has((7, 4096, 10 * TOGETHER - 1)), "microseconds earlier");
        assert!(!twins.has((7, 4096, 13 * TOGETHER)), "the same address has faulted again");
        assert!(!twins.has((8, 4096, 10 * TOGETHER)) && !twins.has((7, 8192, 10 * TOGETHER)));
        twins.begin();
        assert!(twins.has((7, 4096, 10 * TOGETHER)));
        twins.begin();
        assert!(!twins.has((7, 4096, 10 * TOGETHER)));
    }
}
