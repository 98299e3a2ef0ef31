//! Facts that are read once per run: owners, names and command lines of processes, counters of the OOM killer.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileExt, MetadataExt};

use procfs_core::{FromRead, ProcessCGroups};

use crate::parse::proc::counter;

/// The user that a process belongs to, by name, or by number when there is no name.
pub fn owner(pid: u32) -> Option<String> {
    Some(super::super::uname::user(fs::metadata(format!("/proc/{pid}")).ok()?.uid()))
}

/// The command name of a process of any user.
pub fn name_of(pid: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned()).filter(|name| !name.is_empty())
}

/// The current command line of a process, one element per argument; a process may change its own.
///
/// Empty for a kernel thread.
pub fn command_of(pid: u32) -> Vec<OsString> {
    let text = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = text.strip_suffix(b"\0").unwrap_or(&text).split(|byte| *byte == 0);
    words.filter(|_| !text.is_empty()).map(|word| OsString::from_vec(word.to_vec())).collect()
}

/// The number of processes that the OOM killer has killed: in our cgroup if it counts them, else on the whole machine.
///
/// Only the difference of two readings means something.
pub fn oom_kills() -> Option<u64> {
    oom_kills_in_cgroup().or_else(|| counter(&fs::read("/proc/vmstat").ok()?, "oom_kill"))
}

/// The number of huge pages of anonymous memory that page faults and the kernel's collapsing thread have made, on the
/// whole machine. `None` when the kernel does not count them: it then makes none.
///
/// It costs about 30 µs and allocates nothing.
pub fn huge_pages_made() -> Option<u64> {
    // The file has 5 KiB on current kernels; a text that is cut has the counter or not.
    let mut text = [0; 16 << 10];
    let length = File::open("/proc/vmstat").ok()?.read_at(&mut text, 0).ok()?;
    let text = &text[..length];
    Some(counter(text, "thp_fault_alloc")? + counter(text, "thp_collapse_alloc").unwrap_or(0))
}

fn oom_kills_in_cgroup() -> Option<u64> {
    let groups = ProcessCGroups::from_read(File::open("/proc/self/cgroup").ok()?).ok()?;
    groups.into_iter().find_map(|group| {
        let path = group.pathname;
        // Version 2 has one hierarchy without controllers; version 1 has one for each set of controllers.
        let file = if group.controllers.is_empty() {
            format!("/sys/fs/cgroup{path}/memory.events")
        } else if group.controllers.iter().any(|controller| controller == "memory") {
            format!("/sys/fs/cgroup/memory{path}/memory.oom_control")
        } else {
            return None;
        };
        counter(&fs::read(file).ok()?, "oom_kill")
    })
}
