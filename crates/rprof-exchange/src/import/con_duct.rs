//! con-duct's files: `usage.jsonl` with the samples, and `info.json` beside it with the command and the end. A line of
//! the first has the largest values since the line before. `info.json` alone has the peak, but no curve.

use std::collections::BTreeMap;

use rprof_trace::{Bytes, End, Seconds, WarningKind};
use serde::Deserialize;

use super::lines::{Line, Lines};
use super::trace::{Run, Total, TraceWriter};
use super::{Head, program_name, seconds_since_1970};
use crate::error::Error;

/// The longest time, in seconds, from the start to the first report.
const DAY: f64 = 86_400.0;

pub(super) fn is_usage(head: &Head<'_>) -> bool {
    head.has_keys(&["timestamp", "num_samples", "processes"])
}

pub(super) fn is_info(head: &Head<'_>) -> bool {
    head.has_keys(&["command", "duct_version"]) || head.has_keys(&["command", "execution_summary"])
}

/// A line of `usage.jsonl`.
#[derive(Deserialize)]
struct Usage {
    timestamp: String,
    #[serde(default)]
    processes: BTreeMap<u32, Process>,
    totals: Totals,
}

#[derive(Deserialize)]
struct Process {
    rss: u64,
    vsz: Option<u64>,
    #[serde(default)]
    cmd: String,
}

#[derive(Deserialize)]
struct Totals {
    rss: u64,
    vsz: Option<u64>,
}

/// The content of `info.json`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Info {
    command: String,
    duct_version: String,
    system: Option<System>,
    execution_summary: Summary,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct System {
    hostname: Option<String>,
    os_name: Option<String>,
    os_release: Option<String>,
    arch: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Summary {
    exit_code: Option<i32>,
    wall_clock_time: Option<f64>,
    peak_rss: Option<u64>,
    start_time: Option<f64>,
}

pub(super) fn import_usage(
    lines: &mut Lines<'_>,
    info: Option<&[u8]>,
    trace: &mut TraceWriter<'_>,
) -> Result<(), Error> {
    // A file beside that is damaged costs the command and the exit code, not the curve.
    let info: Info = info.and_then(|info| serde_json::from_slice(info).ok()).unwrap_or_default();
    let (mut start, mut ticks) = (None, 0);
    let mut is_begun = false;
    while let Some(line) = lines.next()? {
        let Some((usage, time)) = usage(&line) else {
            trace.fault(WarningKind::Malformed, &line);
            continue;
        };
        let begun = *start.get_or_insert_with(|| {
            // A file beside that belongs to another run has another time.
            let reported = info.execution_summary.start_time;
            reported.filter(|start| (time - start).abs() < DAY).unwrap_or(time)
        });
        if !std::mem::replace(&mut is_begun, true) {
            begin(&info, begun, trace)?;
        }
        let Some(time) = trace.time(time - begun, &line) else { continue };
        // A process that is alone has no samples of its own: it is the total.
        if usage.processes.len() > 1 || trace.is_plural() {
            for (pid, Process { rss, vsz, cmd }) in &usage.processes {
                trace.process(time, *pid, program_name(cmd), Bytes(*rss), vsz.map(Bytes))?;
            }
        }
        let processes = u32::try_from(usage.processes.len()).ok().filter(|count| *count > 0);
        let (rss, vsz) = (Bytes(usage.totals.rss), usage.totals.vsz.map(Bytes));
        trace.total(time, &Total { rss, vsz, processes, ..Total::default() })?;
        ticks += 1;
    }
    if is_begun { end(&info, ticks, trace) } else { Ok(()) }
}

fn usage(line: &Line<'_>) -> Option<(Usage, f64)> {
    if line.is_too_long {
        return None;
    }
    let usage: Usage = serde_json::from_slice(line.bytes).ok()?;
    let time = seconds_since_1970(&usage.timestamp)?;
    Some((usage, time))
}

pub(super) fn import_info(lines: &mut Lines<'_>, trace: &mut TraceWriter<'_>) -> Result<(), Error> {
    while let Some(line) = lines.next()? {
        let info: Option<Info> =
            if line.is_too_long { None } else { serde_json::from_slice(line.bytes).ok() };
        let peak = info.as_ref().and_then(|info| info.execution_summary.peak_rss);
        let (Some(info), Some(peak)) = (info, peak) else {
            trace.fault(WarningKind::Malformed, &line);
            continue;
        };
        begin(&info, info.execution_summary.start_time.unwrap_or(0.0), trace)?;
        let elapsed = info.execution_summary.wall_clock_time.unwrap_or(0.0);
        if let Some(elapsed) = trace.time(elapsed, &line) {
            trace.peak(Bytes(peak), elapsed)?;
        }
        end(&info, 0, trace)?;
    }
    Ok(())
}

fn begin(info: &Info, start_s: f64, trace: &mut TraceWriter<'_>) -> Result<(), Error> {
    let system = info.system.as_ref();
    let words =
        |words: [Option<&String>; 3]| words.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let os = system.map_or_else(String::new, |system| {
        words([system.os_name.as_ref(), system.os_release.as_ref(), system.arch.as_ref()])
    });
    trace.begin(&Run {
        writer: format!("con-duct {}", info.duct_version).trim_end(),
        command: &info.command,
        start_s,
        host: system.and_then(|system| system.hostname.as_deref()).unwrap_or_default(),
        os: &os,
        is_tree: true,
        ..Run::default()
    })
}

/// Writes the end, if `info.json` reports one.
fn end(info: &Info, ticks: u64, trace: &mut TraceWriter<'_>) -> Result<(), Error> {
    let summary = &info.execution_summary;
    let Some(elapsed) = summary.wall_clock_time else { return Ok(()) };
    trace.end(End { elapsed_s: Seconds(elapsed), exit_code: summary.exit_code, ticks, ..End::default() })
}
