//! Tests of a request: the kinds of memory in it, and the sums of ranks.

use rprof_trace::{
    Cgroup, CgroupProfile, End, Header, Job, Memory, Metric, Peak, PeakParts, ProcessLife, PssPeak,
};

use super::*;

const fn mib(size: u64) -> Bytes {
    Bytes(size << 20)
}

/// A run of RSS with this peak and bound, and these largest parts.
fn profile(peak: u64, upper: Option<u64>, parts: &[(Part, u64)]) -> Profile {
    let largest = parts.iter().map(|(part, size)| (*part, mib(*size))).collect::<Memory>();
    let (value, time) = (mib(peak), Seconds(1.0));
    Profile {
        header: Some(Header::default()),
        metric: Metric::Rss,
        peak: Some(Peak { value, time, within: None, upper: upper.map(mib) }),
        parts: Some(PeakParts { largest, ..PeakParts::default() }),
        end: Some(End { upper_bytes: upper.map(mib), ..End::default() }),
        process_count: 1,
        ..Profile::default()
    }
}

fn run(name: &str, profile: &Profile, job: Option<Job>, host: &str) -> Run {
    let need = Need::of(profile).expect("a peak");
    Run { name: name.to_owned(), need, host: host.to_owned(), start_s: 0.0, job }
}

fn rank(rank: u32, job: Option<&str>) -> Job {
    let job_id = job.map(str::to_owned);
    Job { launcher: "Slurm".to_owned(), job_id, rank: Some(rank), ranks: Some(4), ..Job::default() }
}

#[test]
fn a_request_covers_all_that_a_limit_counts() {
    let parts = [(Part::PageTables, 2), (Part::Swap, 30), (Part::Hugetlb, 500)];
    let need = Need::of(&profile(100, Some(120), &parts)).expect("a peak");
    assert_eq!((need.held, need.basis, need.swap, need.huge), (mib(120), Basis::Bound, mib(30), mib(500)));
    assert_eq!(need.kernel, mib(2).plus(KERNEL_EACH));
    // Huge pages are not counted by the limit.
    assert_eq!(need.total(), mib(152).plus(KERNEL_EACH));
    assert_eq!(Need::of(&Profile::default()), None);
}

/// A forked pool shares the memory of its parent; the sum of RSS counts it for each process.
#[test]
fn shared_pages_count_once() {
    let mut pool = profile(500, Some(600), &[(Part::File, 20), (Part::Shmem, 0)]);
    pool.pss_peak = Some(PssPeak { upper_bytes: Some(mib(150)), ..PssPeak::default() });
    let need = Need::of(&pool).expect("a peak");
    assert_eq!((need.held, need.basis, need.shared), (mib(150), Basis::PssBound, mib(20)));
}

#[test]
fn a_run_without_a_bound_is_what_was_seen() {
    let need = Need::of(&profile(100, None, &[])).expect("a peak");
    assert_eq!((need.held, need.basis), (mib(100), Basis::Seen));
}

#[test]
fn a_control_group_adds_what_no_process_maps() {
    let group = |peak: u64, is_kernel_peak| CgroupProfile {
        own: true,
        version: 2,
        peak: Some(mib(peak)),
        is_kernel_peak,
        largest: Some((
            Seconds(1.0),
            Cgroup { shmem_bytes: Some(mib(200)), kernel_bytes: Some(mib(9)), ..Cgroup::default() },
        )),
        ..CgroupProfile::default()
    };
    let mut with = profile(100, Some(100), &[(Part::PageTables, 1), (Part::Shmem, 50)]);
    with.cgroup = Some(group(900, true));
    let need = Need::of(&with).expect("a peak");
    assert_eq!((need.unmapped, need.kernel, need.group_peak), (Some(mib(150)), mib(9), None));
    assert_eq!(need.total(), mib(259));
    // Of a tree, the mapped memory may be counted several times.
    let tree = Profile { process_count: 2, ..with.clone() };
    assert_eq!(Need::of(&tree).expect("a peak").unmapped, Some(mib(200)));
    // The kernel never counted more than this.
    with.cgroup = Some(group(210, true));
    assert_eq!(Need::of(&with).expect("a peak").total(), mib(210));
    // The largest reading may have missed the peak.
    with.cgroup = Some(group(210, false));
    assert_eq!(Need::of(&with).expect("a peak").total(), mib(259));
}

