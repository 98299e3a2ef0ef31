//! A curve cut to the time range and broken at gaps.

use rprof_trace::{Point, Seconds};

/// One point of a curve: seconds since the start of the run, and bytes.
pub type DataPoint = (f64, f64);

/// Cuts a curve to the times from `from` to `to` and breaks it at gaps, one piece for each stretch without a gap.
///
/// A point is interpolated where the curve crosses an edge of the time range. A time range between two samples thus
/// shows the line between them. Both curve and gaps are in order of time; each is passed once.
pub fn pieces(curve: &[Point], gaps: &[(Seconds, Seconds)], from: f64, to: f64) -> Vec<Vec<DataPoint>> {
    let mut gaps = gaps.iter().copied().peekable();
    let mut pieces: Vec<Vec<DataPoint>> = Vec::new();
    let mut last: Option<DataPoint> = None;
    for point in curve {
        let here = (point.time.0, point.value.0 as f64);
        // The last point, unless a gap lies between it and this one. Gaps that ended before the last point are skipped.
        let joined = last.filter(|last| {
            while gaps.next_if(|gap| gap.1.0 <= last.0).is_some() {}
            gaps.peek().is_none_or(|gap| gap.0.0 >= here.0)
        });
        let at_from = joined.filter(|l| l.0 < from && here.0 > from).map(|l| between(l, here, from));
        let at_to = joined.filter(|l| l.0 < to && here.0 > to).map(|l| between(l, here, to));
        let inside = (from..=to).contains(&here.0).then_some(here);
        for point in [at_from, inside, at_to].into_iter().flatten() {
            match pieces.last_mut() {
                Some(piece) if joined.is_some() => piece.push(point),
                _ => pieces.push(vec![point]),
            }
        }
        last = Some(here);
    }
    pieces
}

/// The point at a time on the straight line from `a` to `b`.
fn between(a: DataPoint, b: DataPoint, time: f64) -> DataPoint {
    (time, a.1 + (b.1 - a.1) * (time - a.0) / (b.0 - a.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rprof_trace::Bytes;

    fn curve(points: &[(f64, u64)]) -> Vec<Point> {
        points.iter().map(|(t, v)| Point { time: Seconds(*t), value: Bytes(*v) }).collect()
    }

    #[test]
    fn a_curve_is_cut_at_the_edges_of_the_window() {
        let curve = curve(&[(0.0, 0), (2.0, 200), (4.0, 0)]);
        assert_eq!(pieces(&curve, &[], 1.0, 3.0), [vec![(1.0, 100.0), (2.0, 200.0), (3.0, 100.0)]]);
        assert_eq!(pieces(&curve, &[], 0.5, 1.0), [vec![(0.5, 50.0), (1.0, 100.0)]], "no point inside");
        assert_eq!(pieces(&curve, &[], 0.0, 9.0)[0].len(), 3);
        assert!(pieces(&curve, &[], 5.0, 9.0).is_empty());
        assert!(pieces(&[], &[], 5.0, 9.0).is_empty());
    }

    #[test]
    fn a_gap_breaks_the_curve_and_the_window_does_not_bridge_it() {
        let curve = curve(&[(0.0, 1), (1.0, 1), (5.0, 9), (6.0, 9)]);
        let gaps = [(Seconds(1.0), Seconds(5.0))];
        assert_eq!(pieces(&curve, &gaps, 0.0, 6.0), [[(0.0, 1.0), (1.0, 1.0)], [(5.0, 9.0), (6.0, 9.0)]]);
        assert_eq!(pieces(&curve, &gaps, 2.0, 6.0), [[(5.0, 9.0), (6.0, 9.0)]]);
        let inner = [(Seconds(1.5), Seconds(4.5))];
        assert_eq!(pieces(&curve, &inner, 0.0, 6.0).len(), 2, "a gap need not reach the points");
    }
}
