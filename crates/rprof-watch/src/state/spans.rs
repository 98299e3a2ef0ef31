//! Spans: those that are open now, and the totals of those that have ended, by name.

use std::collections::HashMap;

use rprof_trace::{Bytes, Record, Seconds};

/// The most spans that are open at once, and the most names of which totals are kept.
const MOST_OPEN: usize = 1 << 12;
const MOST_NAMES: usize = 1 << 12;

/// A span that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenSpan {
    id: String,
    /// Its name.
    pub name: String,
    /// Its begin.
    pub begin: Seconds,
    /// The memory of the tree at its begin.
    pub value: Bytes,
    /// Nesting depth in its thread, 0 for the outermost.
    pub depth: usize,
}

/// All spans of one name that have ended.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Total {
    /// Their number.
    pub count: u64,
    /// Their lengths together.
    pub length: Seconds,
    /// The longest of them.
    pub longest: Seconds,
}

/// The spans of a run.
#[derive(Debug, Default)]
pub struct Spans {
    open: Vec<OpenSpan>,
    totals: HashMap<String, Total>,
}

impl Spans {
    /// Takes a record. `value` is the memory of the tree before it.
    pub fn add(&mut self, record: &Record<'_>, value: Bytes) {
        match record {
            Record::SpanBegin(id, time, name) if self.open.len() < MOST_OPEN => {
                let depth = self.open.iter().filter(|open| thread(&open.id) == thread(id)).count();
                let (id, name) = ((*id).to_owned(), (*name).to_owned());
                self.open.push(OpenSpan { id, name, begin: *time, value, depth });
            }
            Record::SpanEnd(id, time) => {
                // The latest one: nested spans end first.
                if let Some(at) = self.open.iter().rposition(|open| open.id == *id) {
                    let span = self.open.remove(at);
                    self.end(&span.name, time.0 - span.begin.0);
                }
            }
            Record::Span(span) => self.end(span.name, span.leave.0 - span.enter.0),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, length: f64) {
        let length = length.max(0.0);
        if !self.totals.contains_key(name) {
            if self.totals.len() >= MOST_NAMES {
                return;
            }
            self.totals.insert(name.to_owned(), Total::default());
        }
        if let Some(total) = self.totals.get_mut(name) {
            total.count += 1;
            total.length.0 += length;
            total.longest.0 = total.longest.0.max(length);
        }
    }

    /// The spans that are open, in the order of their begin.
    pub fn open(&self) -> &[OpenSpan] {
        &self.open
    }

    /// The totals, the longest first.
    pub fn totals(&self) -> Vec<(&str, Total)> {
        let mut totals: Vec<_> = self.totals.iter().map(|(name, total)| (name.as_str(), *total)).collect();
        totals.sort_by(|a, b| b.1.length.0.total_cmp(&a.1.length.0).then(a.0.cmp(b.0)));
        totals
    }
}

/// The part of an id that names the thread.
fn thread(id: &str) -> &str {
    id.rsplit_once('.').map_or(id, |(thread, _)| thread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::tests::{LIVE, run};

    #[test]
    fn open_spans_nest_and_ended_ones_are_summed() {
        let run = run(LIVE);
        let open: Vec<_> = run.spans().open().iter().map(|span| (span.name.as_str(), span.depth)).collect();
        assert_eq!(open, [("parse", 0)]);
        assert_eq!(run.spans().open()[0].value, Bytes(60 << 20));
        let totals = run.spans().totals();
        assert_eq!((totals[0].0, totals[0].1.count), ("lex", 1));
        assert!((totals[0].1.length.0 - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_flood_of_spans_takes_bounded_space() {
        let mut spans = Spans::default();
        for i in 0..10_000 {
            let name = format!("span {i}");
            spans.add(&Record::SpanBegin(&name, Seconds(0.0), &name), Bytes(0));
            let id = format!("{i}.0");
            spans.add(&Record::SpanBegin(&id, Seconds(0.0), "x"), Bytes(0));
        }
        assert_eq!(spans.open().len(), MOST_OPEN);
        spans.add(&Record::SpanEnd("never begun", Seconds(1.0)), Bytes(0));
        assert!(spans.totals().is_empty());
    }
}
