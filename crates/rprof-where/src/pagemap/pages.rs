//! The scan of the page tables: `PAGEMAP_SCAN` since Linux 6.7, else the words of `/proc/PID/pagemap`.
#![allow(unsafe_code)]

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};

use super::areas::{self, Mapping};
use super::resident::resident;
use crate::model::{Area, Run, Scan};

/// The flags of a page (`linux/fs.h`).
const IS_FILE: u64 = 1 << 2;
const IS_PRESENT: u64 = 1 << 3;
const IS_ZERO: u64 = 1 << 5;
const IS_HUGE: u64 = 1 << 6;
/// `_IOWR('f', 16, struct pm_scan_arg)`, whose size is 96.
const PAGEMAP_SCAN: u64 = 3 << 30 | 96 << 16 | (b'f' as u64) << 8 | 16;
/// Regions that one call returns at most.
const REGIONS: usize = 4096;
/// Areas beyond this size are reserved, not used: reading 8 bytes for each of their pages would take seconds.
const LARGEST_AREA: u64 = 64 << 30;
/// Readings of one process at most, and the least difference between the pages found and the RSS that makes another: in
/// bytes, as the kernel counts the RSS of each processor on its own, and as a share of the RSS.
const READINGS: u32 = 4;
const TORN_LEAST: u64 = 256 << 10;
const TORN_SHARE: u64 = 256;

/// `struct page_region`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
struct Region {
    start: u64,
    end: u64,
    categories: u64,
}

/// `struct pm_scan_arg`.
#[repr(C)]
#[derive(Debug, Default)]
struct Argument {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    regions: u64,
    length: u64,
    most_pages: u64,
    inverted: u64,
    mask: u64,
    any_of: u64,
    returned: u64,
}

/// True until the kernel says that it does not know the request.
static HAS_SCAN: AtomicBool = AtomicBool::new(true);

/// The present pages of a process; `None` if it has ended or may not be read.
pub fn scan(pid: u32, page: u64) -> Option<Scan> {
    settled(|| read(pid, page))
}

/// The pages that one reading found.
struct Reading {
    /// The bytes of these pages.
    present: u64,
    /// False if an area was too large to be read, so that pages of the RSS are missing.
    whole: bool,
    scan: Scan,
}

impl Reading {
    /// `before` and `after` are the RSS before and after the pages were read.
    fn new((before, after): (u64, u64), areas: Vec<Area>, runs: Vec<Run>) -> Self {
        let present = runs.iter().fold(0u64, |sum, run| sum.saturating_add(run.end - run.start));
        // While the process grows, its RSS passes the sum of these pages.
        let rss = present.clamp(before.min(after), before.max(after));
        Self { present, whole: true, scan: Scan { rss, areas, runs } }
    }

    /// True if the process freed memory and touched other memory meanwhile, so that pages and RSS are not of one time.
    fn is_torn(&self) -> bool {
        self.whole && self.present.abs_diff(self.scan.rss) > TORN_LEAST + self.scan.rss / TORN_SHARE
    }
}

/// Reads again while the pages do not add up to the RSS. Twice the same number of pages above the RSS is memory that stays
/// without being RSS, such as that of a device. Pages that are missing are in memory that the process unmaps: the kernel
/// takes them from the RSS last, and on a busy machine the process may not run for many readings in between.
fn settled(mut read: impl FnMut() -> Option<Reading>) -> Option<Scan> {
    let mut last = read()?;
    let mut readings = 1;
    while last.is_torn() {
        if readings == READINGS {
            // The RSS is then that of the pages found, so that they add up to it.
            last.scan.rss = last.present;
            break;
        }
        let next = read()?;
        readings += 1;
        let stays = (next.present, next.scan.rss) == (last.present, last.scan.rss);
        last = next;
        if stays && last.present > last.scan.rss {
            break;
        }
    }
    Some(last.scan)
}

