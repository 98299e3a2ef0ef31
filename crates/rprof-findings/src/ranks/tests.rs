//! Tests of the sums of ranks, of their clocks and of the imbalance.

use rprof_trace::{End, Header, Peak, Point};

use super::*;

const MIB: u64 = 1 << 20;

/// A run of RSS on a host: a point for each pair of seconds and MiB.
fn profile(host: &str, rank: Option<u32>, start_s: f64, points: &[(f64, u64)]) -> Profile {
    let job = rank.map(|rank| Job { rank: Some(rank), ranks: Some(4), ..Job::default() });
    let total: Vec<Point> =
        points.iter().map(|(time, size)| Point { time: Seconds(*time), value: Bytes(size * MIB) }).collect();
    let value = total.iter().map(|point| point.value).max().expect("a point");
    Profile {
        header: Some(Header { host: host.to_owned(), job, start_s, ..Header::default() }),
        start_s: Some(start_s),
        elapsed: total.last().expect("a point").time,
        peak: Some(Peak { value, time: Seconds(0.0), within: None, upper: Some(value) }),
        end: Some(End { upper_bytes: Some(value), ..End::default() }),
        total,
        ..Profile::default()
    }
}

fn joined(profiles: &[Profile]) -> Ranks {
    let mut builder = RanksBuilder::default();
    for (at, profile) in profiles.iter().enumerate() {
        assert!(builder.add(&format!("t{at}"), profile));
    }
    builder.finish().expect("ranks")
}

/// Two ranks whose peaks are at different times: the peak of the sum is not the sum of the peaks.
#[test]
fn the_sum_is_that_of_one_time() {
    let one = profile("n1", Some(0), 1000.0, &[(0.0, 100), (10.0, 100), (10.1, 10), (20.0, 10)]);
    let two = profile("n1", Some(1), 1005.0, &[(0.0, 10), (7.0, 10), (7.1, 50), (15.0, 50)]);
    let all = joined(&[one, two]);
    assert_eq!((all.start_s, all.start_spread), (1000.0, Seconds(5.0)));
    let most = all.sum.most().expect("a step");
    assert_eq!((most.value, all.sum.peak()), (Bytes(110 * MIB), Bytes(110 * MIB)));
    assert!((4.9..10.0).contains(&most.time.0), "{most:?}");
    assert_eq!(all.upper, Some(Bytes(150 * MIB)));
}

/// A rank that has ended holds no memory.
#[test]
fn a_rank_counts_from_its_start_to_its_end() {
    let one = profile("n1", Some(0), 1000.0, &[(0.0, 100), (10.0, 100)]);
    let two = profile("n1", Some(1), 1020.0, &[(0.0, 70), (10.0, 70)]);
    let all = joined(&[one, two]);
    assert_eq!(all.sum.most().map(|point| point.value), Some(Bytes(100 * MIB)));
    let between = all.sum.at.iter().filter(|point| (11.0..19.0).contains(&point.time.0));
    assert!(between.clone().count() > 10 && between.clone().all(|point| point.value.0 == 0));
}

/// The largest value of a step is not lost, however short it was and however long the run.
#[test]
fn a_spike_of_a_long_run_is_in_the_sum() {
    let mut points: Vec<(f64, u64)> = (0..36_000).map(|tick| (f64::from(tick) * 0.1, 10)).collect();
    points[20_001].1 = 500;
    let all = joined(&[profile("n1", Some(0), 1e9, &points), profile("n1", Some(1), 1e9 + 0.05, &points)]);
    let most = all.sum.most().expect("a step");
    assert_eq!(most.value, Bytes(1000 * MIB));
    assert!((most.time.0 - 2000.1).abs() <= 2.0 * all.sum.step.0, "{most:?}");
    assert!(all.sum.at.len() <= 2048, "{}", all.sum.at.len());
    assert!(all.sum.peak() >= Bytes(20 * MIB));
}

