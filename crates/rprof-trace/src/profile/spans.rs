//! Spans of a run in bounded space: when there are too many, the longest are kept.

use std::collections::HashMap;

use crate::format::escape::push_word;
use crate::profile::Span;

/// How far the times of a FUNC and of the SPAN it repeats may differ, in seconds; both are rounded.
const SAME: f64 = 0.001_001;

/// Spans in the order of the trace.
#[derive(Debug, Clone)]
pub(crate) struct Spans {
    list: Vec<Span>,
    limit: usize,
    /// How many were left out.
    pub left_out: u64,
}

impl Spans {
    pub fn new(limit: usize) -> Self {
        Self { list: Vec::new(), limit, left_out: 0 }
    }

    pub fn add(&mut self, span: Span) {
        self.list.push(span);
        if self.list.len() > self.limit.saturating_mul(2).max(64) {
            self.trim();
        }
    }

    /// Puts spans before those that are there.
    pub fn prepend(&mut self, mut spans: Vec<Span>) {
        spans.append(&mut self.list);
        self.list = spans;
    }

    /// Takes out those for which `chosen` gives a place, with that place.
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

    /// Adds those that have not ended, and makes the list what a reader of the run wants.
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

    /// A program writes each span for mprof's readers too, as a function: those are dropped in favour of the span,
    /// which takes over the memory they tell.
    fn drop_repeated(&mut self) {
        let mut told: HashMap<Vec<u8>, Vec<(f64, f64, usize)>> = HashMap::new();
        for (at, span) in self.list.iter().enumerate().filter(|(_, span)| span.thread.is_some()) {
            if let Some((enter, leave)) = times(span) {
                told.entry(word(&span.name)).or_default().push((enter, leave, at));
            }
        }
        if told.is_empty() {
            return;
        }
        for calls in told.values_mut() {
            calls.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        let mut own = Vec::new();
        let mut keep = Vec::with_capacity(self.list.len());
        for span in &self.list {
            let calls = told.get(span.name.as_bytes()).filter(|_| span.thread.is_none());
            let (Some(calls), Some((enter, leave))) = (calls, times(span)) else {
                keep.push(true);
                continue;
            };
            let first = calls.partition_point(|call| call.0 < enter - SAME);
            let near = calls[first..].iter().take_while(|call| call.0 <= enter + SAME);
            let same = near.into_iter().find(|call| (call.1 - leave).abs() <= SAME);
            keep.push(same.is_none());
            let memory = span.leave.map(|(_, value)| (span.enter.1, value));
            // 0 is what a program writes that does not know.
            let memory = memory.filter(|(enter, leave)| enter.0 > 0 && leave.0 > 0);
            own.extend(same.map(|call| (call.2, memory)));
        }
        for (at, memory) in own {
            self.list[at].own = memory;
        }
        let mut keep = keep.into_iter();
        self.list.retain(|_| keep.next().unwrap_or(true));
    }

    /// Leaves out the shortest above the limit.
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
        self.left_out += (self.list.len() - self.limit) as u64;
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

/// The name as a FUNC has it.
fn word(name: &str) -> Vec<u8> {
    let mut word = Vec::new();
    push_word(&mut word, name);
    word
}
