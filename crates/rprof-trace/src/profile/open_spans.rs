//! Open spans: those that have begun and not yet ended, by id, and the nesting depth of each in its thread.

use std::collections::{BTreeSet, HashMap};

use crate::profile::Span;
use crate::units::{Bytes, Seconds};

/// The open spans of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenSpans {
    open: HashMap<String, Span>,
    /// Size of the names of all open spans.
    text: usize,
    levels: HashMap<String, Levels>,
}

/// The levels that the open spans of one thread occupy.
#[derive(Debug, Clone, Default)]
struct Levels {
    /// All levels below this one are occupied, except those in `free`.
    end: u32,
    free: BTreeSet<u32>,
}

impl Levels {
    /// Occupies the first free level.
    fn take(&mut self) -> u32 {
        self.free.pop_first().unwrap_or_else(|| {
            self.end += 1;
            self.end - 1
        })
    }

    fn release(&mut self, level: u32) {
        self.free.insert(level);
    }

    fn is_empty(&self) -> bool {
        self.free.len() as u32 == self.end
    }
}

impl OpenSpans {
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Size of the names of all open spans, in bytes.
    pub fn text(&self) -> usize {
        self.text
    }

    /// Opens a span. Returns the open span of the same id, if any: its process was killed, and the pid was reused.
    pub fn begin(&mut self, id: &str, name: &str, enter: (Seconds, Bytes)) -> Option<Span> {
        let before = self.take(id);
        let thread = id.rsplit_once('.').map_or(id, |(thread, _)| thread);
        // The first free level. Nested spans get one level more than the innermost span. Overlapping spans, as in
        // asynchronous code, get no more levels than there are spans at once.
        let level = self.levels.entry(thread.to_owned()).or_default().take();
        let span = Span {
            name: name.to_owned(),
            enter,
            level: Some(level),
            thread: Some(thread.to_owned()),
            ..Span::default()
        };
        self.text += name.len();
        self.open.insert(id.to_owned(), span);
        before
    }

    /// Closes the span of this id and returns it; `None` if the trace has no begin of it.
    pub fn end(&mut self, id: &str, (time, value): (Seconds, Bytes)) -> Option<Span> {
        let mut span = self.take(id)?;
        // A clock that was set back must not make the length negative.
        let time = if time < span.enter.0 { span.enter.0 } else { time };
        span.leave = Some((time, value));
        Some(span)
    }

    /// Takes out all open spans, in order of their begin.
    pub fn drain(&mut self) -> Vec<Span> {
        self.levels.clear();
        self.text = 0;
        let mut open: Vec<Span> = self.open.drain().map(|(_, span)| span).collect();
        // A hash map has no stable order.
        open.sort_by(|a, b| {
            a.enter.0.0.total_cmp(&b.enter.0.0).then_with(|| (&a.thread, a.level).cmp(&(&b.thread, b.level)))
        });
        open
    }

    fn take(&mut self, id: &str) -> Option<Span> {
        let span = self.open.remove(id)?;
        self.text -= span.name.len();
        if let (Some(thread), Some(level)) = (&span.thread, span.level)
            && let Some(levels) = self.levels.get_mut(thread)
        {
            levels.release(level);
            if levels.is_empty() {
                self.levels.remove(thread);
            }
        }
        Some(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: (Seconds, Bytes) = (Seconds(1.0), Bytes(0));

    #[test]
    fn nested_spans_get_deeper_levels_and_overlapping_ones_the_first_free_level() {
        let mut spans = OpenSpans::default();
        let level = |spans: &mut OpenSpans, id: &str| spans.end(id, AT).and_then(|span| span.level);
        for id in ["7.7.1", "7.7.2", "7.8.3", "7.7.4"] {
            assert_eq!(spans.begin(id, "x", AT), None);
        }
        assert_eq!(level(&mut spans, "7.7.2"), Some(1));
        spans.begin("7.7.5", "x", AT);
        let levels = ["7.7.5", "7.7.4", "7.7.1", "7.8.3"].map(|id| level(&mut spans, id));
        assert_eq!(levels, [Some(1), Some(2), Some(0), Some(0)]);
        assert!(spans.levels.is_empty());
    }

    #[test]
    fn a_reused_id_starts_another_span() {
        let mut spans = OpenSpans::default();
        spans.begin("7.7.1", "killed", AT);
        let before = spans.begin("7.7.1", "next", AT).expect("the one before");
        assert!(before.name == "killed" && before.is_open());
        assert_eq!(spans.drain().len(), 1);
        assert_eq!(spans.end("7.7.1", AT), None);
    }
}
