//! The memory of each span: at its begin, at its end, and the largest value in between. One pass over the ticks in order
//! of time measures all spans, in space that grows with their number only.

use crate::profile::Span;
use crate::profile::curve::Point;
use crate::units::{Bytes, Seconds};

/// The begin or the end of a span.
#[derive(Debug, Clone, Copy)]
struct Edge {
    time: Seconds,
    span: usize,
    leaves: bool,
}

/// The memory measured of a span.
#[derive(Debug, Clone, Copy, Default)]
struct Measured {
    enter: Bytes,
    leave: Bytes,
    peak: Option<Bytes>,
}

/// Measures spans that are already known, from the ticks of their run.
///
/// Updating every open span at every tick would cost ticks × spans. Instead one list holds the peaks of all spans. A span
/// that began later never has a larger peak, so the peaks fall in the order of begin. A new value replaces all smaller
/// peaks at the end of the list by one entry, and bisection finds the peak of a span.
#[derive(Debug, Clone)]
pub(crate) struct SpanMemory {
    /// Begins and ends of all spans, in order of time.
    edges: Vec<Edge>,
    next: usize,
    last: Option<Point>,
    /// Proven peaks since the last tick.
    proven: Vec<Point>,
    /// For spans from this number on (in order of begin), up to the number of the next entry: the largest value since
    /// they began. Numbers rise and values fall along the list.
    maxima: Vec<(usize, Option<Bytes>)>,
    /// Number of spans that have begun.
    begun: usize,
    /// `true` if the curve shows RSS, the metric of the memory that programs write in their own records.
    curve_is_rss: bool,
    /// The number of each span in the order of begin.
    order: Vec<usize>,
    measured: Vec<Measured>,
}

impl SpanMemory {
    /// Prepares for these spans. Their times must be on the clock of the ticks.
    pub fn new<'a>(spans: impl Iterator<Item = &'a Span>) -> Self {
        let mut edges = Vec::new();
        let mut count = 0;
        for (at, span) in spans.enumerate() {
            edges.push(Edge { time: span.enter.0, span: at, leaves: false });
            edges.extend(span.leave.map(|(time, _)| Edge { time, span: at, leaves: true }));
            count += 1;
        }
        // The sort is stable: a span of length 0 begins before it ends.
        edges.sort_by(|a, b| a.time.0.total_cmp(&b.time.0));
        Self {
            edges,
            next: 0,
            last: None,
            proven: Vec::new(),
            maxima: Vec::new(),
            begun: 0,
            curve_is_rss: false,
            order: vec![0; count],
            measured: vec![Measured::default(); count],
        }
    }

    /// States that the curve shows RSS.
    pub fn set_rss(&mut self) {
        self.curve_is_rss = true;
    }

    /// Adds a tick. A tick earlier than the one before is skipped.
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

    /// Adds a peak between two ticks. It counts for the spans that contain the time at which it is drawn.
    pub fn proven(&mut self, point: Point) {
        self.proven.push(point);
    }

    /// Writes the measured memory into the spans.
    pub fn finish<'a>(mut self, spans: impl Iterator<Item = &'a mut Span>) {
        let Some(last) = self.last else { return };
        for peak in std::mem::take(&mut self.proven) {
            self.pass(peak.time, last);
            self.raise(peak.value);
        }
        self.pass(Seconds(f64::INFINITY), last);
        for ((span, measured), order) in spans.zip(&self.measured).zip(&self.order) {
            let mut measured = *measured;
            if span.leave.is_none() {
                measured.leave = last.value;
                measured.peak = self.largest(*order);
            }
            let mut peak = measured.peak.unwrap_or(measured.enter.max(measured.leave));
            if let Some((enter, leave)) = span.own.filter(|_| self.curve_is_rss) {
                // The program measured at the exact instant; the line between two ticks is an estimate. And the tree is
                // never smaller than one process of it.
                (measured.enter, measured.leave) = (enter, leave);
                peak = peak.max(enter).max(leave);
            }
            if span.thread.is_some() {
                span.enter.1 = measured.enter;
                span.leave = span.leave.map(|(time, _)| (time, measured.leave));
            } else if let Some((_, value)) = span.leave {
                // A span in mprof's form has the memory of its own process.
                (measured.enter, measured.leave) = (span.enter.1, value);
                peak = measured.peak.unwrap_or(measured.enter.max(measured.leave));
            }
            span.peak = Some(peak);
            span.growth = Some(measured.leave.0.cast_signed().saturating_sub(measured.enter.0.cast_signed()));
        }
    }

    /// Passes the edges up to a time. Ends at exactly that time wait: a span contains the value measured at its end.
    fn pass(&mut self, until: Seconds, next: Point) {
        let mut ends = Vec::new();
        while let Some(edge) = self.edges.get(self.next).copied().filter(|edge| edge.time <= until) {
            if edge.leaves && edge.time == until {
                // Later edges of the same time may be begins.
                ends.push(edge);
                self.next += 1;
                continue;
            }
            self.next += 1;
            self.meet(edge, next);
        }
        // They are put back and met after the value at this time.
        self.next -= ends.len();
        let next = self.next;
        self.edges[next..next + ends.len()].copy_from_slice(&ends);
    }

    fn meet(&mut self, edge: Edge, next: Point) {
        let value = self.value_at(edge.time, next);
        if edge.leaves {
            self.measured[edge.span].leave = value;
            self.measured[edge.span].peak = self.largest(self.order[edge.span]);
        } else {
            self.measured[edge.span].enter = value;
            self.order[edge.span] = self.begun;
            if self.maxima.last().is_none_or(|last| last.1.is_some()) {
                self.maxima.push((self.begun, None));
            }
            self.begun += 1;
        }
    }

    /// The value on the line between the last tick and the next.
    fn value_at(&self, time: Seconds, next: Point) -> Bytes {
        let Some(last) = self.last.filter(|last| last.time < next.time) else { return next.value };
        let part = ((time.0 - last.time.0) / (next.time.0 - last.time.0)).clamp(0.0, 1.0);
        let (from, to) = (last.value.0 as f64, next.value.0 as f64);
        Bytes((from + (to - from) * part).round() as u64)
    }

    /// Raises the peak of every span that has begun to at least this value.
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

    /// Each span's memory at entry and at exit, its peak and its growth.
    fn probed(mut spans: Vec<Span>, ticks: &[Point], proven: Option<Point>) -> Vec<(u64, u64, u64, i64)> {
        let mut memory = SpanMemory::new(spans.iter());
        for tick in ticks {
            if let Some(proven) = proven.filter(|p| p.time < tick.time && p.time.0 > tick.time.0 - 1.0) {
                memory.proven(proven);
            }
            memory.tick(*tick);
        }
        memory.finish(spans.iter_mut());
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
    fn a_proven_peak_counts_only_for_the_span_in_which_it_is_drawn() {
        let ticks = [point(0.0, 10), point(1.0, 10), point(2.0, 10)];
        let spans = vec![span(0.2, Some(0.4)), span(0.4, Some(0.6)), span(0.6, Some(0.8)), span(0.1, None)];
        let peaks: Vec<u64> =
            probed(spans, &ticks, Some(point(0.5, 70))).into_iter().map(|found| found.2).collect();
        assert_eq!(peaks, [10, 70, 10, 70]);
    }

    #[test]
    fn without_a_tick_no_memory_is_known() {
        let mut spans = [span(0.0, Some(1.0))];
        SpanMemory::new(spans.iter()).finish(spans.iter_mut());
        assert_eq!((spans[0].peak, spans[0].growth), (None, None));
    }
}
