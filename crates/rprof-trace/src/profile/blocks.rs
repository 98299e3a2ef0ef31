//! The memory of a run averaged over time: the integral of its curve in equal blocks of time, in bounded space.

use crate::profile::curve::Point;
use crate::units::Seconds;

/// The largest number of blocks. Twice as many are merged in pairs when a run outgrows them.
const MOST: usize = 256;
/// The first number of blocks per second: a block is then shorter than any sampling interval.
const FIRST_RATE: f64 = 1e4;

/// A block of a run: an interval of time and the memory in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block {
    /// The middle of its measured time.
    pub time: Seconds,
    /// Its measured time. Gaps and what lies outside a window are not measured.
    pub length: Seconds,
    /// The integral of the curve over that time. The curve is a straight line between two ticks, as in a figure.
    pub byte_seconds: f64,
    /// Number of its ticks.
    pub ticks: u64,
}

impl Block {
    /// The time-weighted mean of its memory in bytes.
    pub fn mean(&self) -> f64 {
        self.byte_seconds / self.length.0
    }

    /// The block that covers two.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let length = self.length.0 + other.length.0;
        let time = (self.time.0 * self.length.0 + other.time.0 * other.length.0) / length;
        Self {
            time: Seconds(time),
            length: Seconds(length),
            byte_seconds: self.byte_seconds + other.byte_seconds,
            ticks: self.ticks + other.ticks,
        }
    }
}

/// The sums of a block while its run is being read.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    seconds: f64,
    byte_seconds: f64,
    /// The integral of the time since the first block, which gives the middle.
    times: f64,
    ticks: u64,
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.seconds += other.seconds;
        self.byte_seconds += other.byte_seconds;
        self.times += other.times;
        self.ticks += other.ticks;
    }
}

/// Seconds on the clock of the records, and bytes.
type At = (f64, f64);

/// Integrates the curve of a run tick by tick.
#[derive(Debug)]
pub(crate) struct Blocks {
    sums: Vec<Sum>,
    /// The begin of the first block.
    origin: f64,
    /// Blocks per second. Multiplying by it is cheaper than dividing by a width.
    rate: f64,
    window: Option<(Seconds, Seconds)>,
    /// The latest tick. A tick that goes back in time, because a clock was set, is ignored.
    last: Option<At>,
    /// A gap after the latest tick.
    gap: Option<(f64, f64)>,
}

impl Blocks {
    /// No blocks. `origin` is the start of the run, or the first tick if that is not known.
    pub fn new(origin: Seconds, window: Option<(Seconds, Seconds)>) -> Self {
        let origin = window.map_or(origin, |(from, _)| from).0;
        Self { sums: Vec::new(), origin, rate: FIRST_RATE, window, last: None, gap: None }
    }

    /// Takes a tick. `since` is the start of the run if the memory before the first tick is to count like that of the tick.
    pub fn tick(&mut self, point: Point, since: Option<Seconds>) {
        let here = (point.time.0, point.value.0 as f64);
        if !here.0.is_finite() || self.last.is_some_and(|last| here.0 <= last.0) {
            return;
        }
        match self.last.replace(here).or(since.map(|start| (start.0, here.1))) {
            Some(last) => self.measure(last, here),
            None => _ = self.gap.take(),
        }
        if let Some((at, _)) = self.clip(here.0, here.0) {
            let slot = self.reach(at);
            self.sums[slot].ticks += 1;
        }
    }

    /// Takes a gap, which begins at the latest tick or later.
    pub fn gap(&mut self, from: Seconds, to: Seconds) {
        let (from, to) = self.gap.map_or((from.0, to.0), |gap| (gap.0.min(from.0), gap.1.max(to.0)));
        self.gap = Some((from, to));
    }

    /// The blocks with a measured time. Their times are counted from `zero`. The memory of the last tick holds to the `end`
    /// of the run if that is known.
    pub fn finish(mut self, end: Option<Seconds>, zero: f64) -> Vec<Block> {
        if let Some((last, end)) =
            self.last.zip(end).filter(|(last, end)| end.0.is_finite() && end.0 > last.0)
        {
            self.measure(last, (end.0, last.1));
        }
        let block = |sum: &Sum| Block {
            time: Seconds(self.origin + sum.times / sum.seconds - zero),
            length: Seconds(sum.seconds),
            byte_seconds: sum.byte_seconds,
            ticks: sum.ticks,
        };
        self.sums.iter().filter(|sum| sum.seconds > 0.0).map(block).collect()
    }

    /// Adds the time from one tick to the next. At a gap the memory holds from the tick before up to the gap, and from the
    /// gap to the tick after it.
    fn measure(&mut self, from: At, to: At) {
        match self.gap.take().filter(|gap| gap.0 < to.0 && gap.1 > from.0) {
            Some((begin, end)) => {
                self.line(from, (begin, from.1));
                self.line((end, to.1), to);
            }
            None => self.line(from, to),
        }
    }

    /// Adds a straight piece of the curve.
    fn line(&mut self, from: At, to: At) {
        let Some((begin, end)) = self.clip(from.0, to.0).filter(|(begin, end)| begin < end) else { return };
        let slope = (to.1 - from.1) / (to.0 - from.0);
        let last = self.reach(end);
        let first = self.slot(begin);
        for slot in first..=last {
            let a = if slot == first { begin } else { self.border(slot) };
            let b = if slot == last { end } else { self.border(slot + 1) };
            let middle = f64::midpoint(a, b);
            let value = from.1 + slope * (middle - from.0);
            self.sums[slot].add(&Sum {
                seconds: b - a,
                byte_seconds: value * (b - a),
                times: (middle - self.origin) * (b - a),
                ticks: 0,
            });
        }
    }

