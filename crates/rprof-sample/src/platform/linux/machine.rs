//! Facts that are read once per run: owners and names of processes, counters of the OOM killer.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::OnceLock;

use rprof_trace::{Bytes, Part};

use super::page_size;
use super::process::exists;
use crate::parse::linux::proc::{Status, counter};
use crate::parse::linux::rss_counters::{self, count_cpus};

/// The pid of the parent of all kernel threads.
const KTHREADD: u32 = 2;

/// The user that a process belongs to, by name, or by number when there is no name.
pub fn owner(pid: u32) -> Option<String> {
    Some(super::super::uname::user(fs::metadata(format!("/proc/{pid}")).ok()?.uid()))
}

/// The command name of a process of any user.
pub fn name_of(pid: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned()).filter(|name| !name.is_empty())
}

/// Why a pid shows no memory of its own: it is that of a thread, a zombie, a kernel thread, or of a process that `/proc`
/// hides. `None` for any other.
pub fn why_no_memory(pid: u32) -> Option<String> {
    let Ok(text) = fs::read(format!("/proc/{pid}/status")) else {
        let remedy = "permission denied: `/proc` hides it (hidepid); run rprof as that user or as root";
        return exists(pid).then(|| remedy.to_owned());
    };
    let status = Status::parse(&text);
    let (process, parent) = (status.tgid, status.ppid);
    if process != pid {
        return Some(format!("it is a thread of process `{process}`; attach to that process"));
    }
    if status.is_dead() {
        return Some(format!(
            "it has ended, and its parent `{parent}` has not asked for its exit code (a zombie)"
        ));
    }
    // A process that is about to end shows no memory either.
    let is_kernel_thread = status.memory.get(Part::Rss).is_none() && (pid == KTHREADD || parent == KTHREADD);
    is_kernel_thread.then(|| "it is a kernel thread, which has no memory of its own".to_owned())
}

/// True if a process that has ended is no zombie yet. Its children still have it as their parent, until its last thread
/// has exited.
pub fn is_exiting(pid: u32) -> bool {
    let status = fs::read(format!("/proc/{pid}/status")).map(|text| Status::parse(&text));
    // One with memory is another process, which has the same pid.
    status.is_ok_and(|status| {
        status.memory.get(Part::Rss).is_none() && (!status.is_dead() || status.threads > 1)
    })
}

/// The living and dead children of this process, started by it or adopted; empty if the kernel does not list them.
pub fn children() -> Vec<u32> {
    // Each thread has its own.
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let of_thread =
        |thread: fs::DirEntry| fs::read_to_string(thread.path().join("children")).unwrap_or_default();
    let text: String = threads.map(of_thread).collect();
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// The most by which the kernel's maximum of one process's RSS may be off; `None` if it has no bound.
pub fn mark_error() -> Option<Bytes> {
    static MARK_ERROR: OnceLock<Option<Bytes>> = OnceLock::new();
    *MARK_ERROR.get_or_init(read_mark_error)
}

fn read_mark_error() -> Option<Bytes> {
    let system = nix::sys::utsname::uname().ok()?;
    let online = fs::read_to_string("/sys/devices/system/cpu/online").ok()?;
    rss_counters::mark_error(system.release().to_str()?, count_cpus(&online)?, page_size())
}

/// The number of processes that the OOM killer has killed on the whole machine.
///
/// Only the difference of two readings means something.
pub fn oom_kills() -> Option<u64> {
    counter(&fs::read("/proc/vmstat").ok()?, "oom_kill")
}
