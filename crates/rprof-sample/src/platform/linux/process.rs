//! A process of Linux, held by an open descriptor of `/proc/PID/status`.
//! The descriptor stays with this process: it survives an exec, and a process that reuses the pid never answers on it.
//! A reading of `status` costs about seven times one of `statm`, but only `status` has the parts, swap and the mark.
#![allow(unsafe_code)]

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use rprof_trace::{Bytes, Part};

use super::command_line;
use super::idle::{Idle, KeptFile, is_scarce};
use crate::error::ReadError;
use crate::parse::CommandLine;
use crate::parse::linux::proc::{SmapsRollup, Status};
use crate::parse::linux::stat::Stat;
use crate::platform::{FaultCounts, Reading, ZombieFacts};

/// A process that rprof measures.
#[derive(Debug)]
pub struct Process {
    pid: u32,
    /// The open `status`; `None` when descriptors ran out, so that each reading opens the file anew.
    status: Option<File>,
    /// The start time, which identifies the process together with its pid; known only when `status` is not kept open.
    start: Option<u64>,
    stat: KeptFile,
    /// The number of times that the fault counters were read.
    fault_readings: u8,
    idle: Idle,
}

/// The number of readings of the fault counters after which their file stays open. A process that lives only for a moment
/// is not worth another descriptor.
const KEEP_STAT_AFTER: u8 = 3;

