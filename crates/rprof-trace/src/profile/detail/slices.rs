//! Slices of time: of each slice a curve keeps its first, last, lowest and highest point, so that no spike and no dip is
//! lost. Widths are powers of two, so that slices nest and can be widened again.

use crate::profile::curve::{Curve, Point};
use crate::units::Seconds;

/// The width of the narrowest slices in seconds, below the resolution of any trace: 2^-20.
const NARROWEST: f64 = 1.0 / 1_048_576.0;

/// Slices of one width, counted from time 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slices {
    width: f64,
}

impl Slices {
    /// The narrowest slices.
    pub const NARROWEST: Self = Self { width: NARROWEST };

    /// The narrowest slices of which no more than this many, at least one, cover a length of time.
    pub fn covering(length: Seconds, most: usize) -> Self {
        let mut slices = Self::NARROWEST;
        while length.0.is_finite() && length.0 / slices.width > most.max(1) as f64 {
            slices = slices.widened();
        }
        slices
    }

    /// Slices of twice the width.
    #[must_use]
    pub const fn widened(self) -> Self {
        Self { width: self.width * 2.0 }
    }

    /// The width of a slice.
    pub const fn width(self) -> Seconds {
        Seconds(self.width)
    }

    /// The number of the slice of a time.
    pub fn of(self, time: f64) -> i64 {
        (time / self.width).floor() as i64
    }

    /// The places in a list of times, in order, that belong to one slice: from the first up to the one after the last.
    pub fn ranges(self, times: &[f64]) -> Vec<(usize, usize)> {
        let mut ranges: Vec<(usize, usize)> = Vec::new();
        let mut current = None;
        for (at, time) in times.iter().enumerate() {
            let slice = self.of(*time);
            match ranges.last_mut() {
                Some(range) if current == Some(slice) => range.1 = at + 1,
                _ => ranges.push((at, at + 1)),
            }
            current = Some(slice);
        }
        ranges
    }

    /// The points that the slices keep of a curve in order of time. Two points of one time stay two.
    pub fn thin(self, curve: &[Point]) -> Curve {
        let times: Vec<f64> = curve.iter().map(|point| point.time.0).collect();
        let mut thinned = Curve::new();
        for (from, to) in self.ranges(&times) {
            let mut kept = extremes(curve[from..to].iter().map(|point| point.value.0));
            kept.sort_unstable();
            let mut last = None;
            for at in kept {
                if last != Some(at) {
                    thinned.push(curve[from + at]);
                }
                last = Some(at);
            }
        }
        thinned
    }
}

/// The places of the first, last, first lowest and first highest of some values.
pub(super) fn extremes(values: impl Iterator<Item = u64>) -> [usize; 4] {
    let (mut last, mut low, mut high) = (0, (0, u64::MAX), (0, 0));
    for (at, value) in values.enumerate() {
        last = at;
        if value < low.1 {
            low = (at, value);
        }
        if at == 0 || value > high.1 {
            high = (at, value);
        }
    }
    [0, low.0, high.0, last]
}

/// A curve of any length in a limited number of points.
#[derive(Debug, Clone)]
pub(super) struct Capped {
    points: Curve,
    most: usize,
    slices: Slices,
    is_in_order: bool,
}

impl Capped {
    /// An empty curve of no more than `most` points, at least eight.
    pub fn new(most: usize) -> Self {
        Self { points: Curve::new(), most: most.max(8), slices: Slices::NARROWEST, is_in_order: true }
    }

    /// Adds a point. One whose time is not finite is dropped.
    pub fn add(&mut self, point: Point) {
        if !point.time.0.is_finite() {
            return;
        }
        self.is_in_order &= self.points.last().is_none_or(|last| last.time <= point.time);
        self.points.push(point);
        if self.points.len() > self.most {
            self.sort();
            // Half of the room must be free again, or each further point would cost a pass over all.
            while self.points.len() > self.most / 2 {
                self.slices = self.slices.widened();
                self.points = self.slices.thin(&self.points);
            }
        }
    }

    fn sort(&mut self) {
        if !self.is_in_order {
            self.points.sort_by(|a, b| a.time.0.total_cmp(&b.time.0));
            self.is_in_order = true;
        }
    }

    /// The points in order of time.
    pub fn finish(mut self) -> Curve {
        self.sort();
        self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes;

    fn point(time: f64, value: u64) -> Point {
        Point { time: Seconds(time), value: Bytes(value) }
    }

    /// Values without a pattern.
    fn noise(count: u64) -> Curve {
        (0..count).map(|i| point(i as f64 * 0.01, (i * 2_654_435_761) >> 7 & 1023)).collect()
    }

    #[test]
    fn a_slice_keeps_what_a_search_of_its_points_finds() {
        let curve = noise(5000);
        let mut slices = Slices::covering(Seconds(50.0), 64);
        for _ in 0..3 {
            let thinned = slices.thin(&curve);
            for number in 0..=slices.of(50.0) {
                let inside = |curve: &Curve| -> Vec<Point> {
                    curve.iter().copied().filter(|point| slices.of(point.time.0) == number).collect()
                };
                let (all, kept) = (inside(&curve), inside(&thinned));
                let low = |points: &[Point]| points.iter().map(|point| point.value).min();
                let high = |points: &[Point]| points.iter().map(|point| point.value).max();
                assert_eq!((low(&all), high(&all)), (low(&kept), high(&kept)), "slice {number}");
                assert_eq!((all.first(), all.last()), (kept.first(), kept.last()), "slice {number}");
                assert!(kept.len() <= 4);
            }
            slices = slices.widened();
        }
    }

    #[test]
    fn wider_slices_of_thinned_points_are_those_of_all_points() {
        let curve = noise(3000);
        let narrow = Slices::covering(Seconds(30.0), 500);
        let wide = narrow.widened().widened();
        assert_eq!(wide.thin(&narrow.thin(&curve)), wide.thin(&curve));
        assert_eq!(Slices::NARROWEST.thin(&curve), curve);
    }

    #[test]
    fn a_capped_curve_keeps_its_extremes_in_bounded_space() {
        let mut capped = Capped::new(100);
        let mut curve = noise(10_000);
        curve[7777].value = Bytes(5000);
        curve.iter().for_each(|point| capped.add(*point));
        let kept = capped.finish();
        assert!(kept.len() <= 101 && kept.contains(&point(77.77, 5000)), "{}", kept.len());
        assert_eq!((kept.first(), kept.last()), (curve.first(), curve.last()));
    }

    #[test]
    fn points_out_of_order_are_sorted_and_those_without_a_time_dropped() {
        let mut capped = Capped::new(100);
        [2.0, f64::NAN, 1.0, f64::INFINITY, 3.0].iter().for_each(|time| capped.add(point(*time, 1)));
        assert_eq!(capped.finish(), [point(1.0, 1), point(2.0, 1), point(3.0, 1)]);
    }

    #[test]
    fn a_length_without_end_gets_slices_too() {
        assert_eq!(Slices::covering(Seconds(f64::INFINITY), 5), Slices::NARROWEST);
        assert!(Slices::covering(Seconds(1e300), 1).width().0 >= 1e300);
        assert!(Slices::covering(Seconds(10.0), 0).width().0 >= 10.0);
    }
}
