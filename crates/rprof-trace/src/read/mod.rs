//! The reader: a trace as a stream of records, in constant memory. It reads traces of rprof and of mprof, also damaged
//! ones. A line that gives no record becomes a warning.

pub(crate) mod convert;
mod detect;
mod lines;
mod record_buf;
mod resolve;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::format::raw::Line;
use crate::format::{Decoder, dat};
use crate::model::Record;
use crate::read::detect::{Detected, EVIDENCE_WITHIN, detect, trim_line, trim_nul};
use crate::read::lines::{Lines, Place};
use crate::read::record_buf::RecordBuf;
use crate::read::resolve::{LATEST, Resolver, put};
use crate::warning::{WarningKind, Warnings};

/// The length in bytes at which a command over many lines is cut.
const LONGEST_COMMAND: usize = 1 << 20;
const EXPECTED: &str = "a record of mprof or rprof (`CMDLINE python3 x.py`, `MEM 12.5 1795380798.1462`), \
                        or the column names of a `.csv` trace (`record,time_s,…`)";

/// A record and its place.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Number of its line in the file, from 1.
    pub line: u64,
    /// Number of its run, from 0. A file has several runs if it was appended to.
    pub run: u64,
    /// Wall-clock time of the start of the run, seconds since 1970-01-01 UTC; `None` if it is not known, or not yet.
    pub start_s: Option<f64>,
    /// The record. Its times count from the start of the run; in a trace of mprof from the first time.
    pub record: Record<'a>,
}

/// Reads the records of a `.dat` or `.csv` trace. The content decides between the two, not the name.
///
/// Memory grows with the number of processes that are alive at once, not with the length of the trace.
///
/// ```
/// use rprof_trace::{Bytes, Reader, Record};
///
/// let trace = "CMDLINE python3 x.py\nMEM 1.5 1795380798.1462\nMEM 2.0 1795380798.2463\n";
/// let mut reader = Reader::new(trace.as_bytes(), "mprofile_1.dat");
/// let mut peak = Bytes(0);
/// while let Some(record) = reader.next_record()? {
///     if let Record::Tick(tick) = record {
///         peak = peak.max(tick.value);
///     }
/// }
/// assert_eq!(peak, Bytes(2 << 20));
/// assert!(reader.warnings().is_empty());
/// # Ok::<(), rprof_trace::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<'a> {
    path: PathBuf,
    lines: Lines<'a>,
    /// `None` until the format has been detected.
    decoder: Option<Decoder>,
    /// `true` if the times of the file count from 1970; `None` until a time was seen.
    epoch: Option<bool>,
    resolver: Resolver,
    record: RecordBuf,
    text: String,
    warnings: Warnings,
}

impl Reader<'static> {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        match File::open(path) {
            Ok(file) => Ok(Self::new(file, path)),
            Err(cause) => Err(Error::Io { path: path.to_owned(), cause }),
        }
    }
}

/// The result of reading one line.
enum Step {
    Record,
    NoRecord,
    End,
}

