//! The platform interface: every operating system offers the same names, and the crate imports them from here.
//! This is the only room with `unsafe` code, and the only one that differs between systems. A value that a system does
//! not report is `None` or `ReadError::Unsupported`, never 0.
//
// To add a platform: copy `unsupported.rs`, which is a complete platform that measures nothing, choose it below by its
// `target_os`, and replace one function at a time. The lists under "The names" and "The signatures" are checked by the
// compiler on every target. Systems with fork and wait4 share `unix.rs`, `reap.rs` and
// `uname.rs`. Parsers of kernel answers
// belong in `parse/`, where they are tested on every system. `scripts/check-mac.sh` checks the platforms from Linux.

#[cfg(unix)]
mod full_screen;
#[cfg(any(rprof_unsupported, not(target_os = "linux")))]
mod no_cgroup;
#[cfg(any(rprof_unsupported, not(target_os = "linux")))]
mod no_gpu;
#[cfg(all(any(target_os = "linux", target_os = "macos"), not(rprof_unsupported)))]
mod reap;
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

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rprof_trace::{Bytes, Memory};

/// An OOM kill in the log of the kernel.
pub use crate::parse::linux::oom_log::LoggedKill;
/// The smaps rollup of a process: the source of its proportional and unique set size.
pub use crate::parse::linux::proc::SmapsRollup;
use crate::parse::{CommandLine, CommandName};

#[cfg(unix)]
pub use full_screen::FullScreen;
// The names that every platform offers.
pub use os::{COLUMNS, METRICS};
pub use os::{Gpu, Group, OomLog, Process, Search, Waiter};
pub use os::{adopt_orphans, can_measure, cpu_time, now, prepare};
pub use os::{children, has_children, has_terminal, kill, read_zombie, reap, share_address_space, spawn};
pub use os::{
    command_of, find_processes, host, mark_error, name_of, oom_kills, os, owner, page_size, signal_name,
};
pub use os::{huge_mappings, is_exiting, largest_fault, may_be_child, why_no_memory};

