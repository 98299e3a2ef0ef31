//! Steps: memory appears when a process starts and goes back when it ends, in an instant. A curve must not slope there.

use std::iter::Peekable;
use std::slice::Iter;

use rprof_trace::{Bytes, Curve, Point, Profile, Seconds};

/// Times closer than this, in seconds, are the same: a tick is rounded to a microsecond, an exit too.
const SAME: f64 = 1e-4;

/// Intervals without a measurement, asked for in order of time.
struct Gaps<'a>(Peekable<Iter<'a, (Seconds, Seconds)>>);

impl<'a> Gaps<'a> {
    fn new(profile: &'a Profile) -> Self {
        Self(profile.gaps.iter().peekable())
    }

    /// True if a gap lies between two times.
    fn lie_between(&mut self, from: Seconds, to: Seconds) -> bool {
        while self.0.next_if(|gap| gap.1 <= from).is_some() {}
        self.0.peek().is_some_and(|gap| gap.0 < to)
    }
}

/// The curve of a process with a vertical line at its birth and one at its exit, up to which its last value holds.
///
/// The reader puts a point of value 0 at an exit. A trace of mprof has neither births nor exits, so its curves stay.
pub fn of_process(process: &[Point], profile: &Profile) -> Curve {
    if profile.header.is_none() {
        return process.to_vec();
    }
    let mut gaps = Gaps::new(profile);
    let mut curve = Curve::with_capacity(process.len() + 2);
    let mut last: Option<Point> = None;
    for point in process {
        let is_gone = |point: &Point| point.value == Bytes(0);
        match last {
            Some(last) if gaps.lie_between(last.time, point.time) => {}
            Some(last) if is_gone(point) && !is_gone(&last) => {
                curve.push(Point { time: point.time, ..last });
            }
            Some(last) if is_gone(&last) && !is_gone(point) => {
                curve.push(Point { time: point.time, ..last });
            }
            None if !is_gone(point) => curve.push(Point { value: Bytes(0), ..*point }),
            _ => {}
        }
        curve.push(*point);
        last = Some(*point);
    }
    curve
}

/// The times in a curve of [`of_process`] at which the process was born or ended.
pub fn events(process: &[Point]) -> impl Iterator<Item = Seconds> {
    let is_vertical = |two: &&[Point]| two[0].time == two[1].time && two[0].value != two[1].value;
    process.windows(2).filter(is_vertical).map(|two| two[0].time)
}

/// The curve of a sum with a step between two ticks if one of the events, in order of time, lies between them.
///
/// A fall happens at the last event between the ticks, a rise at the first. The curve of a process thus never
/// lies above that of the sum which contains it.
pub fn at_events(sum: &[Point], events: &[Seconds], profile: &Profile) -> Curve {
    let mut gaps = Gaps::new(profile);
    let mut events = events.iter().peekable();
    let mut curve = Curve::with_capacity(sum.len() + 2 * events.len());
    let mut last: Option<Point> = None;
    for point in sum {
        let mut between: Option<(Seconds, Seconds)> = None;
        while let Some(event) = events.next_if(|event| event.0 <= point.time.0 + SAME) {
            if last.is_some_and(|last| event.0 > last.time.0 + SAME) {
                between = Some((between.map_or(*event, |(first, _)| first), *event));
            }
        }
        if let Some((last, (first, latest))) = last.zip(between)
            && last.value != point.value
            && !gaps.lie_between(last.time, point.time)
        {
            let event = if point.value < last.value { latest } else { first };
            let time = Seconds(event.0.min(point.time.0));
            curve.push(Point { time, ..last });
            curve.push(Point { time, ..*point });
        }
        if curve.last() != Some(point) {
            curve.push(*point);
        }
        last = Some(*point);
    }
    curve
}

