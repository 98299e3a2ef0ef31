//! The errors of a whole trace. A fault of a single line is a [`Warning`](crate::Warning) instead.

use std::io;
use std::path::PathBuf;

use crate::visible::{shown, visible};

/// The reason why a trace cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened or read.
    #[error("cannot read `{}`: {cause}", shown(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system. The message has it, so it is not also the source.
        cause: io::Error,
    },
    /// The output cannot be written.
    #[error("cannot write the trace: {0}")]
    Write(io::Error),
    /// No line at the start of the file is a record.
    #[error("`{}` is not a trace: line {line} is {found}, expected {expected}", shown(path))]
    NotATrace {
        /// The file.
        path: PathBuf,
        /// The first line that is not blank, from 1.
        line: u64,
        /// The text of that line, shortened and escaped.
        found: String,
        /// The possible first lines of a trace.
        expected: &'static str,
    },
    /// The file has no bytes, or only blank lines at its start.
    #[error("`{}` is not a trace: {found}", shown(path))]
    Blank {
        /// The file.
        path: PathBuf,
        /// `it is empty`, or `it has only blank lines`.
        found: &'static str,
    },
    /// The run has no spans.
    #[error("no span named `{}`: this trace has no spans", visible(wanted))]
    NoSpans {
        /// The requested name.
        wanted: String,
    },
    /// No span of the run has this name.
    #[error("no span named `{}`: the trace has {known}", visible(wanted))]
    NoSuchSpan {
        /// The requested name.
        wanted: String,
        /// The existing names.
        known: String,
    },
    /// Several names end in this one.
    #[error("several span names end in `.{}`; give one in full: {known}", visible(wanted))]
    AmbiguousSpan {
        /// The requested name.
        wanted: String,
        /// The names that end in it.
        known: String,
    },
    /// The name of an output file has no extension of a trace format.
    #[error("unknown trace format `{}`; use .dat (mprof reads it) or .csv", shown(path))]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
}
