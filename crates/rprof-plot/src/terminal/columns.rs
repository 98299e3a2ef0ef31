//! A curve in columns of equal time: the lowest and the highest value of each, so that no spike and no dip is lost.

use rprof_trace::{Point, Seconds};

/// The lowest and the highest value of a column, in bytes.
pub type Range = (u64, u64);

/// The curve in `count` columns between two times. A column without a point holds the last value before it; one that lies
/// before the first point, after the last one, or wholly in a gap, has no value.
pub fn columns(
    curve: &[Point],
    gaps: &[(Seconds, Seconds)],
    (from, to): (Seconds, Seconds),
    count: usize,
) -> Vec<Option<Range>> {
    let mut found: Vec<Option<Range>> = vec![None; count];
    let width = (to.0 - from.0) / count as f64;
    if !(width.is_finite() && width > 0.0) {
        return found;
    }
    let slot = |time: f64| (((time - from.0) / width) as usize).min(count - 1);
    let mut before = None;
    for point in curve.iter().filter(|point| point.time.0.is_finite()) {
        if point.time.0 < from.0 {
            before = Some(point.value.0);
        } else if point.time.0 <= to.0 {
            let value = point.value.0;
            let range = found[slot(point.time.0)].get_or_insert((value, value));
            *range = (range.0.min(value), range.1.max(value));
        }
    }
    hold(&mut found, curve, before, from, width);
    for (begin, end) in gaps {
        let first = ((begin.0 - from.0) / width).ceil().max(0.0) as usize;
        let after = ((end.0 - from.0) / width).floor().max(0.0) as usize;
        found.iter_mut().take(after).skip(first).for_each(|column| *column = None);
    }
    found
}

/// Fills the columns without a point.
fn hold(found: &mut [Option<Range>], curve: &[Point], before: Option<u64>, from: Seconds, width: f64) {
    let Some(end) = curve.last().map(|point| point.time.0) else { return };
    let mut held = before;
    // The last value of a column is not known any more where it has several. The points tell it.
    let mut points = curve.iter().skip_while(|point| point.time.0 < from.0).peekable();
    for (at, column) in found.iter_mut().enumerate() {
        let (begin, next) = (from.0 + width * at as f64, from.0 + width * (at + 1) as f64);
        if let (None, Some(value)) = (&column, held)
            && begin < end
        {
            *column = Some((value, value));
        }
        while let Some(point) = points.next_if(|point| point.time.0 < next) {
            held = Some(point.value.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use rprof_trace::Bytes;

    use super::*;

    fn curve(points: &[(f64, u64)]) -> Vec<Point> {
        points.iter().map(|(time, value)| Point { time: Seconds(*time), value: Bytes(*value) }).collect()
    }

    fn found(points: &[(f64, u64)], gaps: &[(f64, f64)], window: (f64, f64)) -> Vec<Option<Range>> {
        let gaps: Vec<_> = gaps.iter().map(|(from, to)| (Seconds(*from), Seconds(*to))).collect();
        columns(&curve(points), &gaps, (Seconds(window.0), Seconds(window.1)), 5)
    }

    #[test]
    fn a_column_has_its_extremes_or_the_value_before() {
        let points = [(0.0, 7), (0.5, 3), (0.9, 5), (3.2, 9), (4.9, 2)];
        let held = Some((5, 5));
        assert_eq!(found(&points, &[], (0.0, 5.0)), [Some((3, 7)), held, held, Some((9, 9)), Some((2, 2))]);
        // The value before the window holds at its start; nothing holds after the last point.
        assert_eq!(found(&points, &[], (2.0, 7.0)), [held, Some((9, 9)), Some((2, 2)), None, None]);
    }

    #[test]
    fn a_gap_and_the_time_before_the_first_point_are_empty() {
        let points = [(1.0, 4), (5.0, 4)];
        assert_eq!(found(&points, &[(2.0, 4.0)], (0.0, 5.0)), [None, Some((4, 4)), None, None, Some((4, 4))]);
    }

    #[test]
    fn a_window_without_a_width_has_no_values() {
        for window in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            assert_eq!(found(&[(1.0, 4)], &[], window), [None; 5]);
        }
        assert!(columns(&[], &[], (Seconds(0.0), Seconds(1.0)), 0).is_empty());
    }
}
