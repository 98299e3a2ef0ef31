//! Systems without a sampler: the seam's names, each of which says so. Built on any system with
//! `--cfg rprof_unsupported`, so that it keeps up with the other two.

use std::io;
use std::time::Duration;

use super::{Launch, Reading, Reaped, Shares, Signal, Spawned, Woken};
use crate::error::{Error, ReadError};

/// No metric.
pub const METRICS: &[rprof_trace::Metric] = &[];

/// No part of memory.
pub const COLUMNS: &[rprof_trace::Column] = &[];

/// A process, which is never held here.
#[derive(Debug)]
pub struct Process {
    pid: u32,
}

/// Finds nobody.
#[derive(Debug)]
pub struct Search;

/// Waits for nothing.
#[derive(Debug)]
pub struct Waiter;

#[allow(clippy::unused_self, reason = "the seam's form")]
impl Process {
    /// Takes hold of nobody.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn open(pid: u32) -> Result<(Self, Reading), ReadError> {
        Self { pid }.read().map(|reading| (Self { pid }, reading))
    }

    /// Its process id.
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

    /// Sets no mark back.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn reset_hwm(&self) -> Result<(), ReadError> {
        Err(ReadError::Unsupported)
    }

    /// Reads no shares.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn shares(&self) -> Result<Shares, ReadError> {
        Err(ReadError::Unsupported)
    }

    /// Never called.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn child_faults(&self) -> Result<u64, ReadError> {
        Err(ReadError::Unsupported)
    }

    /// Sends nothing; false.
    pub fn signal(&mut self, _number: i32) -> bool {
        false
    }
}

#[allow(clippy::unused_self, reason = "the seam's form")]
impl Search {
    /// A search of nothing.
    pub fn new(_all: bool) -> Self {
        Self
    }

    /// Looks at nobody.
    pub fn look_at(&mut self, _pid: u32) {}

    /// How many were born is not told.
    pub fn newborns(
        &mut self,
        _is_parent: impl Fn(u32) -> bool,
        _found: &mut Vec<(Process, Reading)>,
    ) -> Option<u32> {
        None
    }
}

#[allow(clippy::unused_self, reason = "the seam's form")]
impl Waiter {
    /// Opens nothing.
    ///
    /// # Errors
    /// `System`, always.
    pub fn new() -> Result<Self, Error> {
        can_measure().map(|()| Self)
    }

    /// Watches nobody.
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
    Error::System { action, source: io::ErrorKind::Unsupported.into() }
}

/// Nothing is to be prepared.
pub fn prepare() {}

/// Nothing can be measured.
///
/// # Errors
/// `System`, always.
pub fn can_measure() -> Result<(), Error> {
    Err(unsupported("measure memory on this operating system (Linux and macOS are supported)"))
}

/// Adopts nobody.
///
/// # Errors
/// `System`, always.
pub fn adopt_orphans() -> Result<(), Error> {
    Err(unsupported("become the parent of orphans"))
}

/// Starts nothing.
///
/// # Errors
/// `System`, always.
pub fn spawn(_launch: &Launch) -> Result<Spawned, Error> {
    Err(unsupported("start a process that is measured"))
}

/// Nobody was started.
pub fn reap() -> Option<Reaped> {
    None
}

/// Nobody is found.
pub fn find_processes(_part: &str) -> Vec<(u32, String)> {
    Vec::new()
}

/// Signals have no names here.
pub fn signal_name(_number: i32) -> Option<&'static str> {
    None
}

/// Nobody is sent anything.
pub fn kill(_pid: u32, _number: i32) -> bool {
    false
}

/// Not told.
pub fn share_memory(_a: u32, _b: u32) -> Option<bool> {
    None
}

/// Not told.
pub fn cpu_time() -> Duration {
    Duration::ZERO
}

/// Time since the first call, on a clock that never jumps.
pub fn now() -> Duration {
    static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(std::time::Instant::now).elapsed()
}

/// The host's name: not told.
pub fn host() -> String {
    String::new()
}

/// The system, as far as the compiler knows it: `freebsd x86_64`.
pub fn os() -> String {
    [std::env::consts::OS, std::env::consts::ARCH].join(" ")
}

/// Page size in bytes, the usual one: nothing is measured with it.
pub fn page_size() -> u64 {
    4096
}

/// Not told.
pub fn owner(_pid: u32) -> Option<String> {
    None
}

/// Not told.
pub fn name_of(_pid: u32) -> Option<String> {
    None
}

/// Not told.
pub fn command_of(_pid: u32) -> Vec<std::ffi::OsString> {
    Vec::new()
}

/// Not counted.
pub fn oom_kills() -> Option<u64> {
    None
}
