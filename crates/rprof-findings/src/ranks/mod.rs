//! The ranks of a parallel job: their memory beside each other, the sum on one clock, and the imbalance.
//! A trace is added and forgotten, so that the space does not grow with its length.

mod clock;
mod sum;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rprof_trace::{Bytes, Job, Metric, Profile, Seconds};

use crate::numbers::RunNumbers;

pub use self::clock::HostClock;
pub use self::sum::SumCurve;
use self::sum::Sums;

/// The numbers of one rank.
#[derive(Debug, Clone, PartialEq)]
pub struct Rank {
    /// The name of its trace.
    pub trace: String,
    /// Its host; empty if the trace does not name it.
    pub host: String,
    /// Its place in a job; `None` if no launcher gave it one.
    pub job: Option<Job>,
    /// Its start in seconds since 1970, by the clock of its host.
    pub start_s: f64,
    /// Length of its run.
    pub elapsed: Seconds,
    /// The metric of its curve.
    pub metric: Metric,
    /// Its peak, a lower bound of the true one.
    pub peak: Bytes,
    /// Upper bound of its peak; `None` if there is none.
    pub upper: Option<Bytes>,
    /// The mean of its curve in bytes, weighted by time; `None` if no time was measured.
    pub mean: Option<f64>,
}

impl Rank {
    /// The number of the rank; `None` if no launcher gave it.
    pub fn number(&self) -> Option<u32> {
        self.job.as_ref().and_then(|job| job.rank)
    }
}

/// A host and the ranks on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// The number of its ranks.
    pub ranks: usize,
    /// The sum of its ranks over time.
    pub sum: SumCurve,
    /// Upper bound of that sum: the sum of the upper bounds; `None` if a rank has none.
    pub upper: Option<Bytes>,
}

/// The difference between the largest of several values and the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Imbalance {
    /// The place of the largest in its list.
    pub heaviest: usize,
    /// The mean in bytes.
    pub mean: f64,
    /// The largest divided by the mean: 1 if all are equal.
    pub ratio: f64,
}

/// All ranks together.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranks {
    /// In the order of their numbers; those without a number in the order of their names, after the others.
    pub ranks: Vec<Rank>,
    /// In the order of their names.
    pub hosts: Vec<Host>,
    /// The sum over all hosts.
    pub sum: SumCurve,
    /// Upper bound of the peak of that sum: the sum of the upper bounds; `None` if a rank has none.
    pub upper: Option<Bytes>,
    /// The clocks of the hosts, in their order.
    pub clocks: Vec<HostClock>,
    /// The earliest start on the common clock, in seconds since 1970. Times of the sums count from it.
    pub start_s: f64,
    /// The time between the first and the last start on that clock.
    pub start_spread: Seconds,
    /// Between the ranks.
    pub by_rank: Imbalance,
    /// Between the hosts.
    pub by_host: Imbalance,
}

/// Adds up ranks, one trace after the other. Several threads may each have one, to be joined.
#[derive(Debug, Default)]
pub struct RanksBuilder {
    ranks: Vec<Rank>,
    sums: Sums,
}

impl RanksBuilder {
    /// Adds a run. The profile needs [`curves`](rprof_trace::ProfileOptions::curves).
    ///
    /// Returns `false` for a run that cannot be added: one without a tick, or without a wall-clock start.
    pub fn add(&mut self, trace: &str, profile: &Profile) -> bool {
        let Some((numbers, start_s)) = RunNumbers::of(profile).zip(profile.start_s.filter(|s| s.is_finite()))
        else {
            return false;
        };
        let header = profile.header.as_ref();
        let host = header.map(|header| header.host.clone()).unwrap_or_default();
        self.sums.add(&host, start_s, profile.elapsed, &profile.total);
        self.ranks.push(Rank {
            trace: trace.to_owned(),
            host,
            job: header.and_then(|header| header.job.clone()),
            start_s,
            elapsed: profile.elapsed,
            metric: numbers.metric,
            peak: numbers.peak,
            upper: numbers.upper,
            mean: numbers.mean,
        });
        true
    }

    /// Adds all runs of another.
    pub fn join(&mut self, other: Self) {
        self.ranks.extend(other.ranks);
        self.sums.join(other.sums);
    }

    /// All ranks together; `None` if there is none.
    pub fn finish(self) -> Option<Ranks> {
        let Self { mut ranks, mut sums } = self;
        ranks.sort_by(|one, two| key(one).cmp(&key(two)));
        let clocks = clock::clocks(&ranks);
        let offset = |host: &str| {
            let clock = clocks.iter().find(|clock| clock.host == host);
            clock.map_or(0.0, |clock| clock.ahead.0)
        };
        for clock in &clocks {
            sums.shift(&clock.host, -clock.ahead.0);
        }
        let starts = || ranks.iter().map(|rank| rank.start_s - offset(&rank.host));
        let start_s = starts().fold(f64::INFINITY, f64::min);
        let last = starts().fold(f64::NEG_INFINITY, f64::max);
        let curves = sums.by_host(start_s);
        let mut by_name: BTreeMap<&str, Vec<&Rank>> = BTreeMap::new();
        for rank in &ranks {
            by_name.entry(&rank.host).or_default().push(rank);
        }
        let hosts: Vec<Host> = by_name
            .into_iter()
            .zip(curves)
            .map(|((name, ranks), sum)| Host {
                name: name.to_owned(),
                ranks: ranks.len(),
                sum,
                upper: sum_of(ranks.iter().map(|rank| rank.upper)),
            })
            .collect();
        let peaks: Vec<Bytes> = ranks.iter().map(|rank| rank.peak).collect();
        let of_hosts: Vec<Bytes> = hosts.iter().map(|host| host.sum.peak()).collect();
        let (by_rank, by_host) = (imbalance(&peaks)?, imbalance(&of_hosts)?);
        let sum = sums.total(start_s);
        let upper = sum_of(ranks.iter().map(|rank| rank.upper));
        let start_spread = Seconds(last - start_s);
        Some(Ranks { ranks, hosts, sum, upper, clocks, start_s, start_spread, by_rank, by_host })
    }
}

/// The order of ranks: by number, then by name.
fn key(rank: &Rank) -> (bool, Option<u32>, &str) {
    (rank.number().is_none(), rank.number(), &rank.trace)
}

fn sum_of(mut sizes: impl Iterator<Item = Option<Bytes>>) -> Option<Bytes> {
    sizes.try_fold(Bytes(0), |sum, size| Some(sum.plus(size?)))
}

fn imbalance(sizes: &[Bytes]) -> Option<Imbalance> {
    // Of equal ones the first.
    let (heaviest, largest) = sizes.iter().enumerate().min_by_key(|(_, size)| Reverse(**size))?;
    let mean = sizes.iter().map(|size| size.0 as f64).sum::<f64>() / sizes.len() as f64;
    let ratio = if mean > 0.0 { largest.0 as f64 / mean } else { 1.0 };
    Some(Imbalance { heaviest, mean, ratio })
}

#[cfg(test)]
mod tests;
