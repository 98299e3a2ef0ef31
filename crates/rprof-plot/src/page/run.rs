//! The head of a run: what a page shows before it has unpacked the rest. The summary, the method, the overview.

use rprof_trace::{Bytes, Profile, visible};
use serde_json::{Value, json};

use crate::page::PageTrace;
use crate::page::overview::overview;
use crate::page::words::{Fact, clipped, method, summary};

/// The longest command in characters, if the page has few runs; and if it has many.
const COMMAND: (usize, usize) = (4000, 300);
/// The most runs that are few.
const FEW: usize = 10;
const LABEL: usize = 120;

/// The head of one of so many runs.
pub fn head(trace: &PageTrace<'_>, runs: usize) -> Value {
    let profile = trace.profile;
    let longest = if runs > FEW { COMMAND.1 } else { COMMAND.0 };
    json!({
        "label": clipped(&visible(trace.label), LABEL),
        "command": clipped(&visible(&profile.command), longest),
        "metric": profile.metric.name(),
        "elapsed": profile.elapsed,
        "start": profile.start_s,
        "zone": profile.header.as_ref().and_then(|header| zone(&header.start)),
        "interval": profile.header.as_ref().map(|header| header.interval_s),
        "has_ticks": profile.header.is_some(),
        "samples": profile.samples,
        "process_count": profile.process_count,
        "peak": profile.peak.map(|peak| json!({
            "value": peak.value,
            "time": peak.time,
            "within": peak.within,
            "upper": peak.upper,
            "words": peak_words(profile),
        })),
        "pss_peak": profile.pss_peak.map(|peak| json!({
            "value": peak.bytes,
            "time": peak.time_s,
            "words": peak.words().trim_end_matches(','),
        })),
        "end": profile.end.as_ref().map(|end| json!({
            "time": end.elapsed_s,
            "detached": end.reason.as_deref().is_some_and(|reason| reason.starts_with("detached")),
        })),
        "limits": limits(profile),
        "summary": facts(&summary(profile)),
        "method": facts(&method(profile)),
        "overview": overview(profile, runs),
    })
}

fn facts(facts: &[Fact]) -> Vec<[&str; 3]> {
    facts.iter().map(|fact| [fact.label, &fact.value, &fact.note]).collect()
}

/// `at least 528.1 MiB`
fn peak_words(profile: &Profile) -> Option<String> {
    let words = profile.peak?.words();
    Some(format!("{}{}", words.at_least, words.value))
}

/// The limits of a run with their kinds.
fn limits(profile: &Profile) -> Vec<(&'static str, Bytes)> {
    let own = profile.header.as_ref().and_then(|header| header.memory_limit_bytes);
    let group = profile.cgroup.as_ref().and_then(|group| group.limit);
    own.map(|bytes| ("memory limit", bytes))
        .into_iter()
        .chain(group.map(|bytes| ("cgroup limit", bytes)))
        .collect()
}

/// The offset of a local time in minutes, from its end: `2026-11-22T20:13:18.1+01:00` has 60.
fn zone(start: &str) -> Option<i32> {
    if start.ends_with(['Z', 'z']) {
        return Some(0);
    }
    let at = start.len().checked_sub(6)?;
    let (sign, rest) = (start.get(at..=at)?, start.get(at + 1..)?);
    let (hours, minutes) = rest.split_once(':')?;
    let minutes = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
    match sign {
        "+" => Some(minutes),
        "-" => Some(-minutes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_has_its_offset() {
        let zones = [
            "2026-11-22T20:13:18.1+01:00",
            "2026-11-22T20:13:18-03:30",
            "2026-11-22T20:13:18Z",
            "",
            "größe+01:00x",
        ];
        assert_eq!(zones.map(zone), [Some(60), Some(-210), Some(0), None, None]);
    }
}
