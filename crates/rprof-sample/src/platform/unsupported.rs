//! The platform of systems that rprof cannot measure: every name is there and reports that it is not available.
//! It is the template for a new platform. Any system builds it with `--cfg rprof_unsupported`.

use std::io;
use std::time::Duration;

pub use super::no_cgroup::{Group, OomLog};
pub use super::no_gpu::Gpu;
use super::{FaultCounts, Launch, Reading, Reaped, Signal, SmapsRollup, Spawned, Woken, ZombieFacts};
use crate::error::{Error, ReadError};
use crate::parse::CommandLine;

/// No metric.
pub const METRICS: &[rprof_trace::Metric] = &[];

/// No part of memory.
pub const COLUMNS: &[rprof_trace::Column] = &[];

/// A process, which is never opened here.
#[derive(Debug)]
pub struct Process {
    pid: u32,
}

/// A search that finds no process.
#[derive(Debug)]
pub struct Search;

/// A receiver of no signals.
#[derive(Debug)]
pub struct Waiter;

#[allow(clippy::unused_self, reason = "the signature of every platform")]
impl Process {
    /// Opens no process.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn open(pid: u32) -> Result<(Self, Reading), ReadError> {
        Self { pid }.read().map(|reading| (Self { pid }, reading))
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Reads nothing.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn read(&mut self) -> Result<Reading, ReadError> {
        Err(ReadError::Unsupported)
    }

    /// Does nothing: each reading is a full one.
    pub fn forget_reading(&mut self) {}

    /// Resets no mark.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn reset_hwm(&mut self) -> Result<(), ReadError> {
        Err(ReadError::Unsupported)
    }

    /// Reads no rollup.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn smaps_rollup(&self) -> Result<SmapsRollup, ReadError> {
        Err(ReadError::Unsupported)
    }

    /// Reads no faults.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn faults(&mut self) -> Result<FaultCounts, ReadError> {
        Err(ReadError::Unsupported)
    }

    /// Always 0: not known.
    pub fn image(&mut self) -> u64 {
        0
    }

    /// Always empty.
    pub fn command_line(&self) -> CommandLine {
        CommandLine::default()
    }

    /// Sends no signal.
    ///
    /// # Errors
    /// Always.
    pub fn signal(&mut self, _number: i32) -> Result<(), ReadError> {
        Err(ReadError::Unsupported)
    }
}

#[allow(clippy::unused_self, reason = "the signature of every platform")]
impl Search {
    /// Makes the search.
    pub fn new(_all: bool) -> Self {
        Self
    }

    /// Ignores the pid.
    pub fn look_again_at(&mut self, _pid: u32) {}

    /// Always `None`.
    pub fn newborns(
        &mut self,
        _is_parent: impl Fn(u32) -> bool,
        _found: &mut Vec<(Process, Reading)>,
    ) -> Option<u32> {
        None
    }

    /// Always empty.
    pub fn take_hidden(&mut self) -> Vec<u32> {
        Vec::new()
    }

    /// Always `None`.
    pub fn births_since(&self) -> Option<u32> {
        None
    }
}

#[allow(clippy::unused_self, reason = "the signature of every platform")]
impl Waiter {
    /// Opens nothing.
    ///
    /// # Errors
    /// `System`, always.
    pub fn new() -> Result<Self, Error> {
        can_measure().map(|()| Self)
    }

    /// Ignores the pid.
    pub fn watch(&mut self, _pid: u32) {}

    /// Does not sleep.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn sleep(&mut self, _span: Duration) -> io::Result<Woken> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// No signal arrives.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn next_signal(&mut self) -> io::Result<Option<Signal>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

fn unsupported(action: &'static str) -> Error {
    Error::System { action, cause: io::ErrorKind::Unsupported.into() }
}

/// Does nothing.
pub fn prepare() {}

/// Reports that this system is not supported.
///
/// # Errors
/// `System`, always.
pub fn can_measure() -> Result<(), Error> {
    Err(unsupported("measure memory on this operating system (use Linux or macOS)"))
}

/// Adopts no process.
///
/// # Errors
/// `System`, always.
pub fn adopt_orphans() -> Result<(), Error> {
    Err(unsupported("become the parent of orphans"))
}

/// Starts no process.
///
/// # Errors
/// `System`, always.
pub fn spawn(_launch: &Launch, _group: Option<&Group>) -> Result<Spawned, Error> {
    Err(unsupported("start a process to measure"))
}

/// Always false.
pub fn has_terminal() -> bool {
    false
}

/// Always false.
pub fn has_children() -> bool {
    false
}

/// Always empty.
pub fn children() -> Vec<u32> {
    Vec::new()
}

/// Always `None`.
pub fn reap() -> Option<Reaped> {
    None
}

/// Always empty.
pub fn find_processes(_part: &str) -> Vec<(u32, String)> {
    Vec::new()
}

/// Always `None`.
pub fn signal_name(_number: i32) -> Option<&'static str> {
    None
}

/// Sends no signal.
///
/// # Errors
/// Always.
pub fn kill(_pid: u32, _number: i32) -> Result<(), ReadError> {
    Err(ReadError::Unsupported)
}

/// Always `None`.
pub fn share_address_space(_a: u32, _b: u32) -> Option<bool> {
    None
}

/// Always zero.
pub fn cpu_time() -> Duration {
    Duration::ZERO
}

/// The time since the first call, on a clock that never jumps.
pub fn now() -> Duration {
    static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(std::time::Instant::now).elapsed()
}

/// Always empty.
pub fn host() -> String {
    String::new()
}

/// The target that rprof was compiled for: `freebsd x86_64`.
pub fn os() -> String {
    [std::env::consts::OS, std::env::consts::ARCH].join(" ")
}

/// A usual page size in bytes. No measurement depends on it.
pub fn page_size() -> u64 {
    4096
}

/// Always `None`.
pub fn owner(_pid: u32) -> Option<String> {
    None
}

/// Always `None`.
pub fn name_of(_pid: u32) -> Option<String> {
    None
}

/// Always empty.
pub fn command_of(_pid: u32) -> Vec<std::ffi::OsString> {
    Vec::new()
}

/// Always unknown.
pub fn read_zombie(_pid: u32) -> ZombieFacts {
    ZombieFacts::default()
}

/// Always `None`.
pub fn huge_mappings() -> Option<u64> {
    None
}

/// Always false.
pub fn is_exiting(_pid: u32) -> bool {
    false
}

/// Always false.
pub fn may_be_child(_parent: u32, _child: u32) -> bool {
    false
}

/// A page. No measurement depends on it.
pub fn largest_fault() -> u64 {
    page_size()
}

/// Always `None`.
pub fn mark_error() -> Option<rprof_trace::Bytes> {
    None
}

/// Always `None`.
pub fn oom_kills() -> Option<u64> {
    None
}

/// Always `None`.
pub fn why_no_memory(_pid: u32) -> Option<String> {
    None
}
