//! Curves stacked above one another: at each time a sum of those below, with steps where one of them steps.

use rprof_trace::{Bytes, Curve, Point, Seconds};

/// Stacks the layers, the lowest first. Each result is the sum of a layer and all below it.
///
/// With a `whole`, the last result is the whole, so that a last layer holds what no other one has, and no sum rises above
/// it. Without, the sums reach as far as any of the layers.
pub fn stacked(layers: &[&[Point]], whole: Option<&[Point]>) -> Vec<Curve> {
    let times = times(layers, whole);
    let inner = times.first().copied().zip(times.last().copied()).unwrap_or_default();
    let mut cursors: Vec<Values> = layers.iter().map(|points| Values { points, at: 0, inner }).collect();
    let mut whole_cursor = whole.map(|points| Values { points, at: 0, inner });
    let mut sums: Vec<Curve> = vec![Curve::new(); layers.len() + usize::from(whole.is_some())];
    for time in times {
        let values: Vec<(f64, f64)> = cursors.iter_mut().map(|cursor| cursor.around(time)).collect();
        let top = whole_cursor.as_mut().map(|cursor| cursor.around(time));
        let has_step = values.iter().chain(&top).any(|(before, after)| (before - after).abs() >= 1.0);
        for is_after in [false, true] {
            if is_after && !has_step {
                continue;
            }
            let pick = |(before, after): (f64, f64)| if is_after { after } else { before };
            let most = top.map_or(f64::INFINITY, pick);
            let mut sum = 0.0;
            let own = values.iter().map(|value| {
                sum += pick(*value);
                sum.min(most)
            });
            let all = own.chain(top.map(pick)).collect::<Vec<_>>();
            for (curve, value) in sums.iter_mut().zip(all) {
                curve.push(Point { time: Seconds(time), value: Bytes(value.round() as u64) });
            }
        }
    }
    sums
}

/// The value of a curve at a time; 0 outside of it.
pub fn value_at(curve: &[Point], time: f64) -> Bytes {
    Bytes(Values::new(curve).around(time).1.round() as u64)
}

/// The times of all points, each once. The whole limits them.
fn times(layers: &[&[Point]], whole: Option<&[Point]>) -> Vec<f64> {
    let all = layers.iter().chain(&whole).flat_map(|curve| curve.iter().map(|point| point.time.0));
    let mut times: Vec<f64> = all.filter(|time| time.is_finite()).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    if let Some((first, last)) = whole.and_then(|whole| whole.first().zip(whole.last())) {
        times.retain(|time| (first.time.0..=last.time.0).contains(time));
    }
    times
}

/// The values of a curve, asked for in order of time.
pub struct Values<'a> {
    points: &'a [Point],
    /// The first point that is not earlier than the last question.
    at: usize,
    /// The times between which a curve that begins or ends there does so in a step.
    inner: (f64, f64),
}

impl<'a> Values<'a> {
    /// The values of a curve that is 0 outside of its points.
    pub fn new(points: &'a [Point]) -> Self {
        Self { points, at: 0, inner: (f64::INFINITY, f64::NEG_INFINITY) }
    }

    /// The values just before and just after a time.
    pub fn around(&mut self, time: f64) -> (f64, f64) {
        while self.points.get(self.at).is_some_and(|point| point.time.0 < time) {
            self.at += 1;
        }
        let here = self.points[self.at..].iter().take_while(|point| point.time.0 <= time);
        let value = |point: &Point| point.value.0 as f64;
        let (mut first, mut last) = (None, None);
        for point in here {
            first = first.or(Some(value(point)));
            last = Some(value(point));
        }
        if let Some((first, last)) = first.zip(last) {
            // Before its first point and after its last one a curve is 0.
            let is_start = self.at == 0 && time > self.inner.0;
            let is_end = time < self.inner.1 && self.points.last().is_some_and(|end| end.time.0 <= time);
            return (if is_start { 0.0 } else { first }, if is_end { 0.0 } else { last });
        }
        let before = self.at.checked_sub(1).and_then(|at| self.points.get(at));
        let value = before.zip(self.points.get(self.at)).map_or(0.0, |(a, b)| {
            value(a) + (value(b) - value(a)) * (time - a.time.0) / (b.time.0 - a.time.0)
        });
        (value, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(f64, u64)]) -> Curve {
        points.iter().map(|(time, value)| Point { time: Seconds(*time), value: Bytes(*value) }).collect()
    }

    #[test]
    fn a_layer_lies_on_those_below_it_and_the_last_one_has_the_rest() {
        let low = curve(&[(0.0, 10), (2.0, 30), (4.0, 30)]);
        let high = curve(&[(1.0, 0), (1.0, 5), (3.0, 5), (3.0, 0)]);
        let whole = curve(&[(0.0, 15), (4.0, 55)]);
        let sums = stacked(&[&low, &high], Some(&whole));
        assert_eq!(sums.len(), 3);
        assert_eq!(sums[2].first().zip(sums[2].last()), whole.first().zip(whole.last()));
        let at = |sum: &Curve, time: f64| -> Vec<u64> {
            sum.iter().filter(|point| (point.time.0 - time).abs() < 1e-9).map(|p| p.value.0).collect()
        };
        assert_eq!(at(&sums[0], 1.0), [20, 20], "a step of one layer is a step of all");
        assert_eq!(at(&sums[1], 1.0), [20, 25]);
        assert_eq!(at(&sums[1], 3.0), [35, 30]);
        assert_eq!(at(&sums[2], 2.0), [35]);
    }

    /// Between two ticks a process was above the tree: its end was known, that of the sum was a slope.
    #[test]
    fn no_sum_is_above_the_whole() {
        let layer = curve(&[(0.0, 90), (2.0, 90)]);
        let whole = curve(&[(0.0, 100), (1.0, 50), (2.0, 100)]);
        let sums = stacked(&[&layer], Some(&whole));
        assert!(sums[0].iter().zip(&sums[1]).all(|(part, whole)| part.value <= whole.value), "{sums:?}");
    }

    #[test]
    fn nothing_can_be_stacked() {
        assert!(stacked(&[], None).is_empty());
        assert_eq!(stacked(&[&[]], Some(&[])), [Curve::new(), Curve::new()]);
        assert_eq!(value_at(&curve(&[(0.0, 4), (2.0, 8)]), 1.0), Bytes(6));
        assert_eq!(value_at(&[], 1.0), Bytes(0));
    }
}