/// The signatures of those names. A platform that differs in one of them does not compile.
const _: () = {
    use std::io;

    use rprof_trace::{Cgroup, Column, Metric};

    use crate::error::{Error, ReadError};

    type IsParent = fn(u32) -> bool;
    type Found = Vec<(Process, Reading)>;

    // The metrics and the columns that the platform measures.
    let _: &[Metric] = METRICS;
    let _: &[Column] = COLUMNS;
    // One process, held so that a reused pid is never mistaken for it.
    let _: fn(u32) -> Result<(Process, Reading), ReadError> = Process::open;
    let _: fn(&Process) -> u32 = Process::pid;
    let _: fn(&mut Process) -> Result<Reading, ReadError> = Process::read;
    let _: fn(&mut Process) = Process::forget_reading;
    let _: fn(&mut Process) -> Result<(), ReadError> = Process::reset_hwm;
    let _: fn(&Process) -> Result<SmapsRollup, ReadError> = Process::smaps_rollup;
    let _: fn(&mut Process) -> Result<FaultCounts, ReadError> = Process::faults;
    let _: fn(&mut Process) -> u64 = Process::image;
    let _: fn(&Process) -> CommandLine = Process::command_line;
    let _: fn(&mut Process, i32) -> Result<(), ReadError> = Process::signal;
    // Discovery of descendants.
    let _: fn(bool) -> Search = Search::new;
    let _: fn(&mut Search, u32) = Search::look_again_at;
    let _: fn(&mut Search, IsParent, &mut Found) -> Option<u32> = Search::newborns;
    let _: fn(&Search) -> Option<u32> = Search::births_since;
    let _: fn(&mut Search) -> Vec<u32> = Search::take_hidden;
    let _: fn(u32, u32) -> bool = may_be_child;
    let _: fn(u32) -> bool = is_exiting;
    // Control groups.
    let _: fn(u32) -> Option<Group> = Group::of;
    let _: fn() -> Result<Group, Error> = Group::create;
    let _: fn(&Group) -> &str = Group::path;
    let _: fn(&Group) -> bool = Group::is_created;
    let _: fn(&mut Group, u32) -> bool = Group::has_moved;
    let _: fn(&Group) -> Option<i32> = Group::entry;
    let _: [fn(&Group, &mut Cgroup); 3] = [Group::read_events, Group::read_memory, Group::read_limit];
    let _: fn(&Group) -> Vec<u32> = Group::processes;
    let _: fn(&Group) = Group::kill;
    let _: fn() -> Option<OomLog> = OomLog::open;
    let _: fn(&mut OomLog) -> Vec<LoggedKill> = OomLog::new_kills;
    // The memory of processes on GPUs.
    let _: fn() -> bool = Gpu::is_present;
    let _: fn() -> Option<Gpu> = Gpu::open;
    let _: for<'a> fn(&'a mut Gpu, &[u32]) -> &'a std::collections::HashMap<u32, Bytes> = Gpu::read;
    // Sleep and signals.
    let _: fn() -> Result<Waiter, Error> = Waiter::new;
    let _: fn(&mut Waiter, u32) = Waiter::watch;
    let _: fn(&mut Waiter, Duration) -> io::Result<Woken> = Waiter::sleep;
    let _: fn(&mut Waiter) -> io::Result<Option<Signal>> = Waiter::next_signal;
    // Children.
    let _: fn() = prepare;
    let _: fn() -> Result<(), Error> = can_measure;
    let _: fn() -> Result<(), Error> = adopt_orphans;
    let _: fn(&Launch, Option<&Group>) -> Result<Spawned, Error> = spawn;
    let _: fn() -> Option<Reaped> = reap;
    let _: [fn() -> bool; 2] = [has_children, has_terminal];
    let _: fn() -> Vec<u32> = children;
    let _: fn(u32, i32) -> Result<(), ReadError> = kill;
    let _: fn(u32, u32) -> Option<bool> = share_address_space;
    // Clocks.
    let _: fn() -> Duration = now;
    let _: fn() -> Duration = cpu_time;
    // Facts about the machine and its processes.
    let _: fn() -> String = host;
    let _: fn() -> String = os::os;
    let _: fn() -> u64 = page_size;
    let _: fn() -> Option<Bytes> = mark_error;
    let _: fn() -> Option<u64> = oom_kills;
    let _: fn(u32) -> ZombieFacts = read_zombie;
    let _: fn() -> Option<u64> = huge_mappings;
    let _: fn() -> u64 = largest_fault;
    let _: fn(u32) -> Option<String> = owner;
    let _: fn(u32) -> Option<String> = name_of;
    let _: fn(u32) -> Option<String> = why_no_memory;
    let _: fn(u32) -> Vec<OsString> = command_of;
    let _: fn(&str) -> Vec<(u32, String)> = find_processes;
    let _: fn(i32) -> Option<&'static str> = signal_name;
};

/// One reading of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The command name. An exec changes it.
    pub name: CommandName,
    /// The parent's process id. It changes when the parent dies.
    pub ppid: u32,
    /// The memory; parts that the system does not report are `None`.
    pub memory: Memory,
    /// True if the process has ended and waits to be reaped.
    pub dead: bool,
    /// True if it ignores SIGCHLD. The kernel then reaps its children and counts none of their page faults.
    pub ignores_children: bool,
}

/// Counters of page faults of one process. A page becomes resident by a fault, so these bound the growth of RSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FaultCounts {
    /// Faults of all its threads since its birth.
    pub own: u64,
    /// Faults of all children that it waited for, and of the children that those waited for.
    pub children: u64,
    /// RSS, read after the counters; 0 for a zombie.
    pub rss: Bytes,
    /// A number that an exec changes; 0 when not known.
    pub image: u64,
    /// True if the process was forked and has not called exec since.
    pub is_forked_only: bool,
}

