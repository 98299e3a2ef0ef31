//! The errors of an export or import. A fault of a single line is a warning instead.

use std::io;
use std::path::PathBuf;

use rprof_trace::shown;

/// The reason why a file cannot be exported or imported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The trace cannot be read.
    #[error(transparent)]
    Trace(#[from] rprof_trace::Error),
    /// The file of another tool cannot be read.
    #[error("cannot read the input: {0}")]
    Read(io::Error),
    /// The output cannot be written.
    #[error("cannot write the output: {0}")]
    Write(io::Error),
    /// The name of an export does not select its format.
    #[error(
        "the name `{}` does not select a format: add --format chrome, firefox, openmetrics, jsonl or csv",
        shown(path)
    )]
    NoFormat {
        /// The file.
        path: PathBuf,
    },
}
