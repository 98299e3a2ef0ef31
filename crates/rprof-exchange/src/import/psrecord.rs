//! psrecord's log: a table of elapsed times and memory, plain or CSV. Its `MB` are MiB. It names no command, and no
//! wall-clock time.

use rprof_trace::{Bytes, WarningKind};

use super::Head;
use super::lines::{Line, Lines};
use super::trace::{Run, Total, TraceWriter, mib};
use crate::error::Error;

/// The size of a page. A plain log has three digits after the point of a MiB, from which the number of pages follows.
const PAGE: f64 = 4096.0;
/// The largest difference that these digits can make, in bytes.
const ROUNDED: f64 = 0.0005 * 1024.0 * 1024.0 + 1.0;

pub(super) fn is_log(head: &Head<'_>) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(&head.first, word).is_some();
    head.first.starts_with(b"elapsed_time,nproc,cpu,mem_real")
        || (head.first.starts_with(b"#") && has(b"Elapsedtime") && has(b"Real(MB)"))
}

/// A sample as the log has it.
struct Row {
    elapsed: f64,
    real: f64,
    size: f64,
    processes: Option<u32>,
}

pub(super) fn import(lines: &mut Lines<'_>, trace: &mut TraceWriter<'_>) -> Result<(), Error> {
    // The column of processes is in the CSV only; whether children are counted is not in the file.
    trace.begin(&Run { writer: "psrecord", is_tree: true, ..Run::default() })?;
    let mut is_csv = false;
    while let Some(line) = lines.next()? {
        if line.bytes.starts_with(b"#") {
            continue;
        }
        if line.bytes.starts_with(b"elapsed_time,") {
            is_csv = true;
            continue;
        }
        // psrecord writes whole lines; the last number of a line that was cut may be another one.
        let row = if line.is_ended && !line.is_too_long { row(&line, is_csv) } else { None };
        let Some(row) = row else {
            trace.fault(WarningKind::Malformed, &line);
            continue;
        };
        let (rss, vsz) = match (size(row.real, is_csv), size(row.size, is_csv)) {
            (Ok(rss), Ok(vsz)) => (rss, vsz),
            (Err(fault), _) | (_, Err(fault)) => {
                trace.fault(fault, &line);
                continue;
            }
        };
        let Some(time) = trace.time(row.elapsed, &line) else { continue };
        trace.total(time, &Total { rss, vsz: Some(vsz), processes: row.processes, ..Total::default() })?;
    }
    Ok(())
}

fn row(line: &Line<'_>, is_csv: bool) -> Option<Row> {
    let text = std::str::from_utf8(line.bytes).ok()?;
    if is_csv {
        let mut fields = text.split(',');
        let (elapsed, processes) = (number(fields.next()?)?, fields.next()?.parse().ok()?);
        let _cpu = fields.next()?;
        Some(Row {
            elapsed,
            real: number(fields.next()?)?,
            size: number(fields.next()?)?,
            processes: Some(processes),
        })
    } else {
        let mut fields = text.split_ascii_whitespace();
        let elapsed = number(fields.next()?)?;
        let _cpu = fields.next()?;
        Some(Row { elapsed, real: number(fields.next()?)?, size: number(fields.next()?)?, processes: None })
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// A size in bytes: of a rounded one the whole pages that round to it, if there are any.
fn size(count: f64, is_exact: bool) -> Result<Bytes, WarningKind> {
    let size = mib(count)?;
    if is_exact {
        return Ok(size);
    }
    let pages = (size.0 as f64 / PAGE).round() * PAGE;
    let is_near = (pages - size.0 as f64).abs() <= ROUNDED;
    Ok(if is_near { Bytes(pages as u64) } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounded_size_becomes_whole_pages() {
        // 2772 pages are 10.828125 MiB.
        assert_eq!(size(10.828, false), Ok(Bytes(2772 * 4096)));
        assert_eq!(size(10.828_125, true), Ok(Bytes(2772 * 4096)));
        assert_eq!(size(10.826, false), Ok(Bytes((10.826_f64 * 1_048_576.0).round() as u64)));
        assert_eq!(size(-1.0, false), Err(WarningKind::Negative));
        assert_eq!(size(f64::NAN, true), Err(WarningKind::NotFinite));
    }
}
