//! The least-squares line through a curve, the uncertainty of its slope, and a warning where a line does not fit.

use rprof_trace::{Bytes, SizeUnit, Sizes};

use crate::data::curve::DataPoint;

/// A fitted line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// The slope in bytes per second.
    pub rate: f64,
    /// Half the width of the 95 % confidence interval of the slope, in bytes per second; `None` for two points.
    /// It takes the deviations from the line as independent. Those of memory are not, so the interval is optimistic.
    pub margin: Option<f64>,
    /// The distance in bytes between curve and line, where it is too large for growth at a single rate.
    pub bend: Option<f64>,
    /// The mean of all points, which lies on the line.
    mean: DataPoint,
    /// First and last time of the points.
    times: (f64, f64),
}

/// The number of equal parts of the time in which the curve is compared with its line.
const PARTS: usize = 8;
/// The largest distance between curve and line that counts as straight, as a share of the growth.
const BENT: f64 = 0.1;
/// The distance, in standard errors of the mean of a part, that scatter alone explains.
const SCATTER: f64 = 3.0;

impl Slope {
    /// Fits a line by ordinary least squares; `None` for fewer than two points, or if all have the same time.
    ///
    /// With `S` the sum of the squared distances of the times from their mean, the variance of the slope is the
    /// residual variance divided by `S`; Student's t with n - 2 degrees of freedom widens it to the interval (Draper
    /// and Smith, Applied Regression Analysis, chapter 1).
    pub fn fit(points: &[DataPoint]) -> Option<Self> {
        let n = points.len() as f64;
        let mean = points.iter().fold((0.0, 0.0), |sum, p| (sum.0 + p.0 / n, sum.1 + p.1 / n));
        // Distances from the mean first: sums of plain squares of bytes would cancel out most of their digits.
        let sum =
            |f: &dyn Fn(f64, f64) -> f64| points.iter().map(|p| f(p.0 - mean.0, p.1 - mean.1)).sum::<f64>();
        let spread = sum(&|t, _| t * t);
        if points.len() < 2 || spread <= 0.0 {
            return None;
        }
        let rate = sum(&|t, v| t * v) / spread;
        let freedom = n - 2.0;
        let margin = (points.len() > 2).then(|| {
            let residual = sum(&|t, v| (v - rate * t).powi(2)) / freedom;
            student(freedom) * (residual / spread).sqrt()
        });
        let times = points.iter().map(|p| p.0);
        let times = (times.clone().fold(f64::INFINITY, f64::min), times.fold(f64::NEG_INFINITY, f64::max));
        let mut slope = Self { rate, margin, bend: None, mean, times };
        slope.bend = slope.bend_of(points);
        Some(slope)
    }

    /// Measures the bend: the mean distance between curve and line in the part of the time where it is largest.
    ///
    /// A confidence interval only describes the scatter about a line; it is narrow even for a curve that levels off.
    /// Growth at a single rate leaves distances that average out in every part, whereas a bend or a step leaves a
    /// part on one side of the line. This is the idea of the lack-of-fit test, with the parts as its replicates.
    ///
    /// `None` in three cases: the distance is a small share of the growth ([`BENT`]), scatter explains it
    /// ([`SCATTER`]), or the interval of the slope includes 0, so that there is no growth to describe.
    fn bend_of(&self, points: &[DataPoint]) -> Option<f64> {
        let (from, length) = (self.times.0, self.times.1 - self.times.0);
        let mut parts: [Vec<f64>; PARTS] = Default::default();
        for point in points {
            let part = ((point.0 - from) / length * PARTS as f64) as usize;
            parts[part.min(PARTS - 1)].push(point.1 - self.at(point.0));
        }
        // For each part: the number of points, their mean distance, and the sum of squares about that mean.
        let parts: Vec<(f64, f64, f64)> = parts
            .iter()
            .filter(|part| !part.is_empty())
            .map(|part| {
                let count = part.len() as f64;
                let mean = part.iter().sum::<f64>() / count;
                (count, mean, part.iter().map(|off| (off - mean).powi(2)).sum::<f64>())
            })
            .collect();
        // The scatter inside the parts, not about the line, where a bend would count as scatter and hide itself.
        let freedom = points.len().checked_sub(parts.len()).filter(|freedom| *freedom > 0)? as f64;
        let scatter = (parts.iter().map(|part| part.2).sum::<f64>() / freedom).sqrt();
        let off = parts.iter().filter(|(count, mean, _)| mean.abs() > SCATTER * scatter / count.sqrt());
        let furthest = off.map(|part| part.1.abs()).fold(0.0, f64::max);
        let sure = self.margin.is_some_and(|margin| margin < self.rate.abs());
        (sure && furthest > BENT * self.rate.abs() * length).then_some(furthest)
    }

