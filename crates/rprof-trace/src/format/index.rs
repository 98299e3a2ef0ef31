//! Where a long trace can be read on from, so that a part of it needs no reading of the whole.

use crate::model::{Index, Part, Record};
use crate::units::{Bytes, Seconds};

/// A part begins when the one before has this many bytes, at first.
const STRIDE: u64 = 1 << 20;
/// Parts kept; with twice as many, two and two become one.
const PARTS: usize = 1024;
/// Traces of fewer parts are read whole.
const FEWEST: usize = 4;
/// No trace of fewer bytes has an index.
pub(crate) const SHORTEST: u64 = STRIDE * (FEWEST as u64 - 1);

impl Index {
    /// Whether each part begins after the one before.
    pub(crate) fn is_in_order(&self) -> bool {
        self.parts.windows(2).all(|two| two[0].at < two[1].at)
    }
}

impl Part {
    /// Takes a value; the first of the largest stays.
    fn reach(&mut self, value: Bytes, time: Seconds, within: Option<(Seconds, Seconds)>) {
        if value > self.peak_bytes {
            (self.peak_bytes, self.peak_s, self.within_s) = (value, time, within);
        }
    }

    fn join(&mut self, next: &Self) {
        self.reach(next.peak_bytes, next.peak_s, next.within_s);
        self.stamps |= next.stamps;
    }
}

/// Makes the index while a trace is being written. Its size does not depend on the trace's length.
#[derive(Debug)]
pub struct Indexer {
    parts: Vec<Part>,
    stride: u64,
    open: Part,
    /// Whether the open part has a tick.
    begun: bool,
    /// Bytes of ours in the open part.
    written: u64,
}

impl Default for Indexer {
    fn default() -> Self {
        Self { parts: Vec::new(), stride: STRIDE, open: Part::default(), begun: false, written: 0 }
    }
}

impl Indexer {
    /// Takes a record that is being written.
    pub fn add(&mut self, record: &Record<'_>) {
        match record {
            Record::Tick(tick) => {
                if !self.begun {
                    self.begun = true;
                    self.open.from_s = tick.time;
                }
                self.open.reach(tick.value, tick.time, None);
            }
            Record::Proven(proven) => self.open.reach(proven.value, proven.time, Some(proven.within)),
            Record::Gap(..) | Record::Note(..) | Record::Mark(..) => self.open.stamps = true,
            _ => {}
        }
    }

    /// So many bytes of ours were written. Whether it is time for the next part, which is between two ticks.
    pub fn wrote(&mut self, bytes: u64) -> bool {
        self.written += bytes;
        self.begun && self.written >= self.stride
    }

    /// The next part begins at this byte of the file, the end of what was written; what was not of ours up to there
    /// are the spans and marks of others.
    pub fn cut(&mut self, at: u64) {
        self.close(at);
        if self.parts.len() == 2 * PARTS {
            for to in 0..PARTS {
                let (mut first, second) = (self.parts[2 * to].clone(), self.parts[2 * to + 1].clone());
                first.join(&second);
                self.parts[to] = first;
            }
            self.parts.truncate(PARTS);
            self.stride *= 2;
        }
    }

    /// The index, when the file is of this many bytes; `None` for a trace that is read whole as fast.
    pub fn finish(mut self, at: u64) -> Option<Index> {
        self.close(at);
        let index = Index { at, parts: self.parts };
        (index.parts.len() >= FEWEST && index.is_in_order()).then_some(index)
    }

    fn close(&mut self, at: u64) {
        let mut part = std::mem::replace(&mut self.open, Part { at, ..Part::default() });
        part.stamps |= at.saturating_sub(part.at) != self.written;
        (self.begun, self.written) = (false, 0);
        self.parts.push(part);
    }
}
