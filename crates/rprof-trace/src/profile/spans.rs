//! The closed spans of a run in bounded space. Above the limit, the longest spans are kept.

use std::collections::HashMap;

use crate::format::escape::push_word;
use crate::profile::Span;

/// The largest difference in seconds between the times of a `SPAN` and of the `FUNC` that repeats it. Both are rounded.
const SAME: f64 = 0.001_001;

/// The spans, in the order of the trace until [`settle`](Self::settle).
#[derive(Debug, Clone)]
pub(crate) struct Spans {
    list: Vec<Span>,
    limit: usize,
    /// Number of spans dropped above the limit.
    pub dropped: u64,
}

impl Spans {
    pub fn new(limit: usize) -> Self {
        Self { list: Vec::new(), limit, dropped: 0 }
    }

    pub fn add(&mut self, span: Span) {
        self.list.push(span);
        if self.list.len() > self.limit.saturating_mul(2).max(64) {
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
        let mut written: HashMap<Vec<u8>, Vec<(f64, f64, usize)>> = HashMap::new();
        for (at, span) in self.list.iter().enumerate().filter(|(_, span)| span.thread.is_some()) {
            if let Some((enter, leave)) = times(span) {
                written.entry(word(&span.name)).or_default().push((enter, leave, at));
            }
        }
        if written.is_empty() {
            return;
        }
        for same_name in written.values_mut() {
            same_name.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        let mut own = Vec::new();
        let mut keep = Vec::with_capacity(self.list.len());
        for span in &self.list {
            let same_name = written.get(span.name.as_bytes()).filter(|_| span.thread.is_none());
            let (Some(same_name), Some((enter, leave))) = (same_name, times(span)) else {
                keep.push(true);
                continue;
            };
            let first = same_name.partition_point(|other| other.0 < enter - SAME);
            let near = same_name[first..].iter().take_while(|other| other.0 <= enter + SAME);
            let same = near.into_iter().find(|other| (other.1 - leave).abs() <= SAME);
            keep.push(same.is_none());
            let memory = span.leave.map(|(_, value)| (span.enter.1, value));
            // A program that does not know its memory writes 0.
            let memory = memory.filter(|(enter, leave)| enter.0 > 0 && leave.0 > 0);
            own.extend(same.map(|other| (other.2, memory)));
        }
        for (at, memory) in own {
            self.list[at].own = memory;
        }
        let mut keep = keep.into_iter();
        self.list.retain(|_| keep.next().unwrap_or(true));
    }

    /// Drops the shortest spans above the limit. An open span counts as the longest.
    pub fn trim(&mut self) {
        self.drop_repeated();
        if self.list.len() <= self.limit {
            return;
        }
        let length = |s: &Span| s.leave.map_or(f64::INFINITY, |(t, _)| t.0 - s.enter.0.0);
        let mut order: Vec<usize> = (0..self.list.len()).collect();
        order.sort_by(|a, b| length(&self.list[*b]).total_cmp(&length(&self.list[*a])));
        let mut keep = vec![false; self.list.len()];
        order[..self.limit].iter().for_each(|at| keep[*at] = true);
        self.dropped += (self.list.len() - self.limit) as u64;
        let mut at = 0;
        self.list.retain(|_| {
            at += 1;
            keep[at - 1]
        });
    }
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
