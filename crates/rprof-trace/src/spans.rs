//! Function spans of a run in bounded space: when there are too many, the longest are kept.

use crate::profile::Span;

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

    pub fn iter(&self) -> std::slice::Iter<'_, Span> {
        self.list.iter()
    }

    pub fn into_vec(mut self) -> Vec<Span> {
        self.trim();
        self.list
    }

    /// Leaves out the shortest above the limit.
    pub fn trim(&mut self) {
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
