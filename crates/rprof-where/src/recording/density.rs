//! The decision to record every fault or one in a period: a program with few faults gets exact stacks, and one with many
//! pays for a part of them only.

/// Faults for each millisecond above which only one in a period is recorded.
const MANY: u64 = 4;
/// Faults for each millisecond below which every one is recorded again.
const FEW: u64 = 2;
/// Faults at once that count as many.
const BURST: u64 = 64;
/// The time without many faults after which every one is recorded again, in nanoseconds.
const CALM: u64 = 30_000_000;
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

    /// True while every fault is recorded.
    pub fn is_dense(&self) -> bool {
        self.dense
    }

    /// Takes the numbers of records since the last call; returns a switch to make.
    pub fn step(&mut self, now: u64, sparse: u64, dense: u64) -> Option<bool> {
        let millis = now.saturating_sub(self.last) / MILLI + 1;
        self.last = now;
        let faults = if self.dense { dense.max(sparse * self.period) } else { sparse * self.period };
        if faults > FEW * millis {
            self.calm_from = now + CALM;
        }
        if self.dense && dense >= BURST && dense > MANY * millis {
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

    #[test]
    fn a_burst_ends_the_record_of_every_fault_until_it_is_calm() {
        let mut density = Density::new(16, 0);
        assert_eq!(density.step(10 * MILLI, 0, 50), None, "few faults");
        assert_eq!(density.step(12 * MILLI, 10, 200), Some(false));
        assert_eq!(density.step(30 * MILLI, 100, 0), None, "still many");
        assert_eq!(density.step(40 * MILLI, 0, 0), None, "not calm for long");
        assert_eq!(density.step(70 * MILLI, 0, 0), Some(true));
        assert!(density.is_dense());
    }
}
