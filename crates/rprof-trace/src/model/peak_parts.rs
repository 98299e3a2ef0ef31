//! The kinds of memory at the peak of a run, their own maxima, and the maximum of RSS + swap: kept tick by tick in constant
//! space. The sampler writes the result into the end record; a reader of a trace without an end computes it again.

use serde::{Deserialize, Serialize};

use crate::model::{Memory, Part, Proven, Tick};
use crate::units::{Bytes, Seconds};

/// The parts of memory at the peak of a run.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PeakParts {
    /// Time of the tick nearest to the peak: the tick of the peak, or the larger of the two around a proven peak.
    pub time_s: Seconds,
    /// The parts at that tick, each summed over the tree.
    pub at_peak: Memory,
    /// The largest value of each part at any tick. Their times differ, so they must not be added.
    pub largest: Memory,
    /// The largest sum of RSS and swap at any tick; `None` if the system does not report both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rss_swap_bytes: Option<Bytes>,
    /// Time of that tick.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rss_swap_s: Option<Seconds>,
}

impl PeakParts {
    /// The kinds of memory that are reported. The others are the address space and other ways to count RSS.
    pub const PARTS: [Part; 8] = [
        Part::Rss,
        Part::Anon,
        Part::File,
        Part::Shmem,
        Part::Swap,
        Part::Hugetlb,
        Part::PageTables,
        Part::Gpu,
    ];

    fn take_swap(&mut self, tick: &Tick) {
        let swap = tick.memory.get(Part::Swap);
        let sum = tick.memory.get(Part::Rss).zip(swap).map(|(rss, swap)| rss.plus(swap));
        if sum > self.rss_swap_bytes {
            (self.rss_swap_bytes, self.rss_swap_s) = (sum, Some(tick.time));
        }
    }
}

/// Keeps the parts at the peak while the ticks of a run pass by.
#[derive(Debug, Clone, Default)]
pub struct PeakPartsRecorder {
    parts: PeakParts,
    /// The largest value of a tick, or proven between two.
    peak: Bytes,
    /// The value of the tick whose parts are kept; `None` before the first tick.
    kept: Option<Bytes>,
    /// The last tick.
    last: Option<(Seconds, Bytes, Memory)>,
    /// True if the peak was proven after the last tick, so that the next one may be nearer to it.
    awaits_next: bool,
}

impl PeakPartsRecorder {
    /// Adds a tick. A tick whose parts are unknown counts with its value only.
    pub fn tick(&mut self, tick: &Tick) {
        let is_peak = self.kept.is_none() || tick.value > self.peak;
        let is_nearer = self.awaits_next && Some(tick.value) > self.kept;
        self.awaits_next = false;
        self.peak = self.peak.max(tick.value);
        self.last = Some((tick.time, tick.value, tick.memory));
        if is_peak || is_nearer {
            self.keep_last();
        }
        for part in PeakParts::PARTS {
            let value = tick.memory.get(part);
            if value > self.parts.largest.get(part) {
                self.parts.largest.set(part, value);
            }
        }
        self.parts.take_swap(tick);
    }

    /// Adds a peak between two ticks.
    pub fn proven(&mut self, proven: &Proven) {
        if proven.value > self.peak {
            self.peak = proven.value;
            self.keep_last();
            self.awaits_next = true;
        }
    }

    fn keep_last(&mut self) {
        if let Some((time, value, memory)) = self.last {
            self.kept = Some(value);
            self.parts.time_s = time;
            for part in PeakParts::PARTS {
                self.parts.at_peak.set(part, memory.get(part));
            }
        }
    }

    /// The parts; `None` if the system reports no part besides RSS.
    pub fn parts(&self) -> Option<PeakParts> {
        let is_known = |part: &Part| *part != Part::Rss && self.parts.largest.get(*part).is_some();
        PeakParts::PARTS.iter().any(is_known).then_some(self.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(time: f64, rss: u64, swap: u64) -> Tick {
        let memory = Memory::from([(Part::Rss, Bytes(rss)), (Part::Swap, Bytes(swap))]);
        Tick { time: Seconds(time), value: Bytes(rss), memory, ..Tick::default() }
    }

    fn proven(value: u64) -> Proven {
        Proven { time: Seconds(1.5), within: (Seconds(1.0), Seconds(2.0)), value: Bytes(value) }
    }

    #[test]
    fn the_parts_are_those_of_the_tick_of_the_peak() {
        let mut recorder = PeakPartsRecorder::default();
        [tick(0.0, 10, 0), tick(1.0, 50, 3), tick(2.0, 30, 40), tick(3.0, 50, 0)]
            .iter()
            .for_each(|tick| recorder.tick(tick));
        let parts = recorder.parts().expect("parts");
        assert_eq!((parts.time_s, parts.at_peak.get(Part::Swap)), (Seconds(1.0), Some(Bytes(3))));
        assert_eq!(parts.largest.get(Part::Swap), Some(Bytes(40)));
        assert_eq!((parts.rss_swap_bytes, parts.rss_swap_s), (Some(Bytes(70)), Some(Seconds(2.0))));
    }

    #[test]
    fn the_parts_of_a_proven_peak_are_those_of_the_larger_tick_around_it() {
        for (before, after, nearest) in [(10, 30, 2.0), (30, 10, 1.0), (30, 30, 1.0)] {
            let mut recorder = PeakPartsRecorder::default();
            recorder.tick(&tick(0.0, 40, 0));
            recorder.tick(&tick(1.0, before, 0));
            recorder.proven(&proven(90));
            recorder.tick(&tick(2.0, after, 0));
            recorder.tick(&tick(3.0, 80, 0));
            assert_eq!(recorder.parts().map(|parts| parts.time_s), Some(Seconds(nearest)));
        }
    }

    #[test]
    fn without_a_part_besides_rss_there_are_none() {
        let mut recorder = PeakPartsRecorder::default();
        let memory = Memory::from([(Part::Rss, Bytes(9))]);
        recorder.tick(&Tick { value: Bytes(9), memory, ..Tick::default() });
        assert_eq!(recorder.parts(), None);
    }
}
