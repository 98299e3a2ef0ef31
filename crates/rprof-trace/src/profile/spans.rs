//! The closed spans of a run in bounded space. Above the limit, the longest spans are kept.

use std::collections::HashMap;

use crate::format::escape::push_word;
use crate::profile::Span;

/// The largest difference in seconds between the times of a `SPAN` and of the `FUNC` that repeats it. Both are rounded.
const SAME: f64 = 0.001_001;

/// The largest size of the names of all spans together, in bytes.
pub(crate) const MAX_NAMES: usize = 64 << 20;

/// The spans, in the order of the trace until [`settle`](Self::settle).
#[derive(Debug, Clone)]
pub(crate) struct Spans {
    list: Vec<Span>,
    limit: usize,
    /// Size of all names.
    text: usize,
    /// Number of spans dropped above the limit.
    pub dropped: u64,
}

impl Spans {
    pub fn new(limit: usize) -> Self {
        Self { list: Vec::new(), limit, text: 0, dropped: 0 }
    }

    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn add(&mut self, span: Span) {
        self.text += span.name.len();
        self.list.push(span);
        if self.list.len() > self.limit.saturating_mul(2).max(64) || self.text > 2 * MAX_NAMES {
            self.trim();
        }
    }

    /// Inserts spans at the start.
    pub fn prepend(&mut self, mut spans: Vec<Span>) {
        spans.append(&mut self.list);
        self.list = spans;
    }

    /// Takes out the spans for which `chosen` returns a value, with that value.
    pub fn extract<T>(&mut self, chosen: impl Fn(&Span) -> Option<T>) -> Vec<(T, Span)> {
        let (mut taken, mut kept) = (Vec::new(), Vec::new());
        for span in self.list.drain(..) {
            match chosen(&span) {
                Some(place) => taken.push((place, span)),
                None => kept.push(span),
            }
        }
        self.list = kept;
        taken
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Span> {
        self.list.iter()
    }

    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Span> {
        self.list.iter_mut()
    }

    /// Adds the spans that never ended, drops repeated ones, applies the limit and sorts by begin.
    pub fn settle(&mut self, open: Vec<Span>) {
        self.list.extend(open);
        self.trim();
        if self.list.iter().any(|span| span.thread.is_some()) {
            self.list.sort_by(|a, b| a.enter.0.0.total_cmp(&b.enter.0.0));
        }
    }

    pub fn into_vec(self) -> Vec<Span> {
        self.list
    }

    /// Drops each `FUNC` that repeats a `SPAN`, and copies its memory to the span.
    ///
    /// rprof's libraries write each span twice: as `SPAN` with its real begin, and as `FUNC` at its end for mprof's
    /// readers. The two have the same name, and times that differ by rounding only.
    fn drop_repeated(&mut self) {
        let mut written = Written::default();
        for (at, span) in self.list.iter().enumerate().filter(|(_, span)| span.thread.is_some()) {
            if let Some(times) = times(span) {
                written.add(&span.name, times, at);
            }
        }
        if written.names.is_empty() {
            return;
        }
        let mut own = Vec::new();
        let mut keep = Vec::with_capacity(self.list.len());
        for span in &self.list {
            let times = times(span).filter(|_| span.thread.is_none());
            let same = times.and_then(|times| written.find(&span.name, times));
            keep.push(same.is_none());
            let memory = span.leave.map(|(_, value)| (span.enter.1, value));
            // A program that does not know its memory writes 0.
            let memory = memory.filter(|(enter, leave)| enter.0 > 0 && leave.0 > 0);
            own.extend(same.map(|at| (at, memory)));
        }
        for (at, memory) in own {
            self.list[at].own = memory;
        }
        let mut keep = keep.into_iter();
        self.list.retain(|_| keep.next().unwrap_or(true));
    }

    /// Drops the shortest spans above the limits. An open span counts as the longest.
    pub fn trim(&mut self) {
        self.drop_repeated();
        self.text = self.list.iter().map(|span| span.name.len()).sum();
        if self.list.len() <= self.limit && self.text <= MAX_NAMES {
            return;
        }
        let length = |s: &Span| s.leave.map_or(f64::INFINITY, |(t, _)| t.0 - s.enter.0.0);
        let mut order: Vec<usize> = (0..self.list.len()).collect();
        order.sort_by(|a, b| length(&self.list[*b]).total_cmp(&length(&self.list[*a])));
        let mut keep = vec![false; self.list.len()];
        let (mut kept, mut text) = (0, 0);
        for at in order.into_iter().take(self.limit) {
            let longer = text + self.list[at].name.len();
            if longer <= MAX_NAMES {
                (keep[at], kept, text) = (true, kept + 1, longer);
            }
        }
        self.dropped += (self.list.len() - kept) as u64;
        self.text = text;
        let mut keep = keep.into_iter();
        self.list.retain(|_| keep.next().unwrap_or(true));
    }
}

/// The most spans of a cell that are compared. All spans of one cell are the same within the tolerance, so only a
/// neighbouring cell with more spans than this can hide one. Without a limit, many spans of one name and one instant
/// would cost the square of their number.
const COMPARED: usize = 16;

/// Begin and end of a span, and its place in the list.
type Place = ((f64, f64), usize);

/// The spans written as `SPAN`, by name, in cells of the width of the tolerance of both times.
#[derive(Default)]
struct Written {
    /// The name as it stands in a `FUNC` line, and its number.
    names: HashMap<Vec<u8>, usize>,
    cells: HashMap<(usize, i64, i64), Vec<Place>>,
}

impl Written {
    /// Adds the span at a place of the list.
    fn add(&mut self, name: &str, times: (f64, f64), at: usize) {
        let next = self.names.len();
        let name = *self.names.entry(word(name)).or_insert(next);
        let cell = self.cells.entry((name, cell(times.0), cell(times.1))).or_default();
        if cell.len() < COMPARED {
            cell.push((times, at));
        }
    }

    /// The place of the nearest span with this name and these times.
    fn find(&self, name: &str, (enter, leave): (f64, f64)) -> Option<usize> {
        let name = *self.names.get(name.as_bytes())?;
        let near = |a: i64| [a, a.saturating_sub(1), a.saturating_add(1)];
        let distance = |(a, b): (f64, f64)| (a - enter).abs().max((b - leave).abs());
        let cells = near(cell(enter)).into_iter().flat_map(|a| near(cell(leave)).map(|b| (name, a, b)));
        let spans = cells.filter_map(|key| self.cells.get(&key)).flatten();
        let same = spans.filter(|(times, _)| distance(*times) <= SAME);
        same.min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)).then(a.1.cmp(&b.1))).map(|(_, at)| *at)
    }
}

fn cell(time: f64) -> i64 {
    (time / SAME).floor() as i64
}

fn times(span: &Span) -> Option<(f64, f64)> {
    span.leave.map(|leave| (span.enter.0.0, leave.0.0))
}

/// The name as it stands in a `FUNC` line.
fn word(name: &str) -> Vec<u8> {
    let mut word = Vec::new();
    push_word(&mut word, name);
    word
}
