//! Warnings about single lines of a trace: the fault, and its consequence. Equal faults are one warning with a count.

use std::fmt::{self, Write as _};

use crate::visible;

/// A kind of fault of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WarningKind {
    /// The last line is incomplete, because the writer was killed or the disk was full.
    CutShort,
    /// NUL bytes, as a file system can leave them after a power loss.
    NulBytes,
    /// A line that is not a record.
    Malformed,
    /// A time that is not on the clock of the file: the line is part of a command with newlines, or damaged.
    OffClock,
    /// A negative amount of memory: mprof's posix backend writes -1 when `ps` fails.
    Negative,
    /// A value or time that is not a finite number.
    NotFinite,
    /// `CHLD 0 0.000000`, which mprof writes for a child that vanished during its scan.
    LostChild,
    /// A tick that is earlier than the one before: a clock set back, or two runs in one file.
    BackInTime,
    /// A sample of another tool that is earlier than the one before: its clock was set back.
    ClockBack,
    /// A span that ends before it starts.
    BackwardsSpan,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A line longer than any record.
    TooLong,
    /// A run written by a later version of rprof.
    NewerFormat,
    /// More spans than are kept.
    ManySpans,
    /// More marks and notes than are kept.
    ManyMarks,
    /// More processes than are kept.
    ManyProcesses,
    /// More command lines of processes than are kept.
    ManyArgs,
    /// More runs in one file than are kept.
    ManyRuns,
}

impl WarningKind {
    /// The fault and its consequence.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::CutShort => ("is cut short", "dropped"),
            Self::NulBytes => ("holds NUL bytes", "skipped them"),
            Self::Malformed => ("is not a record", "skipped"),
            Self::OffClock => ("has a time that is not on the clock of this file", "dropped"),
            Self::Negative => ("has a negative value", "dropped"),
            Self::NotFinite => ("has a value that is not a finite number", "dropped"),
            Self::LostChild => ("stands for a process that vanished while mprof measured it", "dropped"),
            Self::BackInTime => ("is earlier than the tick before it", "kept and sorted by time"),
            Self::ClockBack => ("is earlier than the sample before it", "kept with the time of that one"),
            Self::BackwardsSpan => ("ends before it starts", "kept with length 0"),
            Self::NotUtf8 => ("holds bytes that are not UTF-8", "replaced them"),
            Self::TooLong => ("is longer than any record", "skipped"),
            Self::NewerFormat => {
                ("was written by a later version of rprof", "unknown records and columns are skipped")
            }
            Self::ManySpans => ("is one of too many spans", "dropped the shortest"),
            Self::ManyMarks => ("is one of too many marks and notes", "dropped the last"),
            Self::ManyProcesses => ("is one of too many processes", "dropped those with the smallest peaks"),
            Self::ManyArgs => {
                ("is one of too many command lines", "dropped those of the processes with the smallest peaks")
            }
            Self::ManyRuns => ("starts one run too many for one file", "skipped the runs from here on"),
        }
    }
}

/// One kind of fault: its first line, and the number of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The kind.
    pub kind: WarningKind,
    /// The first line with the fault, from 1; 0 if it is a fault of a run.
    pub line: u64,
    /// That line, shortened and escaped.
    pub found: String,
    /// The number of lines with the fault.
    pub count: u64,
}

/// `line 57: `MEM 2.` is cut short; dropped`.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wrong, done) = self.kind.words();
        // A fault of a whole run has no line.
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        write!(f, "{} {wrong}; {done}", self.found)?;
        match self.count {
            0 | 1 => Ok(()),
            2 => write!(f, " (and 1 more like it)"),
            n => write!(f, " (and {} more like it)", n - 1),
        }
    }
}

/// The warnings of one file, one per kind, in the order of their first lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Warnings(Vec<Warning>);

impl Warnings {
    /// Adds a fault of a line. Of one kind, only the first line is kept.
    pub fn add(&mut self, kind: WarningKind, line: u64, found: &[u8]) {
        match self.0.iter_mut().find(|w| w.kind == kind) {
            Some(warning) => warning.count += 1,
            None => self.0.push(Warning { kind, line, found: shorten(found), count: 1 }),
        }
    }

    /// Adds the warnings of another file, or of another reading.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The warnings, in the order of their first lines.
    pub fn iter(&self) -> std::slice::Iter<'_, Warning> {
        self.0.iter()
    }

    /// `true` if the file had no fault.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The warning of this kind; `None` if the file had no such fault.
    pub fn of(&self, kind: WarningKind) -> Option<&Warning> {
        self.0.iter().find(|w| w.kind == kind)
    }
}

impl<'a> IntoIterator for &'a Warnings {
    type Item = &'a Warning;
    type IntoIter = std::slice::Iter<'a, Warning>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The most characters of a line that a message shows.
const SHOWN: usize = 60;

/// A line for a message: in backquotes, shortened, with unprintable characters escaped.
pub(crate) fn shorten(line: &[u8]) -> String {
    let mut shown = String::from("`");
    let head = &line[..line.len().min(4 * SHOWN)];
    let mut chars = 0;
    for chunk in head.utf8_chunks() {
        for c in chunk.valid().chars().take(SHOWN - chars) {
            visible::push(&mut shown, c);
            chars += 1;
        }
        for byte in chunk.invalid().iter().take(SHOWN - chars) {
            let _ = write!(shown, "\\x{byte:02x}");
            chars += 1;
        }
    }
    let cut = line.len() > head.len() || String::from_utf8_lossy(head).chars().count() > SHOWN;
    shown.push_str(if cut { "…`" } else { "`" });
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortened_line_is_short_and_printable() {
        assert_eq!(shorten(b"MEM 'x' \"y\""), "`MEM 'x' \"y\"`");
        assert_eq!(shorten(b"\x89PNG\r\n"), "`\\x89PNG\\r\\n`");
        assert_eq!(shorten(&[b'x'; 61]).chars().count(), 63);
        assert!(shorten(&[0; 1000]).ends_with("…`"));
    }
}