/// A command to start.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// Program and arguments, passed on unchanged; never empty.
    pub argv: Vec<OsString>,
    /// Variables added to the environment.
    pub env: Vec<(OsString, OsString)>,
    /// The file to execute; `None` if the system is to search PATH for the program.
    pub program: Option<PathBuf>,
    /// Files in place of standard input, output and error; `None` for a stream that the command inherits.
    pub streams: [Option<Arc<OwnedFd>>; 3],
}

/// A child that has just been started.
#[derive(Debug, Clone, Copy)]
pub struct Spawned {
    /// Its process id.
    pub pid: u32,
    /// The time right before its exec, on the clock of `now`; `None` when the child could not report it.
    pub exec: Option<Duration>,
    /// The largest RSS of the child before its exec. On Linux `ru_maxrss` is never below it, whatever the program uses;
    /// 0 on macOS, where an exec starts a new maximum.
    pub rss_before_exec: Bytes,
}

/// The way a process ended, or that it was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// It exited with this code, 0 to 255.
    Exited(i32),
    /// This signal killed it.
    Killed(i32),
    /// This signal stopped it. The process lives on.
    Stopped(i32),
}

impl ExitStatus {
    /// The exit code; `None` after a signal.
    pub fn code(self) -> Option<i32> {
        match self {
            Self::Exited(code) => Some(code),
            Self::Killed(_) | Self::Stopped(_) => None,
        }
    }

    /// The signal that killed or stopped the process; `None` after an exit.
    pub fn signal(self) -> Option<i32> {
        match self {
            Self::Killed(number) | Self::Stopped(number) => Some(number),
            Self::Exited(_) => None,
        }
    }
}

/// One answer of wait4.
#[derive(Debug, Clone, Copy)]
pub struct Reaped {
    /// The process id.
    pub pid: u32,
    /// The way it ended, or that it was stopped.
    pub status: ExitStatus,
    /// The largest RSS of the process or of any descendant it waited for.
    pub max_rss: Bytes,
    /// CPU time in user mode, with that of the descendants it waited for.
    pub user: Duration,
    /// CPU time in kernel mode, with that of the descendants it waited for.
    pub system: Duration,
    /// Page faults, with those of the descendants it waited for.
    pub faults: PageFaults,
    /// The time at which its end was found, on the clock of `now`.
    pub found: Duration,
    /// Facts read from the zombie before it was reaped.
    pub zombie: ZombieFacts,
}

/// The page faults of a process, as wait4 reports them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PageFaults {
    /// Faults that needed no reading from a disk.
    pub minor: u64,
    /// Faults that had to read from a disk.
    pub major: u64,
}

impl PageFaults {
    /// Adds the faults of another process.
    pub fn add(&mut self, other: Self) {
        self.minor = self.minor.saturating_add(other.minor);
        self.major = self.major.saturating_add(other.major);
    }
}

/// Facts that the kernel keeps of a process until it is reaped.
#[derive(Debug, Clone, Copy, Default)]
pub struct ZombieFacts {
    /// True if it had waited for children of its own; `None` when not known.
    pub had_children: Option<bool>,
    /// Its exact largest footprint; `None` on Linux.
    pub max_footprint: Option<Bytes>,
    /// Its page faults; `None` when not known.
    pub faults: Option<FaultCounts>,
    /// A time on the clock of `now` at which it lived already, a hundredth of a second after its birth at most; `None` when
    /// not known.
    pub born_before: Option<Duration>,
}

/// A signal that was sent to rprof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    /// Its number.
    pub number: i32,
    /// True if the kernel sent it, as for Ctrl-C on a terminal, which reaches the whole foreground process group.
    pub from_kernel: bool,
    /// The process id of the sender; 0 when unknown.
    pub sender: u32,
}

/// The events that ended a sleep; none after a timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Woken {
    /// A signal has arrived.
    pub signalled: bool,
    /// The watched process has ended.
    pub ended: bool,
}
