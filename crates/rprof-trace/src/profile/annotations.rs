//! The annotations of a run, written by its programs: spans, marks and notes, in bounded space.

use crate::model::SpanRecord;
use crate::profile::open_spans::OpenSpans;
use crate::profile::spans::{MAX_NAMES, Spans};
use crate::profile::{Mark, Note, Span};
use crate::units::{Bytes, Seconds};

/// The largest number of marks and notes that are kept.
const MAX_MARKS: usize = 1 << 17;
/// The largest size of their texts together, in bytes.
const MAX_TEXT: usize = 64 << 20;

/// The annotations of a run while it is being read. Their times are those of the records.
#[derive(Debug, Clone)]
pub(crate) struct Annotations {
    pub spans: Spans,
    open: OpenSpans,
    limit: usize,
    pub marks: Vec<Mark>,
    pub notes: Vec<Note>,
    /// Size of the texts of all marks and notes.
    text: usize,
    /// Number of marks and notes dropped above the limit.
    pub dropped: u64,
}

impl Annotations {
    /// No annotations, with room for this many open and this many closed spans.
    pub fn new(limit: usize) -> Self {
        let (marks, notes) = (Vec::new(), Vec::new());
        Self {
            spans: Spans::new(limit),
            open: OpenSpans::default(),
            limit,
            marks,
            notes,
            text: 0,
            dropped: 0,
        }
    }

    /// Lowers the limit of spans.
    pub fn limit_spans(&mut self, limit: usize) {
        self.limit = self.limit.min(limit);
        self.spans.set_limit(self.limit);
    }

    /// A span begins. `value` is the memory of the last tick.
    pub fn begin_span(&mut self, id: &str, time: Seconds, name: &str, value: Bytes) {
        if self.open.len() >= self.limit || self.open.text() + name.len() > MAX_NAMES {
            self.spans.dropped += 1;
        } else if let Some(before) = self.open.begin(id, name, (time, value)) {
            self.spans.add(before);
        }
    }

    /// A span ends. `value` is the memory of the last tick.
    pub fn end_span(&mut self, id: &str, time: Seconds, value: Bytes) {
        if let Some(span) = self.open.end(id, (time, value)) {
            self.spans.add(span);
        }
    }

    /// Adds a complete span, which has its own memory.
    pub fn span(&mut self, span: &SpanRecord<&str>) {
        // A clock that was set back must not make the length negative.
        let leave = if span.leave < span.enter { span.enter } else { span.leave };
        self.spans.add(Span {
            name: span.name.to_owned(),
            enter: (span.enter, span.enter_value),
            leave: Some((leave, span.leave_value)),
            level: span.level,
            ..Span::default()
        });
    }

    /// Adds a mark.
    pub fn mark(&mut self, time: Seconds, label: &str) {
        if self.has_room(label.len()) {
            self.marks.push(Mark { time, label: label.to_owned() });
        }
    }

    /// Adds a note.
    pub fn note(&mut self, key: &str, value: &str) {
        if self.has_room(key.len() + value.len()) {
            self.notes.push(Note { key: key.to_owned(), value: value.to_owned() });
        }
    }

    fn has_room(&mut self, text: usize) -> bool {
        let room = self.marks.len() + self.notes.len() < MAX_MARKS && self.text + text <= MAX_TEXT;
        self.text += if room { text } else { 0 };
        self.dropped += u64::from(!room);
        room
    }

    /// Closes the list of spans after the last record. Spans that are still open never ended.
    pub fn settle(&mut self) {
        let open = self.open.drain();
        self.spans.settle(open);
    }
}
