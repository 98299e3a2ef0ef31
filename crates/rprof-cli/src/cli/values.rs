//! Values of options: metrics, intervals, limits and windows, read from text and checked.

use std::time::Duration;

use clap::ValueEnum;
use rprof_trace::{Bytes, Metric, Seconds};

/// A metric as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MetricName {
    /// Resident set size: memory in RAM; shared memory counts in full for each process
    Rss,
    /// Proportional set size: shared memory is divided by the number of processes that share it
    Pss,
    /// Unique set size: only memory that no other process shares
    Uss,
    /// Memory that was written to or compressed, as in Activity Monitor (macOS only)
    Footprint,
}

impl From<MetricName> for Metric {
    fn from(name: MetricName) -> Self {
        match name {
            MetricName::Rss => Self::Rss,
            MetricName::Pss => Self::Pss,
            MetricName::Uss => Self::Uss,
            MetricName::Footprint => Self::Footprint,
        }
    }
}

/// The metric that one of mprof's backends measures.
pub fn backend(text: &str) -> Result<MetricName, String> {
    match text {
        "psutil" | "posix" => Ok(MetricName::Rss),
        "psutil_pss" => Ok(MetricName::Pss),
        "psutil_uss" => Ok(MetricName::Uss),
        "tracemalloc" => Err("tracemalloc measures inside Python, rprof from outside; \
                              use psutil, psutil_pss or psutil_uss"
            .to_owned()),
        _ => Err("unknown backend; use psutil, psutil_pss, psutil_uss or posix".to_owned()),
    }
}

/// A trace and its name in a figure, `TRACE=NAME`.
pub fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((trace, name)) if !trace.is_empty() && !name.is_empty() => {
            Ok((trace.to_owned(), name.to_owned()))
        }
        _ => Err("not a trace and its name; use TRACE=NAME".to_owned()),
    }
}

const SHORTEST: Duration = Duration::from_micros(100);
const LONGEST: Duration = Duration::from_hours(24);

/// The time between ticks, from 100 µs to a day.
pub fn interval(text: &str) -> Result<Duration, String> {
    let time: Seconds = text.parse().map_err(|error| format!("{error}; use 100us to 1d"))?;
    let interval = Duration::try_from_secs_f64(time.0).ok().filter(|i| (SHORTEST..=LONGEST).contains(i));
    interval.ok_or_else(|| "out of range; use 100us to 1d".to_owned())
}

/// A time limit: above 0, and below 30 years, beyond which deadlines could overflow.
pub fn limit(text: &str) -> Result<Duration, String> {
    let time: Seconds = text.parse().map_err(|error| format!("{error}"))?;
    match Duration::try_from_secs_f64(time.0) {
        Ok(span) if !span.is_zero() && time.0 < 1e9 => Ok(span),
        _ => Err("out of range; use a time above 0".to_owned()),
    }
}

/// The smallest memory limit. Every program needs more, so a smaller one is most likely a number without its unit.
const SMALLEST_LIMIT: Bytes = Bytes(1 << 20);

/// A memory limit, at least 1 MiB.
pub fn memory_limit(text: &str) -> Result<Bytes, String> {
    let limit: Bytes = text.parse().map_err(|error| format!("{error}"))?;
    if limit >= SMALLEST_LIMIT {
        return Ok(limit);
    }
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim_end();
    // The number was most likely meant in MiB.
    let meant = format!("{number}MiB").parse().is_ok_and(|meant: Bytes| meant >= SMALLEST_LIMIT);
    let example = if meant { number } else { "512" };
    Err(format!("{} B is below what any program needs; use at least 1MiB, for example {example}MiB", limit.0))
}

/// A part of a run: `A,B`, two times since its start.
pub fn window(text: &str) -> Result<(Seconds, Seconds), String> {
    let parse = |part: &str| part.trim().parse::<Seconds>().map_err(|error| error.to_string());
    let (from, to) = text.split_once(',').ok_or("expected two times: A,B")?;
    let (from, to) = (parse(from)?, parse(to)?);
    if from < to { Ok((from, to)) } else { Err("the first time must be the smaller".to_owned()) }
}
