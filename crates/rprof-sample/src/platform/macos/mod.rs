//! macOS: memory from libproc and the task's name port, signals from a kqueue. Other users' processes are `Denied`.
//! Orphans go to launchd. One that was found before stays in the tree, because rprof holds it by its identity. One whose
//! parent dies before the search finds it is lost. The kernel's maxima start anew at each exec.

mod kernel;
mod process;
mod search;
#[cfg(test)]
mod tests;
mod wait;

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

pub use super::no_cgroup::{Group, OomLog};
pub use super::no_gpu::Gpu;
pub use super::reap::{has_children, reap};
pub use super::uname::{host, os, page_size};
pub use super::unix::{cpu_time, has_terminal, kill, prepare, signal_name, spawn};
pub use process::{Process, read_zombie, share_address_space};
pub use search::{Search, find_processes};
pub use wait::Waiter;

use rprof_trace::{Column, Metric, Part};

use crate::error::Error;
use crate::parse::macos::arguments;

/// The metrics that this system can measure.
pub const METRICS: &[Metric] = &[Metric::Rss, Metric::Footprint];

/// The columns that this system can fill. There is no upper bound of a tree: macOS does not report how many processes
/// were born and gone between two ticks.
pub const COLUMNS: &[Column] = &[
    Column::Part(Part::Rss),
    Column::Part(Part::Footprint),
    Column::Part(Part::Hwm),
    Column::Part(Part::Vsz),
    Column::Processes,
];

/// Checks that the kernel reports memory, which a sandbox may forbid. Called before anything is started.
///
/// # Errors
/// `System` when it does not.
pub fn can_measure() -> Result<(), Error> {
    match Process::open(std::process::id()) {
        Ok((_, reading)) if reading.memory.get(Part::Rss).is_some() => Ok(()),
        _ => Err(Error::System {
            action: "read memory use by `proc_pid_rusage` (is rprof in a sandbox?)",
            cause: std::io::ErrorKind::Unsupported.into(),
        }),
    }
}

/// Does nothing: macOS cannot make rprof the parent of orphans.
///
/// # Errors
/// Never here; on other systems when the kernel is too old.
#[allow(clippy::unnecessary_wraps, reason = "the signature of every platform")]
pub fn adopt_orphans() -> Result<(), Error> {
    Ok(())
}

/// Always empty: orphans go to launchd, so rprof has no children but those that it starts.
pub fn children() -> Vec<u32> {
    Vec::new()
}

/// The time on a clock that never jumps and continues while the machine sleeps.
pub fn now() -> Duration {
    use nix::time::{ClockId, clock_gettime};
    // Not CLOCK_MONOTONIC: macOS computes it as wall clock minus boot time, and a clock adjustment may come between.
    let clock = ClockId::from_raw(libc::CLOCK_MONOTONIC_RAW);
    clock_gettime(clock).map(Duration::from).unwrap_or_default()
}

/// The user that a process belongs to, by name, or by number when there is no name.
pub fn owner(pid: u32) -> Option<String> {
    kernel::public(pid).ok().map(|public| super::uname::user(public.uid))
}

/// The command name of a process of any user.
pub fn name_of(pid: u32) -> Option<String> {
    kernel::public(pid).ok().map(|public| public.name.to_text()).filter(|name| !name.is_empty())
}

/// The command line of a process when it was started, one element per argument; only the command name for another user's.
///
/// macOS returns the arguments together with the environment, which rprof does not look at.
pub fn command_of(pid: u32) -> Vec<OsString> {
    let answer = kernel::process_arguments(pid).unwrap_or_default();
    let Some(text) = arguments(&answer).and_then(|text| text.strip_suffix(b"\0")) else {
        return name_of(pid).into_iter().map(Into::into).collect();
    };
    text.split(|byte| *byte == 0).map(|word| OsString::from_vec(word.to_vec())).collect()
}

/// Always `None`: no more is known than that it has ended.
pub fn why_no_memory(_pid: u32) -> Option<String> {
    None
}

/// Always `None`: macOS documents no error of its maximum.
pub fn mark_error() -> Option<rprof_trace::Bytes> {
    None
}

/// Always `None`: macOS has no such counter.
pub fn huge_mappings() -> Option<u64> {
    None
}

/// Always false: rprof finds no orphans there.
pub fn is_exiting(_pid: u32) -> bool {
    false
}

/// Always false.
pub fn may_be_child(_parent: u32, _child: u32) -> bool {
    false
}

/// A page. macOS reports no upper bound of a tree.
pub fn largest_fault() -> u64 {
    page_size()
}

/// Always `None`: macOS has no such counter.
pub fn oom_kills() -> Option<u64> {
    None
}
