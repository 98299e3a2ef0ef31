//! A trace as a stream of records, in constant memory, from whatever wrote it and in whatever state it was left.

pub(crate) mod convert;
mod detect;
mod lines;
mod record_buf;
mod resolve;

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::format::csv::decode::Rows;
use crate::format::dat::decode::decode;
use crate::format::escape::set_lossy;
use crate::format::raw::Line;
use crate::model::Record;
use crate::read::detect::{EVIDENCE_WITHIN, Kind, sniff, trim_line, trim_nul};
use crate::read::lines::{Lines, Place};
use crate::read::record_buf::Found;
use crate::read::resolve::Run;
use crate::warning::{WarningKind, Warnings};

/// What is kept of a command line that goes on over many lines.
const LONGEST_COMMAND: usize = 1 << 20;
const EXPECTED: &str = "a record of mprof or rprof (`CMDLINE python3 x.py`, `MEM 12.5 1795380798.1462`), \
                        or the column names of a `.csv` trace (`record,time_s,…`)";

/// A record, and where it stands.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Its line in the file, counted from 1.
    pub line: u64,
    /// Its run, counted from 0: a file holds several when it was appended to.
    pub run: u64,
    /// The wall-clock time of the run's time zero, seconds since 1970-01-01 UTC; `None` when the file does not say,
    /// or not yet.
    pub start_s: Option<f64>,
    /// The record, its times since the run's time zero: the start in our traces, in mprof's the first time there.
    pub record: Record<'a>,
}

/// Reads the records of a `.dat` or `.csv` trace; which of the two, its content tells.
///
/// Memory grows with the number of processes alive at once, not with the length of the trace.
#[derive(Debug)]
pub struct Reader<'a> {
    path: PathBuf,
    lines: Lines<'a>,
    rows: Option<Box<Rows>>,
    begun: bool,
    epoch: Option<bool>,
    run: Run,
    found: Found,
    text: String,
    warnings: Warnings,
}

impl Reader<'static> {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        match File::open(path) {
            Ok(file) => Ok(Self::new(file, path)),
            Err(source) => Err(Error::Io { path: path.to_owned(), source }),
        }
    }
}

/// What a step through the lines came to.
enum Step {
    Found,
    Nothing,
    End,
}