impl<'a> Reader<'a> {
    /// Reads from any input. The reader has its own buffer. The path appears in messages only.
    pub fn new(input: impl Read + 'a, path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            lines: Lines::new(input),
            decoder: None,
            epoch: None,
            resolver: Resolver::new(None),
            record: RecordBuf::NONE,
            text: String::new(),
            warnings: Warnings::default(),
        }
    }

    /// The same reader for an input that another process still appends to.
    ///
    /// At the end of the input there is no record, and a later call continues with what was appended meanwhile. A last line
    /// is read when its newline has arrived.
    #[must_use]
    pub fn following(mut self) -> Self {
        self.lines.follow();
        self
    }

    /// The next record; `None` at the end.
    ///
    /// # Errors
    /// [`Error::Io`] if the input cannot be read, [`Error::NotATrace`] or
    /// [`Error::Blank`] at the first call if it is not a trace.
    #[inline]
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, Error> {
        if self.advance()? {
            Ok(Some(self.record.take(&self.text, self.resolver.last_tick())))
        } else {
            Ok(None)
        }
    }

    /// The next record with its place in the file; `None` at the end.
    ///
    /// # Errors
    /// As [`next_record`](Self::next_record).
    #[inline]
    pub fn next_entry(&mut self) -> Result<Option<Entry<'_>>, Error> {
        if self.advance()? { Ok(Some(self.entry())) } else { Ok(None) }
    }

    /// The current record.
    #[inline]
    pub(crate) fn entry(&mut self) -> Entry<'_> {
        let (line, run, start_s) = (self.lines.number, self.resolver.run(), self.resolver.start_s());
        Entry { line, run, start_s, record: self.record.take(&self.text, self.resolver.last_tick()) }
    }

    /// Advances to the next record; `false` at the end.
    #[inline]
    pub(crate) fn advance(&mut self) -> Result<bool, Error> {
        loop {
            match self.step().map_err(|source| self.io(source))? {
                Step::Record => return Ok(true),
                Step::NoRecord if self.decoder.is_none() => {
                    if !self.begin()? {
                        return Ok(false);
                    }
                }
                Step::NoRecord => {}
                Step::End => return Ok(false),
            }
        }
    }

    /// The faults in the lines read so far.
    pub fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// Takes out the faults in the lines read so far.
    pub fn take_warnings(&mut self) -> Warnings {
        std::mem::take(&mut self.warnings)
    }

    fn io(&self, cause: io::Error) -> Error {
        Error::Io { path: self.path.clone(), cause }
    }

    /// Detects the format; `false` if an input that grows has no line yet.
    fn begin(&mut self) -> Result<bool, Error> {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        let head = self.lines.preview(EVIDENCE_WITHIN).map(|head| head.starts_with(BOM));
        let has_bom = head.map_err(|source| self.io(source))?;
        if self.lines.awaits_line() {
            return Ok(false);
        }
        self.lines.skip(if has_bom { BOM.len() } else { 0 });
        let all = self.lines.is_all_here();
        match detect(self.lines.ahead(), all) {
            Detected::Trace { decoder, epoch } => {
                (self.decoder, self.epoch) = (Some(decoder), epoch);
                self.resolver = Resolver::new(epoch);
                Ok(true)
            }
            Detected::Neither { line, found } => {
                let path = self.path.clone();
                Err(Error::NotATrace { path, line, found, expected: EXPECTED })
            }
            Detected::Blank { found } => Err(Error::Blank { path: self.path.clone(), found }),
        }
    }

    /// Reads one line.
    #[inline]
    fn step(&mut self) -> io::Result<Step> {
        let Some(decoder) = &self.decoder else { return Ok(Step::NoRecord) };
        if decoder.dialect().of_mprof
            && let Some(length) = self.resolver.plain_tick(self.lines.ahead())
        {
            self.lines.take(length);
            if !matches!(self.record, RecordBuf::Tick(())) {
                self.record = RecordBuf::Tick(());
            }
            return Ok(Step::Record);
        }
        self.read_line()
    }

    /// Reads one line that is not a plain tick.
    fn read_line(&mut self) -> io::Result<Step> {
        let (Some(place), Some(decoder)) = (self.lines.next()?, &mut self.decoder) else {
            return Ok(Step::End);
        };
        let dialect = decoder.dialect();
        let (bytes, fault) = clean(self.lines.bytes(place), place);
        if let Some(kind) = fault {
            self.warnings.add(kind, self.lines.number, bytes);
        }
        if bytes.is_empty() || place.too_long {
            return Ok(Step::NoRecord);
        }
        let resolved = match decoder.decode(bytes) {
            Ok(Line::Other) => return Ok(Step::NoRecord),
            Ok(Line::Command(_)) => return self.read_command(place),
            Ok(line) if !place.ended && !self.resolver.is_whole(&line, dialect) => Err(WarningKind::CutShort),
            // No time of this run could be written.
            Ok(Line::Header(header)) if header.start_s.abs() >= LATEST => Err(WarningKind::Malformed),
            Ok(Line::Header(header)) if header.format == 0 => {
                self.resolver.start_at(header.start_s, dialect);
                return Ok(Step::NoRecord);
            }
            Ok(Line::Header(header)) => {
                self.resolver.begin(&header, dialect);
                let newer = (header.format > 1).then_some(WarningKind::NewerFormat);
                self.record = RecordBuf::Header(header);
                Ok(newer)
            }
            Ok(line) => self.resolver.resolve(line, &mut self.text, &mut self.record),
            Err(_) if !place.ended => Err(WarningKind::CutShort),
            Err(kind) => Err(kind),
        };
        let (step, fault) = match resolved {
            Ok(fault) => (Step::Record, fault),
            Err(kind) => (Step::NoRecord, Some(kind)),
        };
        if let Some(kind) = fault {
            self.warnings.add(kind, self.lines.number, bytes);
        }
        Ok(step)
    }

    /// Reads a command line. mprof does not escape newlines in a command, so that it may continue on lines of any text.
    fn read_command(&mut self, place: Place) -> io::Result<Step> {
        let Some(decoder) = &mut self.decoder else { return Ok(Step::NoRecord) };
        let of_mprof = decoder.dialect().of_mprof;
        let bytes = trim_nul(self.lines.bytes(place));
        let Ok(Line::Command(text)) = decoder.decode(bytes) else { return Ok(Step::NoRecord) };
        let (_, fault) = put(&mut self.text, text);
        if let Some(kind) = fault {
            self.warnings.add(kind, self.lines.number, bytes);
        }
        self.resolver.command(self.epoch);
        match (of_mprof, self.resolver.is_ours()) {
            (true, true) => self.text = self.text.replace("\\$", "$"),
            (true, false) => self.continue_command()?,
            (false, _) => {}
        }
        self.record = RecordBuf::Command(0..self.text.len());
        Ok(Step::Record)
    }

    /// Takes the lines after a command up to the first one that is a record on the file's clock.
    fn continue_command(&mut self) -> io::Result<()> {
        let mut blank = 0;
        while self.text.len() < LONGEST_COMMAND {
            let Some(place) = self.lines.peek()?.filter(|place| place.ended) else { break };
            let line = trim_line(self.lines.bytes(place));
            let forged = match dat::decode::decode(line) {
                // A command can contain lines that look like records. Their times are not on the file's clock.
                Ok(line) if line.is_evidence() => match line.time() {
                    Some(time) if !self.resolver.is_on_clock(time) => true,
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
            self.lines.next()?;
        }
        Ok(())
    }
}

/// The content of a line, and a fault of it that a power loss or a foreign file can cause.
fn clean(line: &[u8], place: Place) -> (&[u8], Option<WarningKind>) {
    let bytes = trim_line(line);
    if place.too_long {
        (bytes, Some(WarningKind::TooLong))
    } else if bytes.first() == Some(&0) || bytes.last() == Some(&0) {
        (trim_nul(bytes), Some(WarningKind::NulBytes))
    } else {
        (bytes, None)
    }
}
