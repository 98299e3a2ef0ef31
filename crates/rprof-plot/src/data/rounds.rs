//! The curve of values that are measured in rounds with long pauses, such as PSS. Each value is held as a step for a
//! limited time. Nothing is drawn where nothing is known, and nothing above the curve that bounds the values.

use rprof_trace::{Point, Profile};

use crate::data::curve::DataPoint;
use crate::data::time_range::TimeRange;

/// A value is held for at most this many intervals of the run, or one part in `PARTS` of the time axis if that is more.
const INTERVALS: f64 = 5.0;
const PARTS: f64 = 100.0;
/// A pause of less than one part in this many of the time axis, about a pixel, is no break.
const INVISIBLE: f64 = 800.0;

/// A value that is held from one time to another.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    from: f64,
    to: f64,
    value: f64,
}

/// The PSS of a run inside the time range, a piece for each stretch without a break. `total` is the curve that bounds it.
pub fn pss_pieces(profile: &Profile, total: &[Point], range: &TimeRange) -> Vec<Vec<DataPoint>> {
    let width = range.to - range.from;
    let interval = profile.header.as_ref().map_or(0.0, |header| header.interval_s.0);
    let longest = (INTERVALS * interval).max(width / PARTS);
    let steps = steps(profile, total, longest);
    let inside = steps.filter(|step| step.to >= range.from && step.from <= range.to);
    let cut = inside.map(|s| Step { from: s.from.max(range.from), to: s.to.min(range.to), ..s });
    let mut pieces: Vec<Vec<DataPoint>> = Vec::new();
    let mut end = f64::NEG_INFINITY;
    for step in cut {
        let mut corners = vec![(step.from, step.value)];
        corners.extend((step.to > step.from).then_some((step.to, step.value)));
        match pieces.last_mut() {
            Some(piece) if step.from - end <= width / INVISIBLE => piece.extend(corners),
            _ => pieces.push(corners),
        }
        end = step.to;
    }
    pieces
}

/// The steps of all rounds. A step ends at the next round, after `longest`, at a gap, or where the total falls below it.
fn steps<'a>(profile: &'a Profile, total: &'a [Point], longest: f64) -> impl Iterator<Item = Step> {
    let mut gaps = profile.gaps.iter().peekable();
    let mut total = Total { points: total, at: 0 };
    profile.pss.iter().enumerate().map(move |(i, round)| {
        let from = round.time.0;
        while gaps.next_if(|gap| gap.1.0 <= from).is_some() {}
        let next = profile.pss.get(i + 1).map_or(profile.elapsed.0, |next| next.time.0);
        let gap = gaps.peek().map_or(f64::INFINITY, |gap| gap.0.0);
        // A trace of an older version may have values above the total.
        let value = (round.value.0 as f64).min(total.value_at(from));
        let to = next.min(from + longest).min(gap);
        Step { from, to: total.falls_below(value, to).min(to).max(from), value }
    })
}

/// A cursor on the curve of the total. Its questions come in order of time.
struct Total<'a> {
    points: &'a [Point],
    /// The last point that is not later than the last question.
    at: usize,
}

impl Total<'_> {
    /// The height of the line at a time, the highest one if several points have this time; infinite outside the curve.
    fn value_at(&mut self, time: f64) -> f64 {
        let mut highest = f64::NEG_INFINITY;
        while let Some(next) = self.points.get(self.at + 1).filter(|next| next.time.0 <= time) {
            self.at += 1;
            if next.time.0 >= time {
                highest = highest.max(value(next));
            }
        }
        match self.points.get(self.at..) {
            Some([here, ..]) if here.time.0 >= time => highest.max(value(here)),
            Some([here, next, ..]) => {
                let part = (time - here.time.0) / (next.time.0 - here.time.0);
                value(here) + (value(next) - value(here)) * part
            }
            _ => f64::INFINITY,
        }
    }

    /// The time at which the line falls below a value that it has now, but no later than the first point after `limit`.
    fn falls_below(&self, height: f64, limit: f64) -> f64 {
        let ahead = self.points.get(self.at..).unwrap_or_default();
        for two in ahead.windows(2) {
            let (here, next) = (&two[0], &two[1]);
            if here.time.0 > limit {
                break;
            }
            if value(next) < height {
                let fall = value(here) - value(next);
                let part = if fall > 0.0 { ((value(here) - height) / fall).clamp(0.0, 1.0) } else { 0.0 };
                return here.time.0 + (next.time.0 - here.time.0) * part;
            }
        }
        f64::INFINITY
    }
}

