//! What can go wrong while measuring, by what the caller does about it.

use std::io;

/// Reading one process failed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The process has ended: drop it from the tree.
    #[error("the process has ended")]
    Gone,
    /// The kernel does not let us read it: leave it out and say so once.
    #[error("permission denied")]
    Denied,
    /// This machine cannot tell.
    #[error("not available on this machine")]
    Unsupported,
    /// Anything else.
    #[error(transparent)]
    Io(io::Error),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.raw_os_error() {
            // ESRCH: reaped, or its address space is gone; ENOENT: it was gone before we came.
            Some(libc::ESRCH | libc::ENOENT) => Self::Gone,
            Some(libc::EACCES | libc::EPERM) => Self::Denied,
            _ => Self::Io(error),
        }
    }
}

/// A run could not be begun or had to be given up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such program.
    #[error("cannot run `{program}`: not found{}", if .program.contains('/') { "" } else { " in PATH" })]
    NotFound {
        /// As it was given.
        program: String,
    },
    /// The program is there but cannot be executed.
    #[error("cannot run `{program}`: {reason}")]
    NotExecutable {
        /// As it was given.
        program: String,
        /// Why, in the system's words.
        reason: String,
    },
    /// There is no process to attach to.
    #[error("cannot watch process {pid}: there is no such process")]
    NoSuchProcess {
        /// The process id asked for.
        pid: u32,
    },
    /// The process belongs to somebody else.
    #[error(
        "cannot watch process {pid} (`{name}`, of user {owner}): permission denied; run rprof as that user or as root"
    )]
    NotOurs {
        /// The process id asked for.
        pid: u32,
        /// Its command name, or `?`.
        name: String,
        /// Its owner's name or number.
        owner: String,
    },
    /// The operating system refused something rprof cannot work without.
    #[error("cannot {action}: {source}")]
    System {
        /// What was attempted.
        action: &'static str,
        /// The system's answer.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: the system refused `action`.
    pub fn system<E: Into<io::Error>>(action: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::System { action, source: source.into() }
    }
}
