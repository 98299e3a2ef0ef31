//! The formats of a trace: records to bytes, and the bytes of one line back to an unresolved record.
//! A format is one folder here and one arm in each match of this file. Opens no file.

pub(crate) mod column;
pub mod csv;
pub mod dat;
pub(crate) mod escape;
pub(crate) mod index;
pub(crate) mod number;
pub(crate) mod raw;
mod write_number;

use std::path::Path;

use crate::error::Error;
use crate::format::csv::CsvWriter;
use crate::format::csv::decode::Rows;
use crate::format::dat::DatWriter;
use crate::format::raw::Line;
use crate::model::Record;
use crate::warning::WarningKind;

/// The most processes whose last columns the reader and the writer of `.dat` remember. Of others every column is
/// written, and a missing column is unknown.
pub(crate) const MAX_KNOWN: usize = 1 << 17;

/// A format of traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines of text that mprof reads too.
    Dat,
    /// Rows of one table.
    Csv,
}

impl Format {
    /// The format of a new file with this name, by its extension.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`] if the extension is neither `.dat` nor `.csv`, in upper or lower case.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let is = |name| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(name));
        if is("dat") {
            Ok(Self::Dat)
        } else if is("csv") {
            Ok(Self::Csv)
        } else {
            Err(Error::UnknownFormat { path: path.to_owned() })
        }
    }
}

/// Writes records in any format. It appends bytes to a buffer and opens no file.
#[derive(Debug)]
pub enum Writer {
    /// Writes `.dat`.
    Dat(DatWriter),
    /// Writes `.csv`.
    Csv(CsvWriter),
}

impl Writer {
    /// A writer of a new trace.
    pub fn new(format: Format) -> Self {
        match format {
            Format::Dat => Self::Dat(DatWriter::new()),
            Format::Csv => Self::Csv(CsvWriter::new()),
        }
    }

    /// Writes every column of the next lines, because a reader may not have the lines before.
    pub fn forget(&mut self) {
        match self {
            Self::Dat(dat) => dat.forget(),
            // Every row is complete in itself.
            Self::Csv(_) => {}
        }
    }

    /// Appends the lines of one record. The lines are always whole.
    pub fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Dat(dat) => dat.write(record, out),
            Self::Csv(csv) => csv.write(record, out),
        }
    }
}

/// Decodes the lines of a file in any format.
#[derive(Debug)]
pub(crate) enum Decoder {
    /// Decodes `.dat`.
    Dat,
    /// Decodes `.csv`.
    Csv(Box<Rows>),
}

impl Decoder {
    /// Decodes one line without its newline.
    ///
    /// # Errors
    /// The kind of fault.
    #[inline]
    pub fn decode<'a>(&'a mut self, line: &'a [u8]) -> Result<Line<'a>, WarningKind> {
        match self {
            Self::Dat => dat::decode::decode(line),
            Self::Csv(rows) => rows.decode(line),
        }
    }

    /// The properties of the format that remain after decoding.
    #[inline]
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Dat => Dialect { epoch_times: true, of_mprof: true },
            Self::Csv(_) => Dialect { epoch_times: false, of_mprof: false },
        }
    }
}

/// The properties of a format that matter when a decoded line is placed in its run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// `true` if times count from 1970; `false` if they count from the start of the run.
    pub epoch_times: bool,
    /// `true` if mprof writes this format. Then a command may continue on the next lines, every `$` in a command of ours
    /// is escaped, and a tick can be taken from the buffer without decoding its line.
    pub of_mprof: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_selects_the_format() {
        assert_eq!(Format::from_path("a/b.dat").ok(), Some(Format::Dat));
        assert_eq!(Format::from_path("B.CSV").ok(), Some(Format::Csv));
        for bad in ["a.txt", "dat", "a.dat.gz", ""] {
            let message = Format::from_path(bad).expect_err("no format").to_string();
            assert!(
                message.contains(".dat") && message.contains(".csv") && message.contains(bad),
                "{message}"
            );
        }
    }
}
