//! Page faults that make more than one small page resident: transparent huge pages and faults around the address.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;

use crate::parse::linux::proc::{counter, number};

/// The kernel's default of `fault_around_bytes`: a read fault on a file also maps the cached pages around it.
const FAULT_AROUND: u64 = 64 << 10;

const SETTINGS: &str = "/sys/kernel/mm/transparent_hugepage";

/// Events on the whole machine since boot that made up to 2 MiB resident at once; `None` when not known.
pub fn huge_mappings() -> Option<u64> {
    /// A fault got a huge page; a fault mapped a huge page of a file; the kernel merged small pages into a huge one.
    const EVENTS: [&str; 3] = ["thp_fault_alloc", "thp_file_mapped", "thp_collapse_alloc"];
    // The text has about 5 KiB. A tick must not allocate.
    let mut text = [0; 16 << 10];
    let length = File::open("/proc/vmstat").ok()?.read_at(&mut text, 0).ok()?;
    // A kernel without huge pages has none of these lines.
    Some(EVENTS.iter().filter_map(|key| counter(&text[..length], key)).sum())
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
