//! Facts about processes that are not read, and the out-of-memory killer's counters.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;

use crate::parse::proc::counter;

/// The user a process belongs to: name, or number.
pub fn owner(pid: u32) -> Option<String> {
    Some(super::super::uname::user(fs::metadata(format!("/proc/{pid}")).ok()?.uid()))
}

/// The command name of a process, another user's too.
pub fn name_of(pid: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned()).filter(|name| !name.is_empty())
}

/// The command line of a process, word by word, as it stands now: a process may write over its own. Empty for one of
/// the kernel's.
pub fn command_of(pid: u32) -> Vec<OsString> {
    let text = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = text.strip_suffix(b"\0").unwrap_or(&text).split(|byte| *byte == 0);
    words.filter(|_| !text.is_empty()).map(|word| OsString::from_vec(word.to_vec())).collect()
}

/// How often the kernel has killed a process for want of memory: in our cgroup where that is counted, else on this
/// machine. Compare two readings.
pub fn oom_kills() -> Option<u64> {
    in_cgroup().or_else(|| counter(&fs::read("/proc/vmstat").ok()?, "oom_kill"))
}

fn in_cgroup() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    groups.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?);
        let file = if controllers.is_empty() {
            format!("/sys/fs/cgroup{path}/memory.events")
        } else if controllers.split(',').any(|c| c == "memory") {
            format!("/sys/fs/cgroup/memory{path}/memory.oom_control")
        } else {
            return None;
        };
        counter(&fs::read(file).ok()?, "oom_kill")
    })
}
