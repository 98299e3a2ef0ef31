//! The platform seam, and the only room with unsafe code: each operating system offers the same names.
//! What it cannot tell is `None` or `ReadError::Unsupported`, never 0.

#[cfg(all(any(target_os = "linux", target_os = "macos"), not(rprof_unsupported)))]
mod uname;
#[cfg(all(any(target_os = "linux", target_os = "macos"), not(rprof_unsupported)))]
mod unix;

#[cfg(all(target_os = "linux", not(rprof_unsupported)))]
#[path = "linux/mod.rs"]
mod os;
#[cfg(all(target_os = "macos", not(rprof_unsupported)))]
#[path = "macos/mod.rs"]
mod os;
#[cfg(any(rprof_unsupported, not(any(target_os = "linux", target_os = "macos"))))]
#[path = "unsupported.rs"]
mod os;

pub use os::*;

use std::ffi::OsString;
use std::time::Duration;

use rprof_trace::{Bytes, Memory};

use crate::parse::proc::Name;

/// What one reading of a process gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Its command name; changes with exec.
    pub name: Name,
    /// Its parent now; changes when the parent dies.
    pub ppid: u32,
    /// Its memory; the parts the system cannot tell are `None`.
    pub memory: Memory,
    /// Whether it has ended and only waits to be reaped.
    pub dead: bool,
}

/// A process's shares of its pages: what proportional and unique set size are made of.
pub use crate::parse::proc::Rollup as Shares;

/// A command to start.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Program and arguments, passed on as they are; never empty.
    pub argv: Vec<OsString>,
    /// Variables added to the environment.
    pub env: Vec<(OsString, OsString)>,
}

/// A child that has just been started.
#[derive(Debug, Clone, Copy)]
pub struct Spawned {
    /// Its process id.
    pub pid: u32,
    /// The RSS it had before its exec, a floor under every later `ru_maxrss` that says nothing of the program; 0 where an
    /// exec begins anew (macOS).
    pub floor: Bytes,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It exited with this code, 0 to 255.
    Exited(i32),
    /// This signal killed it.
    Killed(i32),
    /// This signal stopped it; it lives.
    Stopped(i32),
}

/// One answer of wait4.
#[derive(Debug, Clone, Copy)]
pub struct Reaped {
    /// Which process.
    pub pid: u32,
    /// How it ended, or that it was stopped.
    pub ending: Ending,
    /// The largest RSS of it or of any descendant it waited for.
    pub max_rss: Bytes,
    /// CPU time in user mode, of it and the descendants it waited for.
    pub user: Duration,
    /// CPU time in kernel mode, likewise.
    pub system: Duration,
    /// What the dead process still told before it was reaped.
    pub autopsy: Autopsy,
}

/// What can be read of a zombie.
#[derive(Debug, Clone, Copy, Default)]
pub struct Autopsy {
    /// Whether it had waited for children of its own; `None` when not known.
    pub had_children: Option<bool>,
    /// Its exact largest footprint (macOS).
    pub max_footprint: Option<Bytes>,
}

/// A signal that was sent to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    /// Its number.
    pub number: i32,
    /// Whether the kernel sent it (a terminal's Ctrl-C, which reaches the whole foreground group) and not a process.
    pub from_kernel: bool,
    /// The sender, 0 when unknown.
    pub sender: u32,
}

/// What ended a sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Woken {
    /// A signal has arrived.
    pub signalled: bool,
    /// The watched process has ended.
    pub ended: bool,
}
