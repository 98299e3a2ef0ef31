//! The wait for children on Linux and macOS: wait4, after a look that leaves the zombie in place.
#![allow(unsafe_code)]

use std::io;
use std::time::Duration;

use rprof_trace::Bytes;

use super::{ExitStatus, PageFaults, Reaped};

/// True if this process has a child that was not reaped, alive or not.
pub fn has_children() -> bool {
    // SAFETY: an all-zero siginfo is valid and is overwritten.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the pointer is to a live siginfo.
    unsafe { libc::waitid(libc::P_ALL, 0, &raw mut info, options) == 0 }
}

/// Reaps a child that has ended, or reports one that was stopped, without blocking. Adopted orphans are children too.
///
/// `None` when no child has changed or none is left.
pub fn reap() -> Option<Reaped> {
    // First a look that leaves the zombie in place: some facts are readable only until it is reaped.
    // SAFETY: an all-zero siginfo is valid and is overwritten.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WSTOPPED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the pointer is to a live siginfo.
    let looked = unsafe { libc::waitid(libc::P_ALL, 0, &raw mut info, options) };
    if looked != 0 && io::Error::last_os_error().raw_os_error() == Some(libc::ECHILD) {
        return None;
    }
    // SAFETY: waitid fills the fields of a child's siginfo, or leaves the zeroes.
    let found = u32::try_from(unsafe { info.si_pid() }).ok().filter(|pid| *pid > 0);
    if looked == 0 && found.is_none() {
        return None;
    }
    // If the look failed, any child will do.
    let raw_pid = found.map_or(-1, u32::cast_signed);
    let found_at = super::os::now();
    let zombie = found.map(super::os::read_zombie).unwrap_or_default();
    let mut wait_status = 0;
    // SAFETY: an all-zero rusage is valid and is overwritten.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let options = libc::WNOHANG | libc::WUNTRACED;
    // SAFETY: both pointers are to live values of the right type.
    let waited = unsafe { libc::wait4(raw_pid, &raw mut wait_status, options, &raw mut usage) };
    let pid = u32::try_from(waited).ok().filter(|pid| *pid > 0);
    let status = match pid {
        Some(_) => status_of_wait(wait_status),
        // Without wait4 the maximum is lost. The exit status is not.
        None => status_by_waitid(found?)?,
    };
    Some(Reaped {
        pid: pid.or(found)?,
        status,
        max_rss: max_rss(&usage),
        user: duration(usage.ru_utime),
        system: duration(usage.ru_stime),
        faults: PageFaults { minor: count(usage.ru_minflt), major: count(usage.ru_majflt) },
        found: found_at,
        zombie,
    })
}

fn status_of_wait(status: i32) -> ExitStatus {
    if libc::WIFEXITED(status) {
        ExitStatus::Exited(libc::WEXITSTATUS(status))
    } else if libc::WIFSTOPPED(status) {
        ExitStatus::Stopped(libc::WSTOPSIG(status))
    } else {
        ExitStatus::Killed(libc::WTERMSIG(status))
    }
}

/// Reaps a child by waitid, which reports no use of memory.
fn status_by_waitid(pid: u32) -> Option<ExitStatus> {
    // SAFETY: an all-zero siginfo is valid and is overwritten.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WSTOPPED | libc::WNOHANG;
    // SAFETY: the pointer is to a live siginfo.
    if unsafe { libc::waitid(libc::P_PID, pid, &raw mut info, options) } != 0 {
        return None;
    }
    // SAFETY: waitid fills the fields of a child's siginfo, or leaves the zeroes.
    let (found, status) = unsafe { (info.si_pid(), info.si_status()) };
    match info.si_code {
        _ if found == 0 => None,
        libc::CLD_EXITED => Some(ExitStatus::Exited(status)),
        libc::CLD_STOPPED => Some(ExitStatus::Stopped(status)),
        _ => Some(ExitStatus::Killed(status)),
    }
}

fn count(number: libc::c_long) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let micros = u64::try_from(time.tv_usec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}

/// `ru_maxrss` in bytes. The kernel counts in KiB on Linux and in bytes on macOS.
pub fn max_rss(usage: &libc::rusage) -> Bytes {
    let n = u64::try_from(usage.ru_maxrss).unwrap_or(0);
    if cfg!(target_os = "macos") { Bytes(n) } else { Bytes::from_kib(n) }
}