impl<'a> Reader<'a> {
    /// Reads from any input; it is buffered here. The path is for messages only.
    pub fn new(input: impl Read + 'a, path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            lines: Lines::new(input),
            rows: None,
            begun: false,
            epoch: None,
            run: Run::first(None),
            found: Found::Command,
            text: String::new(),
            warnings: Warnings::default(),
        }
    }

    /// The next record, or `None` at the end.
    ///
    /// # Errors
    /// [`Error::Io`] when the input cannot be read on, [`Error::NotATrace`] at the first call when it is none.
    #[inline]
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, Error> {
        if self.advance()? { Ok(Some(self.found.take(&self.text, &self.run.tick))) } else { Ok(None) }
    }

    /// The next record with its place in the file, or `None` at the end.
    ///
    /// # Errors
    /// As [`next_record`](Self::next_record).
    #[inline]
    pub fn next_entry(&mut self) -> Result<Option<Entry<'_>>, Error> {
        if self.advance()? { Ok(Some(self.entry())) } else { Ok(None) }
    }

    /// The record that was advanced to.
    #[inline]
    pub(crate) fn entry(&mut self) -> Entry<'_> {
        let (line, run, start_s) = (self.lines.number, self.run.index, self.run.start_s());
        Entry { line, run, start_s, record: self.found.take(&self.text, &self.run.tick) }
    }

    /// Goes on to the next record; `false` at the end.
    #[inline]
    pub(crate) fn advance(&mut self) -> Result<bool, Error> {
        loop {
            match self.step()? {
                Step::Found => return Ok(true),
                Step::Nothing => {}
                Step::End => return Ok(false),
            }
        }
    }

    /// What was wrong in the lines read so far.
    pub fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// Hands over what was wrong in the lines read so far.
    pub fn take_warnings(&mut self) -> Warnings {
        std::mem::take(&mut self.warnings)
    }

    fn io(&self, source: std::io::Error) -> Error {
        Error::Io { path: self.path.clone(), source }
    }

    /// Finds out what kind of file this is.
    fn begin(&mut self) -> Result<(), Error> {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        let marked = self.lines.preview(EVIDENCE_WITHIN).map(|head| head.starts_with(BOM));
        match marked {
            Ok(marked) => self.lines.skip(if marked { BOM.len() } else { 0 }),
            Err(source) => return Err(self.io(source)),
        }
        let all = self.lines.is_all_here();
        match self.lines.preview(0).map(|head| sniff(head, all)) {
            Err(source) => return Err(self.io(source)),
            Ok(Kind::Csv(rows)) => self.rows = Some(rows),
            Ok(Kind::Dat { epoch }) => self.epoch = epoch,
            Ok(Kind::Neither { line, found }) => {
                let path = self.path.clone();
                return Err(Error::NotATrace { path, line, found, expected: EXPECTED });
            }
        }
        self.run = Run::first(self.epoch);
        Ok(())
    }

    fn step(&mut self) -> Result<Step, Error> {
        if !self.begun {
            self.begin()?;
            self.begun = true;
        }
        if self.rows.is_none()
            && let Some(length) = self.run.plain_tick(self.lines.ahead())
        {
            self.lines.take(length);
            if !matches!(self.found, Found::Tick) {
                self.found = Found::Tick;
            }
            return Ok(Step::Found);
        }
        let place = match self.lines.next() {
            Ok(Some(place)) => place,
            Ok(None) => return Ok(Step::End),
            Err(source) => return Err(self.io(source)),
        };
        let mut bytes = trim_line(self.lines.bytes(place));
        let mut fault = None;
        if place.too_long {
            fault = Some(WarningKind::TooLong);
        } else if bytes.first() == Some(&0) || bytes.last() == Some(&0) {
            fault = Some(WarningKind::NulBytes);
            bytes = trim_nul(bytes);
        }
        if let Some(kind) = fault {
            self.warnings.add(kind, self.lines.number, bytes);
        }
        if bytes.is_empty() || place.too_long {
            return Ok(Step::Nothing);
        }
        let csv = self.rows.is_some();
        let line = match &mut self.rows {
            None => decode(bytes),
            Some(rows) => rows.decode(bytes),
        };
        let placed = match line {
            Ok(Line::Other) => return Ok(Step::Nothing),
            Ok(Line::Command(_)) => return self.command(place),
            Ok(line) if !place.ended && !self.run.is_whole(&line, csv) => Err(WarningKind::CutShort),
            Ok(Line::Header(header)) if header.format == 0 => {
                self.run.start_at(header.start_s, csv);
                return Ok(Step::Nothing);
            }
            Ok(Line::Header(header)) => {
                if header.format > 1 {
                    self.warnings.add(WarningKind::NewerFormat, self.lines.number, bytes);
                }
                self.run.begin(&header, csv);
                self.found = Found::Header(header);
                Ok(None)
            }
            Ok(line) => self.run.place(line, &mut self.text, &mut self.found),
            Err(_) if !place.ended => Err(WarningKind::CutShort),
            Err(kind) => Err(kind),
        };
        match placed {
            Ok(fault) => {
                if let Some(kind) = fault {
                    self.warnings.add(kind, self.lines.number, bytes);
                }
                Ok(Step::Found)
            }
            Err(kind) => {
                self.warnings.add(kind, self.lines.number, bytes);
                Ok(Step::Nothing)
            }
        }
    }

    /// A command line. mprof writes the newlines in it as they are, so that it may go on over lines of any content.
    fn command(&mut self, place: Place) -> Result<Step, Error> {
        let csv = self.rows.is_some();
        let line = self.lines.bytes(place);
        let bytes = trim_nul(line);
        let text = match &mut self.rows {
            None => decode(bytes),
            Some(rows) => rows.decode(bytes),
        };
        let Ok(Line::Command(text)) = text else { return Ok(Step::Nothing) };
        if !set_lossy(&mut self.text, text) {
            self.warnings.add(WarningKind::NotUtf8, self.lines.number, bytes);
        }
        self.run.name(self.epoch);
        if self.run.ours {
            if !csv {
                self.text = self.text.replace("\\$", "$");
            }
        } else if !csv {
            self.continue_command()?;
        }
        self.found = Found::Command;
        Ok(Step::Found)
    }

    /// Takes the lines after a command line up to the first that is a record on the file's clock.
    fn continue_command(&mut self) -> Result<(), Error> {
        let mut blank = 0;
        while self.text.len() < LONGEST_COMMAND {
            let place = match self.lines.peek() {
                Ok(Some(place)) if place.ended => place,
                Ok(_) => break,
                Err(source) => return Err(self.io(source)),
            };
            let line = trim_line(self.lines.bytes(place));
            let forged = match decode(line) {
                Ok(line) if line.is_evidence() => match line.time() {
                    Some(time) if !self.run.is_on_clock(time) => true,
                    _ => break,
                },
                Err(WarningKind::Negative | WarningKind::NotFinite | WarningKind::LostChild) => break,
                _ if line.first() == Some(&0) => break,
                _ => false,
            };
            if forged {
                self.warnings.add(WarningKind::OffClock, self.lines.number + 1, line);
            }
            blank += 1;
            if !line.is_empty() {
                let text = String::from_utf8_lossy(line);
                if matches!(text, Cow::Owned(_)) {
                    self.warnings.add(WarningKind::NotUtf8, self.lines.number + 1, line);
                }
                self.text.push_str(&"\\n".repeat(std::mem::take(&mut blank)));
                self.text.push_str(&text);
            }
            if let Err(source) = self.lines.next() {
                return Err(self.io(source));
            }
        }
        Ok(())
    }
}
