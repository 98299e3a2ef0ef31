//! The band of repeated runs: at each time the median of their curves, and the middle half of them.

use rprof_trace::Point;

/// Times at which the runs are compared.
const STEPS: usize = 240;

/// The values of all runs at one time, in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandPoint {
    /// Seconds since the start of a run.
    pub time: f64,
    /// The lower quartile.
    pub low: f64,
    /// The middle one.
    pub median: f64,
    /// The upper quartile.
    pub high: f64,
}

/// The band of the curves of several runs. A run counts from its first tick to its last one, and the band ends when more
/// than half of the runs have ended: the rest would not be that of a typical run.
pub fn band<C: AsRef<[Point]>>(curves: &[C]) -> Vec<BandPoint> {
    let mut runs: Vec<Steps<'_>> =
        curves.iter().map(AsRef::as_ref).filter(|curve| !curve.is_empty()).map(Steps::new).collect();
    let end = runs.iter().filter_map(Steps::end).filter(|end| end.is_finite()).fold(0.0, f64::max);
    let count = runs.len();
    let mut band = Vec::new();
    for step in 0..=STEPS {
        let time = end * step as f64 / STEPS as f64;
        let mut values: Vec<f64> = runs.iter_mut().filter_map(|run| run.at(time)).collect();
        values.sort_by(f64::total_cmp);
        let has_ended = runs.iter().filter(|run| run.end().is_some_and(|end| end < time)).count();
        if has_ended * 2 > count {
            break;
        }
        if let Some(last) = values.len().checked_sub(1) {
            // A few disturbed runs do not widen the band.
            let (low, high) = (values[last / 4], values[last - last / 4]);
            let middle = values.len() / 2;
            let median = if values.len() % 2 == 1 {
                values[middle]
            } else {
                f64::midpoint(values[middle - 1], values[middle])
            };
            band.push(BandPoint { time, low, median, high });
        }
        if end <= 0.0 {
            break;
        }
    }
    band
}

/// A curve that is read at rising times.
struct Steps<'a> {
    curve: &'a [Point],
    /// The number of points up to the last time.
    passed: usize,
}

impl<'a> Steps<'a> {
    fn new(curve: &'a [Point]) -> Self {
        Self { curve, passed: 0 }
    }

    fn end(&self) -> Option<f64> {
        self.curve.last().map(|point| point.time.0)
    }

    /// The value at a time, on the straight line between two ticks; `None` before the first tick and after the last one.
    fn at(&mut self, time: f64) -> Option<f64> {
        while self.curve.get(self.passed).is_some_and(|point| point.time.0 <= time) {
            self.passed += 1;
        }
        let value = |at: usize| self.curve[at].value.0 as f64;
        let before = self.passed.checked_sub(1)?;
        match self.curve.get(self.passed) {
            Some(next) => {
                let from = self.curve[before].time.0;
                let share = (time - from) / (next.time.0 - from);
                Some(value(before) + (value(self.passed) - value(before)) * share)
            }
            None => (self.curve[before].time.0 >= time).then(|| value(before)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rprof_trace::{Bytes, Seconds};

    use super::*;

    fn curve(points: &[(f64, u64)]) -> Vec<Point> {
        points.iter().map(|(time, value)| Point { time: Seconds(*time), value: Bytes(*value) }).collect()
    }

    #[test]
    fn a_band_has_the_median_and_the_middle_half_of_each_time() {
        let runs = [
            curve(&[(0.0, 0), (2.0, 200)]),
            curve(&[(0.0, 100), (2.0, 100)]),
            curve(&[(0.0, 50), (2.0, 400)]),
        ];
        let band = band(&runs);
        assert_eq!(band.len(), STEPS + 1);
        assert_eq!(band[0], BandPoint { time: 0.0, low: 0.0, median: 50.0, high: 100.0 });
        assert_eq!(band[STEPS / 2], BandPoint { time: 1.0, low: 100.0, median: 100.0, high: 225.0 });
        assert_eq!(band[STEPS], BandPoint { time: 2.0, low: 100.0, median: 200.0, high: 400.0 });
    }

    #[test]
    fn a_disturbed_run_does_not_widen_the_band() {
        let runs: Vec<Vec<Point>> =
            [5, 6, 7, 8, 900].map(|value| curve(&[(0.0, value), (1.0, value)])).into();
        assert_eq!(band(&runs)[0], BandPoint { time: 0.0, low: 6.0, median: 7.0, high: 8.0 });
    }

    /// One run of three that took ten times as long made a band of its own tail.
    #[test]
    fn a_band_ends_with_the_typical_run() {
        let runs =
            [curve(&[(0.0, 1), (1.0, 1)]), curve(&[(0.0, 1), (1.0, 1)]), curve(&[(0.0, 9), (10.0, 9)])];
        let last = band(&runs).last().copied().expect("a point");
        assert!((0.9..=1.05).contains(&last.time), "{last:?}");
    }

    #[test]
    fn runs_of_one_tick_or_none_have_a_point_or_none() {
        assert_eq!(band(&[curve(&[(0.0, 5)])]).len(), 1);
        assert!(band(&[curve(&[])]).is_empty());
        assert!(band::<Vec<Point>>(&[]).is_empty());
    }
}
