//! The maker of the index of a long `.dat` trace, while the trace is being written.

use crate::model::{Index, Record, Section};

/// Initial size of a section in bytes.
const STRIDE: u64 = 1 << 20;
/// The number of sections kept. With twice as many, each two neighbours are joined.
const SECTIONS: usize = 1024;
/// A trace of fewer sections gets no index: reading all of it is as fast.
const FEWEST: usize = 4;
/// A trace of fewer bytes has no index.
pub(crate) const SHORTEST: u64 = STRIDE * (FEWEST as u64 - 1);

/// Makes the index while a trace is being written. Its size does not depend on the length of the trace.
#[derive(Debug)]
pub struct Indexer {
    sections: Vec<Section>,
    stride: u64,
    open: Section,
    /// `true` if the open section has a tick.
    begun: bool,
    /// Bytes that this writer added to the open section.
    written: u64,
}

impl Default for Indexer {
    fn default() -> Self {
        Self { sections: Vec::new(), stride: STRIDE, open: Section::default(), begun: false, written: 0 }
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
                self.open.add(tick.value, tick.time, None);
            }
            Record::Proven(proven) => self.open.add(proven.value, proven.time, Some(proven.within)),
            // A section with a complete reading of the group must be read; the readings between add nothing that lasts.
            Record::Cgroup(_, group) => self.open.annotated |= group.path.is_some() || group.version == 0,
            Record::Gap(..) | Record::Note(..) | Record::Mark(..) => self.open.annotated = true,
            // Other programs write spans. The bytes that they add make a section annotated. The rest of these records
            // stand in the first or after the last section, or a reader of a window can do without them.
            Record::Header(_)
            | Record::Command(_)
            | Record::Sample(_)
            | Record::Pss(..)
            | Record::Born(..)
            | Record::Exit(..)
            | Record::Span(_)
            | Record::SpanBegin(..)
            | Record::SpanEnd(..)
            | Record::Index(_)
            | Record::End(_) => {}
        }
    }

    /// Counts bytes that this writer has written. Returns `true` if the next section should start before the next tick.
    pub fn wrote(&mut self, bytes: u64) -> bool {
        self.written += bytes;
        self.begun && self.written >= self.stride
    }

    /// Starts the next section at this offset, the end of the last write.
    ///
    /// If the open section holds more bytes than this writer wrote, other programs added spans, marks or notes.
    pub fn cut(&mut self, at: u64) {
        self.close(at);
        if self.sections.len() == 2 * SECTIONS {
            for to in 0..SECTIONS {
                let (mut first, second) = (self.sections[2 * to].clone(), self.sections[2 * to + 1].clone());
                first.join(&second);
                self.sections[to] = first;
            }
            self.sections.truncate(SECTIONS);
            self.stride *= 2;
        }
    }

    /// The index of a file of this many bytes; `None` for a trace that is too short to need one.
    pub fn finish(mut self, at: u64) -> Option<Index> {
        self.close(at);
        let index = Index { at, sections: self.sections };
        (index.sections.len() >= FEWEST && index.is_in_order()).then_some(index)
    }

    fn close(&mut self, at: u64) {
        let mut section = std::mem::replace(&mut self.open, Section { at, ..Section::default() });
        section.annotated |= at.saturating_sub(section.at) != self.written;
        (self.begun, self.written) = (false, 0);
        self.sections.push(section);
    }
}
