//! The reader's current record. Its text stands in the reader's one text buffer, so that reading allocates nothing.

use std::ops::Range;

use crate::model::{Record, RecordOf, Sample, Tick};

/// The place of a text in the text buffer, in bytes.
pub(crate) type Text = Range<usize>;

/// A record whose text is a place in the reader's text buffer and whose tick is the run's last one.
pub(crate) type RecordBuf = RecordOf<Text, ()>;

impl RecordBuf {
    /// A record without content, for a reader that has read none.
    pub const NONE: Self = Self::Command(0..0);

    /// Takes the record out, with its text and its tick.
    #[inline]
    pub fn take<'a>(&mut self, text: &'a str, tick: &'a Tick) -> Record<'a> {
        match self {
            // Nearly all records of a trace are ticks and samples. They are copied, and need no clean-up.
            Self::Tick(()) => Record::Tick(tick),
            Self::Sample(Sample { time, value, memory, .. }) => {
                Record::Sample(Sample { id: text, time: *time, value: *value, memory: *memory })
            }
            other => std::mem::replace(other, Self::NONE).resolve(text, tick),
        }
    }

    #[inline(never)]
    fn resolve<'a>(self, text: &'a str, tick: &'a Tick) -> Record<'a> {
        self.map(|place| &text[place], |()| tick)
    }
}
