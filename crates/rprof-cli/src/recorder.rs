//! Writes the trace as it comes: each tick is one write of whole lines, so that a kill loses one tick at most.
//! A disk that is full disturbs nobody: what could not be written is kept and tried again at the next tick.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, Write};

use rprof_trace::{Format, Indexer, Profile, ProfileBuilder, ProfileOptions, Record, Writer};

/// What may wait for room on the disk; beyond it the oldest ticks are dropped.
const KEPT: usize = 1 << 20;

/// The trace file and the run's summary, from the same records.
pub struct Recorder {
    file: File,
    writer: Writer,
    /// Encoded and not yet written.
    pending: Vec<u8>,
    summary: ProfileBuilder,
    /// `None` where there can be none: in `.csv`, and in what is no file.
    index: Option<Indexer>,
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
            index: (format == Format::Dat).then(Indexer::default),
            failure: None,
            lost: false,
        }
    }

    /// Takes a record; a tick, a gap or the end writes all that has gathered.
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

    /// Of a trace that is complete so far.
    fn write_index(&mut self) {
        self.flush();
        let Some(index) = self.index.take().filter(|_| self.pending.is_empty() && !self.lost) else { return };
        // The descriptor appends, so that its position is the end of what it wrote last.
        if let Some(index) = self.file.stream_position().ok().and_then(|at| index.finish(at)) {
            self.writer.write(&Record::Index(Box::new(index)), &mut self.pending);
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
        if self.index.as_mut().is_some_and(|index| index.wrote(written as u64)) && self.pending.is_empty() {
            self.begin_part();
        }
        if self.pending.len() > KEPT {
            self.drop_ticks(written);
        }
    }

    /// From here on the trace can be read without what is before it.
    fn begin_part(&mut self) {
        match (self.file.stream_position(), &mut self.index) {
            (Ok(at), Some(index)) => {
                index.cut(at);
                self.writer.forget();
            }
            _ => self.index = None,
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

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;

    use rprof_trace::{End, Header, Keep, Reader, Seconds, Tick, fold, read_profiles};

    use super::*;

    const TICKS: u32 = 200_000;

    /// The trace of a run of 200 s at 1 kHz in which the program writes a mark of its own.
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
        recorder.record(&Record::End(Box::new(End { ticks: u64::from(TICKS), ..End::default() })));
        assert!(recorder.failure().is_none());
    }

    #[test]
    fn a_window_of_a_long_trace_is_the_same_read_by_its_index() {
        let place = tempfile::tempdir().expect("a place");
        let path = place.path().join("t.dat");
        record(&path);
        let window = Some((Seconds(150.0), Seconds(151.0)));
        let options = ProfileOptions { window, processes: Keep::Largest(9), ..ProfileOptions::default() };
        let (by_index, _) = read_profiles(&path, &options).expect("a trace");
        let (whole, _) = fold(|| Reader::open(&path), &options).expect("a trace");
        assert_eq!(by_index, whole);
        assert_eq!((whole[0].marks.len(), whole[0].samples), (1, u64::from(TICKS)));
        // What the window does not need is not looked at.
        let mut text = std::fs::read(&path).expect("a trace");
        let skipped = text.len() * 6 / 10;
        text[skipped..skipped + 99].fill(b'x');
        std::fs::write(&path, text).expect("room");
        let (read, warnings) = read_profiles(&path, &options).expect("a trace");
        assert!(warnings.is_empty() && read == whole, "{warnings:?}");
    }
}