fn value(point: &Point) -> f64 {
    point.value.0 as f64
}

#[cfg(test)]
mod tests {
    use rprof_trace::{Bytes, Curve, Header, Seconds};

    use super::*;

    const RANGE: TimeRange = TimeRange { from: 0.0, to: 10.0, end: 10.0 };

    fn curve(points: &[(f64, u64)]) -> Curve {
        points.iter().map(|(time, value)| Point { time: Seconds(*time), value: Bytes(*value) }).collect()
    }

    /// A run of 10 s with an interval of 0.1 s.
    fn run(total: &[(f64, u64)], pss: &[(f64, u64)]) -> Profile {
        let header = Some(Header { interval_s: Seconds(0.1), ..Header::default() });
        Profile { header, total: curve(total), pss: curve(pss), elapsed: Seconds(10.0), ..Profile::default() }
    }

    /// A figure once had a straight line across seven seconds without a round, above the curve of RSS.
    #[test]
    fn a_value_is_held_for_half_a_second_and_then_unknown() {
        let run = run(&[(0.0, 100), (10.0, 100)], &[(1.0, 50), (1.2, 60), (8.0, 70)]);
        let pieces = pss_pieces(&run, &run.total, &RANGE);
        assert_eq!(pieces[0], [(1.0, 50.0), (1.2, 50.0), (1.2, 60.0), (1.7, 60.0)]);
        assert_eq!(pieces[1], [(8.0, 70.0), (8.5, 70.0)]);
        assert_eq!(pieces.len(), 2);
    }

    #[test]
    fn no_step_is_above_the_total() {
        let falling = run(&[(0.0, 128), (1.0, 128), (2.0, 0), (10.0, 0)], &[(0.875, 80), (1.25, 120)]);
        let pieces = pss_pieces(&falling, &falling.total, &RANGE);
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0][..3], [(0.875, 80.0), (1.25, 80.0), (1.25, 96.0)], "120 was above the line");
        assert!(pieces[0][3..].iter().all(|point| point.0 < 1.25 + 1e-9));
        let spike = run(&[(0.0, 10), (1.0, 10), (1.0, 50), (1.1, 10), (10.0, 10)], &[(1.0, 40)]);
        let pieces = pss_pieces(&spike, &spike.total, &RANGE);
        assert_eq!(pieces[0][0], (1.0, 40.0), "the peak at the time of the round counts");
        assert!(pieces[0][1].0 < 1.03);
    }

    #[test]
    fn a_gap_and_the_edges_of_the_window_end_a_step() {
        let mut gapped = run(&[(0.0, 100), (10.0, 100)], &[(1.0, 50), (5.8, 60)]);
        gapped.gaps = vec![(Seconds(1.1), Seconds(5.0))];
        assert_eq!(pss_pieces(&gapped, &gapped.total, &RANGE)[0], [(1.0, 50.0), (1.1, 50.0)]);
        let window = TimeRange { from: 6.0, to: 7.0, end: 10.0 };
        assert_eq!(pss_pieces(&gapped, &gapped.total, &window), [[(6.0, 60.0), (6.3, 60.0)]]);
    }

    #[test]
    fn without_a_total_nothing_bounds_the_steps() {
        assert_eq!(pss_pieces(&run(&[], &[(1.0, 50)]), &[], &RANGE), [[(1.0, 50.0), (1.5, 50.0)]]);
        let none = run(&[(0.0, 1)], &[]);
        assert!(pss_pieces(&none, &none.total, &RANGE).is_empty());
    }
}
