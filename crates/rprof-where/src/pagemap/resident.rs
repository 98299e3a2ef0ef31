//! The RSS of a process.

use std::fs;

/// The RSS in bytes; `None` if the process has ended or has given back its memory.
pub fn resident(pid: u32, page: u64) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    (pages > 0).then(|| pages.saturating_mul(page))
}
