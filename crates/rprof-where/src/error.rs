//! The errors of recording and reading stacks, by what the caller does about them.

use std::io;

/// The reason why stacks cannot be recorded or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The kernel refuses page-fault events to this user.
    #[error("{0}")]
    Denied(String),
    /// This system has no page-fault events.
    #[error("{0}")]
    Unsupported(String),
    /// The file is not a stacks file, or is damaged before its first record.
    #[error("not a stacks file of rprof: {0}")]
    Malformed(&'static str),
    /// A newer rprof wrote the file.
    #[error("a newer rprof wrote the stacks (format {0}); use that version to read them")]
    Newer(u64),
    /// The figure or the file could not be written or read.
    #[error(transparent)]
    Io(#[from] io::Error),
}
