//! The number of jobs like a run that fit into an amount of memory beside each other.
//! It errs on the side of too few: each job gets the most that the run can have needed, and shares nothing with the others.

use std::cmp::Reverse;

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
    /// The memory set aside once for all jobs: pages that the run may have shared with other programs, if PSS is the basis.
    pub aside: Bytes,
    /// The part of it that is neither RSS nor PSS: page tables, huge pages and swap, the largest of each.
    pub beside: Bytes,
    /// The pages of files in `each`, which jobs share if they map the same files; `None` if the run had several processes.
    pub file: Option<Bytes>,
    /// The number of jobs if they share these pages; `None` if that makes no difference.
    pub jobs_if_shared: Option<u64>,
}

/// The jobs like a run that fit into this size; `None` if the run was not measured.
pub fn fit(profile: &Profile, size: Bytes) -> Option<Fit> {
    let beside = beside(profile);
    // Each bound is enough, so the one that leaves room for most jobs counts.
    let fits = needs(profile)?.into_iter().filter_map(|Need { held, aside, basis }| {
        let each = held.plus(beside);
        let jobs = size.0.saturating_sub(aside.0).checked_div(each.0)?;
        Some(Fit { jobs, each, basis, aside, beside, file: None, jobs_if_shared: None })
    });
    let best = fits.max_by_key(|fit| (fit.jobs, Reverse(fit.each)))?;
    let is_alone = profile.process_count == 1 && best.aside.0 == 0;
    let parts = profile.parts.filter(|_| is_alone);
    let file = parts.and_then(|parts| parts.at_peak.get(Part::File));
    let file = file.filter(|file| (1..best.each.0 - beside.0).contains(&file.0));
    let shared = file.filter(|_| best.jobs > 0);
    let more = shared.map(|file| 1 + (size.0 - best.each.0) / (best.each.0 - file.0));
    Some(Fit { file, jobs_if_shared: more.filter(|more| *more > best.jobs), ..best })
}

/// The memory of a run by one of its bounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need {
    pub held: Bytes,
    /// Pages that the run may have shared with other programs, of which `held` has only a part.
    pub aside: Bytes,
    pub basis: Basis,
}

/// The bounds of the memory of a run; the peak if there is none, and `None` without one.
pub(crate) fn needs(profile: &Profile) -> Option<Vec<Need>> {
    let peak = profile.peak?;
    // Other metrics have no bounds, and neither have traces of mprof. An end that the lines contradict proves nothing.
    let end = profile.trusted_end().filter(|_| profile.metric == Metric::Rss && profile.header.is_some());
    let bounds = end.map(|end| {
        [
            (profile.pss_peak.and_then(|pss| pss.upper_bytes), mapped(profile), Basis::PssBound),
            (end.upper_once_bytes, Bytes(0), Basis::OnceBound),
            (end.upper_bytes.and(peak.upper), Bytes(0), Basis::Bound),
        ]
    });
    let bounds = bounds.into_iter().flatten();
    let needs: Vec<Need> =
        bounds.filter_map(|(held, aside, basis)| Some(Need { held: held?, aside, basis })).collect();
    let seen = Need { held: peak.value, aside: Bytes(0), basis: Basis::Seen };
    Some(if needs.is_empty() { vec![seen] } else { needs })
}

/// The most memory that a run can have shared with other programs: pages of files and shared memory.
///
/// PSS has only a part of such a page, and the rest may be missing when those programs have ended. All jobs together need
/// the page once, so it is enough to set it aside once. Of n equal jobs each has at most the PSS of one alone.
fn mapped(profile: &Profile) -> Bytes {
    largest(profile, Part::File).plus(largest(profile, Part::Shmem))
}

/// The memory that RSS and PSS do not count.
fn beside(profile: &Profile) -> Bytes {
    let parts = [Part::PageTables, Part::Hugetlb, Part::Swap];
    parts.into_iter().fold(Bytes(0), |sum, part| sum.plus(largest(profile, part)))
}

pub(crate) fn largest(profile: &Profile, part: Part) -> Bytes {
    profile.parts.and_then(|parts| parts.largest.get(part)).unwrap_or_default()
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

    /// PSS has only a part of the pages that other programs map, too.
    #[test]
    fn pages_that_others_share_are_set_aside_once() {
        let parts = PeakParts { largest: Memory::from([(Part::File, mib(100))]), ..PeakParts::default() };
        let run = Profile { parts: Some(parts), ..run(200, Some(300), None, Some(150)) };
        let all = fit(&run, mib(1000)).expect("a peak");
        assert_eq!((all.jobs, all.each, all.aside, all.basis), (6, mib(150), mib(100), Basis::PssBound));
        // With so little room, the bound of the sum of RSS leaves room for one, and PSS for none.
        let run = Profile {
            pss_peak: run.pss_peak.map(|pss| PssPeak { upper_bytes: Some(mib(290)), ..pss }),
            ..run
        };
        let one = fit(&run, mib(310)).expect("a peak");
        assert_eq!((one.jobs, one.each, one.aside, one.basis), (1, mib(300), Bytes(0), Basis::Bound));
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
