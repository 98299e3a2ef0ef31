//! Spans that have begun and not ended yet, by id, and how deep each is nested in its thread.

use std::collections::HashMap;

use crate::profile::Span;
use crate::units::{Bytes, Seconds};

/// The open spans of a run, and the levels taken in each thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenSpans {
    open: HashMap<String, Span>,
    levels: HashMap<String, Vec<bool>>,
}

impl OpenSpans {
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// A span begins. Gives back an open one of the same id: its process was killed, and the pid used again.
    pub fn begin(&mut self, id: &str, name: &str, enter: (Seconds, Bytes)) -> Option<Span> {
        let before = self.take(id);
        let thread = id.rsplit_once('.').map_or(id, |(thread, _)| thread);
        let taken = self.levels.entry(thread.to_owned()).or_default();
        // The first that is free: one deeper than the innermost where they are nested, and where they overlap, as
        // those of asynchronous code do, no deeper than there are spans at once.
        let level = taken.iter().position(|taken| !taken).unwrap_or(taken.len());
        taken.resize(taken.len().max(level + 1), false);
        taken[level] = true;
        let span = Span {
            name: name.to_owned(),
            enter,
            level: Some(level as u32),
            thread: Some(thread.to_owned()),
            ..Span::default()
        };
        self.open.insert(id.to_owned(), span);
        before
    }

    /// The span of this id, closed; `None` when its begin is not in the trace.
    pub fn end(&mut self, id: &str, (time, value): (Seconds, Bytes)) -> Option<Span> {
        let mut span = self.take(id)?;
        // A clock that was set back must not give a span of negative length.
        let time = if time < span.enter.0 { span.enter.0 } else { time };
        span.leave = Some((time, value));
        Some(span)
    }

    /// Those that never ended.
    pub fn drain(&mut self) -> Vec<Span> {
        self.levels.clear();
        let mut open: Vec<Span> = self.open.drain().map(|(_, span)| span).collect();
        // The map has no order of its own.
        open.sort_by(|a, b| {
            a.enter.0.0.total_cmp(&b.enter.0.0).then_with(|| (&a.thread, a.level).cmp(&(&b.thread, b.level)))
        });
        open
    }

    fn take(&mut self, id: &str) -> Option<Span> {
        let span = self.open.remove(id)?;
        if let (Some(thread), Some(level)) = (&span.thread, span.level)
            && let Some(taken) = self.levels.get_mut(thread)
        {
            taken[level as usize] = false;
            if !taken.contains(&true) {
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
    fn levels_nest_in_each_thread_and_overlapping_spans_take_the_first_free_one() {
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
    fn an_id_that_is_used_again_is_another_span() {
        let mut spans = OpenSpans::default();
        spans.begin("7.7.1", "killed", AT);
        let before = spans.begin("7.7.1", "next", AT).expect("the one before");
        assert!(before.name == "killed" && before.is_open());
        assert_eq!(spans.drain().len(), 1);
        assert_eq!(spans.end("7.7.1", AT), None);
    }
}
