//! prmon's text: a table with tabs, whose columns are those of the monitors that were switched on. Memory is in KiB.

use rprof_trace::WarningKind;

use super::Head;
use super::lines::{Line, Lines};
use super::trace::{Run, Total, TraceWriter, kib};
use crate::error::Error;

pub(super) fn is_text(head: &Head<'_>) -> bool {
    let line = head.lines().find(|line| !line.is_empty()).unwrap_or_default();
    let columns = Columns::of(line);
    line.starts_with(b"Time\t") && columns.is_some_and(|columns| columns.elapsed.is_some())
}

/// The places of the columns that are used.
#[derive(Debug, Clone, Copy)]
struct Columns {
    /// Wall-clock time in seconds since 1970.
    time: usize,
    /// Seconds since the start.
    elapsed: Option<usize>,
    rss: usize,
    pss: Option<usize>,
    vsz: Option<usize>,
    swap: Option<usize>,
    processes: Option<usize>,
}

impl Columns {
    /// `None` if there is no column of RSS.
    fn of(line: &[u8]) -> Option<Self> {
        let place = |name: &str| {
            line.split(|b| *b == b'\t').position(|column| column.trim_ascii() == name.as_bytes())
        };
        Some(Self {
            time: place("Time")?,
            elapsed: place("wtime"),
            rss: place("rss")?,
            pss: place("pss"),
            vsz: place("vmem"),
            swap: place("swap"),
            processes: place("nprocs"),
        })
    }
}

pub(super) fn import(lines: &mut Lines<'_>, trace: &mut TraceWriter<'_>) -> Result<(), Error> {
    let mut columns = None;
    let mut start = None;
    while let Some(line) = lines.next()? {
        let Some(columns) = columns else {
            columns = Columns::of(line.bytes);
            if columns.is_none() {
                trace.fault(WarningKind::Malformed, &line);
            }
            continue;
        };
        let row = if line.is_ended && !line.is_too_long { row(&line, &columns) } else { None };
        let Some((time, elapsed, total)) = row else {
            trace.fault(WarningKind::Malformed, &line);
            continue;
        };
        if start.is_none() {
            // prmon does not write the time of the start; the first line says how long ago it was.
            let begun = time - elapsed.unwrap_or(0.0);
            start = Some(begun);
            trace.begin(&Run { writer: "prmon", start_s: begun, is_tree: true, ..Run::default() })?;
        }
        let Some(time) = trace.time(time - start.unwrap_or(0.0), &line) else { continue };
        trace.total(time, &total)?;
    }
    Ok(())
}

fn row(line: &Line<'_>, columns: &Columns) -> Option<(f64, Option<f64>, Total)> {
    let text = std::str::from_utf8(line.bytes).ok()?;
    let fields: Vec<&str> = text.split('\t').map(str::trim).collect();
    let field = |place: usize| fields.get(place).copied();
    let size = |place: Option<usize>| field(place?)?.parse().ok().map(kib);
    let total = Total {
        rss: size(Some(columns.rss))?,
        pss: size(columns.pss),
        vsz: size(columns.vsz),
        swap: size(columns.swap),
        processes: columns.processes.and_then(|place| field(place)?.parse().ok()),
    };
    let elapsed = columns.elapsed.and_then(|place| field(place)?.parse().ok());
    Some((field(columns.time)?.parse().ok()?, elapsed, total))
}
