//! A curve made ready to be drawn: cut to the window, broken at gaps, thinned to what a pixel column can show.

use rprof_trace::{Point, Seconds};

use crate::sheet::canvas::Px;

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

/// The pieces of a curve in px. A gap narrower than `column` px is bridged: its band shows it, and there may be thousands.
pub fn thinned(pieces: &[Vec<DataPoint>], at: impl Fn(DataPoint) -> Px, column: f64) -> Vec<Vec<Px>> {
    let mut lines: Vec<Vec<Px>> = Vec::new();
    for piece in pieces {
        let points = piece.iter().map(|sample| at(*sample));
        let first = piece.first().map_or(0.0, |sample| at(*sample).0);
        match lines.last_mut() {
            Some(line) if line.last().is_some_and(|last| first - last.0 < column) => line.extend(points),
            _ => lines.push(points.collect()),
        }
    }
    lines.into_iter().map(|line| extremes(line, column)).collect()
}

/// At most four points for each `column` px: the first, the highest, the lowest and the last, so no spike is lost.
/// Points on a level stretch are left out, which changes nothing.
fn extremes(points: Vec<Px>, column: f64) -> Vec<Px> {
    let mut kept: Vec<Px> = Vec::new();
    let mut points = points.into_iter().peekable();
    while let Some(first) = points.next() {
        let slot = (first.0 / column).floor();
        let (mut high, mut low, mut last, mut at) = ((first, 0), (first, 0), first, 0);
        while let Some(p) = points.next_if(|p| (p.0 / column).floor() <= slot) {
            at += 1;
            last = p;
            if p.1 < high.0.1 {
                high = (p, at);
            }
            if p.1 > low.0.1 {
                low = (p, at);
            }
        }
        let (one, two) = if high.1 <= low.1 { (high.0, low.0) } else { (low.0, high.0) };
        for p in [first, one, two, last] {
            push(&mut kept, p);
        }
    }
    kept
}

#[allow(clippy::float_cmp, reason = "px come from whole units: equal means the same unit")]
fn push(kept: &mut Vec<Px>, p: Px) {
    match kept[..] {
        [.., last] if last == p => {}
        [.., before, last] if before.1 == last.1 && last.1 == p.1 => {
            kept.pop();
            kept.push(p);
        }
        _ => kept.push(p),
    }
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

    #[test]
    fn thinning_keeps_the_extremes_and_at_most_four_points_a_column() {
        let noisy = (0..100_000).map(|i| {
            let y = if i == 54_321 { -7.0 } else { f64::from((i * 7919) % 13) };
            (f64::from(i) * 0.001, y)
        });
        let kept = extremes(noisy.collect(), 1.0);
        assert!(kept.len() <= 400, "{}", kept.len());
        assert!(kept.contains(&(54.321, -7.0)));
        assert!(kept.windows(2).all(|w| w[0].0 <= w[1].0), "in order of time");
        assert_eq!((kept[0].0, kept[kept.len() - 1].0), (0.0, 99.999));
    }

    #[test]
    fn a_level_stretch_needs_two_points() {
        let kept = extremes((0..50).map(|i| (f64::from(i), 3.0)).chain([(50.0, 4.0)]).collect(), 1.0);
        assert_eq!(kept, [(0.0, 3.0), (49.0, 3.0), (50.0, 4.0)]);
    }

    #[test]
    fn gaps_too_narrow_to_be_seen_do_not_break_the_line() {
        let pieces: Vec<Vec<DataPoint>> =
            [(0.0, 5.0), (5.5, 9.0), (12.0, 20.0)].map(|(from, to)| vec![(from, 1.0), (to, 2.0)]).into();
        let lines = thinned(&pieces, |s| s, 1.0);
        assert_eq!(
            lines,
            [vec![(0.0, 1.0), (5.0, 2.0), (5.5, 1.0), (9.0, 2.0)], vec![(12.0, 1.0), (20.0, 2.0)]]
        );
    }
}