    /// The value of the line in bytes at a time in seconds.
    pub fn at(&self, time: f64) -> f64 {
        self.mean.1 + self.rate * (time - self.mean.0)
    }

    /// The two times between which the line is drawn: within the times of the points, and from 0 to `top` bytes.
    pub fn ends(&self, top: f64) -> [f64; 2] {
        let (from, to) = self.times;
        let at = |value: f64| self.mean.0 + (value - self.mean.1) / self.rate;
        let (a, b) = if self.rate == 0.0 { (from, to) } else { (at(0.0), at(top)) };
        [a.min(b).clamp(from, to), a.max(b).clamp(from, to)]
    }

    /// The slope as `+4.2 MiB/s ± 0.1`. The last decimal is the first significant digit of the margin, or the
    /// second if the first is a 1: further digits would claim more than the fit knows.
    pub fn words(&self, sizes: Sizes) -> String {
        let largest = self.rate.abs().max(self.margin.unwrap_or(0.0));
        let fitting = match Bytes(largest as u64).0 {
            0..1024 => SizeUnit::B,
            1024..1_048_576 => SizeUnit::KiB,
            1_048_576..1_073_741_824 => SizeUnit::MiB,
            _ => SizeUnit::GiB,
        };
        let unit = sizes.0.unwrap_or(fitting);
        let (unit, scale) = (format!("{}/s", unit.name()), unit.bytes());
        let rate = self.rate / scale;
        // A unit that the user has chosen may be far too large.
        let most = if sizes.0.is_some() { 9.0 } else { 2.0 };
        let decimals = |digit: f64| (-digit.log10().floor()).clamp(0.0, most) as usize;
        match self.margin.map(|margin| margin / scale) {
            Some(margin) if margin > 0.0 => {
                let begins_with_1 = margin < 2.0 * 10f64.powf(margin.log10().floor());
                let decimals = decimals(if begins_with_1 { margin / 10.0 } else { margin });
                format!("{rate:+.decimals$} {unit} ± {margin:.decimals$}")
            }
            _ => format!("{rate:+.2} {unit}"),
        }
    }
}

