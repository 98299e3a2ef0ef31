//! The JSON lines of rizsotto's rprof: a header, samples of one process, and a footer with its end.

use rprof_trace::{Arg, Bytes, End, Seconds, WarningKind, shell_quote};
use serde::Deserialize;

use super::lines::{Line, Lines};
use super::trace::{Run, Total, TraceWriter};
use super::{Head, seconds_since_1970};
use crate::error::Error;

pub(super) fn is_report(head: &Head<'_>) -> bool {
    head.has_keys(&["type", "schema", "tool", "run"])
        && memchr::memmem::find(&head.first, b"\"header\"").is_some()
}

/// A line. Keys that are not used here, and kinds of lines that are not known, are skipped.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Entry {
    Header(Header),
    Sample {
        t_ms: u64,
        rss_bytes: u64,
        vsz_bytes: Option<u64>,
    },
    Footer(Footer),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Header {
    tool: Option<Tool>,
    run: Option<RunInfo>,
    host: Option<Host>,
}

#[derive(Deserialize)]
struct Tool {
    version: String,
}

#[derive(Deserialize)]
struct RunInfo {
    #[serde(default)]
    command: Vec<String>,
    #[serde(default)]
    start_time: String,
    #[serde(default)]
    sample_interval_ms: u64,
}

#[derive(Deserialize)]
struct Host {
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    kernel: String,
}

#[derive(Deserialize)]
struct Footer {
    wall_duration_ms: u64,
    exit_code: Option<i32>,
    signal: Option<i32>,
    user_cpu_ms: Option<u64>,
    system_cpu_ms: Option<u64>,
}

pub(super) fn import(lines: &mut Lines<'_>, trace: &mut TraceWriter<'_>) -> Result<(), Error> {
    let (mut is_begun, mut samples) = (false, 0);
    while let Some(line) = lines.next()? {
        match entry(&line) {
            Some(Entry::Header(header)) => {
                begin(&header, trace)?;
                (is_begun, samples) = (true, 0);
            }
            Some(Entry::Sample { t_ms, rss_bytes, vsz_bytes }) if is_begun => {
                let Some(time) = trace.time(t_ms as f64 / 1e3, &line) else { continue };
                samples += 1;
                let (rss, vsz, processes) = (Bytes(rss_bytes), vsz_bytes.map(Bytes), Some(1));
                trace.total(time, &Total { rss, vsz, processes, ..Total::default() })?;
            }
            Some(Entry::Footer(footer)) if is_begun => {
                trace.end(end(&footer, samples))?;
                is_begun = false;
            }
            Some(Entry::Other) => {}
            _ => trace.fault(WarningKind::Malformed, &line),
        }
    }
    Ok(())
}

fn entry(line: &Line<'_>) -> Option<Entry> {
    if line.is_too_long { None } else { serde_json::from_slice(line.bytes).ok() }
}

fn begin(header: &Header, trace: &mut TraceWriter<'_>) -> Result<(), Error> {
    let version = header.tool.as_ref().map_or("", |tool| &tool.version);
    let run = header.run.as_ref();
    let arguments = run.map_or(&[][..], |run| &run.command);
    let command = shell_quote(&arguments.iter().cloned().map(Arg::Text).collect::<Vec<_>>());
    let start = run.map_or("", |run| &run.start_time);
    let host = header.host.as_ref();
    trace.begin(&Run {
        writer: &format!("rizsotto/rprof {version}"),
        command: &command,
        start_s: seconds_since_1970(start).unwrap_or(0.0),
        start,
        host: host.map_or("", |host| &host.hostname),
        os: host.map_or("", |host| &host.kernel),
        interval_s: run.map_or(0.0, |run| run.sample_interval_ms as f64 / 1e3),
        is_tree: false,
    })
}

fn end(footer: &Footer, ticks: u64) -> End {
    let seconds = |ms: u64| Seconds(ms as f64 / 1e3);
    End {
        elapsed_s: seconds(footer.wall_duration_ms),
        exit_code: footer.exit_code,
        signal: footer.signal,
        user_s: footer.user_cpu_ms.map(seconds),
        system_s: footer.system_cpu_ms.map(seconds),
        ticks,
        processes: 1,
        ..End::default()
    }
}
