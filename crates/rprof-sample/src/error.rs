//! Errors of the sampler. Each variant stands for one thing that the caller does about it.

use std::io;

/// A failure to read one process.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The process has ended: remove it from the tree.
    #[error("the process has ended")]
    Gone,
    /// The kernel does not permit the reading: skip the process and report it once.
    #[error("permission denied")]
    Denied,
    /// The kernel does not offer this value: do not ask again.
    #[error("not available on this system")]
    Unsupported,
    /// Any other error: handle it like `Denied`.
    #[error(transparent)]
    Io(io::Error),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.raw_os_error() {
            // ESRCH: it was reaped, or its address space is gone. ENOENT: it was gone before the file was opened.
            Some(libc::ESRCH | libc::ENOENT) => Self::Gone,
            Some(libc::EACCES | libc::EPERM) => Self::Denied,
            _ => Self::Io(error),
        }
    }
}

/// A run could not start or cannot continue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such program.
    #[error("cannot run `{program}`: {reason}")]
    NotFound {
        /// The program as it was given.
        program: String,
        /// The reason; a caller that knows more may replace it.
        reason: String,
    },
    /// The program exists but cannot be executed.
    #[error("cannot run `{program}`: {reason}")]
    NotExecutable {
        /// The program as it was given.
        program: String,
        /// The reason in the words of the system.
        reason: String,
    },
    /// There is no process to attach to.
    #[error("cannot attach to process `{pid}`: no such process")]
    NoSuchProcess {
        /// The process id asked for.
        pid: u32,
    },
    /// The pid is that of something without memory of its own.
    #[error("cannot attach to process `{pid}`: {reason}")]
    NoMemory {
        /// The process id asked for.
        pid: u32,
        /// The kind of process, such as a zombie, and the remedy if there is one.
        reason: String,
    },
    /// The process belongs to another user.
    #[error(
        "cannot attach to process `{pid}` (`{name}` of user `{owner}`): permission denied; run rprof as that user or as root"
    )]
    NotOurs {
        /// The process id asked for.
        pid: u32,
        /// Its command name, or `?`.
        name: String,
        /// The name or number of its owner, or `?`.
        owner: String,
    },
    /// A control group for the command cannot be made.
    #[error("cannot create a control group: {reason}; {remedy}")]
    Cgroup {
        /// The reason.
        reason: String,
        /// The action that the user can take.
        remedy: &'static str,
    },
    /// `/proc` shows the processes of another pid namespace: its pids would stand for strangers.
    #[error(
        "/proc belongs to another pid namespace: rprof is process {own} here and {shown} there; \
         mount a /proc of this namespace first, as `unshare --mount-proc` or `mount -t proc proc /proc` does"
    )]
    ForeignProc {
        /// The pid of rprof.
        own: u32,
        /// The pid that /proc shows of it, or `not visible`.
        shown: String,
    },
    /// The operating system refused something that rprof needs.
    #[error("cannot {action}: {cause}")]
    System {
        /// The attempted action, as in "cannot {action}".
        action: &'static str,
        /// The error of the system. The message has it, so it is not also the source.
        cause: io::Error,
    },
}

impl Error {
    /// There is no such program: no such file, or none of this name in PATH.
    pub(crate) fn not_found(program: String) -> Self {
        let reason = if program.contains('/') { "not found" } else { "not found in PATH" }.to_owned();
        Self::NotFound { program, reason }
    }

    /// A closure for `map_err` that names the refused action.
    pub fn system<E: Into<io::Error>>(action: &'static str) -> impl FnOnce(E) -> Self {
        move |cause| Self::System { action, cause: cause.into() }
    }
}