/// The 97.5 % quantile of Student's t distribution: exact values up to 3 degrees of freedom, from there on the
/// expansion about the normal quantile of Abramowitz and Stegun, 26.7.5, whose error is below 0.5 %.
fn student(freedom: f64) -> f64 {
    if freedom < 1.5 {
        return 12.706;
    }
    if freedom < 2.5 {
        return 4.303;
    }
    if freedom < 3.5 {
        return 3.182;
    }
    // The 97.5 % quantile of the normal distribution.
    let x: f64 = 1.959_964;
    let terms = [
        (x.powi(3) + x) / 4.0,
        (5.0 * x.powi(5) + 16.0 * x.powi(3) + 3.0 * x) / 96.0,
        (3.0 * x.powi(7) + 19.0 * x.powi(5) + 17.0 * x.powi(3) - 15.0 * x) / 384.0,
    ];
    (1..).zip(terms).fold(x, |sum, (power, term)| sum + term / freedom.powi(power))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const MIB: f64 = 1_048_576.0;

    #[test]
    fn a_straight_line_is_found_exactly() {
        let points: Vec<DataPoint> =
            (0..10).map(|i| (f64::from(i), (3.0 + 4.0 * f64::from(i)) * MIB)).collect();
        let slope = Slope::fit(&points).unwrap();
        assert!((slope.rate - 4.0 * MIB).abs() < 1e-3 && slope.margin.unwrap() < 1.0);
        assert!((slope.at(20.0) - 83.0 * MIB).abs() < 1.0);
    }

    #[test]
    fn the_interval_agrees_with_a_textbook() {
        // x 1..5, y 2 4 5 4 5: slope 0.6, standard error 0.2828, t(3) = 3.182.
        let points = [(1.0, 2.0), (2.0, 4.0), (3.0, 5.0), (4.0, 4.0), (5.0, 5.0)];
        let slope = Slope::fit(&points).unwrap();
        assert!((slope.rate - 0.6).abs() < 1e-9);
        assert!((slope.margin.unwrap() - 0.9).abs() < 0.006, "{slope:?}");
        assert!((student(10.0) - 2.228).abs() < 0.002 && (student(1e6) - 1.96).abs() < 0.001);
    }

    #[test]
    fn a_slope_is_formatted_with_its_unit_and_significant_digits() {
        let shown = |rate, margin| {
            Slope { rate, margin, bend: None, mean: (0.0, 0.0), times: (0.0, 1.0) }.words(Sizes::default())
        };
        assert_eq!(shown(4.2 * MIB, Some(0.3 * MIB)), "+4.2 MiB/s ± 0.3");
        assert_eq!(shown(-380.4 * MIB, Some(22.0 * MIB)), "-380 MiB/s ± 22");
        assert_eq!(shown(4.234 * MIB, Some(0.11 * MIB)), "+4.23 MiB/s ± 0.11");
        assert_eq!(shown(0.0, Some(0.0)), "+0.00 B/s");
        assert_eq!(shown(1536.0, None), "+1.50 KiB/s");
    }

    #[test]
    fn only_growth_that_is_not_linear_has_a_bend() {
        let fit = |f: &dyn Fn(f64) -> f64| {
            let points: Vec<DataPoint> =
                (0..200).map(|i| (f64::from(i) * 0.1, f(f64::from(i) * 0.1) * MIB)).collect();
            Slope::fit(&points).unwrap().bend.map(|off| (off / MIB).round())
        };
        // A cheap noise between -1 and 1.
        let noise = |t: f64| (t * 7919.0).sin();
        assert_eq!(fit(&|t| 50.0 + 10.0 * t), None);
        assert_eq!(fit(&|t| 50.0 + 10.0 * t + 40.0 * noise(t)), None);
        assert_eq!(
            fit(&|t| 50.0 + (10.0 * t / 16.0).floor() * 16.0),
            None,
            "steps that are small beside the whole"
        );
        assert_eq!(fit(&|t| 50.0 + 40.0 * noise(t)), None, "no growth at all");
        assert_eq!(fit(&|_| 50.0), None);
        assert_eq!(fit(&|t| 200.0 * (1.0 - (-t / 3.0).exp())), Some(51.0), "it levels off");
        assert_eq!(fit(&|t| t * t), Some(44.0), "it grows ever faster");
        assert_eq!(fit(&|t| if t < 10.0 { 50.0 } else { 250.0 }), Some(81.0), "one step");
        assert_eq!(Slope::fit(&[(0.0, 0.0), (1.0, 5.0), (2.0, 6.0)]).unwrap().bend, None, "three points");
    }

    #[test]
    fn too_few_points_have_no_slope() {
        assert_eq!(Slope::fit(&[]), None);
        assert_eq!(Slope::fit(&[(1.0, 1.0)]), None);
        assert_eq!(Slope::fit(&[(1.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(Slope::fit(&[(0.0, 0.0), (1.0, 2.0)]).unwrap().margin, None);
    }
}
