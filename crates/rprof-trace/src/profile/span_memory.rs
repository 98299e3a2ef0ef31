//! The memory of a run within its spans: what it was as each began and ended, and the largest in between. One sweep over
//! the ticks in order of time, in space that grows with the number of spans alone.

use crate::profile::Span;
use crate::profile::curve::Point;
use crate::units::{Bytes, Seconds};

/// Where a span begins or ends.
#[derive(Debug, Clone, Copy)]
struct Edge {
    time: Seconds,
    span: usize,
    leaves: bool,
}

/// What was found of a span.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    enter: Bytes,
    leave: Bytes,
    peak: Option<Bytes>,
}

/// Takes the ticks of a run whose spans are known.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    /// In order of time.
    edges: Vec<Edge>,
    next: usize,
    last: Option<Point>,
    /// Proven peaks since the last tick.
    proven: Vec<Point>,
    /// Of all that began at or after each number: the largest value so far. Both numbers and values of one entry are
    /// above resp. below those of the entry before.
    maxima: Vec<(usize, Option<Bytes>)>,
    begun: usize,
    /// Whether what processes tell of themselves is what the curve is made of.
    own_counts: bool,
    /// For each span its number in the order of begin.
    order: Vec<usize>,
    found: Vec<Found>,
}

impl Probe {
    /// The spans' times must be on the clock of the ticks.
    pub fn new<'a>(spans: impl Iterator<Item = &'a Span>) -> Self {
        let mut edges = Vec::new();
        let mut count = 0;
        for (at, span) in spans.enumerate() {
            edges.push(Edge { time: span.enter.0, span: at, leaves: false });
            edges.extend(span.leave.map(|(time, _)| Edge { time, span: at, leaves: true }));
            count += 1;
        }
        // Stable: a span without length begins before it ends.
        edges.sort_by(|a, b| a.time.0.total_cmp(&b.time.0));
        Self {
            edges,
            next: 0,
            last: None,
            proven: Vec::new(),
            maxima: Vec::new(),
            begun: 0,
            own_counts: false,
            order: vec![0; count],
            found: vec![Found::default(); count],
        }
    }

    /// The curve is of RSS, which is what processes tell of themselves.
    pub fn count_own(&mut self) {
        self.own_counts = true;
    }

    /// A tick; one that is earlier than the one before is left out.
    pub fn tick(&mut self, point: Point) {
        if self.last.is_some_and(|last| point.time < last.time) {
            return;
        }
        let mut proven = std::mem::take(&mut self.proven);
        proven.sort_by(|a, b| a.time.0.total_cmp(&b.time.0));
        for peak in proven.drain(..) {
            self.pass(peak.time, point);
            self.raise(peak.value);
        }
        self.proven = proven;
        self.pass(point.time, point);
        self.raise(point.value);
        self.last = Some(point);
    }

    /// A peak between two ticks; it counts for the spans it is drawn in.
    pub fn proven(&mut self, point: Point) {
        self.proven.push(point);
    }

    /// Puts what was found into the spans it was made of.
    pub fn finish<'a>(mut self, spans: impl Iterator<Item = &'a mut Span>) {
        let Some(last) = self.last else { return };
        for peak in std::mem::take(&mut self.proven) {
            self.pass(peak.time, last);
            self.raise(peak.value);
        }
        self.pass(Seconds(f64::INFINITY), last);
        for ((span, found), order) in spans.zip(&self.found).zip(&self.order) {
            let mut found = *found;
            if span.leave.is_none() {
                found.leave = last.value;
                found.peak = self.largest(*order);
            }
            let mut peak = found.peak.unwrap_or(found.enter.max(found.leave));
            if let Some((enter, leave)) = span.own.filter(|_| self.own_counts) {
                // To the instant, which the line between two ticks is not; and the tree is no smaller than a part of it.
                (found.enter, found.leave) = (enter, leave);
                peak = peak.max(enter).max(leave);
            }
            if span.thread.is_some() {
                span.enter.1 = found.enter;
                span.leave = span.leave.map(|(time, _)| (time, found.leave));
            } else if let Some((_, value)) = span.leave {
                // mprof's have the memory of their own process.
                (found.enter, found.leave) = (span.enter.1, value);
                peak = found.peak.unwrap_or(found.enter.max(found.leave));
            }
            span.peak = Some(peak);
            span.growth = Some(found.leave.0.cast_signed().saturating_sub(found.enter.0.cast_signed()));
        }
    }

    /// Passes the edges up to a time: of those at that very time the begins, since a span has what is measured then.
    fn pass(&mut self, until: Seconds, next: Point) {
        let mut ends = Vec::new();
        while let Some(edge) = self.edges.get(self.next).copied().filter(|edge| edge.time <= until) {
            if edge.leaves && edge.time == until {
                // Later ones of the same time may be begins.
                ends.push(edge);
                self.next += 1;
                continue;
            }
            self.next += 1;
            self.meet(edge, next);
        }
        // Put back, to be met after what is measured at this time.
        self.next -= ends.len();
        let next = self.next;
        self.edges[next..next + ends.len()].copy_from_slice(&ends);
    }

    fn meet(&mut self, edge: Edge, next: Point) {
        let value = self.value_at(edge.time, next);
        if edge.leaves {
            self.found[edge.span].leave = value;
            self.found[edge.span].peak = self.largest(self.order[edge.span]);
        } else {
            self.found[edge.span].enter = value;
            self.order[edge.span] = self.begun;
            if self.maxima.last().is_none_or(|last| last.1.is_some()) {
                self.maxima.push((self.begun, None));
            }
            self.begun += 1;
        }
    }

    /// Between the last tick and the next.
    fn value_at(&self, time: Seconds, next: Point) -> Bytes {
        let Some(last) = self.last.filter(|last| last.time < next.time) else { return next.value };
        let part = ((time.0 - last.time.0) / (next.time.0 - last.time.0)).clamp(0.0, 1.0);
        let (from, to) = (last.value.0 as f64, next.value.0 as f64);
        Bytes((from + (to - from) * part).round() as u64)
    }

    /// All that have begun have had this value.
    fn raise(&mut self, value: Bytes) {
        let mut first = None;
        while let Some((begun, _)) = self.maxima.pop_if(|(_, largest)| *largest <= Some(value)) {
            first = Some(begun);
        }
        self.maxima.extend(first.map(|begun| (begun, Some(value))));
    }

    /// The largest value since the span of this number began.
    fn largest(&self, begun: usize) -> Option<Bytes> {
        let after = self.maxima.partition_point(|(first, _)| *first <= begun);
        self.maxima[..after].last().and_then(|(_, largest)| *largest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(enter: f64, leave: Option<f64>) -> Span {
        let at = |time| (Seconds(time), Bytes(0));
        Span { enter: at(enter), leave: leave.map(at), thread: Some("1.1".to_owned()), ..Span::default() }
    }

    fn point(time: f64, value: u64) -> Point {
        Point { time: Seconds(time), value: Bytes(value) }
    }

    /// What each span has: at entry, at exit, its peak, its growth.
    fn probed(mut spans: Vec<Span>, ticks: &[Point], proven: Option<Point>) -> Vec<(u64, u64, u64, i64)> {
        let mut probe = Probe::new(spans.iter());
        for tick in ticks {
            if let Some(proven) = proven.filter(|p| p.time < tick.time && p.time.0 > tick.time.0 - 1.0) {
                probe.proven(proven);
            }
            probe.tick(*tick);
        }
        probe.finish(spans.iter_mut());
        let seen = |s: &Span| {
            let peak = s.peak.map_or(0, |peak| peak.0);
            (s.enter.1.0, s.leave.map_or(0, |leave| leave.1.0), peak, s.growth.unwrap_or(0))
        };
        spans.iter().map(seen).collect()
    }

    #[test]
    fn memory_at_the_ends_lies_on_the_line_between_the_ticks() {
        let ticks = [point(0.0, 0), point(1.0, 100), point(2.0, 60), point(3.0, 80)];
        let spans = vec![
            span(0.5, Some(1.5)),
            span(0.25, Some(0.75)),
            span(2.0, Some(3.0)),
            span(-1.0, Some(9.0)),
            span(1.2, None),
            span(1.0, Some(1.0)),
        ];
        assert_eq!(
            probed(spans, &ticks, None),
            [
                (50, 80, 100, 30),
                (25, 75, 75, 50),
                (60, 80, 80, 20),
                (0, 80, 100, 80),
                (92, 0, 80, -12),
                (100, 100, 100, 0)
            ]
        );
    }

    #[test]
    fn a_proven_peak_is_inside_the_span_it_is_drawn_in_and_in_no_other() {
        let ticks = [point(0.0, 10), point(1.0, 10), point(2.0, 10)];
        let spans = vec![span(0.2, Some(0.4)), span(0.4, Some(0.6)), span(0.6, Some(0.8)), span(0.1, None)];
        let peaks: Vec<u64> =
            probed(spans, &ticks, Some(point(0.5, 70))).into_iter().map(|found| found.2).collect();
        assert_eq!(peaks, [10, 70, 10, 70]);
    }

    #[test]
    fn without_a_tick_nothing_is_known() {
        let mut spans = [span(0.0, Some(1.0))];
        Probe::new(spans.iter()).finish(spans.iter_mut());
        assert_eq!((spans[0].peak, spans[0].growth), (None, None));
    }
}
