//! The decision to record every fault or one in a period: a program with few faults gets exact stacks, and one with many
//! pays for a part of them only. A fault of a huge page takes so long that its record costs nothing beside it.

use crate::events::Counts;

/// Faults for each millisecond above which only one in a period is recorded.
const MANY: u64 = 4;
/// Faults for each millisecond below which every one is recorded again.
const FEW: u64 = 2;
/// Faults at once that count as many.
const BURST: u64 = 64;
/// The time without many faults after which every one is recorded again, in nanoseconds.
const CALM: u64 = 30_000_000;
/// Records of one fault in a period that prove a missed switch.
const SURE: u64 = 4;
const MILLI: u64 = 1_000_000;

/// The state of the switch.
#[derive(Debug)]
pub struct Density {
    period: u64,
    dense: bool,
    last: u64,
    calm_from: u64,
}

impl Density {
    pub fn new(period: u64, now: u64) -> Self {
        Self { period, dense: true, last: now, calm_from: now }
    }

    /// Takes the numbers of records since the last call; returns a switch to make.
    pub fn step(&mut self, now: u64, sparse: Counts, dense: Counts) -> Option<bool> {
        let millis = now.saturating_sub(self.last) / MILLI + 1;
        self.last = now;
        let in_all = sparse.small.saturating_mul(self.period);
        let faults = if self.dense { dense.small.max(in_all) } else { in_all };
        if faults > FEW * millis {
            self.calm_from = now + CALM;
        } else if sparse.huge > 0 {
            // Others of huge pages are missing, each of them as large as many small ones.
            self.calm_from = now;
        }
        if self.dense && dense.small >= BURST && dense.small > MANY * millis {
            self.dense = false;
            return Some(false);
        }
        // A process that was forked during a switch may have missed it.
        let (sparse, dense) = (sparse.small + sparse.huge, dense.small + dense.huge);
        if self.dense && sparse >= SURE && dense < sparse {
            self.dense = false;
            return Some(false);
        }
        if !self.dense && now >= self.calm_from {
            self.dense = true;
            return Some(true);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Counts = Counts { small: 0, huge: 0 };

    fn small(small: u64) -> Counts {
        Counts { small, huge: 0 }
    }

    fn huge(huge: u64) -> Counts {
        Counts { small: 0, huge }
    }

    #[test]
    fn a_burst_ends_the_record_of_every_fault_until_it_is_calm() {
        let mut density = Density::new(16, 0);
        assert_eq!(density.step(10 * MILLI, NONE, small(50)), None, "few faults");
        assert_eq!(density.step(12 * MILLI, small(10), small(200)), Some(false));
        assert_eq!(density.step(30 * MILLI, small(100), NONE), None, "still many");
        assert_eq!(density.step(40 * MILLI, NONE, NONE), None, "not calm for long");
        assert_eq!(density.step(70 * MILLI, NONE, NONE), Some(true));
        assert_eq!(density.step(80 * MILLI, small(10), NONE), Some(false), "the switch was missed");
    }

    /// An array in huge pages once ended the record of every fault, and the next one of 20 MiB had no function.
    #[test]
    fn huge_pages_are_never_many() {
        let mut density = Density::new(16, 0);
        assert_eq!(density.step(10 * MILLI, huge(6), huge(100)), None);
        assert_eq!(density.step(12 * MILLI, small(10), small(200)), Some(false), "small ones are");
        assert_eq!(density.step(14 * MILLI, Counts { small: 10, huge: 1 }, NONE), None, "still many");
        assert_eq!(density.step(16 * MILLI, huge(1), NONE), Some(true), "the small ones are over");
    }
}
