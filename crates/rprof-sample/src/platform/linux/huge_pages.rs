//! Page faults that make more than one small page resident: transparent huge pages and faults around the address.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;

use crate::parse::linux::proc::{counter, number};

/// The kernel's default of `fault_around_bytes`: a read fault on a file also maps the cached pages around it.
const FAULT_AROUND: u64 = 64 << 10;

const SETTINGS: &str = "/sys/kernel/mm/transparent_hugepage";

/// Events that made up to 2 MiB resident at once: a fault got a huge page; a fault mapped a huge page of a file; the kernel
/// merged small pages into a huge one.
const EVENTS: [&str; 3] = ["thp_fault_alloc", "thp_file_mapped", "thp_collapse_alloc"];

/// The number of such events on the whole machine since boot; `None` when not known.
///
/// About 10 µs with two processors. The file stays open, which saves as much again.
pub fn huge_mappings() -> Option<u64> {
    static VMSTAT: OnceLock<Option<File>> = OnceLock::new();
    let file = VMSTAT.get_or_init(|| File::open("/proc/vmstat").ok()).as_ref()?;
    // The text has about 5 KiB, and a read returns one page of it. A tick must not allocate.
    let mut text = [0; 16 << 10];
    let mut length = 0;
    loop {
        let found = EVENTS.map(|key| counter(&text[..length], key));
        if let [Some(faults), Some(mapped), Some(merged)] = found {
            return Some(faults + mapped + merged);
        }
        match file.read_at(&mut text[length..], length as u64).ok()? {
            // A kernel without huge pages has none of these lines.
            0 => return Some(found.into_iter().flatten().sum()),
            more => length += more,
        }
    }
}

/// The largest number of bytes that one page fault can make resident, unless `huge_mappings` counts it. The settings are
/// read once: they are some thirty files.
pub fn largest_fault() -> u64 {
    static LARGEST: OnceLock<u64> = OnceLock::new();
    *LARGEST.get_or_init(read_largest_fault)
}

fn read_largest_fault() -> u64 {
    let usual = FAULT_AROUND.max(super::page_size());
    let global_is_on = is_on(&format!("{SETTINGS}/enabled"), false);
    let huge = fs::read_to_string(format!("{SETTINGS}/hpage_pmd_size"));
    let huge = huge.ok().and_then(|text| number(text.as_bytes()));
    let entries = fs::read_dir(SETTINGS).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|entry| {
        let name = entry.file_name();
        let kib = number(name.to_str()?.strip_prefix("hugepages-")?.as_bytes())?;
        let size = Some(kib << 10).filter(|size| Some(*size) != huge)?;
        let path = entry.path();
        let on = ["enabled", "shmem_enabled"]
            .iter()
            .any(|file| is_on(&path.join(file).to_string_lossy(), global_is_on));
        on.then_some(size)
    });
    sizes.fold(usual, u64::max)
}

/// True if a setting like `always [madvise] never` is on for some program.
fn is_on(path: &str, inherited: bool) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    let chosen = text.split(['[', ']']).nth(1).unwrap_or("never");
    if chosen == "inherit" { inherited } else { !matches!(chosen, "never" | "deny") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One read of `/proc/vmstat` returns 4 KiB. On a machine that has run for months the counters stand after that, and
    /// were taken for 0: a bound missed 2 MiB for each fault that got a huge page.
    #[test]
    fn the_counters_are_found_wherever_they_stand() {
        let whole = || {
            let text = fs::read("/proc/vmstat").ok()?;
            Some(EVENTS.iter().filter_map(|key| counter(&text, key)).sum::<u64>())
        };
        // Other programs may get huge pages meanwhile.
        let (before, found, after) = (whole(), huge_mappings(), whole());
        assert!(before <= found && found <= after, "{before:?} {found:?} {after:?}");
    }
}
