//! The clocks of the hosts of a job. Ranks start within moments of each other and end together, so a host whose ranks both
//! start and end later by the same time has a clock that is ahead.
//! A late start alone is that of a slow launcher, and is no fault of a clock.

use std::collections::BTreeMap;

use rprof_trace::{Job, Seconds};

use super::Rank;

/// A difference below this is left alone: a launcher needs as long to reach all hosts.
const LEAST: f64 = 0.5;
/// The differences at start and end agree if they are this near to each other, or within a part of their size.
const NEAR: f64 = 0.25;
const NEAR_SHARE: f64 = 0.1;

/// The clock of a host.
#[derive(Debug, Clone, PartialEq)]
pub struct HostClock {
    /// The host.
    pub host: String,
    /// The estimated time by which its clock is ahead of that of most hosts; 0 if it is not known to be wrong.
    pub ahead: Seconds,
}

/// The clocks of all hosts, in the order of their names. All are right unless the ranks are those of one job, on several
/// hosts: other runs need not start or end together.
pub fn clocks(ranks: &[Rank]) -> Vec<HostClock> {
    let mut hosts: BTreeMap<&str, Vec<&Rank>> = BTreeMap::new();
    for rank in ranks {
        hosts.entry(&rank.host).or_default().push(rank);
    }
    let is_one_job = hosts.len() > 1 && is_one_job(ranks);
    let median_of = |time: fn(&Rank) -> f64| {
        let medians = hosts.values().map(|ranks| median(ranks.iter().map(|rank| time(rank)).collect()));
        medians.collect::<Vec<f64>>()
    };
    let starts = median_of(|rank| rank.start_s);
    let ends = median_of(|rank| rank.start_s + rank.elapsed.0);
    let (usual_start, usual_end) = (median(starts.clone()), median(ends.clone()));
    let ahead = |start: f64, end: f64| {
        let (at_start, at_end) = (start - usual_start, end - usual_end);
        let agree = (at_start - at_end).abs() <= NEAR.max(NEAR_SHARE * at_start.abs());
        if is_one_job && agree && at_start.abs() >= LEAST { f64::midpoint(at_start, at_end) } else { 0.0 }
    };
    hosts
        .keys()
        .zip(starts.iter().zip(&ends))
        .map(|(host, (start, end))| HostClock {
            host: (*host).to_owned(),
            ahead: Seconds(ahead(*start, *end)),
        })
        .collect()
}

/// True if every run is another rank of the same launch.
fn is_one_job(ranks: &[Rank]) -> bool {
    let job = |rank: &Rank| rank.job.clone().filter(|job| job.rank.is_some());
    let Some(jobs) = ranks.iter().map(job).collect::<Option<Vec<Job>>>() else { return false };
    // The facts that all ranks of a launch share.
    let launch = |job: &Job| Job { rank: None, local_rank: None, ..job.clone() };
    let is_same = jobs.windows(2).all(|two| launch(&two[0]) == launch(&two[1]));
    let mut numbers: Vec<Option<u32>> = jobs.iter().map(|job| job.rank).collect();
    numbers.sort_unstable();
    is_same && numbers.windows(2).all(|two| two[0] != two[1])
}

/// The middle value; the lower one of two, so that it is that of a host.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}
