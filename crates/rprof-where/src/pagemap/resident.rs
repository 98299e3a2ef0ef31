//! The RSS of a process, and whether two processes share their memory.
#![allow(unsafe_code)]

use std::fs;

/// `KCMP_VM` of `linux/kcmp.h`.
const KCMP_VM: libc::c_int = 1;

/// True if two processes have one address space, as a child of `vfork` and its parent until the exec.
pub fn shares_memory(one: u32, other: u32) -> bool {
    // SAFETY: the call takes no pointer. It fails where the kernel does not have it, and for other users' processes.
    unsafe { libc::syscall(libc::SYS_kcmp, one, other, KCMP_VM, 0, 0) == 0 }
}

/// The RSS in bytes; `None` if the process has ended or has given back its memory.
pub fn resident(pid: u32, page: u64) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    (pages > 0).then(|| pages.saturating_mul(page))
}
