//! The recorder: writes records to the trace file and reduces them to the profile of the summary.
//! Each tick is one write of whole lines, so a kill loses at most one tick. Lines that a full disk refuses are kept and
//! written at the next tick; a failure never disturbs the command.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, Write};

use rprof_trace::{Format, Indexer, Profile, ProfileBuilder, ProfileOptions, Record, Writer};

/// Bytes that may wait for room on the disk; beyond it waiting ticks are dropped.
const MAX_PENDING: usize = 1 << 20;

/// A trace file and the profile of the run, from the same records.
pub struct Recorder {
    file: File,
    writer: Writer,
    /// Lines that are encoded but not yet written.
    pending: Vec<u8>,
    summary: ProfileBuilder,
    /// `None` if the trace gets no index: a `.csv`, or an output without positions such as a pipe.
    index: Option<Indexer>,
    /// The first write error, if any.
    failure: Option<io::Error>,
    /// True if ticks were dropped because the disk was full for too long.
    lost: bool,
}

impl Recorder {
    /// A recorder that writes to `file`, which must be open for appending.
    pub fn new(file: File, format: Format) -> Self {
        // The summary shows the peak and a sparkline: no state for each process is needed.
        let options = ProfileOptions { slices: 128, ..ProfileOptions::default() };
        Self {
            file,
            writer: Writer::new(format),
            pending: Vec::with_capacity(4096),
            summary: ProfileBuilder::new(&options),
            index: (format == Format::Dat).then(Indexer::default),
            failure: None,
            lost: false,
        }
    }

    /// Keeps more for the profile than the summary needs. To be called before the first record.
    pub fn with_profile(self, options: &ProfileOptions) -> Self {
        Self { summary: ProfileBuilder::new(options), ..self }
    }

    /// Encodes a record; a tick or the end writes all that is pending.
    ///
    /// The other records of a tick come before it, so the tick and its samples are one write.
    pub fn record(&mut self, record: &Record<'_>) {
        if matches!(record, Record::End(_)) {
            self.write_index();
        }
        self.summary.add(record);
        if let Some(index) = &mut self.index {
            index.add(record);
        }
        self.writer.write(record, &mut self.pending);
        if matches!(record, Record::Tick(_) | Record::End(_)) {
            self.flush();
        }
    }

    /// Adds the index to a trace that is complete so far; an index of a trace with missing ticks would point nowhere.
    fn write_index(&mut self) {
        self.flush();
        let Some(index) = self.index.take().filter(|_| self.pending.is_empty() && !self.lost) else { return };
        // The file is open for appending, so the position is the end of our last write, whatever the program appended
        // after it.
        if let Some(index) = self.file.stream_position().ok().and_then(|at| index.finish(at)) {
            self.writer.write(&Record::Index(Box::new(index)), &mut self.pending);
        }
    }

    /// Writes the pending lines as far as the disk takes them.
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
        if self.index.as_mut().is_some_and(|index| index.wrote(written as u64)) && self.pending.is_empty() {
            self.begin_part();
        }
        if self.pending.len() > MAX_PENDING {
            self.drop_ticks(written);
        }
    }

    /// Starts a part of the trace that can be read without the lines before it, at an entry of the index.
    ///
    /// The writer omits values that have not changed since the last tick. It must write all of them here.
    fn begin_part(&mut self) {
        match (self.file.stream_position(), &mut self.index) {
            (Ok(at), Some(index)) => {
                index.cut(at);
                self.writer.forget();
            }
            _ => self.index = None,
        }
    }

    /// Drops the pending ticks, except the rest of a line that is already written in part: the file must stay one of
    /// whole lines.
    fn drop_ticks(&mut self, written: usize) {
        let in_line = written > 0 || self.lost;
        let line_end = self.pending.iter().position(|b| *b == b'\n').map_or(0, |at| at + 1);
        self.pending.truncate(if in_line { line_end } else { 0 });
        // The next tick must not omit values as unchanged since a dropped one.
        self.writer.forget();
        self.lost = true;
    }

    /// The first write error, if the trace is incomplete. An error is forgotten when all lines were written later.
    pub fn failure(&mut self) -> Option<io::Error> {
        let incomplete = self.lost || !self.pending.is_empty();
        self.failure.take().filter(|_| incomplete)
    }

    /// The profile of the run.
    pub fn finish(self) -> Profile {
        self.summary.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;

    use rprof_trace::{End, Header, Keep, Reader, Seconds, Tick, fold, read_profiles};

    use super::*;

    const TICKS: u32 = 200_000;

    /// Writes the trace of a run of 200 s at 1 kHz, in which the program appends a mark of its own.
    fn record(path: &std::path::Path) {
        let appending = || OpenOptions::new().append(true).create(true).open(path).expect("a place");
        let (mut recorder, mut program) = (Recorder::new(appending(), Format::Dat), appending());
        let header = Header { format: 1, columns: vec!["processes".to_owned()], ..Header::default() };
        recorder.record(&Record::Header(Box::new(header)));
        for number in 0..TICKS {
            if number == TICKS / 4 {
                program.write_all(b"MARK 50.0 a quarter\n").expect("room");
            }
            let value = rprof_trace::Bytes(u64::from(number % 7919) << 12);
            let time = Seconds(f64::from(number) / 1e3);
            recorder.record(&Record::Tick(&Tick { time, value, processes: Some(3), ..Tick::default() }));
        }
        recorder.record(&Record::End(Box::new(End {
            elapsed_s: Seconds(200.0),
            ticks: u64::from(TICKS),
            ..End::default()
        })));
        assert!(recorder.failure().is_none());
    }

    #[test]
    fn a_window_read_by_the_index_equals_one_read_from_the_whole_trace() {
        let place = tempfile::tempdir().expect("a place");
        let path = place.path().join("t.dat");
        record(&path);
        let window = Some((Seconds(150.0), Seconds(151.0)));
        let options = ProfileOptions { window, processes: Keep::Largest(9), ..ProfileOptions::default() };
        let (by_index, _) = read_profiles(&path, &options).expect("a trace");
        let (whole, _) = fold(|| Reader::open(&path), &options).expect("a trace");
        assert_eq!(by_index, whole);
        assert_eq!((whole[0].marks.len(), whole[0].samples), (1, u64::from(TICKS)));
        // The reader skips the parts outside the window: damage there is not noticed.
        let mut text = std::fs::read(&path).expect("a trace");
        let skipped = text.len() * 6 / 10;
        text[skipped..skipped + 99].fill(b'x');
        std::fs::write(&path, text).expect("room");
        let (read, warnings) = read_profiles(&path, &options).expect("a trace");
        assert!(warnings.is_empty() && read == whole, "{warnings:?}");
    }
}
