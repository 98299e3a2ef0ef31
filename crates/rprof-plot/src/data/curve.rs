//! A curve made ready to be drawn: cut to the window, broken at gaps, thinned to what a pixel column can show.

use rprof_trace::{Point, Seconds};

/// Seconds and bytes.
pub type DataPoint = (f64, f64);

/// The parts of a curve within the window, broken wherever nothing was measured; the edges are interpolated.
pub fn pieces(curve: &[Point], gaps: &[(Seconds, Seconds)], from: f64, to: f64) -> Vec<Vec<DataPoint>> {
    let mut gaps = gaps.iter().copied().peekable();
    let mut pieces: Vec<Vec<DataPoint>> = Vec::new();
    let mut last: Option<DataPoint> = None;
    for p in curve {
        let here = (p.time.0, p.value.0 as f64);
        let joined = last.filter(|l| {
            while gaps.next_if(|gap| gap.1.0 <= l.0).is_some() {}
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
    fn the_window_cuts_at_its_edges() {
        let curve = curve(&[(0.0, 0), (2.0, 200), (4.0, 0)]);
        assert_eq!(pieces(&curve, &[], 1.0, 3.0), [vec![(1.0, 100.0), (2.0, 200.0), (3.0, 100.0)]]);
        assert_eq!(pieces(&curve, &[], 0.5, 1.0), [vec![(0.5, 50.0), (1.0, 100.0)]], "no point inside");
        assert_eq!(pieces(&curve, &[], 0.0, 9.0)[0].len(), 3);
        assert!(pieces(&curve, &[], 5.0, 9.0).is_empty());
        assert!(pieces(&[], &[], 5.0, 9.0).is_empty());
    }

    #[test]
    fn a_gap_breaks_the_line_and_is_not_bridged_by_the_window() {
        let curve = curve(&[(0.0, 1), (1.0, 1), (5.0, 9), (6.0, 9)]);
        let gaps = [(Seconds(1.0), Seconds(5.0))];
        assert_eq!(pieces(&curve, &gaps, 0.0, 6.0), [[(0.0, 1.0), (1.0, 1.0)], [(5.0, 9.0), (6.0, 9.0)]]);
        assert_eq!(pieces(&curve, &gaps, 2.0, 6.0), [[(5.0, 9.0), (6.0, 9.0)]]);
        let inner = [(Seconds(1.5), Seconds(4.5))];
        assert_eq!(pieces(&curve, &inner, 0.0, 6.0).len(), 2, "a gap need not reach the points");
    }
}
