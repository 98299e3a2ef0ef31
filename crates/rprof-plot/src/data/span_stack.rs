//! The level of each span in the flame view: nested spans lie one below the other, and so do concurrent threads.

use std::collections::BTreeMap;

use rprof_trace::Span;

use crate::data::span_ranks::rank;
use crate::data::time_range::TimeRange;

/// A limit on the levels kept apart, far beyond the height of any sheet. Whatever is deeper shares the last level.
const DEEPEST: usize = 512;

/// A span with its level; times are in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct StackedSpan<'a> {
    /// The name in full.
    pub name: &'a str,
    /// The rank of the name by its time in the whole run.
    pub rank: usize,
    /// Start.
    pub from: f64,
    /// End; the end of the run for a span that never ended.
    pub to: f64,
    /// Levels above it, over all threads.
    pub level: usize,
    /// True if the span never ended.
    pub open: bool,
}

/// Stacks the spans in the range, in order of their start; of two that start together, the longer one comes first.
///
/// Threads that overlap in time are stacked one below the other. A thread that starts after another has ended takes
/// its place, so that a pool of short-lived workers stays as low as the number of workers alive at once.
pub fn stack<'a>(spans: &'a [Span], range: &TimeRange) -> Vec<StackedSpan<'a>> {
    let mut threads = by_thread(spans, range);
    let begin = |thread: &[StackedSpan]| thread.first().map_or(0.0, |span| span.from);
    threads.sort_by(|a, b| begin(a).total_cmp(&begin(b)));
    // For each level, the time until which the threads placed so far occupy it.
    let mut busy: Vec<f64> = Vec::new();
    let mut all = Vec::new();
    for mut thread in threads {
        let (levels, begin) = (depth(&thread).min(DEEPEST), begin(&thread));
        let end = thread.iter().map(|span| span.to).fold(begin, f64::max);
        let free = |level: usize| busy.get(level).is_none_or(|until| *until <= begin);
        let top = (0..DEEPEST).find(|top| (*top..top + levels).all(free)).unwrap_or(DEEPEST);
        busy.resize(busy.len().max(top + levels), f64::NEG_INFINITY);
        busy[top..top + levels].fill(end);
        for span in &mut thread {
            span.level = span.level.min(DEEPEST) + top;
        }
        all.append(&mut thread);
    }
    sort(&mut all);
    all
}

/// The number of levels in use.
pub fn depth(spans: &[StackedSpan]) -> usize {
    spans.iter().map(|span| span.level + 1).max().unwrap_or(0)
}

/// The spans of each thread, with their levels inside that thread.
fn by_thread<'a>(spans: &'a [Span], range: &TimeRange) -> Vec<Vec<StackedSpan<'a>>> {
    let ranks = rank(spans, range.end);
    let mut threads: BTreeMap<Option<&str>, (Vec<StackedSpan>, bool)> = BTreeMap::new();
    for span in spans {
        let Some((from, to)) = range.of_span(span) else { continue };
        let (thread, has_levels) = threads.entry(span.thread.as_deref()).or_insert((Vec::new(), true));
        *has_levels &= span.level.is_some();
        let level = span.level.unwrap_or(0) as usize;
        let (name, rank) = (span.name.as_str(), ranks.get(span.name.as_str()).copied().unwrap_or(0));
        thread.push(StackedSpan { name, rank, from, to, level, open: span.is_open() });
    }
    let levelled = |(mut thread, has_levels): (Vec<StackedSpan<'a>>, bool)| {
        sort(&mut thread);
        // The levels that a trace records for some spans do not fit those that times imply for the others.
        if !has_levels {
            nest(&mut thread);
        }
        thread
    };
    threads.into_values().map(levelled).collect()
}

fn sort(spans: &mut [StackedSpan]) {
    spans.sort_by(|a, b| a.from.total_cmp(&b.from).then(b.to.total_cmp(&a.to)));
}

/// Gives sorted spans of one thread the levels that their times imply.
fn nest(spans: &mut [StackedSpan]) {
    // For each level, the end of the latest span on it.
    let mut ends: Vec<f64> = Vec::new();
    for span in spans {
        let free = ends.iter().position(|end| *end <= span.from).unwrap_or(ends.len());
        // A span inside another lies below it, even where a level above is free.
        let inside = ends.iter().rposition(|end| *end > span.from).map_or(0, |level| level + 1);
        span.level = free.max(inside);
        ends.resize(ends.len().max(span.level + 1), f64::NEG_INFINITY);
        ends[span.level] = span.to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rprof_trace::{Bytes, Seconds};

    const RANGE: TimeRange = TimeRange { from: 0.0, to: 9.0, end: 9.0 };

    #[test]
    fn spans_without_a_level_are_nested_by_their_times() {
        let span = |name: &str, from, to| Span {
            name: name.into(),
            enter: (Seconds(from), Bytes(0)),
            leave: Some((Seconds(to), Bytes(0))),
            ..Span::default()
        };
        let spans =
            [span("inner", 1.0, 2.0), span("outer", 0.0, 5.0), span("next", 6.0, 7.0), span("in2", 2.0, 4.0)];
        let levels: Vec<(&str, usize)> =
            stack(&spans, &RANGE).iter().map(|span| (span.name, span.level)).collect();
        assert_eq!(levels, [("outer", 0), ("inner", 1), ("in2", 1), ("next", 0)]);
        assert_eq!(depth(&stack(&spans, &TimeRange { from: 6.5, ..RANGE })), 1);
    }

    #[test]
    fn threads_that_overlap_lie_one_below_the_other() {
        let span = |thread: &str, level, from, to| Span {
            name: thread.into(),
            enter: (Seconds(from), Bytes(0)),
            leave: Some((Seconds(to), Bytes(0))),
            level: Some(level),
            thread: Some(thread.into()),
            ..Span::default()
        };
        let spans = [
            span("1.1", 0, 0.0, 5.0),
            span("1.1", 1, 1.0, 2.0),
            span("2.2", 0, 1.0, 6.0),
            span("3.3", 0, 5.0, 7.0),
            span("4.4", 0, 5.5, 7.0),
        ];
        let levels: Vec<(&str, usize)> =
            stack(&spans, &RANGE).iter().map(|span| (span.name, span.level)).collect();
        assert_eq!(levels, [("1.1", 0), ("2.2", 2), ("1.1", 1), ("3.3", 0), ("4.4", 1)]);
    }
}
