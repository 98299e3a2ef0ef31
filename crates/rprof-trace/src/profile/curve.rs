//! A curve of any length in bounded space. Of each slice of time it keeps the first, last, lowest and highest point,
//! so that no spike and no dip is lost.

use crate::model::Tick;
use crate::units::{Bytes, Seconds};

/// A value at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Time since the start of the run.
    pub time: Seconds,
    /// Memory in bytes.
    pub value: Bytes,
}

/// Points in order of time.
pub type Curve = Vec<Point>;

/// What an [`Envelope`] collects: something with a time, and with a value by which the extremes are chosen.
pub trait Measured: Copy + PartialEq {
    /// Its time.
    fn time(&self) -> Seconds;
    /// Its value.
    fn value(&self) -> Bytes;
    /// The same at another time.
    #[must_use]
    fn at(self, time: Seconds) -> Self;
}

impl Measured for Point {
    fn time(&self) -> Seconds {
        self.time
    }

    fn value(&self) -> Bytes {
        self.value
    }

    fn at(self, time: Seconds) -> Self {
        Self { time, ..self }
    }
}

impl Measured for Tick {
    fn time(&self) -> Seconds {
        self.time
    }

    fn value(&self) -> Bytes {
        self.value
    }

    fn at(self, time: Seconds) -> Self {
        Self { time, ..self }
    }
}

#[derive(Debug, Clone, Copy)]
struct Slice<P> {
    first: P,
    last: P,
    low: P,
    high: P,
}

impl<P: Measured> Slice<P> {
    fn new(p: P) -> Self {
        Self { first: p, last: p, low: p, high: p }
    }

    fn add(&mut self, p: P) {
        if p.time() < self.first.time() {
            self.first = p;
        }
        if p.time() >= self.last.time() {
            self.last = p;
        }
        if p.value() < self.low.value() {
            self.low = p;
        }
        if p.value() > self.high.value() {
            self.high = p;
        }
    }

    fn merge(&mut self, other: &Self) {
        for p in [other.first, other.low, other.high, other.last] {
            self.add(p);
        }
    }
}

/// Collects points, in any order of time, in a limited number of slices of equal width.
///
/// The width doubles when the curve outgrows the slices, so that one pass over a stream of unknown length is enough.
#[derive(Debug, Clone)]
pub struct Envelope<P = Point> {
    /// The slices that have a point, by number. A short curve takes no more space than its points.
    slices: Vec<(usize, Slice<P>)>,
    limit: usize,
    origin: f64,
    /// Slices per second. Multiplying by it is cheaper than dividing by a width.
    rate: f64,
}

impl<P: Measured> Envelope<P> {
    /// An envelope of at most `limit` slices (at least 2). Times before `origin` belong to the first slice.
    pub fn new(limit: usize, origin: Seconds) -> Self {
        // The first width, 0.1 ms, is below any sampling interval. 33 doublings reach a century with 4096 slices.
        Self { slices: Vec::new(), limit: limit.max(2), origin: origin.0, rate: 1e4 }
    }

    /// Adds a point. A point whose time is not finite is dropped.
    pub fn add(&mut self, point: P) {
        if !point.time().0.is_finite() {
            return;
        }
        let mut at = self.slot(point.time());
        while at >= self.limit {
            self.double();
            at = self.slot(point.time());
        }
        match self.slices.last_mut() {
            Some((last, slice)) if *last == at => slice.add(point),
            Some((last, _)) if *last > at => self.add_before(at, point),
            _ => self.slices.push((at, Slice::new(point))),
        }
    }

    /// Adds a point before the last slice: a clock was set back.
    fn add_before(&mut self, at: usize, point: P) {
        match self.slices.binary_search_by_key(&at, |(number, _)| *number) {
            Ok(place) => self.slices[place].1.add(point),
            Err(place) => self.slices.insert(place, (at, Slice::new(point))),
        }
    }

    /// Lowers the limit of the slices, and the detail with it.
    pub(crate) fn coarsen(&mut self, limit: usize) {
        self.limit = limit.max(2);
        while self.slices.last().is_some_and(|(last, _)| *last >= self.limit) {
            self.double();
        }
    }

    /// The number of slices in use.
    pub(crate) fn len(&self) -> usize {
        self.slices.len()
    }

    fn slot(&self, time: Seconds) -> usize {
        ((time.0 - self.origin) * self.rate).max(0.0) as usize
    }

