//! Writes the trace as it comes: each tick is one write of whole lines, so that a kill loses one tick at most.
//! A disk that is full disturbs nobody: what could not be written is kept and tried again at the next tick.

use std::fs::File;
use std::io::{self, ErrorKind, Write};

use rprof_trace::{Format, Profile, ProfileBuilder, ProfileOptions, Record, Writer};

/// What may wait for room on the disk; beyond it the oldest ticks are dropped.
const KEPT: usize = 1 << 20;

/// The trace file and the run's summary, from the same records.
pub struct Recorder {
    file: File,
    writer: Writer,
    /// Encoded and not yet written.
    pending: Vec<u8>,
    summary: ProfileBuilder,
    /// The first write error, if any.
    failure: Option<io::Error>,
    /// Whether ticks were dropped for want of room.
    lost: bool,
}

impl Recorder {
    /// Writes to `file`, which is open for appending.
    pub fn new(file: File, format: Format) -> Self {
        // The summary needs the peak and a sparkline, and no state for each process.
        let options = ProfileOptions { slices: 128, ..ProfileOptions::default() };
        Self {
            file,
            writer: Writer::new(format),
            pending: Vec::with_capacity(4096),
            summary: ProfileBuilder::new(&options),
            failure: None,
            lost: false,
        }
    }

    /// Takes a record; a tick, a gap or the end writes all that has gathered.
    pub fn record(&mut self, record: &Record<'_>) {
        self.summary.add(record);
        self.writer.write(record, &mut self.pending);
        if matches!(record, Record::Tick(_) | Record::End(_)) {
            self.flush();
        }
    }

    /// Writes what has gathered.
    pub fn flush(&mut self) {
        let mut written = 0;
        while written < self.pending.len() {
            match self.file.write(&self.pending[written..]) {
                Ok(0) => break,
                Ok(n) => written += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure.get_or_insert(error);
                    break;
                }
            }
        }
        self.pending.drain(..written);
        if self.pending.len() > KEPT {
            self.drop_ticks(written);
        }
    }

    /// Keeps the end of a line that is written in part, so that the file stays one of whole lines.
    fn drop_ticks(&mut self, written: usize) {
        let in_line = written > 0 || self.lost;
        let line_end = self.pending.iter().position(|b| *b == b'\n').map_or(0, |at| at + 1);
        self.pending.truncate(if in_line { line_end } else { 0 });
        self.writer.forget();
        self.lost = true;
    }

    /// The first error, when some of the trace could not be written in the end.
    pub fn failure(&mut self) -> Option<io::Error> {
        let incomplete = self.lost || !self.pending.is_empty();
        self.failure.take().filter(|_| incomplete)
    }

    /// What the run comes to.
    pub fn finish(self) -> Profile {
        self.summary.finish()
    }
}
