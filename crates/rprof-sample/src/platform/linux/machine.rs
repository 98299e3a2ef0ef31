//! Facts about the machine, and the out-of-memory killer's counters.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::proc_text::counter;

/// The host's name; empty when it has none.
pub fn host() -> String {
    nix::unistd::gethostname().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// System, release and machine: `Linux 6.18.1 x86_64`.
pub fn os() -> String {
    nix::sys::utsname::uname().map_or_else(
        |_| "Linux".to_owned(),
        |u| [u.sysname(), u.release(), u.machine()].map(|s| s.to_string_lossy().into_owned()).join(" "),
    )
}

/// Page size in bytes.
pub fn page_size() -> u64 {
    let size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok().flatten();
    size.and_then(|n| u64::try_from(n).ok()).unwrap_or(4096)
}

/// The user a process belongs to: name, or number.
pub fn owner(pid: u32) -> Option<String> {
    let uid = fs::metadata(format!("/proc/{pid}")).ok()?.uid();
    let user = nix::unistd::User::from_uid(uid.into()).ok().flatten();
    Some(user.map_or_else(|| uid.to_string(), |u| u.name))
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