    /// The part of an interval inside the window and after the origin; `None` if there is none.
    fn clip(&self, from: f64, to: f64) -> Option<(f64, f64)> {
        let (a, b) = self.window.map_or((self.origin, f64::INFINITY), |(a, b)| (a.0, b.0));
        let (from, to) = (from.max(a), to.min(b));
        (from <= to).then_some((from, to))
    }

    fn border(&self, slot: usize) -> f64 {
        self.origin + slot as f64 / self.rate
    }

    fn slot(&self, time: f64) -> usize {
        ((time - self.origin) * self.rate).max(0.0) as usize
    }

    /// Makes room for a time, and returns the number of its block.
    fn reach(&mut self, time: f64) -> usize {
        while self.slot(time) >= MOST {
            self.rate /= 2.0;
            for slot in 0..self.sums.len() {
                let sum = std::mem::take(&mut self.sums[slot]);
                self.sums[slot / 2].add(&sum);
            }
            self.sums.truncate(self.sums.len().div_ceil(2));
        }
        let slot = self.slot(time);
        if slot >= self.sums.len() {
            self.sums.resize(slot + 1, Sum::default());
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes;

    fn point(time: f64, value: u64) -> Point {
        Point { time: Seconds(time), value: Bytes(value) }
    }

    fn blocks(points: &[(f64, u64)], end: Option<f64>) -> Vec<Block> {
        let mut blocks = Blocks::new(Seconds(0.0), None);
        points.iter().for_each(|(time, value)| blocks.tick(point(*time, *value), Some(Seconds(0.0))));
        blocks.finish(end.map(Seconds), 0.0)
    }

    fn total(blocks: &[Block]) -> Block {
        blocks.iter().copied().reduce(|one, other| one.plus(&other)).expect("a block")
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found} is not {expected}");
    }

    #[test]
    fn the_integral_is_that_of_straight_lines_and_of_the_ends() {
        // 0.5 s of 100 before the first tick, then from 100 to 300 in 1 s, then 0.5 s of 300.
        let all = total(&blocks(&[(0.5, 100), (1.5, 300)], Some(2.0)));
        near(all.byte_seconds, 50.0 + 200.0 + 150.0);
        near(all.length.0, 2.0);
        near(all.mean(), 200.0);
        near(all.time.0, 1.0);
        assert_eq!(all.ticks, 2);
        // One tick counts for the whole of a short run; without an end, only up to the tick.
        near(total(&blocks(&[(0.001, 7)], Some(0.09))).byte_seconds, 0.63);
        near(total(&blocks(&[(0.001, 7)], None)).byte_seconds, 0.007);
    }

    /// Uneven ticks must not weigh more where they are dense.
    #[test]
    fn a_mean_is_weighted_by_time_not_by_ticks() {
        let mut points: Vec<(f64, u64)> = (0..1000).map(|tick| (f64::from(tick) * 1e-3, 1_000_000)).collect();
        points.extend([(1.0, 1_000_000), (1.0 + 1e-9, 0), (9.0, 0)]);
        near(total(&blocks(&points, Some(10.0))).mean() / 1e5, 1.0);
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow")]
    fn a_long_run_has_the_same_integral_in_few_blocks() {
        let points: Vec<(f64, u64)> =
            (0..100_000).map(|tick| (f64::from(tick) * 0.1, 1000 + tick as u64)).collect();
        let blocks = blocks(&points, None);
        assert!((129..=256).contains(&blocks.len()), "{}", blocks.len());
        let all = total(&blocks);
        near(all.mean(), 1000.0 + 99_999.0 / 2.0);
        assert_eq!(all.ticks, 100_000);
        // Equal blocks but the last, each with the mean of its own time.
        let inner = &blocks[..blocks.len() - 1];
        assert!(inner.iter().all(|block| (block.length.0 - blocks[0].length.0).abs() < 1e-6));
        blocks.iter().for_each(|block| near(block.mean(), 1000.0 + 10.0 * block.time.0));
    }

    #[test]
    fn the_time_of_a_gap_is_not_measured() {
        let mut blocks = Blocks::new(Seconds(0.0), None);
        blocks.tick(point(0.0, 100), None);
        blocks.gap(Seconds(1.0), Seconds(9.0));
        blocks.tick(point(10.0, 300), None);
        let all = total(&blocks.finish(None, 0.0));
        near(all.length.0, 2.0);
        near(all.byte_seconds, 400.0);
    }

    #[test]
    fn a_window_cuts_the_lines_at_its_edges() {
        let mut blocks = Blocks::new(Seconds(0.0), Some((Seconds(1.0), Seconds(3.0))));
        for (time, value) in [(0.0, 0), (2.0, 200), (4.0, 0)] {
            blocks.tick(point(time, value), Some(Seconds(0.0)));
        }
        let all = total(&blocks.finish(Some(Seconds(9.0)), 0.0));
        near(all.byte_seconds, 300.0);
        near(all.length.0, 2.0);
        assert_eq!(all.ticks, 1);
    }

    #[test]
    fn times_that_go_back_or_are_no_times_do_no_harm() {
        let points = [(0.0, 10), (5.0, 10), (f64::NAN, 10), (2.0, 900), (f64::INFINITY, 10), (6.0, 10)];
        near(total(&blocks(&points, Some(f64::NAN))).byte_seconds, 60.0);
        assert!(blocks(&[(f64::NAN, 1)], None).is_empty());
        assert!(blocks(&[(1e300, 1)], None).len() <= MOST);
    }
}
