//! Which format a trace is written in, and a writer of either.

pub(crate) mod column;
pub mod csv;
pub mod dat;
pub(crate) mod escape;
pub(crate) mod index;
pub(crate) mod number;
pub(crate) mod raw;

use std::path::Path;

use crate::error::Error;
use crate::format::csv::CsvWriter;
use crate::format::dat::DatWriter;
use crate::model::Record;

/// A format of traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines of text that mprof reads too.
    Dat,
    /// Rows of one table.
    Csv,
}

impl Format {
    /// The format a file of this name is to be written in, by its extension.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`] when it is neither `.dat` nor `.csv`, in letters of any case.
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

/// Writes records in either format. A pure encoder: it appends bytes to a buffer and opens no file.
#[derive(Debug)]
pub enum Writer {
    /// Writes `.dat`.
    Dat(DatWriter),
    /// Writes `.csv`.
    Csv(CsvWriter),
}

impl Writer {
    /// A writer of a new file.
    pub fn new(format: Format) -> Self {
        match format {
            Format::Dat => Self::Dat(DatWriter::new()),
            Format::Csv => Self::Csv(CsvWriter::new()),
        }
    }

    /// A writer of another run at the end of a file that is not empty.
    pub fn appending(format: Format) -> Self {
        match format {
            Format::Dat => Self::Dat(DatWriter::new()),
            Format::Csv => Self::Csv(CsvWriter::appending()),
        }
    }

    /// Lines before this one were lost: nothing may be left out of the next ones as being unchanged.
    pub fn forget(&mut self) {
        if let Self::Dat(dat) = self {
            dat.forget();
        }
    }

    /// Appends the lines of one record, always whole ones.
    pub fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Dat(dat) => dat.write(record, out),
            Self::Csv(csv) => csv.write(record, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_tells_the_format() {
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
