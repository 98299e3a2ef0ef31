//! The curves of a figure of ranks: sums as profiles of their own, and the heaviest ranks on the common clock.

use std::cmp::Reverse;
use std::path::Path;

use rprof_findings::ranks::{Rank, Ranks, SumCurve};
use rprof_trace::{Bytes, Metric, Peak, Profile, ProfileOptions, Seconds};

use super::text::name;
use crate::cli::By;
use crate::trace_input::TraceInput;

/// The curves besides the sum: as many as readers can distinguish.
const CURVES: usize = 8;

/// The curves, each with its label: the sum first, then the heaviest ranks or hosts.
///
/// # Errors
/// When the trace of a rank cannot be read again.
pub fn curves(ranks: &Ranks, by: Option<By>, has_sum: bool) -> anyhow::Result<Vec<(String, Profile)>> {
    let metric = ranks.ranks.first().map(|rank| rank.metric).unwrap_or_default();
    let mut curves = Vec::new();
    if has_sum {
        let label = format!("sum of {} ranks", ranks.ranks.len());
        curves.push((label, of_sum(&ranks.sum, ranks.upper, metric)));
    }
    match by {
        Some(By::Host) => {
            let mut hosts: Vec<_> = ranks.hosts.iter().collect();
            hosts.sort_by_key(|host| Reverse(host.sum.peak()));
            let shown = hosts.into_iter().take(CURVES);
            curves.extend(shown.map(|host| {
                let words =
                    if host.ranks == 1 { "1 rank".to_owned() } else { format!("{} ranks", host.ranks) };
                (format!("{}, {words}", host.name), of_sum(&host.sum, host.upper, metric))
            }));
        }
        Some(By::Rank) => {
            let mut heaviest: Vec<&Rank> = ranks.ranks.iter().collect();
            heaviest.sort_by_key(|rank| Reverse(rank.peak));
            for rank in heaviest.into_iter().take(CURVES) {
                curves.extend(of_rank(ranks, rank)?.map(|profile| (name(rank), profile)));
            }
        }
        None => {}
    }
    Ok(curves)
}

/// The words for the curves that are not drawn; `None` if all are.
pub fn hidden(ranks: &Ranks, by: Option<By>) -> Option<String> {
    let (count, word) = match by? {
        By::Rank => (ranks.ranks.len(), "ranks"),
        By::Host => (ranks.hosts.len(), "hosts"),
    };
    (count > CURVES).then(|| format!("the figure shows the {CURVES} heaviest of {count} {word}"))
}

/// A sum as a profile: in each step, the sum of the largest values.
fn of_sum(sum: &SumCurve, upper: Option<Bytes>, metric: Metric) -> Profile {
    let peak = sum.most().map(|most| Peak { value: most.value, time: most.time, within: None, upper });
    Profile {
        metric,
        elapsed: sum.most.last().map_or(Seconds(0.0), |point| point.time),
        peak,
        samples: sum.most.len() as u64,
        total: sum.most.clone(),
        ..Profile::default()
    }
}

/// The curve of a rank on the common clock.
fn of_rank(ranks: &Ranks, rank: &Rank) -> anyhow::Result<Option<Profile>> {
    let (profiles, _) = TraceInput::open(Path::new(&rank.trace))?.profiles(&ProfileOptions::default())?;
    // A file may hold several runs.
    let found = profiles.into_iter().find(|profile| profile.start_s == Some(rank.start_s));
    let ahead = ranks.clocks.iter().find(|clock| clock.host == rank.host).map_or(0.0, |clock| clock.ahead.0);
    let shift = rank.start_s - ahead - ranks.start_s;
    let later = |time: Seconds| Seconds(time.0 + shift);
    Ok(found.map(|profile| Profile {
        command: profile.command,
        metric: profile.metric,
        elapsed: later(profile.elapsed),
        peak: profile.peak.map(|peak| Peak {
            time: later(peak.time),
            within: peak.within.map(|(from, to)| (later(from), later(to))),
            ..peak
        }),
        samples: profile.samples,
        total: profile
            .total
            .into_iter()
            .map(|point| rprof_trace::Point { time: later(point.time), ..point })
            .collect(),
        gaps: profile.gaps.into_iter().map(|(from, to)| (later(from), later(to))).collect(),
        ..Profile::default()
    }))
}