#[test]
fn the_kernel_needs_memory_for_each_process_that_is_alive() {
    let life = |start: f64, end: Option<f64>| ProcessLife {
        start: Seconds(start),
        end: end.map(Seconds),
        ..ProcessLife::default()
    };
    let lives = vec![life(0.0, None), life(1.0, Some(2.0)), life(2.0, Some(3.0)), life(2.5, Some(2.6))];
    assert_eq!(alive_at_once(&Profile { lives, ..Profile::default() }), 3);
    assert_eq!(alive_at_once(&Profile::default()), 1);
}

#[test]
fn the_largest_of_several_runs_counts_with_the_margin() {
    let runs = || {
        let peaks = [("a", 100), ("b", 300), ("c", 200)];
        peaks.map(|(name, peak)| run(name, &profile(peak, Some(peak), &[]), None, "n1")).to_vec()
    };
    let found = request(runs(), Margin::Share(0.2)).expect("runs");
    let need = mib(300).plus(KERNEL_EACH).plus(AROUND);
    assert_eq!((found.of, found.considered), (vec!["b".to_owned()], 3));
    assert_eq!(found.memory, Bytes(need.0 + need.0.div_ceil(5)));
    assert_eq!(request(runs(), Margin::Size(mib(1))).expect("runs").memory, need.plus(mib(1)));
    assert_eq!(request(runs(), Margin::Share(0.001)).expect("runs").margin, LEAST_MARGIN);
    assert_eq!(request(Vec::new(), Margin::Share(0.2)), None);
}

#[test]
fn the_ranks_of_a_job_share_the_limit_of_their_host() {
    let of = |name: &str, peak, job, host| run(name, &profile(peak, Some(peak), &[]), job, host);
    let runs = vec![
        of("r0", 100, Some(rank(0, Some("7"))), "n1"),
        of("r1", 100, Some(rank(1, Some("7"))), "n1"),
        of("r2", 150, Some(rank(2, Some("7"))), "n2"),
        // Another job.
        of("r3", 160, Some(rank(3, Some("8"))), "n1"),
    ];
    let found = request(runs, Margin::Size(Bytes(0))).expect("runs");
    assert_eq!(found.of, ["r0", "r1"]);
    assert_eq!(found.need.held, mib(200));
    assert_eq!((found.considered, found.incomplete), (2, vec![(3, 4), (1, 4)]));
}

/// `mpirun` on a desk gives no number for its job: two launches have the ranks 0 and 1 twice.
#[test]
fn a_rank_that_occurs_again_is_another_launch() {
    let at = |name: &str, number, start_s| {
        let profile = profile(100, Some(100), &[]);
        Run { start_s, ..run(name, &profile, Some(rank(number, None)), "here") }
    };
    let runs = vec![at("b0", 0, 50.0), at("a1", 1, 1.1), at("a0", 0, 1.0), at("b1", 1, 50.1)];
    let found = request(runs, Margin::Size(Bytes(0))).expect("runs");
    assert_eq!((found.need.held, found.considered), (mib(200), 2));
}

/// The tasks of an array run apart, each with a limit of its own.
#[test]
fn runs_without_a_rank_are_not_added() {
    let task = |id: &str| Some(Job { job_id: Some("7".into()), task_id: Some(id.into()), ..Job::default() });
    let runs = ["1", "2"].map(|id| run(id, &profile(100, Some(100), &[]), task(id), "n1")).to_vec();
    assert_eq!(request(runs, Margin::Size(Bytes(0))).expect("runs").need.held, mib(100));
}
