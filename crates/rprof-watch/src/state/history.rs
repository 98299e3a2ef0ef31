//! The curve of a run: its latest points one by one, and all of it in bounded space. From it come the points of a window
//! and the growth in it.

use std::collections::VecDeque;

use rprof_findings::growth::Growth;
use rprof_trace::{Block, Bytes, Envelope, Point, Profile, Seconds};

/// The number of latest points that are kept one by one: half a minute at a thousand ticks a second.
const LATEST: usize = 1 << 15;
/// Slices of the curve of the whole run, more than a wide terminal has columns.
const SLICES: usize = 1 << 12;
/// The most gaps that are kept.
const MOST_GAPS: usize = 1 << 12;
/// The number of blocks by which growth is measured.
const BLOCKS: usize = 128;

/// The curve of a run.
#[derive(Debug)]
pub struct History {
    latest: VecDeque<Point>,
    whole: Envelope,
    gaps: Vec<(Seconds, Seconds)>,
}

impl Default for History {
    fn default() -> Self {
        Self { latest: VecDeque::new(), whole: Envelope::new(SLICES, Seconds(0.0)), gaps: Vec::new() }
    }
}

impl History {
    /// Adds a point.
    pub fn add(&mut self, point: Point) {
        if !point.time.0.is_finite() {
            return;
        }
        self.whole.add(point);
        if self.latest.len() == LATEST {
            self.latest.pop_front();
        }
        // A proven peak comes after the tick that ends its interval.
        let place = self.latest.iter().rposition(|before| before.time <= point.time).map_or(0, |at| at + 1);
        self.latest.insert(place, point);
    }

    /// Adds a gap.
    pub fn gap(&mut self, from: Seconds, to: Seconds) {
        if self.gaps.len() < MOST_GAPS {
            self.gaps.push((from, to));
        }
    }

    /// The gaps.
    pub fn gaps(&self) -> &[(Seconds, Seconds)] {
        &self.gaps
    }

    /// The points of a window, and the one before it.
    pub fn points(&self, (from, to): (Seconds, Seconds)) -> Vec<Point> {
        let has_all =
            self.latest.len() < LATEST || self.latest.front().is_some_and(|first| first.time <= from);
        if has_all {
            let first = self.latest.partition_point(|point| point.time < from).saturating_sub(1);
            let after = self.latest.partition_point(|point| point.time <= to);
            return self.latest.range(first.min(after)..after).copied().collect();
        }
        let mut points = self.whole.curve();
        let first = points.partition_point(|point| point.time < from).saturating_sub(1);
        points.truncate(points.partition_point(|point| point.time <= to));
        points.drain(..first.min(points.len()));
        points
    }

    /// The growth in a window; `None` if it has too few points.
    pub fn growth(&self, window: (Seconds, Seconds)) -> Option<Growth> {
        let points = self.points(window);
        let blocks = blocks(&points, &self.gaps, window);
        Growth::of(&Profile { blocks, ..Profile::default() })
    }
}

/// The integral of the points in a window, in blocks of equal time. Gaps are not measured.
fn blocks(points: &[Point], gaps: &[(Seconds, Seconds)], (from, to): (Seconds, Seconds)) -> Vec<Block> {
    let width = (to.0 - from.0) / BLOCKS as f64;
    if !(width.is_finite() && width > 0.0) {
        return Vec::new();
    }
    let slot = |time: f64| (((time - from.0) / width).max(0.0) as usize).min(BLOCKS - 1);
    let mut sums = vec![(0.0, 0.0, 0.0, 0_u64); BLOCKS];
    for point in points.iter().filter(|point| point.time >= from) {
        sums[slot(point.time.0)].3 += 1;
    }
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let is_gap = gaps.iter().any(|gap| gap.0 < b.time && gap.1 > a.time);
        let length = b.time.0 - a.time.0;
        if is_gap || length <= 0.0 {
            continue;
        }
        let value =
            |time: f64| a.value.0 as f64 + (b.value.0 as f64 - a.value.0 as f64) * (time - a.time.0) / length;
        let (first, last) = (slot(a.time.0), slot(b.time.0));
        for (at, sum) in sums.iter_mut().enumerate().take(last + 1).skip(first) {
            let begin = (from.0 + width * at as f64).max(a.time.0);
            let end = (from.0 + width * (at + 1) as f64).min(b.time.0);
            if end > begin {
                sum.0 += end - begin;
                sum.1 += f64::midpoint(value(begin), value(end)) * (end - begin);
                sum.2 += f64::midpoint(begin, end) * (end - begin);
            }
        }
    }
    let block = |(seconds, byte_seconds, times, ticks): &(f64, f64, f64, u64)| Block {
        time: Seconds(times / seconds),
        length: Seconds(*seconds),
        byte_seconds: *byte_seconds,
        ticks: *ticks,
    };
    sums.iter().filter(|sum| sum.0 > 0.0).map(block).collect()
}

/// The largest value of points.
pub fn highest(points: &[Point]) -> Bytes {
    points.iter().map(|point| point.value).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(count: u32, value: impl Fn(f64) -> u64) -> History {
        let mut history = History::default();
        for i in 0..count {
            let time = f64::from(i) / 1000.0;
            history.add(Point { time: Seconds(time), value: Bytes(value(time)) });
        }
        history
    }

    #[test]
    fn a_window_has_its_points_and_the_one_before() {
        let history = history(2000, |time| (time * 1000.0) as u64);
        let points = history.points((Seconds(0.0105), Seconds(0.0131)));
        let values: Vec<u64> = points.iter().map(|point| point.value.0).collect();
        assert_eq!(values, [10, 11, 12, 13]);
    }

    #[test]
    fn an_early_window_of_a_long_run_keeps_its_spike() {
        let history = history(100_000, |time| if (10.0..10.0005).contains(&time) { 900 } else { 5 });
        assert_eq!(highest(&history.points((Seconds(0.0), Seconds(100.0)))), Bytes(900));
        assert_eq!(highest(&history.points((Seconds(50.0), Seconds(100.0)))), Bytes(5));
        assert!(history.points((Seconds(0.0), Seconds(100.0))).len() <= 4 * SLICES);
    }

    #[test]
    fn growth_is_that_of_the_window() {
        let history = history(60_000, |time| 1_000_000 + (1e4 * (time - 30.0).max(0.0)) as u64);
        let rate =
            |from, to| history.growth((Seconds(from), Seconds(to))).map(|growth| growth.bytes_per_second);
        assert!(rate(40.0, 60.0).is_some_and(|rate| (rate - 1e4).abs() < 100.0), "{:?}", rate(40.0, 60.0));
        assert!(rate(0.0, 29.0).is_some_and(|rate| rate.abs() < 1.0));
        assert_eq!(rate(5.0, 5.0), None);
    }

    #[test]
    fn a_gap_is_not_measured() {
        let points = [(0.0, 10), (1.0, 10), (9.0, 90), (10.0, 90)]
            .map(|(time, value)| Point { time: Seconds(time), value: Bytes(value) });
        let blocks = blocks(&points, &[(Seconds(1.0), Seconds(9.0))], (Seconds(0.0), Seconds(10.0)));
        let measured: f64 = blocks.iter().map(|block| block.length.0).sum();
        assert!((measured - 2.0).abs() < 1e-9, "{measured}");
    }
}
