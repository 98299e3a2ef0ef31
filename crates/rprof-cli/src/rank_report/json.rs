//! The ranks of a job as JSON, in bytes and seconds.

use rprof_findings::ranks::{Imbalance, Ranks, SumCurve};
use rprof_trace::Bytes;
use serde_json::{Value, json};

/// All ranks, hosts and sums.
pub fn json(ranks: &Ranks) -> Value {
    let of_rank = ranks.ranks.iter().map(|rank| {
        let job = rank.job.clone().unwrap_or_default();
        json!({
            "file": rank.trace,
            "host": rank.host,
            "launcher": rank.job.as_ref().map(|job| &job.launcher),
            "job_id": job.job_id,
            "task_id": job.task_id,
            "rank": job.rank,
            "local_rank": job.local_rank,
            "start_s": rank.start_s,
            "elapsed_s": rank.elapsed,
            "metric": rank.metric,
            "peak_bytes": rank.peak,
            "upper_bytes": rank.upper,
            "mean_bytes": rank.mean,
        })
    });
    let of_host = ranks.hosts.iter().zip(&ranks.clocks).map(|(host, clock)| {
        json!({
            "host": host.name,
            "ranks": host.ranks,
            "sum": sum(&host.sum, host.upper),
            "clock_ahead_s": clock.ahead,
        })
    });
    json!({
        "ranks": of_rank.collect::<Vec<_>>(),
        "hosts": of_host.collect::<Vec<_>>(),
        "sum": sum(&ranks.sum, ranks.upper),
        "start_s": ranks.start_s,
        "start_spread_s": ranks.start_spread,
        "imbalance": {
            "ranks": imbalance(&ranks.by_rank, ranks.ranks.get(ranks.by_rank.heaviest).map(|rank| &rank.trace)),
            "hosts": imbalance(&ranks.by_host, ranks.hosts.get(ranks.by_host.heaviest).map(|host| &host.name)),
        },
    })
}

fn sum(sum: &SumCurve, upper: Option<Bytes>) -> Value {
    let most = sum.most();
    json!({
        "peak_bytes": sum.peak(),
        "most_bytes": most.map(|point| point.value),
        "most_time_s": most.map(|point| point.time),
        "step_s": sum.step,
        "upper_bytes": upper,
    })
}

fn imbalance(found: &Imbalance, heaviest: Option<&String>) -> Value {
    json!({ "heaviest": heaviest, "mean_bytes": found.mean, "ratio": found.ratio })
}
