//! Thinning of curves: it drops points that no reader could distinguish, but never an extreme.

use crate::sheet::canvas::Px;

/// Thins the pieces of a curve to at most four points in each bin of `width` px.
///
/// A gap narrower than a bin is bridged. Its grey band shows it anyway, and with thousands of gaps every piece would
/// keep points of its own, however wide the bins.
pub fn thinned(pieces: &[Vec<Px>], width: f64) -> Vec<Vec<Px>> {
    let mut lines: Vec<Vec<Px>> = Vec::new();
    for piece in pieces {
        let first = piece.first().map_or(0.0, |point| point.0);
        match lines.last_mut() {
            Some(line) if line.last().is_some_and(|last| first - last.0 < width) => line.extend(piece),
            _ => lines.push(piece.clone()),
        }
    }
    lines.into_iter().map(|line| extremes(line, width)).collect()
}

/// Keeps the first, the highest, the lowest and the last point of each bin, in order of time.
///
/// These four are enough: at a bin of 1 px a line through all points covers the same pixels, and unlike an average or
/// every n-th point they keep a spike of a single sample at its full height. The same choice is known as M4 (Jugel et
/// al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014).
fn extremes(points: Vec<Px>, width: f64) -> Vec<Px> {
    let mut kept: Vec<Px> = Vec::new();
    let mut points = points.into_iter().peekable();
    while let Some(first) = points.next() {
        let bin = (first.0 / width).floor();
        // `high` and `low` remember their place in the bin, because the drawn line must not run back in time.
        let (mut high, mut low, mut last, mut at) = ((first, 0), (first, 0), first, 0);
        while let Some(p) = points.next_if(|p| (p.0 / width).floor() <= bin) {
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

/// Adds a point, unless it repeats the last one. On a level stretch it replaces the last one: two points are enough
/// for a horizontal line.
#[allow(clippy::float_cmp, reason = "px are whole units of the backend: equal means the same unit")]
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

    #[test]
    fn thinning_keeps_the_extremes_and_at_most_four_points_in_a_bin() {
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
    fn a_gap_narrower_than_a_bin_does_not_break_the_line() {
        let pieces: Vec<Vec<Px>> =
            [(0.0, 5.0), (5.5, 9.0), (12.0, 20.0)].map(|(from, to)| vec![(from, 1.0), (to, 2.0)]).into();
        let lines = thinned(&pieces, 1.0);
        assert_eq!(
            lines,
            [vec![(0.0, 1.0), (5.0, 2.0), (5.5, 1.0), (9.0, 2.0)], vec![(12.0, 1.0), (20.0, 2.0)]]
        );
    }
}