impl Process {
    /// Opens process `pid` and reads it once.
    ///
    /// # Errors
    /// `Gone` when there is no such process, `Denied` when it may not be read, `Unsupported` when `pid` is a thread other
    /// than the main one.
    pub fn open(pid: u32) -> Result<(Self, Reading), ReadError> {
        let (status, start) = match open(pid, "status") {
            Ok(file) if !is_scarce(&file, 1) => (Some(file), None),
            Ok(file) => {
                drop(file);
                (None, Some(stat(pid)?.start))
            }
            Err(error) if matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE)) => {
                (None, Some(stat(pid)?.start))
            }
            Err(error) => return Err(error.into()),
        };
        let stat = KeptFile::new("stat");
        let mut process = Self { pid, status, start, stat, fault_readings: 0, idle: Idle::new() };
        let status = process.status()?;
        if status.tgid != pid {
            return Err(ReadError::Unsupported);
        }
        let reading = process.interpret(&status)?;
        Ok((process, reading))
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Reads name, parent and memory: one system call as long as descriptors last.
    ///
    /// The reading of an idle process is the last one again, after a cheap proof that nothing has changed.
    ///
    /// # Errors
    /// `Gone` when it was reaped, `Denied` when it may no longer be read.
    pub fn read(&mut self) -> Result<Reading, ReadError> {
        if let Some(reading) = self.idle.reading(self.pid, &mut self.stat) {
            return Ok(reading);
        }
        self.idle.take_mark(self.pid, &mut self.stat);
        let status = self.status()?;
        let reading = self.interpret(&status)?;
        self.idle.keep(&status, &reading);
        Ok(reading)
    }

    /// True if the next reading may be the last one again.
    #[cfg(test)]
    pub fn is_idle(&self) -> bool {
        self.idle.has_reading()
    }

    /// Makes the next reading a full one. Call it when the parent has ended: the process has a new one, and did not run.
    pub fn forget_reading(&mut self) {
        self.idle.forget();
    }

    fn interpret(&self, status: &Status) -> Result<Reading, ReadError> {
        let has_ended = status.is_dead() || status.memory.get(Part::Rss).is_none();
        if has_ended && status.threads > 1 { self.read_by_thread(status) } else { Ok(reading(status)) }
    }

    fn status(&mut self) -> Result<Status, ReadError> {
        let mut text = [0; 4096];
        let length = if let Some(file) = &self.status {
            file.read_at(&mut text, 0)?
        } else {
            if Some(stat(self.pid)?.start) != self.start {
                return Err(ReadError::Gone);
            }
            open(self.pid, "status")?.read_at(&mut text, 0)?
        };
        Ok(Status::parse(&text[..length]))
    }

    /// Reads the memory from another thread's `status`. The kernel shows none in that of a main thread that has ended,
    /// or is about to, while other threads live on.
    fn read_by_thread(&self, leader: &Status) -> Result<Reading, ReadError> {
        for entry in fs::read_dir(format!("/proc/{}/task", self.pid))?.flatten() {
            if entry.file_name().to_str() == Some(&self.pid.to_string()) {
                continue;
            }
            let Ok(text) = fs::read(entry.path().join("status")) else { continue };
            let status = Status::parse(&text);
            if !status.is_dead() && status.memory.get(Part::Rss).is_some() {
                return Ok(reading(&Status { name: leader.name, ..status }));
            }
        }
        Ok(reading(leader))
    }

    /// Resets the high-water mark to the current RSS, so that the next reading has the maximum since this one.
    ///
    /// The process itself and its parent see the changed mark, too.
    ///
    /// # Errors
    /// `Denied` when the process belongs to another user, `Gone` when it has ended.
    pub fn reset_hwm(&mut self) -> Result<(), ReadError> {
        self.idle.forget();
        let mut file = at(self.pid, "clear_refs", |path| OpenOptions::new().write(true).open(path))?;
        Ok(file.write_all(b"5")?)
    }

    /// Reads the proportional and the unique set size.
    ///
    /// It costs about 15 ms per resident GiB of 4 KiB pages, during which the kernel locks the process's address space.
    ///
    /// # Errors
    /// `Gone`, `Denied`, or `Unsupported` before Linux 4.14.
    pub fn smaps_rollup(&self) -> Result<SmapsRollup, ReadError> {
        // Not kept open: after an exec its descriptor would still refer to the old address space.
        let file = match open(self.pid, "smaps_rollup") {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.exists() => {
                return Err(ReadError::Unsupported);
            }
            // `hidepid` pretends that a process does not exist once it may not be read.
            Err(error) if error.kind() == io::ErrorKind::NotFound && exists(self.pid) => {
                return Err(ReadError::Denied);
            }
            other => other?,
        };
        let mut text = [0; 4096];
        let length = file.read_at(&mut text, 0)?;
        // The file of a zombie or a kernel thread is empty.
        SmapsRollup::parse(&text[..length]).ok_or(ReadError::Gone)
    }

    /// Reads the counters of page faults.
    ///
    /// # Errors
    /// The same as for `read`.
    pub fn faults(&mut self) -> Result<FaultCounts, ReadError> {
        if let Some(known) = self.idle.faults(self.pid) {
            return Ok(known);
        }
        self.fault_readings = self.fault_readings.saturating_add(1);
        if self.fault_readings == KEEP_STAT_AFTER {
            self.stat.keep(self.pid);
        }
        let counts = fault_counts(&self.stat.stat(self.pid)?);
        self.idle.keep_faults(counts);
        Ok(counts)
    }

    /// A number that an exec changes: the address of the stack. 0 when it may not be read.
    pub fn image(&mut self) -> u64 {
        self.stat.stat(self.pid).map_or(0, |stat| stat.stack)
    }

    /// Reads the command line; empty when it may not be read or the process has ended.
    pub fn command_line(&self) -> CommandLine {
        open(self.pid, "cmdline").and_then(|file| command_line::read(&file)).unwrap_or_default()
    }

    fn exists(&self) -> bool {
        at(self.pid, "", Path::exists)
    }

    /// Sends a signal to this process, never to another one that reuses the pid.
    ///
    /// # Errors
    /// `Gone` when it has ended, `Denied` when the kernel does not permit the signal, as for a set-uid program.
    pub fn signal(&mut self, number: i32) -> Result<(), ReadError> {
        let Some(pidfd) = pidfd(self.pid) else {
            // Before Linux 5.3, or the process is gone.
            let is_alive = self.read().is_ok_and(|r| !r.dead);
            return if is_alive { super::kill(self.pid, number) } else { Err(ReadError::Gone) };
        };
        // The pidfd belongs to the process that has the pid now. The old descriptor still answers, so it is the same one.
        if let Err(ReadError::Gone) = self.read() {
            return Err(ReadError::Gone);
        }
        let raw = pidfd.as_raw_fd();
        let siginfo = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: with a null siginfo the call sends what kill(2) sends.
        match unsafe { libc::syscall(libc::SYS_pidfd_send_signal, raw, number, siginfo, 0) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error().into()),
        }
    }
}

