//! The error of the kernel's maximum of RSS, which comes from counters that each CPU holds a part of.
//! Pure arithmetic on the release of the kernel and its number of CPUs.

use rprof_trace::Bytes;

/// The first release that counts resident pages per CPU.
const PER_CPU: (u32, u32) = (6, 2);
/// The counters that make up RSS: anonymous, file-backed and shared pages.
const COUNTERS: u64 = 3;
/// The least number of pages at which a CPU adds its part to a counter.
const LEAST_BATCH: u64 = 32;

/// The most by which the maximum of one process's RSS may be off, in either direction; `None` if it has no bound.
///
/// Since Linux 6.2 each CPU holds back less than a batch of pages of each counter, and the kernel's maximum ignores what
/// they hold back. Before, each thread held back the pages of up to 64 faults, and the number of threads has no limit.
pub fn mark_error(release: &str, cpus: u64, page_size: u64) -> Option<Bytes> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    let version = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    let held_back = LEAST_BATCH.max(cpus.checked_mul(2)?) - 1;
    let pages = held_back.checked_mul(cpus)?.checked_mul(COUNTERS)?;
    pages.checked_mul(page_size).map(Bytes).filter(|_| version >= PER_CPU && cpus > 0)
}

/// The number of CPUs in a list such as `0-3,8`; `None` if it is not one.
pub fn count_cpus(list: &str) -> Option<u64> {
    let count = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last) = (first.parse::<u64>().ok()?, last.parse::<u64>().ok()?);
        last.checked_sub(first)?.checked_add(1)
    };
    list.trim().split(',').map(count).try_fold(0, |sum: u64, count| sum.checked_add(count?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_follows_from_the_cpus_and_the_page_size() {
        let kib = |release, cpus, page| mark_error(release, cpus, page).map(Bytes::kib);
        assert_eq!(kib("6.18.44-custom", 2, 4096), Some(3 * 2 * 31 * 4));
        assert_eq!(kib("6.2.0", 128, 4096), Some(3 * 128 * 255 * 4));
        assert_eq!(kib("7.0-rc1", 1, 65536), Some(3 * 31 * 64));
        assert_eq!((kib("6.1.0-56-amd64", 2, 4096), kib("5.14.0", 2, 4096)), (None, None));
        assert_eq!((kib("6.18", 0, 4096), kib("", 2, 4096), kib("6", 2, 4096)), (None, None, None));
        assert_eq!(mark_error("6.18", u64::MAX, 4096), None);
    }

    #[test]
    fn cpus_are_counted_in_a_list_of_ranges() {
        assert_eq!(["0", "0-1\n", "0-3,8,10-11"].map(count_cpus), [Some(1), Some(2), Some(7)]);
        assert_eq!(["", "a", "3-1", "0-18446744073709551615"].map(count_cpus), [None; 4]);
    }
}