    fn double(&mut self) {
        self.rate /= 2.0;
        self.slices.iter_mut().for_each(|(number, _)| *number /= 2);
        self.slices.dedup_by(|(later, from), (number, into)| {
            let same = later == number;
            if same {
                into.merge(from);
            }
            same
        });
    }

    /// `true` if no point was added.
    pub fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }

    /// The kept points, at most four per slice, in order of time.
    pub fn curve(&self) -> Vec<P> {
        let mut curve = Vec::new();
        for (_, s) in &self.slices {
            // A step has two points of one time, whose order a sort by time alone would lose.
            let is_inner = |p: &P| *p != s.first && *p != s.last;
            let inner = [s.low, s.high].into_iter().filter(is_inner);
            let mut points: Vec<P> = [s.first].into_iter().chain(inner).chain([s.last]).collect();
            points.sort_by(|a, b| a.time().0.total_cmp(&b.time().0));
            for p in points {
                if curve.last() != Some(&p) {
                    curve.push(p);
                }
            }
        }
        curve
    }
}

/// The envelope of a window of a curve, with one point on either side of the window.
///
/// The outer points let the line of a figure reach the edges of the window.
#[derive(Debug, Clone)]
pub(crate) struct Track<P = Point> {
    envelope: Envelope<P>,
    window: Option<(Seconds, Seconds)>,
    before: Option<P>,
    after: Option<P>,
}

impl<P: Measured> Track<P> {
    /// An empty track. `origin` is the earliest time of the curve; a window starts at its own start instead.
    pub fn new(slices: usize, origin: Seconds, window: Option<(Seconds, Seconds)>) -> Self {
        let origin = window.map_or(origin, |w| w.0);
        Self { envelope: Envelope::new(slices, origin), window, before: None, after: None }
    }

    pub fn add(&mut self, point: P) {
        match self.window {
            Some((from, _)) if point.time() < from => {
                if self.before.is_none_or(|p| point.time() >= p.time()) {
                    self.before = Some(point);
                }
            }
            Some((_, to)) if point.time() > to => {
                if self.after.is_none_or(|p| point.time() < p.time()) {
                    self.after = Some(point);
                }
            }
            _ => self.envelope.add(point),
        }
    }

    /// Lowers the limit of the slices.
    pub fn coarsen(&mut self, limit: usize) {
        self.envelope.coarsen(limit);
    }

    /// The number of slices in use.
    pub fn len(&self) -> usize {
        self.envelope.len()
    }

    /// The curve, with times counted from `zero`.
    pub fn curve(&self, zero: f64) -> Vec<P> {
        let inner = self.envelope.curve();
        let points = self.before.into_iter().chain(inner).chain(self.after);
        points.map(|p| p.at(Seconds(p.time().0 - zero))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(time: f64, value: u64) -> Point {
        Point { time: Seconds(time), value: Bytes(value) }
    }

    #[test]
    fn a_short_curve_is_kept_point_by_point() {
        let points: Vec<Point> = (0..50).map(|i| point(f64::from(i) * 0.1, (i * 7 % 11) as u64)).collect();
        let mut envelope = Envelope::new(1024, Seconds(0.0));
        for point in &points {
            envelope.add(*point);
        }
        assert_eq!(envelope.curve(), points);
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow")]
    fn a_long_curve_keeps_its_one_spike_and_its_one_dip_in_bounded_space() {
        let mut envelope = Envelope::new(256, Seconds(0.0));
        for i in 0..1_000_000 {
            let value = match i {
                777_777 => 9_000,
                123_456 => 1,
                _ => 100,
            };
            envelope.add(point(f64::from(i) * 0.001, value));
        }
        let curve = envelope.curve();
        assert!(curve.len() <= 4 * 256, "{}", curve.len());
        assert!(curve.contains(&point(777.777, 9_000)) && curve.contains(&point(123.456, 1)));
        assert!(curve.windows(2).all(|w| w[0].time <= w[1].time));
        assert_eq!(curve.first(), Some(&point(0.0, 100)));
        assert_eq!(curve.last(), Some(&point(999.999, 100)));
    }

    #[test]
    fn points_out_of_order_or_without_a_time_do_no_harm() {
        let mut envelope: Envelope = Envelope::new(8, Seconds(0.0));
        for t in [5.0, -1.0, f64::NAN, f64::INFINITY, 3.0] {
            envelope.add(point(t, 1));
        }
        let times: Vec<f64> = envelope.curve().iter().map(|p| p.time.0).collect();
        assert_eq!(times, [-1.0, 3.0, 5.0]);
    }
}
