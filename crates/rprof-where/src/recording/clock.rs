//! The clock of the kernel's records, and sizes of pages.
#![allow(unsafe_code)]

use std::fs;

/// The size of a transparent huge page if the kernel does not name it.
const USUAL_HUGE: u64 = 2 << 20;

/// Nanoseconds of the monotonic clock.
pub fn now() -> u64 {
    read(libc::CLOCK_MONOTONIC)
}

fn read(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a live value.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// Nanoseconds of CPU time that this thread has used.
pub fn cpu() -> u64 {
    read(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// Bytes of a page.
pub fn page_size() -> u64 {
    // SAFETY: the call takes no pointer.
    u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096).max(512)
}

/// Bytes of a transparent huge page.
pub fn huge_size() -> u64 {
    let text = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size").unwrap_or_default();
    text.trim()
        .parse()
        .ok()
        .filter(|size: &u64| size.is_power_of_two())
        .unwrap_or(USUAL_HUGE)
        .max(page_size())
}
