//! The trace that is followed: its records as they are appended, and a new start when the file is replaced or emptied.

use std::fs::{File, Metadata};
use std::io::Seek;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use rprof_trace::{Reader, Record, Seconds, Warnings, shown};
use rprof_watch::Run;

use crate::trace_input::TraceInput;

/// The time after which the name of the trace is looked up again.
const LOOK: Duration = Duration::from_millis(300);
/// Records that are read between two looks at the clock.
const BATCH: usize = 256;

/// A trace and the place up to which it has been read.
pub struct Source {
    input: TraceInput,
    reader: Reader<'static>,
    /// The same open file, for its position; `None` if the trace is read from a copy, which does not grow.
    file: Option<File>,
    looked: Instant,
    /// The last time of a write, as the file has it.
    written: Option<SystemTime>,
    warnings: Warnings,
}

/// The reason to stop reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// All records were read.
    AtEnd,
    /// The time to read was over, or the time of the replay has been reached.
    More,
    /// The file was replaced or emptied: the records begin anew.
    Anew,
}

impl Source {
    /// Opens a trace.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let input = TraceInput::open(path)?;
        let (reader, file) = reader(&input)?;
        let warnings = input.warnings().clone();
        Ok(Self { input, reader, file, looked: Instant::now(), written: None, warnings })
    }

    /// Begins at the first record again.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        (self.reader, self.file) = reader(&self.input)?;
        Ok(())
    }

    /// Reads records into a run: all that are there, but no longer than `most`, and not beyond a tick after `until`.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a trace.
    pub fn read(
        &mut self,
        run: &mut Run,
        until: Seconds,
        most: Duration,
    ) -> anyhow::Result<(usize, Progress)> {
        let begun = Instant::now();
        let mut count = 0;
        loop {
            for _ in 0..BATCH {
                let Some(entry) = self.reader.next_entry()? else {
                    return Ok((count, self.look()?));
                };
                run.add(&entry);
                count += 1;
                if matches!(entry.record, Record::Tick(_)) && run.now() >= until {
                    return Ok((count, Progress::More));
                }
            }
            if begun.elapsed() >= most {
                return Ok((count, Progress::More));
            }
        }
    }

    /// Looks whether the name still leads to the open file.
    fn look(&mut self) -> anyhow::Result<Progress> {
        let Some(file) = &mut self.file else { return Ok(Progress::AtEnd) };
        if self.looked.elapsed() < LOOK {
            return Ok(Progress::AtEnd);
        }
        self.looked = Instant::now();
        // A trace that was deleted is read to its end.
        let Ok(found) = std::fs::metadata(&self.input.path) else { return Ok(Progress::AtEnd) };
        self.written = found.modified().ok();
        let is_same = file.metadata().is_ok_and(|own| identity(&own) == identity(&found));
        if is_same && file.stream_position().is_ok_and(|position| position <= found.len()) {
            return Ok(Progress::AtEnd);
        }
        self.restart()?;
        Ok(Progress::Anew)
    }

    /// The share of the file that has been read.
    pub fn share(&mut self) -> f64 {
        let Some(file) = &mut self.file else { return 1.0 };
        let length = file.metadata().map_or(0, |found| found.len()).max(1);
        file.stream_position().map_or(1.0, |position| position as f64 / length as f64)
    }

    /// The time since the last write to the trace; `None` if it does not grow.
    pub fn silence(&self) -> Option<Seconds> {
        self.file.as_ref()?;
        let written = self.written.or_else(|| std::fs::metadata(&self.input.path).ok()?.modified().ok())?;
        Some(Seconds(SystemTime::now().duration_since(written).map_or(0.0, |time| time.as_secs_f64())))
    }

    /// The faults that were found in the trace.
    pub fn warnings(&mut self) -> Warnings {
        let mut warnings = std::mem::take(&mut self.warnings);
        warnings.append(self.reader.take_warnings());
        warnings
    }
}

/// A reader at the start of a trace, and its file if that can grow.
fn reader(input: &TraceInput) -> anyhow::Result<(Reader<'static>, Option<File>)> {
    if input.is_copy() {
        return Ok((input.reader()?, None));
    }
    let failed = || format!("cannot read `{}`", shown(&input.path));
    let file = File::open(&input.path).with_context(failed)?;
    let own = file.try_clone().with_context(failed)?;
    Ok((Reader::new(file, &input.path).following(), Some(own)))
}

fn identity(data: &Metadata) -> (u64, u64) {
    (data.dev(), data.ino())
}