fn read(pid: u32, page: u64) -> Option<Reading> {
    let before = resident(pid, page)?;
    let maps = || fs::read_to_string(format!("/proc/{pid}/maps")).ok();
    let maps_before = maps()?;
    let mut mappings = areas::parse(&maps_before);
    let pagemap = File::open(format!("/proc/{pid}/pagemap")).ok()?;
    let runs = runs(&pagemap, &mappings, page).ok()?;
    let whole = HAS_SCAN.load(Ordering::Relaxed) || mappings.iter().all(fits);
    let after = resident(pid, page)?;
    // The process may have mapped memory between the maps and the pages.
    let maps_after = maps()?;
    if maps_after != maps_before {
        mappings = areas::united(mappings, areas::parse(&maps_after));
    }
    let areas =
        mappings.into_iter().filter(|mapping| matters(mapping, &runs)).map(|mapping| mapping.area).collect();
    Some(Reading { whole, ..Reading::new((before, after), areas, runs) })
}

/// True for an area with pages, and for anonymous memory that may have some later: its mapping is not gone.
fn matters(Mapping { area, is_accessible }: &Mapping, runs: &[Run]) -> bool {
    let first = runs.partition_point(|run| run.end <= area.start);
    let has_pages = runs.get(first).is_some_and(|run| run.start < area.end);
    has_pages || (*is_accessible && area.name.is_empty())
}

fn runs(pagemap: &File, mappings: &[Mapping], page: u64) -> io::Result<Vec<Run>> {
    if HAS_SCAN.load(Ordering::Relaxed) {
        let (start, end) = (
            mappings.first().map_or(0, |first| first.area.start),
            mappings.last().map_or(0, |last| last.area.end),
        );
        match scanned(pagemap, start, end) {
            Err(error) if matches!(error.raw_os_error(), Some(libc::ENOTTY | libc::EINVAL)) => {
                HAS_SCAN.store(false, Ordering::Relaxed);
            }
            result => return result,
        }
    }
    let mut runs = Vec::new();
    for mapping in mappings.iter().filter(|mapping| fits(mapping)) {
        words(pagemap, &mapping.area, page, &mut runs)?;
    }
    Ok(runs)
}

/// True if each page of an area can be read.
fn fits(Mapping { area, .. }: &Mapping) -> bool {
    area.end - area.start <= LARGEST_AREA
}

/// Asks the kernel for the runs of present pages.
fn scanned(pagemap: &File, start: u64, end: u64) -> io::Result<Vec<Run>> {
    let mut regions = vec![Region::default(); REGIONS];
    let mut runs: Vec<Run> = Vec::new();
    let mut from = start;
    while from < end {
        let mut argument = Argument {
            size: size_of::<Argument>() as u64,
            start: from,
            end,
            regions: regions.as_mut_ptr() as u64,
            length: REGIONS as u64,
            inverted: IS_ZERO,
            mask: IS_PRESENT | IS_ZERO,
            returned: IS_PRESENT | IS_FILE | IS_HUGE,
            ..Argument::default()
        };
        // SAFETY: the argument and its regions live through the call, and both sizes are right.
        let count = unsafe { libc::ioctl(pagemap.as_raw_fd(), PAGEMAP_SCAN as _, &raw mut argument) };
        let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
        for region in regions.iter().take(count) {
            push(&mut runs, region);
        }
        if argument.walk_end <= from {
            break;
        }
        from = argument.walk_end;
    }
    Ok(runs)
}

fn push(runs: &mut Vec<Run>, region: &Region) {
    let (huge, file) = (region.categories & IS_HUGE != 0, region.categories & IS_FILE != 0);
    // A huge page that was made between two calls is reported from its beginning, which the first call has already passed.
    let start = region.start.max(runs.last().map_or(0, |last| last.end));
    if start >= region.end {
        return;
    }
    match runs.last_mut() {
        Some(last) if last.end == start && (last.huge, last.file) == (huge, file) => {
            last.end = region.end;
        }
        _ => runs.push(Run { start, end: region.end, huge, file }),
    }
}