/// Holds the last value of a curve of the whole run until the end of the run, and then lets it fall to 0.
///
/// Nothing is added without an end record or a tick, or after a gap; and no fall if the processes went on without rprof.
pub fn until_the_end(curve: &mut Curve, profile: &Profile) {
    let Some((end, last)) = profile.trusted_end().zip(curve.last().copied()) else { return };
    let time = end.elapsed_s;
    let is_known =
        profile.samples > 0 && time >= last.time && profile.gaps.last().is_none_or(|gap| gap.1 <= last.time);
    if !is_known || last.value == Bytes(0) {
        return;
    }
    curve.push(Point { time, ..last });
    if end.reason.as_deref().is_none_or(|reason| !reason.starts_with("detached")) {
        curve.push(Point { time, value: Bytes(0) });
    }
}

#[cfg(test)]
mod tests {
    use rprof_trace::{End, Header};

    use super::*;

    fn curve(points: &[(f64, u64)]) -> Curve {
        points.iter().map(|(time, value)| Point { time: Seconds(*time), value: Bytes(*value) }).collect()
    }

    fn run(end: f64, reason: Option<&str>) -> Profile {
        let reason = reason.map(str::to_owned);
        let end = Some(End { elapsed_s: Seconds(end), reason, ..End::default() });
        Profile { header: Some(Header::default()), end, samples: 2, ..Profile::default() }
    }

    /// A compiler that lived for one tick was a slope from its only sample to 0.
    #[test]
    fn a_process_seen_at_one_tick_is_a_step() {
        let seen = curve(&[(1.0, 40), (1.2, 0)]);
        let stepped = of_process(&seen, &run(2.0, None));
        assert_eq!(stepped, curve(&[(1.0, 0), (1.0, 40), (1.2, 40), (1.2, 0)]));
        assert_eq!(events(&stepped).map(|time| time.0).collect::<Vec<_>>(), [1.0, 1.2]);
        assert_eq!(of_process(&seen, &Profile::default()), seen, "a trace of mprof knows no exits");
    }

    #[test]
    fn nothing_holds_across_a_gap() {
        let mut run = run(9.0, None);
        run.gaps = vec![(Seconds(1.1), Seconds(5.0))];
        let seen = curve(&[(1.0, 40), (5.0, 0)]);
        assert_eq!(of_process(&seen, &run), curve(&[(1.0, 0), (1.0, 40), (5.0, 0)]));
        let sum = curve(&[(1.0, 40), (5.0, 10)]);
        assert_eq!(at_events(&sum, &[Seconds(5.0)], &run), sum);
        let mut end = curve(&[(1.0, 40)]);
        until_the_end(&mut end, &run);
        assert_eq!(end.len(), 1);
    }

    /// Between two ticks the sum sloped, while the process in it held: the part lay above the whole.
    #[test]
    fn the_sum_steps_where_a_process_in_it_does() {
        let sum = curve(&[(0.0, 5), (1.0, 45), (2.0, 50), (3.0, 10), (4.0, 12)]);
        let stepped = at_events(&sum, &[1.0, 2.25, 2.5].map(Seconds), &run(5.0, None));
        let expected =
            curve(&[(0.0, 5), (1.0, 5), (1.0, 45), (2.0, 50), (2.5, 50), (2.5, 10), (3.0, 10), (4.0, 12)]);
        assert_eq!(stepped, expected);
        // An exit at a tick, up to the rounding of both, is not one after it.
        let close = at_events(&sum, &[Seconds(3.000_001)], &run(5.0, None));
        assert_eq!(close[3..], curve(&[(3.0, 50), (3.0, 10), (4.0, 12)]));
    }

    /// The total ended at the last tick, while the curves of its processes went on.
    #[test]
    fn the_last_value_holds_until_the_end_and_falls_there() {
        let held = |run: &Profile| {
            let mut total = curve(&[(0.0, 5), (1.0, 45)]);
            until_the_end(&mut total, run);
            total.split_off(2)
        };
        assert_eq!(held(&run(1.08, None)), curve(&[(1.08, 45), (1.08, 0)]));
        assert_eq!(held(&run(1.08, Some("detached"))), curve(&[(1.08, 45)]), "the process went on");
        assert_eq!(held(&Profile::default()), [], "killed, or still running");
        let no_tick = Profile { samples: 0, ..run(1.08, None) };
        assert_eq!(held(&no_tick), [], "the only point is a peak that the kernel proved");
    }
}