#[test]
fn the_order_of_traces_and_their_threads_make_no_difference() {
    let profiles: Vec<Profile> = (0..12)
        .map(|rank| {
            let host = format!("n{}", rank % 3);
            let points = [(0.0, 10 + u64::from(rank)), (1.0 + f64::from(rank), 40), (3600.0, 5)];
            profile(&host, Some(rank), 1e9 + f64::from(rank), &points)
        })
        .collect();
    let forward = joined(&profiles);
    let mut halves = [RanksBuilder::default(), RanksBuilder::default()];
    for (at, profile) in profiles.iter().enumerate().rev() {
        halves[at % 2].add(&format!("t{at}"), profile);
    }
    let [mut one, two] = halves;
    one.join(two);
    let backward = one.finish().expect("ranks");
    assert_eq!(forward.sum, backward.sum);
    assert_eq!(forward.hosts, backward.hosts);
    assert_eq!(forward.ranks, backward.ranks);
}

#[test]
fn the_heaviest_rank_and_host_are_named() {
    let sizes = [("a", 0, 100), ("a", 1, 100), ("b", 2, 400), ("c", 3, 200)];
    let profiles =
        sizes.map(|(host, rank, size)| profile(host, Some(rank), 5.0, &[(0.0, size), (9.0, size)]));
    let all = joined(&profiles);
    assert_eq!((all.by_rank.heaviest, all.by_rank.ratio), (2, 2.0));
    let host = &all.hosts[all.by_host.heaviest];
    assert_eq!((host.name.as_str(), host.ranks, host.sum.peak()), ("b", 1, Bytes(400 * MIB)));
    assert!((all.by_host.mean - 800.0 / 3.0 * MIB as f64).abs() < 1.0);
}

/// The clock of one host is two minutes ahead: its ranks seem to start and to end that much later.
#[test]
fn a_clock_that_is_ahead_is_corrected() {
    let run = |host, rank, start| profile(host, Some(rank), start, &[(0.0, 100), (60.0, 100)]);
    let runs = [run("a", 0, 1000.0), run("b", 1, 1120.1), run("c", 2, 1000.2), run("a", 3, 1000.1)];
    let all = joined(&runs);
    let ahead: Vec<f64> = all.clocks.iter().map(|clock| clock.ahead.0).collect();
    assert!((ahead[1] - 120.0).abs() < 0.5 && ahead[0] == 0.0 && ahead[2] == 0.0, "{ahead:?}");
    assert_eq!(all.sum.most().map(|point| point.value), Some(Bytes(400 * MIB)));
    assert!(all.start_spread.0 < 0.5, "{}", all.start_spread);
}

/// A slow launcher, and the tasks of an array, start late without a fault of a clock.
#[test]
fn a_late_start_is_no_fault_of_a_clock() {
    let run = |host, rank, start: f64, length| profile(host, rank, start, &[(0.0, 100), (length, 100)]);
    let late = [run("a", Some(0), 1000.0, 60.0), run("b", Some(1), 1030.0, 30.0)];
    let array = [run("a", None, 1000.0, 60.0), run("b", None, 1120.0, 60.0)];
    for runs in [late, array] {
        assert!(joined(&runs).clocks.iter().all(|clock| clock.ahead.0 == 0.0), "{runs:?}");
    }
}

#[test]
fn many_hosts_take_bounded_space() {
    let mut builder = RanksBuilder::default();
    for rank in 0..3000 {
        let points = [(0.0, 10), (3600.0, 10)];
        builder.add("t", &profile(&format!("n{rank}"), Some(rank), 1e9, &points));
    }
    let all = builder.finish().expect("ranks");
    assert_eq!(all.hosts.len(), 3000);
    let steps: usize = all.hosts.iter().map(|host| host.sum.at.len()).sum();
    assert!(steps <= 1 << 22, "{steps}");
    assert_eq!(all.sum.peak(), Bytes(30_000 * MIB));
}

#[test]
fn a_run_that_has_no_tick_or_no_start_is_not_added() {
    let mut builder = RanksBuilder::default();
    assert!(!builder.add("empty", &Profile::default()));
    let elapsed = Profile { start_s: None, ..profile("n1", None, 0.0, &[(0.0, 1)]) };
    assert!(!builder.add("elapsed", &elapsed));
    assert_eq!(builder.finish(), None);
}
