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

use rprof_trace::Part;

use crate::error::ReadError;
use crate::parse::proc::{SmapsRollup, Stat, Status};
use crate::platform::{Faults, Reading, ZombieFacts};

/// A process that rprof measures.
#[derive(Debug)]
pub struct Process {
    pid: u32,
    /// The open `status`; `None` when descriptors ran out, so that each reading opens the file anew.
    status: Option<File>,
    /// The start time, which identifies the process together with its pid; known only when `status` is not kept open.
    start: Option<u64>,
}

impl Process {
    /// Opens process `pid` and reads it once.
    ///
    /// # Errors
    /// `Gone` when there is no such process, `Denied` when it may not be read, `Unsupported` when `pid` is a thread other
    /// than the main one.
    pub fn open(pid: u32) -> Result<(Self, Reading), ReadError> {
        let (status, start) = match open(pid, "status") {
            Ok(file) => (Some(file), None),
            Err(error) if matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE)) => {
                (None, Some(stat(pid)?.start))
            }
            Err(error) => return Err(error.into()),
        };
        let mut process = Self { pid, status, start };
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
    /// # Errors
    /// `Gone` when it was reaped, `Denied` when it may no longer be read.
    pub fn read(&mut self) -> Result<Reading, ReadError> {
        let status = self.status()?;
        self.interpret(&status)
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
    pub fn reset_hwm(&self) -> Result<(), ReadError> {
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
            other => other?,
        };
        let mut text = [0; 4096];
        let length = file.read_at(&mut text, 0)?;
        // The file of a zombie or a kernel thread is empty.
        SmapsRollup::parse(&text[..length]).ok_or(ReadError::Gone)
    }

    /// Minor page faults of the children it has waited for. The number rises with every child that is reaped.
    ///
    /// # Errors
    /// The same as for `read`.
    pub fn child_faults(&self) -> Result<u64, ReadError> {
        Ok(stat(self.pid)?.child_faults)
    }

    /// Reads the page faults. It costs about 4 µs. A kept descriptor would halve that, but double the descriptors of a
    /// tree, and rprof looks at the faults rarely.
    ///
    /// # Errors
    /// `Gone` when it was reaped.
    pub fn faults(&self) -> Result<Faults, ReadError> {
        Ok(faults(&stat(self.pid)?))
    }

    fn exists(&self) -> bool {
        at(self.pid, "", Path::exists)
    }

    /// Sends a signal to this process, never to another one that reuses the pid. True if the process was there.
    pub fn signal(&mut self, number: i32) -> bool {
        let Some(pidfd) = pidfd(self.pid) else {
            // Before Linux 5.3, or the process is gone.
            return self.read().is_ok_and(|r| !r.dead) && super::kill(self.pid, number);
        };
        // The pidfd belongs to the process that has the pid now. The old descriptor still answers, so it is the same one.
        if self.read().is_err() {
            return false;
        }
        let raw = pidfd.as_raw_fd();
        // SAFETY: with a null siginfo the call sends what kill(2) sends.
        unsafe {
            libc::syscall(libc::SYS_pidfd_send_signal, raw, number, std::ptr::null::<libc::siginfo_t>(), 0)
                == 0
        }
    }
}

fn reading(status: &Status) -> Reading {
    // Without memory the process is exiting and no zombie yet. A kernel thread has none either, but is in no tree.
    let dead = status.is_dead() || status.memory.get(Part::Rss).is_none();
    Reading { name: status.name, ppid: status.ppid, memory: status.memory, dead }
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

fn open(pid: u32, file: &str) -> io::Result<File> {
    at(pid, file, |path| File::open(path))
}

fn stat(pid: u32) -> Result<Stat, ReadError> {
    let mut text = [0; 4096];
    let length = open(pid, "stat")?.read_at(&mut text, 0)?;
    Stat::parse(&text[..length]).ok_or(ReadError::Gone)
}

fn faults(stat: &Stat) -> Faults {
    Faults { own: stat.faults, of_children: stat.child_faults }
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
    let faults = stat(pid).ok().as_ref().map(faults);
    ZombieFacts { had_children: faults.map(|f| f.of_children > 0), faults, max_footprint: None }
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
