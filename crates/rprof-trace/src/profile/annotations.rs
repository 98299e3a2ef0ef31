//! What the programs of a run wrote themselves: spans, marks and notes, in bounded space.

use crate::model::SpanRecord;
use crate::profile::open_spans::OpenSpans;
use crate::profile::spans::Spans;
use crate::profile::{Mark, Note, Span};
use crate::units::{Bytes, Seconds};

/// Marks and notes kept at most.
const MAX_MARKS: usize = 1 << 17;

/// The stamps of a run while it is being read, times as in the records.
#[derive(Debug, Clone)]
pub(crate) struct Stamps {
    pub spans: Spans,
    open: OpenSpans,
    limit: usize,
    pub marks: Vec<Mark>,
    pub notes: Vec<Note>,
    /// Marks and notes that were left out.
    pub left_out: u64,
}

impl Stamps {
    pub fn new(limit: usize) -> Self {
        let (marks, notes) = (Vec::new(), Vec::new());
        Self { spans: Spans::new(limit), open: OpenSpans::default(), limit, marks, notes, left_out: 0 }
    }

    /// A span begins; `value`: the memory as far as it is known by then.
    pub fn begin(&mut self, id: &str, time: Seconds, name: &str, value: Bytes) {
        if self.open.len() >= self.limit {
            self.spans.left_out += 1;
        } else if let Some(before) = self.open.begin(id, name, (time, value)) {
            self.spans.add(before);
        }
    }

    /// A span ends.
    pub fn end(&mut self, id: &str, time: Seconds, value: Bytes) {
        if let Some(span) = self.open.end(id, (time, value)) {
            self.spans.add(span);
        }
    }

    /// A function, which has its own memory.
    pub fn span(&mut self, f: &SpanRecord<&str>) {
        // A clock that was set back must not give a span of negative length.
        let leave = if f.leave < f.enter { f.enter } else { f.leave };
        self.spans.add(Span {
            name: f.name.to_owned(),
            enter: (f.enter, f.enter_value),
            leave: Some((leave, f.leave_value)),
            level: f.level,
            ..Span::default()
        });
    }

    pub fn mark(&mut self, time: Seconds, label: &str) {
        if self.has_room() {
            self.marks.push(Mark { time, label: label.to_owned() });
        }
    }

    pub fn note(&mut self, key: &str, value: &str) {
        if self.has_room() {
            self.notes.push(Note { key: key.to_owned(), value: value.to_owned() });
        }
    }

    fn has_room(&mut self) -> bool {
        let room = self.marks.len() + self.notes.len() < MAX_MARKS;
        self.left_out += u64::from(!room);
        room
    }

    /// The run has been read: what is open never ended.
    pub fn settle(&mut self) {
        let open = self.open.drain();
        self.spans.settle(open);
    }
}