fn reading(status: &Status) -> Reading {
    // Without memory the process is exiting and no zombie yet. A kernel thread has none either, but is in no tree.
    let dead = status.is_dead() || status.memory.get(Part::Rss).is_none();
    let ignores_children = status.ignores_children;
    Reading { name: status.name, ppid: status.ppid, memory: status.memory, dead, ignores_children }
}

/// Calls `act` with the path `/proc/PID/FILE`. The path is built on the stack, since a tick must not allocate.
fn at<T>(pid: u32, file: &str, act: impl FnOnce(&Path) -> T) -> T {
    let mut path = [0; 48];
    let mut rest = &mut path[..];
    // It cannot fail: the longest path has 30 bytes.
    let _ = write!(rest, "/proc/{pid}/{file}");
    let unused = rest.len();
    act(Path::new(OsStr::from_bytes(&path[..path.len() - unused])))
}

/// Opens `/proc/PID/FILE`.
pub fn open(pid: u32, file: &str) -> io::Result<File> {
    at(pid, file, |path| File::open(path))
}

fn stat(pid: u32) -> Result<Stat, ReadError> {
    Ok(KeptFile::new("stat").stat(pid)?)
}

/// A descriptor of the process that has this pid now; it becomes readable when the process ends.
///
/// `None` before Linux 5.3, and when there is no such process.
pub fn pidfd(pid: u32) -> Option<OwnedFd> {
    // SAFETY: pidfd_open takes two integers and returns a new descriptor or -1.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    // SAFETY: the descriptor is new and ours.
    (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// Reads the facts that the kernel keeps of a zombie.
pub fn read_zombie(pid: u32) -> ZombieFacts {
    /// Clock ticks in a second, as programs see them. Where there are more, a process only seems to be younger.
    const TICKS: u32 = 100;
    let Ok(stat) = stat(pid) else { return ZombieFacts::default() };
    let faults = fault_counts(&stat);
    // Rounded up, so that it is never earlier than the birth.
    let born = Duration::from_millis(stat.start.saturating_add(1).saturating_mul(1000 / u64::from(TICKS)));
    ZombieFacts {
        had_children: Some(faults.children > 0),
        max_footprint: None,
        faults: Some(faults),
        born_before: Some(born),
    }
}

fn fault_counts(stat: &Stat) -> FaultCounts {
    FaultCounts {
        own: stat.faults,
        children: stat.child_faults,
        rss: Bytes(stat.rss_pages.saturating_mul(super::page_size())),
        image: stat.stack,
        is_forked_only: stat.is_forked_only,
    }
}

/// True if `child` may be a child of `parent`. It works for a child that rprof may not read.
///
/// The children of a parent that became a set-uid program behind `hidepid` are not known, so any process may be one.
pub fn may_be_child(parent: u32, child: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{parent}/task")) else { return exists(parent) };
    let child = child.to_string();
    threads.flatten().any(|thread| {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        children.split_ascii_whitespace().any(|pid| pid == child)
    })
}

/// True if a process with this pid exists, though its files in /proc may be hidden.
pub fn exists(pid: u32) -> bool {
    // SAFETY: signal 0 is never delivered.
    let sent = pid > 0 && unsafe { libc::kill(pid.cast_signed(), 0) } == 0;
    sent || io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
}

/// True if two processes share one address space, as a child of vfork or `posix_spawn` does until its exec.
///
/// `None` when the kernel does not report it (no `CONFIG_KCMP`, or not permitted).
pub fn share_address_space(a: u32, b: u32) -> Option<bool> {
    const KCMP_VM: i32 = 1;
    // SAFETY: kcmp takes integers only.
    match unsafe { libc::syscall(libc::SYS_kcmp, a, b, KCMP_VM, 0, 0) } {
        0 => Some(true),
        1..=3 => Some(false),
        _ => None,
    }
}
