//! macOS: libproc and the task's name port, signals through a kqueue. Memory of another user's process is not told.
//! There is no subreaper: an orphan goes to launchd and stays in the tree because we hold it by its identity, but one
//! whose parent dies before we see it is not found. The kernel's maxima begin anew at each exec.

mod kernel;
mod process;
mod search;
#[cfg(test)]
mod tests;
mod wait;

use std::time::Duration;

pub use super::uname::{host, os, page_size};
pub use super::unix::{cpu_time, kill, prepare, reap, signal_name, spawn};
pub use process::{Process, autopsy, share_memory};
pub use search::{Search, find_processes};
pub use wait::Waiter;

use rprof_trace::{Column, Metric};

use crate::error::Error;

/// The metrics this system can measure.
pub const METRICS: &[Metric] = &[Metric::Rss, Metric::Footprint];

/// The parts of memory this system tells. An upper bound of a tree is not among them: who lived only between two ticks
/// is not known of.
pub const COLUMNS: &[Column] = &[Column::Rss, Column::Footprint, Column::Hwm, Column::Vsz, Column::Processes];

/// Whether the kernel tells of memory (a sandbox may forbid it); asked before anything is started.
///
/// # Errors
/// When it does not.
pub fn can_measure() -> Result<(), Error> {
    match Process::open(std::process::id()) {
        Ok((_, reading)) if reading.memory.rss.is_some() => Ok(()),
        _ => Err(Error::System {
            action: "read memory use by `proc_pid_rusage` (is rprof in a sandbox?)",
            source: std::io::ErrorKind::Unsupported.into(),
        }),
    }
}

/// Nothing: macOS has no way to become the parent of orphans.
///
/// # Errors
/// Never here; on other systems when the kernel is too old.
#[allow(clippy::unnecessary_wraps, reason = "the seam's form")]
pub fn adopt_orphans() -> Result<(), Error> {
    Ok(())
}

/// Time on a clock that never jumps and that goes on while the machine sleeps. Not `CLOCK_MONOTONIC`, which here is the
/// wall clock less the boot time, two readings that a clock adjustment can come between.
pub fn now() -> Duration {
    use nix::time::{ClockId, clock_gettime};
    let clock = ClockId::from_raw(libc::CLOCK_MONOTONIC_RAW);
    clock_gettime(clock).map(Duration::from).unwrap_or_default()
}

/// The user a process belongs to: name, or number.
pub fn owner(pid: u32) -> Option<String> {
    kernel::public(pid).ok().map(|public| super::uname::user(public.uid))
}

/// The command name of a process, another user's too.
pub fn name_of(pid: u32) -> Option<String> {
    kernel::public(pid).ok().map(|public| public.name.to_text()).filter(|name| !name.is_empty())
}

/// The command name of a process: macOS tells its whole command line in one buffer with its environment, which is
/// none of ours.
pub fn command_of(pid: u32) -> Vec<std::ffi::OsString> {
    name_of(pid).into_iter().map(Into::into).collect()
}

/// Not counted by macOS.
pub fn oom_kills() -> Option<u64> {
    None
}
