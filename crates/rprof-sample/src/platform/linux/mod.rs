//! Linux: memory from /proc, signals from a signalfd, orphans through the child-subreaper setting.

mod all_pids;
mod cgroup;
mod cgroup_create;
mod command_line;
mod gpu;
mod huge_pages;
mod idle;
mod machine;
mod oom_log;
mod process;
mod search;
mod wait;

pub use super::reap::{has_children, reap};
pub use super::uname::{host, os, page_size};
pub use super::unix::{cpu_time, has_terminal, kill, prepare, signal_name, spawn};
pub use cgroup::Group;
pub use command_line::command_of;
pub use gpu::Gpu;
pub use huge_pages::{huge_mappings, largest_fault};
pub use machine::{children, is_exiting, mark_error, name_of, oom_kills, owner, why_no_memory};
pub use oom_log::OomLog;
pub use process::{Process, may_be_child, read_zombie, share_address_space};
pub use search::{Search, find_processes};
pub use wait::Waiter;

use std::sync::OnceLock;

use rprof_trace::{Column, Metric, Part};

use crate::error::Error;
use crate::parse::linux::proc::STATUS_PARTS;

/// The metrics that this system can measure.
pub const METRICS: &[Metric] = &[Metric::Rss, Metric::Pss, Metric::Uss];

/// The columns that this system can fill: the parts of `/proc/PID/status`, and those that rprof computes.
pub const COLUMNS: &[Column] = &{
    let mut columns = [Column::Upper; STATUS_PARTS.len() + 2];
    let mut at = 0;
    while at < STATUS_PARTS.len() {
        columns[at] = Column::Part(STATUS_PARTS[at]);
        at += 1;
    }
    columns[at] = Column::Processes;
    columns
};

/// Checks that /proc is mounted, reports memory, and shows this pid namespace. Called before anything is started. Later
/// sessions of the process rely on the first success.
///
/// # Errors
/// `System` when it is not mounted or reports no memory; `ForeignProc` when it shows another pid namespace.
pub fn can_measure() -> Result<(), Error> {
    static CAN_MEASURE: OnceLock<()> = OnceLock::new();
    if CAN_MEASURE.get().is_none() {
        check_proc()?;
        CAN_MEASURE.get_or_init(|| ());
    }
    Ok(())
}

fn check_proc() -> Result<(), Error> {
    let own = std::process::id();
    // In a namespace whose processes the mounted /proc cannot see, the link is there and cannot be read.
    match std::fs::read_link("/proc/self") {
        Ok(shown) if shown.as_os_str() == own.to_string().as_str() => {}
        Ok(shown) => return Err(Error::ForeignProc { own, shown: shown.to_string_lossy().into_owned() }),
        Err(_) if std::path::Path::new("/proc/1").exists() => {
            return Err(Error::ForeignProc { own, shown: "not visible".to_owned() });
        }
        Err(_) => {}
    }
    match Process::open(own) {
        Ok((_, reading)) if reading.memory.get(Part::Rss).is_some() => Ok(()),
        _ => Err(Error::System {
            action: "read memory use from /proc (is it mounted?)",
            cause: std::io::ErrorKind::Unsupported.into(),
        }),
    }
}

/// Makes rprof the parent of every descendant whose own parent dies, so that each of them is waited for.
///
/// # Errors
/// `System` when the kernel is older than 3.4.
pub fn adopt_orphans() -> Result<(), Error> {
    nix::sys::prctl::set_child_subreaper(true).map_err(Error::system("become the parent of orphans"))
}

/// The time on a clock that never jumps and continues while the machine sleeps.
pub fn now() -> std::time::Duration {
    use nix::time::{ClockId, clock_gettime};
    // CLOCK_BOOTTIME is in every kernel since 2.6.39.
    clock_gettime(ClockId::CLOCK_BOOTTIME).map(std::time::Duration::from).unwrap_or_default()
}
