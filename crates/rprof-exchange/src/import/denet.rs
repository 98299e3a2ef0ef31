//! denet's JSON lines: the command, then a sample of the tree with each of its processes on every line. Memory is in KiB.

use rprof_trace::{Arg, WarningKind, shell_quote};
use serde::Deserialize;

use super::lines::{Line, Lines};
use super::trace::{Run, Total, TraceWriter, kib};
use super::{Head, program_name};
use crate::error::Error;

pub(super) fn is_samples(head: &Head<'_>) -> bool {
    head.has_keys(&["t0_ms", "cmd", "pid"]) || head.has_keys(&["ts_ms", "mem_rss_kb"])
}

/// A line: the description of the run, a sample of a tree, or, if denet follows no children, of one process.
#[derive(Deserialize)]
struct Entry {
    kind: Option<String>,
    pid: Option<u32>,
    cmd: Option<Vec<String>>,
    t0_ms: Option<u64>,
    ts_ms: Option<u64>,
    mem_rss_kb: Option<u64>,
    mem_vms_kb: Option<u64>,
    parent: Option<Metrics>,
    #[serde(default)]
    children: Vec<Child>,
    aggregated: Option<Metrics>,
}

impl Entry {
    fn has_memory(&self) -> bool {
        self.aggregated.is_some() || self.mem_rss_kb.is_some()
    }
}

#[derive(Deserialize)]
struct Child {
    pid: u32,
    #[serde(default)]
    command: String,
    metrics: Metrics,
}

#[derive(Deserialize)]
struct Metrics {
    mem_rss_kb: u64,
    mem_vms_kb: Option<u64>,
    process_count: Option<u32>,
}

/// The start of the run, and the process that was started.
struct Root {
    pid: Option<u32>,
    name: String,
    start_ms: u64,
}

pub(super) fn import(lines: &mut Lines<'_>, trace: &mut TraceWriter<'_>) -> Result<(), Error> {
    let mut root = None;
    while let Some(line) = lines.next()? {
        match entry(&line) {
            Some(Entry { pid, cmd: Some(command), t0_ms: Some(start_ms), .. }) => {
                root = Some(begin(pid, &command, start_ms, trace)?);
            }
            // Lines of other kinds describe a child when it is first seen, or what is not memory.
            Some(entry) if entry.kind.is_some() && !entry.has_memory() => {}
            Some(entry) if entry.ts_ms.is_some() => {
                let time_ms = entry.ts_ms.unwrap_or_default();
                // denet writes the description of the run only if it is asked to.
                let root = match &mut root {
                    Some(root) => root,
                    none => none.insert(begin(None, &[], time_ms, trace)?),
                };
                sample(&entry, root, time_ms, &line, trace)?;
            }
            _ => trace.fault(WarningKind::Malformed, &line),
        }
    }
    Ok(())
}

fn entry(line: &Line<'_>) -> Option<Entry> {
    if line.is_too_long { None } else { serde_json::from_slice(line.bytes).ok() }
}

fn begin(
    pid: Option<u32>,
    command: &[String],
    start_ms: u64,
    trace: &mut TraceWriter<'_>,
) -> Result<Root, Error> {
    let name = program_name(command.first().map_or("", String::as_str)).to_owned();
    let command = shell_quote(&command.iter().cloned().map(Arg::Text).collect::<Vec<_>>());
    let start_s = start_ms as f64 / 1e3;
    trace.begin(&Run { writer: "denet", command: &command, start_s, is_tree: true, ..Run::default() })?;
    Ok(Root { pid, name, start_ms })
}

fn sample(
    entry: &Entry,
    root: &Root,
    time_ms: u64,
    line: &Line<'_>,
    trace: &mut TraceWriter<'_>,
) -> Result<(), Error> {
    let one = entry.mem_rss_kb.map(|rss| Total {
        rss: kib(rss),
        vsz: entry.mem_vms_kb.map(kib),
        processes: Some(1),
        ..Total::default()
    });
    let all = entry.aggregated.as_ref().map(|metrics| Total {
        rss: kib(metrics.mem_rss_kb),
        vsz: metrics.mem_vms_kb.map(kib),
        processes: metrics.process_count,
        ..Total::default()
    });
    let Some(total) = all.or(one) else {
        trace.fault(WarningKind::Malformed, line);
        return Ok(());
    };
    let Some(time) = trace.time((time_ms as f64 - root.start_ms as f64) / 1e3, line) else { return Ok(()) };
    // A process that is alone has no samples of its own: it is the total.
    if (!entry.children.is_empty() || trace.is_plural())
        && let (Some(metrics), Some(pid)) = (&entry.parent, root.pid)
    {
        trace.process(time, pid, &root.name, kib(metrics.mem_rss_kb), metrics.mem_vms_kb.map(kib))?;
    }
    for Child { pid, command, metrics } in &entry.children {
        trace.process(time, *pid, command, kib(metrics.mem_rss_kb), metrics.mem_vms_kb.map(kib))?;
    }
    trace.total(time, &total)
}