/// Reads one word for each page of an area: bit 63 is present, bit 61 file or shared. Huge pages look like small ones.
fn words(pagemap: &File, area: &Area, page: u64, runs: &mut Vec<Run>) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    let mut at = area.start;
    while at < area.end {
        let pages = ((area.end - at) / page).min(buffer.len() as u64 / 8);
        let wanted = &mut buffer[..pages as usize * 8];
        let read = pagemap.read_at(wanted, at / page * 8)?;
        if read < 8 {
            break;
        }
        for word in wanted[..read].chunks_exact(8) {
            let word = word.iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
            if word >> 63 == 1 {
                let categories = if word >> 61 & 1 == 1 { IS_FILE } else { 0 };
                push(runs, &Region { start: at, end: at + page, categories });
            }
            at += page;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernel's request and the words must agree about this process.
    #[test]
    fn both_ways_find_the_same_pages_as_rss() {
        let page = 4096;
        // Other tests of this process allocate and free meanwhile.
        let touched = vec![1u8; 64 << 20];
        let first = scan(std::process::id(), page).expect("our own pages");
        let had_scan = HAS_SCAN.swap(false, Ordering::Relaxed);
        let second = scan(std::process::id(), page).expect("our own pages");
        HAS_SCAN.store(had_scan, Ordering::Relaxed);
        assert_eq!(touched[5], 1);
        let sum = |scan: &Scan| scan.runs.iter().map(|run| run.end - run.start).sum::<u64>();
        for scan in [&first, &second] {
            assert!(sum(scan).abs_diff(scan.rss) < scan.rss / 10, "{} against {}", sum(scan), scan.rss);
        }
    }

    const MIB: u64 = 1 << 20;

    /// The RSS of the scan that comes of readings, each the RSS before and after it and what was found, in MiB.
    fn settled_rss(readings: &[(u64, u64, u64)]) -> u64 {
        let mut left = readings.iter();
        let scan = settled(|| {
            let (before, after, present) = *left.next()?;
            let runs = vec![Run { start: 0, end: present * MIB, file: false, huge: false }];
            Some(Reading::new((before * MIB, after * MIB), Vec::new(), runs))
        });
        assert_eq!(left.len(), 0, "every reading was made");
        scan.expect("there are readings").rss / MIB
    }

    /// On a busy machine a program freed 40 MiB, touched as much, and 81 of 116 MiB were shown.
    #[test]
    fn a_reading_that_does_not_add_up_to_the_rss_is_made_again() {
        assert_eq!(settled_rss(&[(80, 90, 85)]), 85, "the program grew");
        assert_eq!(settled_rss(&[(120, 120, 85), (80, 80, 80)]), 80, "freed and touched meanwhile");
        assert_eq!(settled_rss(&[(120, 120, 128), (120, 120, 128)]), 120, "memory of a device");
        assert_eq!(settled_rss(&[(120, 120, 85); 4]), 85, "an unmapping that another program interrupts");
        assert_eq!(settled_rss(&[(120, 120, 85), (120, 120, 86), (120, 120, 87), (120, 120, 88)]), 88);
    }

    #[test]
    fn pages_that_cannot_be_read_are_no_reason_to_read_again() {
        let reading = Reading::new((100 * MIB, 100 * MIB), Vec::new(), Vec::new());
        assert!(reading.is_torn());
        assert!(!Reading { whole: false, ..reading }.is_torn());
    }

    /// A buffer that was mapped and not yet touched at one scan passed for memory that was moved at the next.
    #[test]
    fn anonymous_memory_without_pages_is_listed_and_a_reserve_is_not() {
        let mappings = areas::parse(
            "1000-2000 rw-p 00000000 00:00 0 \n2000-3000 ---p 00000000 00:00 0 \n3000-4000 ---p 00000000 00:00 0 \n\
             4000-5000 r--p 00000000 fe:00 7 /lib/x\n",
        );
        let runs = [Run { start: 0x2000, end: 0x3000, file: false, huge: false }];
        let listed = mappings.iter().filter(|mapping| matters(mapping, &runs));
        assert_eq!(listed.map(|mapping| mapping.area.start).collect::<Vec<_>>(), [0x1000, 0x2000]);
    }

    /// A file whose runs overlapped was read up to there only: three threads of a Python program lost its names.
    #[test]
    fn pages_that_become_huge_while_they_are_read_do_not_overlap() {
        let region = |start, end, categories| Region { start, end, categories };
        let mut runs = Vec::new();
        push(&mut runs, &region(0x1000, 0x3000, 0));
        push(&mut runs, &region(0x0000, 0x8000, IS_HUGE));
        push(&mut runs, &region(0x0000, 0x8000, IS_HUGE));
        let spans: Vec<_> = runs.iter().map(|run| (run.start, run.end, run.huge)).collect();
        assert_eq!(spans, [(0x1000, 0x3000, false), (0x3000, 0x8000, true)]);
    }
}
