//! The number of jobs like a run that fit into an amount of memory beside each other.
//! It errs on the side of too few: each job gets the most that the run can have needed, and shares nothing with the others.

use rprof_trace::{Bytes, Metric, Part, Profile};

/// The number that the memory of a job comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The upper bound of the peak of PSS.
    PssBound,
    /// The upper bound of the memory with each shared page counted once.
    OnceBound,
    /// The upper bound of the peak, or the exact peak of one process.
    Bound,
    /// The largest value that was seen: the run may have needed more.
    Seen,
}

/// The jobs that fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// The number of jobs.
    pub jobs: u64,
    /// The memory of one job.
    pub each: Bytes,
    /// The source of that memory.
    pub basis: Basis,
    /// The part of it that is neither RSS nor PSS: page tables, huge pages and swap, the largest of each.
    pub beside: Bytes,
    /// The pages of files in `each`, which jobs share if they map the same files; `None` if the run had several processes.
    pub file: Option<Bytes>,
    /// The number of jobs if they share these pages; `None` if that makes no difference.
    pub jobs_if_shared: Option<u64>,
}

/// The jobs like a run that fit into this size; `None` if the run was not measured.
///
/// PSS divides a page among all processes that map it, those of other trees, too. Of n equal jobs at once each has at most
/// the PSS of one alone, so n times its bound is enough for all of them.
pub fn fit(profile: &Profile, size: Bytes) -> Option<Fit> {
    let (held, basis) = need(profile)?;
    let beside = beside(profile);
    let each = held.plus(beside);
    let jobs = size.0.checked_div(each.0)?;
    let file =
        profile.parts.filter(|_| profile.process_count == 1).and_then(|parts| parts.at_peak.get(Part::File));
    let file = file.filter(|file| *file < held && file.0 > 0);
    let jobs_if_shared = file.filter(|_| jobs > 0).map(|file| 1 + (size.0 - each.0) / (each.0 - file.0));
    Some(Fit { jobs, each, basis, beside, file, jobs_if_shared: jobs_if_shared.filter(|more| *more > jobs) })
}

/// The smallest bound of the memory of a run.
fn need(profile: &Profile) -> Option<(Bytes, Basis)> {
    let peak = profile.peak?;
    // Other metrics have no bounds, and neither have traces of mprof. An end that the lines contradict proves nothing.
    let end = profile.trusted_end().filter(|_| profile.metric == Metric::Rss && profile.header.is_some());
    let bounds = end.map(|end| {
        [
            (profile.pss_peak.and_then(|pss| pss.upper_bytes), Basis::PssBound),
            (end.upper_once_bytes, Basis::OnceBound),
            (end.upper_bytes.and(peak.upper), Basis::Bound),
        ]
    });
    let bounds = bounds.into_iter().flatten().filter_map(|(bound, basis)| Some((bound?, basis)));
    Some(bounds.min_by_key(|(bound, _)| *bound).unwrap_or((peak.value, Basis::Seen)))
}

/// The memory that RSS and PSS do not count.
fn beside(profile: &Profile) -> Bytes {
    let parts = [Part::PageTables, Part::Hugetlb, Part::Swap];
    let largest = |part| profile.parts.and_then(|known| known.largest.get(part)).unwrap_or_default();
    parts.into_iter().fold(Bytes(0), |sum, part| sum.plus(largest(part)))
}

#[cfg(test)]
mod tests {
    use rprof_trace::{End, Header, Memory, Peak, PeakParts, PssPeak, Seconds};

    use super::*;

    const fn mib(size: u64) -> Bytes {
        Bytes(size << 20)
    }

    /// A run with these bounds: of the sum, with each page once, of PSS.
    fn run(peak: u64, upper: Option<u64>, once: Option<u64>, pss: Option<u64>) -> Profile {
        let end = End { upper_bytes: upper.map(mib), upper_once_bytes: once.map(mib), ..End::default() };
        let (value, time) = (mib(peak), Seconds(1.0));
        Profile {
            header: Some(Header::default()),
            peak: Some(Peak { value, time, within: None, upper: upper.map(mib) }),
            pss_peak: pss.map(|upper| PssPeak { upper_bytes: Some(mib(upper)), ..PssPeak::default() }),
            end: Some(end),
            process_count: 3,
            ..Profile::default()
        }
    }

    fn jobs(profile: &Profile, size: u64) -> (u64, Bytes, Basis) {
        let fit = fit(profile, mib(size)).expect("a peak");
        (fit.jobs, fit.each, fit.basis)
    }

    #[test]
    fn a_job_gets_the_smallest_bound() {
        assert_eq!(jobs(&run(100, Some(150), Some(130), Some(120)), 1000), (8, mib(120), Basis::PssBound));
        assert_eq!(jobs(&run(100, Some(150), Some(130), None), 1000), (7, mib(130), Basis::OnceBound));
        assert_eq!(jobs(&run(100, Some(150), None, None), 1000), (6, mib(150), Basis::Bound));
        assert_eq!(jobs(&run(100, None, None, None), 1000), (10, mib(100), Basis::Seen));
        assert_eq!(jobs(&run(100, Some(150), None, None), 149).0, 0);
        assert_eq!(fit(&Profile::default(), mib(1)), None);
    }

    #[test]
    fn a_trace_without_bounds_has_only_what_was_seen() {
        let known = run(100, Some(150), Some(130), Some(120));
        for profile in [
            Profile { header: None, ..known.clone() },
            Profile { metric: Metric::Uss, ..known.clone() },
            Profile { end: None, ..known.clone() },
        ] {
            assert_eq!(jobs(&profile, 1000), (10, mib(100), Basis::Seen));
        }
    }

    #[test]
    fn memory_beside_rss_counts_and_pages_of_files_may_be_shared() {
        let sizes =
            |sizes: &[(Part, u64)]| sizes.iter().map(|(part, size)| (*part, mib(*size))).collect::<Memory>();
        let parts = PeakParts {
            at_peak: sizes(&[(Part::File, 60)]),
            largest: sizes(&[(Part::Swap, 30), (Part::PageTables, 20), (Part::File, 90)]),
            ..PeakParts::default()
        };
        let tree = Profile { parts: Some(parts), ..run(100, Some(100), None, None) };
        let several = fit(&tree, mib(900)).expect("a peak");
        assert_eq!((several.jobs, several.each, several.beside), (6, mib(150), mib(50)));
        assert_eq!((several.file, several.jobs_if_shared), (None, None));
        let one = fit(&Profile { process_count: 1, ..tree }, mib(900)).expect("a peak");
        // The first job needs 150 MiB, each other one 90.
        assert_eq!((one.jobs, one.file, one.jobs_if_shared), (6, Some(mib(60)), Some(9)));
    }
}
