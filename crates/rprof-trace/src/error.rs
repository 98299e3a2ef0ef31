//! What can go wrong with a trace as a whole. A line that can be left out is a [`Warning`](crate::Warning) instead.

use std::io;
use std::path::PathBuf;

/// Why a trace cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened or read on.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The output cannot be written.
    #[error("cannot write the trace: {0}")]
    Write(#[source] io::Error),
    /// No line at the beginning of the file is a record.
    #[error("`{}` is not a trace: line {line} is {found}, expected {expected}", path.display())]
    NotATrace {
        /// The file.
        path: PathBuf,
        /// The first line that is not blank, counted from 1.
        line: u64,
        /// What stands there, shortened and escaped.
        found: String,
        /// What a trace begins with.
        expected: &'static str,
    },
    /// No span of the run has this name.
    #[error("no span `{wanted}`; there is {known}")]
    NoSuchSpan {
        /// What was asked for.
        wanted: String,
        /// The names there are.
        known: String,
    },
    /// Several names end in this one.
    #[error("`{wanted}` is the end of several names; give one of them in full: {known}")]
    AmbiguousSpan {
        /// What was asked for.
        wanted: String,
        /// The names that end so.
        known: String,
    },
    /// The name of a file to be written does not tell the format.
    #[error("`{}` does not tell the format of the trace: use a name that ends in `.dat` (mprof reads it) or `.csv`", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
}
