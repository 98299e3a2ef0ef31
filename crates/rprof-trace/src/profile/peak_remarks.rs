//! The kinds of memory that are named beside a peak, and the words for them. The summary and the figures use the same
//! words. A kind is named only where it matters: memory beside RSS, file-backed memory in RSS, and swap.

use crate::model::{Metric, Part};
use crate::profile::Profile;
use crate::units::{Bytes, Seconds, Sizes};

/// A kind of memory below this size is not named.
const LEAST: Bytes = Bytes(16 << 20);
/// Memory beside RSS is named from this share of the peak on, in percent.
const BESIDE_PERCENT: u64 = 10;
/// File-backed memory is named from this share of the peak on, in percent.
const FILE_PERCENT: u64 = 25;
/// A tick below this share of the peak, in percent, does not show what the peak consisted of.
const NEAR_PERCENT: u64 = 90;

/// The kinds of memory that RSS does not include, besides swap.
const BESIDE: [(Part, &str); 3] =
    [(Part::Hugetlb, "huge pages"), (Part::PageTables, "page tables"), (Part::Gpu, "GPU memory")];

/// The kinds of memory at the peak that are named beside it, because the peak alone would mislead.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PeakRemarks {
    /// The peak, whose unit the words use; 0 without one.
    pub peak: Bytes,
    /// Memory beside RSS at the peak, with its name.
    pub beside: Vec<(&'static str, Bytes)>,
    /// Memory beside RSS that was larger at another time.
    pub at_other_times: Vec<(&'static str, Bytes)>,
    /// File-backed memory in RSS.
    pub file: Option<Bytes>,
    /// The largest sum of RSS and swap, and its time.
    pub rss_and_swap: Option<(Bytes, Seconds)>,
    /// The form of the sizes in the words.
    pub sizes: Sizes,
}

impl PeakRemarks {
    /// The remarks about a run; none without parts, or if its metric is not RSS.
    pub fn of(profile: &Profile) -> Self {
        let parts = profile.parts.filter(|_| profile.metric == Metric::Rss);
        let (Some(peak), Some(parts)) = (profile.peak.map(|peak| peak.value), parts) else {
            return Self::default();
        };
        let matters = |size: &Bytes, share| *size >= LEAST && is_share(*size, share, peak);
        let mut remarks = Self { peak, ..Self::default() };
        for (part, name) in BESIDE {
            let at_peak = parts.at_peak.get(part).filter(|size| matters(size, BESIDE_PERCENT));
            let largest = parts.largest.get(part).filter(|size| matters(size, BESIDE_PERCENT));
            let was_larger = |size: &Bytes| !is_share(at_peak.unwrap_or_default(), NEAR_PERCENT, *size);
            remarks.at_other_times.extend(largest.filter(was_larger).map(|size| (name, size)));
            remarks.beside.extend(at_peak.map(|size| (name, size)));
        }
        let is_near = is_share(parts.at_peak.get(Part::Rss).unwrap_or_default(), NEAR_PERCENT, peak);
        remarks.file = parts.at_peak.get(Part::File).filter(|size| is_near && matters(size, FILE_PERCENT));
        let swapped = |(sum, _): &(Bytes, _)| matters(&Bytes(sum.0.saturating_sub(peak.0)), BESIDE_PERCENT);
        remarks.rss_and_swap = rss_and_swap(profile).filter(swapped);
        remarks
    }

    /// The same remarks with sizes of this form in their words.
    #[must_use]
    pub fn with_sizes(self, sizes: Sizes) -> Self {
        Self { sizes, ..self }
    }

    /// ` + 844.0 MiB huge pages`, to follow the size and metric of the peak; else empty.
    pub fn beside_words(&self) -> String {
        let size = |size: &Bytes| self.sizes.beside(*size, self.peak);
        let words = self.beside.iter().map(|(name, bytes)| format!(" + {} {name}", size(bytes)));
        words.collect::<Vec<_>>().concat()
    }

    /// `, of it 300.0 MiB file-backed, reclaimable`, to follow the peak; else empty.
    pub fn file_words(&self) -> String {
        let size = self.file.map(|size| self.sizes.beside(size, self.peak));
        size.map(|size| format!(", of it {size} file-backed, reclaimable")).unwrap_or_default()
    }

    /// The same as a sentence of its own: `300.0 MiB of the peak are file-backed, reclaimable`.
    pub fn file_sentence(&self) -> Option<String> {
        self.file.map(|size| format!("{} of the peak are file-backed, reclaimable", self.sizes.text(size)))
    }

    /// Sentences of their own: `RSS + swap reached 1003.0 MiB at 1.20 s`.
    pub fn sentences(&self) -> Vec<String> {
        let others = self.at_other_times.iter();
        let size = |size: &Bytes| self.sizes.text(*size);
        let others =
            others.map(|(name, bytes)| format!("at another time: {} {name} beside RSS", size(bytes)));
        let swap = self.rss_and_swap.iter();
        let swap = swap.map(|(sum, time)| format!("RSS + swap reached {} at {time}", size(sum)));
        others.chain(swap).collect()
    }
}

fn is_share(part: Bytes, percent: u64, whole: Bytes) -> bool {
    u128::from(part.0) * 100 >= u128::from(whole.0) * u128::from(percent)
}

/// The largest known sum of RSS and swap, and its time; `None` if the trace does not have both.
///
/// A peak of RSS between two ticks may be larger than the sum at any tick.
pub fn rss_and_swap(profile: &Profile) -> Option<(Bytes, Seconds)> {
    let parts = profile.parts.as_ref()?;
    let sum = (parts.rss_swap_bytes?, parts.rss_swap_s?);
    let peak = profile.peak.filter(|peak| profile.metric == Metric::Rss && peak.value > sum.0);
    Some(peak.map_or(sum, |peak| (peak.value, peak.time)))
}

#[cfg(test)]
mod tests {
    use crate::model::{Memory, PeakParts};
    use crate::profile::Peak;

    use super::*;

    const fn mib(size: u64) -> Bytes {
        Bytes(size << 20)
    }

    /// The remarks about a peak of RSS, with these sizes of file-backed memory, huge pages and page tables at the nearest
    /// tick, the largest amount of huge pages, and the largest sum of RSS and swap. All in MiB.
    fn remarks(
        peak: u64,
        rss: u64,
        [file, huge, tables]: [u64; 3],
        largest: u64,
        swapped: u64,
    ) -> PeakRemarks {
        let at_peak = Memory::from([
            (Part::Rss, mib(rss)),
            (Part::File, mib(file)),
            (Part::Hugetlb, mib(huge)),
            (Part::PageTables, mib(tables)),
        ]);
        let mut most = at_peak;
        most.set(Part::Hugetlb, Some(mib(largest)));
        let parts = PeakParts {
            at_peak,
            largest: most,
            rss_swap_bytes: Some(mib(swapped)),
            rss_swap_s: Some(Seconds(1.2)),
            ..PeakParts::default()
        };
        let peak = Peak { value: mib(peak), time: Seconds(0.5), within: None, upper: None };
        PeakRemarks::of(&Profile { peak: Some(peak), parts: Some(parts), ..Profile::default() })
    }

    #[test]
    fn memory_beside_rss_is_named_where_it_matters() {
        let huge = remarks(43, 43, [10, 844, 1], 844, 43);
        assert_eq!(huge.beside_words(), " + 844.0 MiB huge pages");
        assert_eq!((huge.file_words(), huge.sentences()), (String::new(), Vec::new()));
        assert_eq!(remarks(2000, 2000, [0, 844, 0], 844, 2000).beside_words(), " + 0.82 GiB huge pages");
        assert_eq!(remarks(1, 1, [0, 0, 128], 0, 1).beside_words(), " + 128.0 MiB page tables");
        // Less than 16 MiB, and less than a tenth of the peak.
        assert_eq!(remarks(20, 20, [0, 15, 15], 15, 20).beside_words(), "");
        assert_eq!(remarks(900, 900, [0, 80, 80], 80, 900).beside_words(), "");
    }

    #[test]
    fn huge_pages_of_another_time_are_not_added_to_the_peak() {
        let later = remarks(43, 43, [0, 0, 0], 844, 43);
        assert_eq!(later.beside_words(), "");
        assert_eq!(later.sentences(), ["at another time: 844.0 MiB huge pages beside RSS"]);
    }

    #[test]
    fn file_backed_memory_is_named_from_a_quarter_of_the_peak_on() {
        let words = |peak, rss, file| remarks(peak, rss, [file, 0, 0], 0, peak).file_words();
        assert_eq!(words(328, 328, 300), ", of it 300.0 MiB file-backed, reclaimable");
        assert_eq!(words(1100, 1100, 300), ", of it 0.29 GiB file-backed, reclaimable");
        assert_eq!((words(1300, 1300, 300), words(40, 40, 15)), (String::new(), String::new()));
        // The nearest tick is far below the peak: it does not show what that consisted of.
        assert_eq!(words(328, 40, 30), "");
    }

    #[test]
    fn rss_and_swap_have_a_peak_of_their_own() {
        let swapped = remarks(501, 501, [0, 0, 0], 0, 1003);
        assert_eq!(swapped.sentences(), ["RSS + swap reached 1003.0 MiB at 1.20 s"]);
        let peak = mib(501);
        assert_eq!(remarks(501, 501, [0, 0, 0], 0, 516), PeakRemarks { peak, ..PeakRemarks::default() });
    }
}
