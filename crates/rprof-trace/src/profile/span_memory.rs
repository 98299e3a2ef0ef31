//! The memory of each span: at its begin, at its end, and the bounds of its peak. One pass over the ticks in order of time
//! measures all spans, in space that grows with their number only.

use std::cmp::Reverse;

use crate::model::Proven;
use crate::profile::Span;
use crate::profile::curve::Point;
use crate::profile::span_maxima::SpanMaxima;
use crate::units::{Bytes, Seconds};

/// The bound of a time in which memory may have been of any size.
const UNBOUNDED: Bytes = Bytes(u64::MAX);

/// The largest proven peaks between two ticks that are kept at least. rprof writes one.
const MAX_PROVEN: usize = 1 << 12;

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
    /// The number of the span in the order of begin.
    number: usize,
    enter: Bytes,
    leave: Bytes,
    peak: Option<Bytes>,
    upper: Option<Bytes>,
}

/// The bounds that are known at the end of a run only.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RunBounds {
    /// Memory that the run never exceeded; `None` if unknown.
    pub upper: Option<Bytes>,
    /// The largest value from the last tick to the end; `None` if unknown.
    pub after_last_tick: Option<Bytes>,
}

/// Measures spans that are already known, from the ticks of their run.
///
/// The peak of a span lies between two bounds. The lower one is the largest value that lies inside the span for certain: a
/// tick, or a proven peak whose whole interval the span contains. The upper one is the largest bound of all times between
/// two ticks that the span overlaps.
#[derive(Debug, Clone)]
pub(crate) struct SpanMemory {
    /// Begins and ends of all spans, in order of time.
    edges: Vec<Edge>,
    next: usize,
    /// The times of begin, in order.
    begins: Vec<Seconds>,
    last: Option<Point>,
    /// Proven peaks since the last tick.
    proven: Vec<Proven>,
    peaks: SpanMaxima,
    uppers: SpanMaxima,
    /// Spans that ended since the last tick. Their upper bound includes that of the next tick.
    ended: Vec<usize>,
    /// `true` if the curve shows RSS, the metric of the memory that programs write in their own records.
    curve_is_rss: bool,
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
            begins: edges.iter().filter(|edge| !edge.leaves).map(|edge| edge.time).collect(),
            edges,
            next: 0,
            last: None,
            proven: Vec::new(),
            peaks: SpanMaxima::default(),
            uppers: SpanMaxima::default(),
            ended: Vec::new(),
            curve_is_rss: false,
            measured: vec![Measured::default(); count],
        }
    }

    /// States that the curve shows RSS.
    pub fn set_rss(&mut self) {
        self.curve_is_rss = true;
    }

    /// Adds a tick, and the bound of the time since the tick before; `None` if that is unknown. A tick earlier than the
    /// one before is skipped.
    pub fn tick(&mut self, point: Point, bound: Option<Bytes>) {
        if self.last.is_some_and(|last| point.time < last.time) {
            return;
        }
        self.pass_proven(point);
        self.pass(point.time, point);
        self.peaks.raise(point.value);
        self.pass_ends(point.time, point);
        self.close_window(bound);
        self.last = Some(point);
    }

    /// Adds a peak between two ticks. It lies inside the spans that contain its whole interval. A span that overlaps the
    /// interval gets it through the bound of the next tick.
    pub fn proven(&mut self, proven: Proven) {
        if self.proven.len() >= 2 * MAX_PROVEN {
            self.proven.sort_by_key(|proven| Reverse(proven.value));
            self.proven.truncate(MAX_PROVEN);
        }
        self.proven.push(proven);
    }

    /// Writes the measured memory into the spans.
    pub fn finish<'a>(mut self, spans: impl Iterator<Item = &'a mut Span>, bounds: RunBounds) {
        let Some(last) = self.last else { return };
        self.pass_proven(last);
        self.pass(Seconds(f64::INFINITY), last);
        self.close_window(bounds.after_last_tick);
        for (span, measured) in spans.zip(&self.measured) {
            let mut measured = *measured;
            if span.leave.is_none() {
                measured.leave = last.value;
                measured.peak = self.peaks.largest(measured.number);
                measured.upper = self.uppers.largest(measured.number);
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
            let upper = measured.upper.filter(|upper| *upper < UNBOUNDED);
            let least = upper.into_iter().chain(bounds.upper).min();
            span.peak_upper = least.map(|upper| upper.max(peak));
            span.growth = Some(measured.leave.0.cast_signed().saturating_sub(measured.enter.0.cast_signed()));
        }
    }

    /// Passes the proven peaks since the last tick.
    fn pass_proven(&mut self, next: Point) {
        let mut proven = std::mem::take(&mut self.proven);
        proven.sort_by(|a, b| a.within.1.0.total_cmp(&b.within.1.0));
        let mut passed = None;
        for Proven { within: (from, to), value, .. } in proven.drain(..) {
            // Passing the same time again would walk over all ends that wait there.
            if passed.replace(to) != Some(to) {
                self.pass(to, next);
            }
            self.peaks.raise_first(self.begins.partition_point(|begin| *begin <= from), value);
        }
        self.proven = proven;
    }

    /// Ends the time between two ticks: `bound` counts for all spans that it overlaps.
    fn close_window(&mut self, bound: Option<Bytes>) {
        self.uppers.raise(bound.unwrap_or(UNBOUNDED));
        for span in self.ended.drain(..) {
            let measured = &mut self.measured[span];
            measured.upper = self.uppers.largest(measured.number);
        }
    }

    /// Passes the edges up to a time. Ends at exactly that time wait: a span contains the value measured at its end.
    fn pass(&mut self, until: Seconds, next: Point) {
        let mut ends = Vec::new();
        while let Some(edge) = self.edges.get(self.next).copied().filter(|edge| edge.time <= until) {
            self.next += 1;
            if edge.leaves && edge.time == until {
                // Later edges of the same time may be begins.
                ends.push(edge);
            } else {
                self.meet(edge, next);
            }
        }
        // They are put back and met after the value at this time.
        self.next -= ends.len();
        let next = self.next;
        self.edges[next..next + ends.len()].copy_from_slice(&ends);
    }

    /// Passes the ends at exactly this time, which `pass` has left.
    fn pass_ends(&mut self, time: Seconds, next: Point) {
        while let Some(edge) = self.edges.get(self.next).copied().filter(|edge| edge.time <= time) {
            self.next += 1;
            self.meet(edge, next);
        }
    }

    fn meet(&mut self, edge: Edge, next: Point) {
        let value = self.value_at(edge.time, next);
        let measured = &mut self.measured[edge.span];
        if edge.leaves {
            measured.leave = value;
            measured.peak = self.peaks.largest(measured.number);
            self.ended.push(edge.span);
        } else {
            measured.enter = value;
            measured.number = self.peaks.begin();
            self.uppers.begin();
        }
    }

    /// The value on the line between the last tick and the next.
    fn value_at(&self, time: Seconds, next: Point) -> Bytes {
        let Some(last) = self.last.filter(|last| last.time < next.time) else { return next.value };
        let part = ((time.0 - last.time.0) / (next.time.0 - last.time.0)).clamp(0.0, 1.0);
        let (from, to) = (last.value.0 as f64, next.value.0 as f64);
        Bytes((from + (to - from) * part).round() as u64)
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
    fn probed(mut spans: Vec<Span>, ticks: &[Point]) -> Vec<(u64, u64, u64, i64)> {
        let mut memory = SpanMemory::new(spans.iter());
        ticks.iter().for_each(|tick| memory.tick(*tick, None));
        memory.finish(spans.iter_mut(), RunBounds::default());
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
            probed(spans, &ticks),
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

    /// The bounds of each span's peak in a run of one process: ticks at 0, 1, 2 and 3 s, and a peak proven from 1 to 2 s.
    fn bounds(mut spans: Vec<Span>, run: RunBounds, from: f64) -> Vec<(u64, Option<u64>)> {
        let mut memory = SpanMemory::new(spans.iter());
        memory.tick(point(0.0, 10), Some(Bytes(10)));
        memory.tick(point(1.0, 10), Some(Bytes(12)));
        let within = (Seconds(from), Seconds(2.0));
        memory.proven(Proven { time: Seconds(1.5), within, value: Bytes(70) });
        memory.tick(point(2.0, 10), Some(Bytes(70)));
        memory.tick(point(3.0, 20), None);
        memory.finish(spans.iter_mut(), run);
        let bytes = |peak: Option<Bytes>| peak.map(|peak| peak.0);
        spans.iter().map(|span| (span.peak.expect("a tick").0, bytes(span.peak_upper))).collect()
    }

    /// The peak inside a function that allocates 40 MB was 24.9 of 62.7 MiB whenever the middle of the proven interval was
    /// outside the call.
    #[test]
    fn a_span_that_contains_the_interval_of_a_proven_peak_has_it_and_one_that_overlaps_it_may_have_it() {
        let run = RunBounds { upper: Some(Bytes(90)), after_last_tick: Some(Bytes(20)) };
        let spans = || {
            vec![
                span(0.5, Some(2.5)),
                span(1.0, Some(2.0)),
                span(1.1, Some(1.3)),
                span(0.5, Some(1.4)),
                span(1.6, Some(2.0)),
                span(0.1, Some(0.9)),
                span(3.1, Some(3.2)),
                span(0.2, None),
            ]
        };
        // Memory from 2 to 3 s is bounded by the run's own bound only.
        let known = [(70, 90), (70, 70), (10, 70), (10, 70), (10, 70), (10, 12), (20, 20), (70, 90)];
        assert_eq!(bounds(spans(), run, 1.0), known.map(|(lower, upper)| (lower, Some(upper))));
        // A peak that was proven for a longer time is inside those spans only that contain all of it.
        let longer: Vec<u64> = bounds(spans(), run, 0.5).into_iter().map(|bounds| bounds.0).collect();
        assert_eq!(longer, [70, 10, 10, 10, 10, 10, 20, 70]);
        let unknown = bounds(spans(), RunBounds { upper: None, ..run }, 1.0);
        assert_eq!((unknown[0].1, unknown[1].1), (None, Some(70)));
    }

    #[test]
    fn without_a_tick_no_memory_is_known() {
        let mut spans = [span(0.0, Some(1.0))];
        SpanMemory::new(spans.iter()).finish(spans.iter_mut(), RunBounds::default());
        assert_eq!((spans[0].peak, spans[0].growth), (None, None));
    }
}
