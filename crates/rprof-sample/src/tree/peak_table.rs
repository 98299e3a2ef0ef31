//! The upper bound of a tree's peak: what it can have held between two ticks, and the largest of that over the run.
//! Pure arithmetic. The argument is in docs/measuring.md.

use rprof_trace::Bytes;

/// The memory that the tree can have held at any instant between two ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WindowBound {
    /// The processes that are bounded one by one.
    pub living: Bytes,
    /// The new pages of all others: those that ended, that no tick saw, or that started another program.
    pub rest: Bytes,
    /// The pages that those others inherited by fork. RSS counts them again; the memory itself exists once.
    pub inherited: Bytes,
    /// The pages that a parent has dropped, and that a child which no tick saw may still have held.
    pub dropped: Bytes,
    /// The largest number of those others.
    pub others: u32,
}

impl WindowBound {
    /// The bound of the sum of RSS if each process is bounded alone; `None` otherwise.
    pub fn certain(&self) -> Option<Bytes> {
        (self.others == 0).then_some(self.living)
    }

    /// The bound of the sum of RSS, as long as the largest process is not known.
    pub fn most(&self) -> Bytes {
        Bytes(self.sum(u64::MAX))
    }

    /// The bound of the sum of RSS. `largest` is the RSS that no process exceeded, `u64::MAX` when not known.
    fn sum(&self, largest: u64) -> u64 {
        let cap = largest.saturating_mul(u64::from(self.others));
        self.living.0.saturating_add(self.rest.plus(self.inherited).0.min(cap))
    }

    /// The bound of the memory in which each page counts once.
    fn once(&self, largest: u64) -> u64 {
        let cap = largest.saturating_mul(u64::from(self.others));
        let pages = self.living.plus(self.dropped).0.saturating_add(self.rest.0.min(cap));
        pages.min(self.sum(largest))
    }
}

/// The steps of the table in each octave, and the number of octaves above the first step, 64 KiB.
const STEPS: usize = 32;
const OCTAVES: usize = 24;

/// The largest bounds of all windows.
///
/// The RSS of the largest process is known only at the end of the run, when `wait4` reports it. Until then the bounds
/// are kept for a series of possible values, each a thirty-second above the one before. So the table has a fixed size.
#[derive(Debug, Default)]
pub struct PeakBound {
    /// The bounds (sum, once) of the windows without a process that only the largest RSS bounds.
    certain: (u64, u64),
    /// The bounds of the other windows, for each possible RSS of the largest process; empty before the first window.
    table: Vec<(u64, u64)>,
    has_window: bool,
    /// True if the bound of some window is not known.
    is_unknown: bool,
}

impl PeakBound {
    /// Adds a window; `None` when its bound is not known.
    pub fn add(&mut self, window: Option<WindowBound>) {
        let Some(window) = window else {
            self.is_unknown = true;
            return;
        };
        self.has_window = true;
        if window.others == 0 || (window.rest.0 == 0 && window.inherited.0 == 0) {
            raise(&mut self.certain, &window, u64::MAX);
            return;
        }
        self.table.resize(STEPS * (OCTAVES + 1) + 1, (0, 0));
        for (at, entry) in self.table.iter_mut().enumerate() {
            raise(entry, &window, size(at));
        }
    }

    /// The bounds of the peak: of the sum of RSS, and with each page counted once; `None` when they are not known.
    ///
    /// `largest` is the RSS that no process exceeded; `None` when not known.
    pub fn upper(&self, largest: Option<Bytes>) -> Option<(Bytes, Bytes)> {
        if self.is_unknown || !self.has_window {
            return None;
        }
        let largest = largest.map_or(u64::MAX, |largest| largest.0);
        let at = (0..self.table.len()).find(|at| size(*at) >= largest);
        let (sum, once) = at.map_or((0, 0), |at| self.table[at]);
        Some((Bytes(sum.max(self.certain.0)), Bytes(once.max(self.certain.1))))
    }
}

/// The possible RSS of the largest process in an entry of the table. The last one stands for any.
fn size(at: usize) -> u64 {
    let (octave, step) = (at / STEPS, at % STEPS);
    if octave > OCTAVES { u64::MAX } else { ((STEPS + step) as u64) << (octave + 11) }
}

fn raise(entry: &mut (u64, u64), window: &WindowBound, largest: u64) {
    *entry = (entry.0.max(window.sum(largest)), entry.1.max(window.once(largest)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn mib(n: u64) -> Bytes {
        Bytes(n * MIB)
    }

    #[test]
    fn the_rest_is_no_more_than_its_processes_can_have_held() {
        let mut bound = PeakBound::default();
        assert_eq!(bound.upper(None), None);
        bound.add(Some(WindowBound { living: mib(40), ..WindowBound::default() }));
        assert_eq!(bound.upper(Some(mib(7))), Some((mib(40), mib(40))));
        bound.add(Some(WindowBound { living: mib(30), rest: mib(500), others: 2, ..WindowBound::default() }));
        assert_eq!(bound.upper(Some(mib(64))), Some((mib(158), mib(158))));
        assert_eq!(bound.upper(Some(mib(1))), Some((mib(40), mib(40))));
        assert_eq!(bound.upper(None), Some((mib(530), mib(530))));
        // Between two steps the larger one counts.
        let (sum, _) = bound.upper(Some(Bytes(100 * MIB + 1))).expect("a bound");
        assert!((230 * MIB..237 * MIB).contains(&sum.0), "{sum}");
        bound.add(None);
        assert_eq!(bound.upper(Some(mib(7))), None);
    }

    #[test]
    fn inherited_pages_count_in_the_sum_alone() {
        let mut bound = PeakBound::default();
        let (living, rest, inherited) = (mib(300), mib(2), mib(900));
        bound.add(Some(WindowBound { living, rest, inherited, dropped: mib(10), others: 3 }));
        assert_eq!(bound.upper(None), Some((mib(1202), mib(312))));
        assert_eq!(bound.upper(Some(mib(256))), Some((mib(1068), mib(312))));
    }

    #[test]
    fn the_table_covers_every_size_up_to_a_tebibyte() {
        assert_eq!((size(0), size(STEPS)), (64 << 10, 128 << 10));
        assert!((0..STEPS * (OCTAVES + 1)).all(|at| size(at) < size(at + 1)));
        assert!(size(STEPS * (OCTAVES + 1) - 1) > 1 << 40);
        assert_eq!(size(STEPS * (OCTAVES + 1)), u64::MAX);
    }
}
