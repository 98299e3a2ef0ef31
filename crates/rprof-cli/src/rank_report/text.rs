//! The ranks of a job as a table, and the facts about all of them in sentences.

use std::cmp::Reverse;

use rprof_findings::ranks::{Host, Rank, Ranks};
use rprof_trace::{Bytes, Seconds, visible};

use crate::cli::By;
use crate::compare_report::{Align, Table};

/// The rows of a table. JSON has all.
const ROWS: usize = 20;

/// The heaviest ranks or hosts, and the remarks.
pub fn table(ranks: &Ranks, by: By) -> String {
    let (text, count, word) = match by {
        By::Rank => (of_ranks(ranks).text(), ranks.ranks.len(), "ranks"),
        By::Host => (of_hosts(ranks).text(), ranks.hosts.len(), "hosts"),
    };
    let more = match count.saturating_sub(ROWS) {
        0 => String::new(),
        more => format!("and {more} more {word} (--json)\n"),
    };
    let remarks: String = remarks(ranks).iter().map(|line| visible(line) + "\n").collect();
    format!("{text}{more}\n{remarks}")
}

fn of_ranks(ranks: &Ranks) -> Table {
    let head = ["rank", "host", "trace", "peak", "at most", "mean", "elapsed", "peak / mean"];
    let mut align = vec![Align::Right; head.len()];
    (align[1], align[2]) = (Align::Left, Align::Left);
    let mut table = Table::new(head.map(str::to_owned).into(), align);
    let mut sorted: Vec<&Rank> = ranks.ranks.iter().collect();
    sorted.sort_by_key(|rank| Reverse(rank.peak));
    for rank in sorted.into_iter().take(ROWS) {
        table.row(vec![
            rank.number().map(|number| number.to_string()).unwrap_or_default(),
            visible(&rank.host),
            visible(&rank.trace),
            rank.peak.to_string(),
            rank.upper.map(|upper| upper.to_string()).unwrap_or_default(),
            rank.mean.map(|mean| Bytes(mean as u64).to_string()).unwrap_or_default(),
            rank.elapsed.to_string(),
            format!("{:.2}", rank.peak.0 as f64 / ranks.by_rank.mean.max(1.0)),
        ]);
    }
    table
}

fn of_hosts(ranks: &Ranks) -> Table {
    let head = ["host", "ranks", "peak of the sum", "at most", "peak / mean"];
    let mut align = vec![Align::Right; head.len()];
    align[0] = Align::Left;
    let mut table = Table::new(head.map(str::to_owned).into(), align);
    let mut sorted: Vec<&Host> = ranks.hosts.iter().collect();
    sorted.sort_by_key(|host| Reverse(host.sum.peak()));
    for host in sorted.into_iter().take(ROWS) {
        table.row(vec![
            visible(&host.name),
            host.ranks.to_string(),
            host.sum.peak().to_string(),
            host.upper.map(|upper| upper.to_string()).unwrap_or_default(),
            format!("{:.2}", host.sum.peak().0 as f64 / ranks.by_host.mean.max(1.0)),
        ]);
    }
    table
}

/// The sum, the heaviest rank and host, and the clocks.
pub fn remarks(ranks: &Ranks) -> Vec<String> {
    let mut lines = vec![sum(ranks), heaviest(ranks)];
    if ranks.hosts.len() > 1 {
        let host = &ranks.hosts[ranks.by_host.heaviest];
        lines.push(format!(
            "heaviest host: {} with {}, {:.2} times the mean of {} hosts",
            host.name,
            host.sum.peak(),
            ranks.by_host.ratio,
            ranks.hosts.len()
        ));
    }
    lines.extend(missing(ranks));
    lines.extend(metrics(ranks));
    lines.push(clocks(ranks));
    lines
}

/// `sum of 64 ranks on 4 hosts: peak 90.1 GiB at 31.0 s, at most 92.0 GiB`
fn sum(ranks: &Ranks) -> String {
    let most = ranks.sum.most();
    let (low, high) = (ranks.sum.peak(), most.map_or(Bytes(0), |point| point.value));
    let peak = if low.in_unit_of(high) == high.to_string() {
        high.to_string()
    } else {
        format!("between {} and {high}", low.in_unit_of(high))
    };
    let time = most.map_or(Seconds(0.0), |point| point.time);
    let upper = ranks.upper.filter(|upper| *upper > high);
    let upper = upper.map(|upper| format!(", at most {upper}")).unwrap_or_default();
    format!("sum of {}: peak {peak} at {time}{upper}", title(ranks))
}

/// `64 ranks on 4 hosts`
pub fn title(ranks: &Ranks) -> String {
    let count = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{} on {}", count(ranks.ranks.len(), "rank"), count(ranks.hosts.len(), "host"))
}

fn heaviest(ranks: &Ranks) -> String {
    let rank = &ranks.ranks[ranks.by_rank.heaviest];
    let mean = Bytes(ranks.by_rank.mean as u64);
    format!(
        "heaviest: {} with {}, {:.2} times the mean of {} (imbalance, max / mean)",
        name(rank),
        rank.peak,
        ranks.by_rank.ratio,
        mean.in_unit_of(rank.peak)
    )
}

/// `rank 17 on n03`; the trace of a run that is no rank.
pub fn name(rank: &Rank) -> String {
    match rank.number() {
        Some(number) if rank.host.is_empty() => format!("rank {number}"),
        Some(number) => format!("rank {number} on {}", rank.host),
        None => rank.trace.clone(),
    }
}

fn missing(ranks: &Ranks) -> Option<String> {
    let expected = ranks.ranks.iter().filter_map(|rank| rank.job.as_ref()?.ranks).max()?;
    let mut numbers: Vec<u32> = ranks.ranks.iter().filter_map(Rank::number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let found = numbers.len();
    (found < expected as usize)
        .then(|| format!("{found} of {expected} ranks have a trace here: the others are missing in the sum"))
}

fn metrics(ranks: &Ranks) -> Option<String> {
    let mut names: Vec<&str> = ranks.ranks.iter().map(|rank| rank.metric.name()).collect();
    names.sort_unstable();
    names.dedup();
    (names.len() > 1).then(|| {
        format!("the traces have different metrics, {}: their sum means little", names.join(" and "))
    })
}

/// The basis of the common clock.
fn clocks(ranks: &Ranks) -> String {
    let spread = ranks.start_spread;
    let wrong: Vec<String> = ranks
        .clocks
        .iter()
        .filter(|clock| clock.ahead.0 != 0.0)
        .map(|clock| {
            let side = if clock.ahead.0 > 0.0 { "ahead" } else { "behind" };
            format!("that of {} is about {} {side}", clock.host, Seconds(clock.ahead.0.abs()))
        })
        .collect();
    let starts = format!("starts lie within {spread}");
    match (ranks.hosts.len(), &wrong[..]) {
        (1, _) => format!("clock: {starts}, all on one host"),
        (_, []) => format!("clock: the wall clocks of the hosts are taken as right; {starts}"),
        _ => format!("clock: {} and is corrected; {starts}", wrong.join(", ")),
    }
}
