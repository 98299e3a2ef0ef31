//! The memory that a new array may take: the smallest limit of the machine and of its control groups.
//! It is `None` if the system does not report it, and never a guess.

use super::Limit;

/// Returns the smallest of three limits: `MemAvailable` of the machine (`/proc/meminfo`, see `proc_meminfo(5)`), the
/// available memory in the control groups, and the address space of this process.
#[cfg(target_os = "linux")]
pub(super) fn limit() -> Option<Limit> {
    let read = |path| std::fs::read_to_string(path).ok();
    let machine = read("/proc/meminfo").and_then(|text| mem_available(&text));
    let machine =
        machine.map(|bytes| Limit { bytes, source: "`MemAvailable` in `/proc/meminfo`".to_owned() });
    let groups =
        read("/proc/self/cgroup").map(|text| super::cgroup::limits("/sys/fs/cgroup".as_ref(), &text));
    machine
        .into_iter()
        .chain(groups.unwrap_or_default())
        .chain(address_space())
        .min_by_key(|limit| limit.bytes)
}

/// Returns the limit of `ulimit -v`; `None` if it is unlimited, which is the usual setting.
#[cfg(target_os = "linux")]
fn address_space() -> Option<Limit> {
    use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
    let (bytes, _) = getrlimit(Resource::RLIMIT_AS).ok()?;
    (bytes != RLIM_INFINITY).then(|| Limit { bytes, source: "`ulimit -v`".to_owned() })
}

/// Returns the whole memory of the machine. The free part is not available in a simple way, and macOS compresses and
/// swaps.
#[cfg(target_os = "macos")]
pub(super) fn limit() -> Option<Limit> {
    let output = std::process::Command::new("sysctl").args(["-n", "hw.memsize"]).output().ok()?;
    let bytes = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(Limit { bytes, source: "`hw.memsize`, all of this machine's memory".to_owned() })
}

/// Returns `None`: no source is known for this system.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn limit() -> Option<Limit> {
    None
}

/// Returns the kernel's estimate of the bytes that are available without swapping; `None` before Linux 3.14.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux has this text"))]
fn mem_available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mem_available_is_read_in_kibibytes() {
        let text = "MemTotal:       24595456 kB\nMemFree:        12000000 kB\nMemAvailable:   23456789 kB\n";
        assert_eq!(mem_available(text), Some(23_456_789 * 1024));
        assert_eq!(mem_available("MemTotal:       24595456 kB\n"), None);
        assert_eq!(mem_available("MemAvailable:   much kB\n"), None);
    }

    #[cfg(any(target_os = "linux", target_os = "macos"))]
    #[test]
    fn this_machine_has_a_limit() {
        let limit = limit().expect("a limit");
        assert!((1 << 20..1 << 50).contains(&limit.bytes), "{limit:?}");
    }
}
