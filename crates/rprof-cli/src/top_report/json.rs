//! The JSON of `rprof top`. docs/top.md lists its keys.

use rprof_findings::fit::{Basis, Fit};
use rprof_findings::top::{Group, Row};
use rprof_trace::Bytes;
use serde_json::{Value, json};

/// One object for each process.
pub fn rows(rows: &[Row<'_>]) -> Value {
    rows.iter().map(row).collect()
}

fn row(row: &Row<'_>) -> Value {
    let life = row.life;
    json!({
        "pid": life.pid,
        "id": life.id,
        "parent": life.parent,
        "name": life.name,
        "args": life.args,
        "args_truncated": life.args_truncated,
        "target": row.target,
        "peak_bytes": life.peak,
        "peak_exact": life.peak_is_exact,
        "peak_name": life.peak_name.as_deref().unwrap_or(&life.name),
        "at_peak_bytes": life.at_peak,
        "start_s": life.start,
        "end_s": life.end,
        "exit_code": life.exit_code,
        "signal": life.signal,
    })
}

/// One object for each group.
pub fn groups(groups: &[Group<'_>]) -> Value {
    let group = |group: &Group<'_>| {
        json!({
            "name": group.name,
            "processes": group.count,
            "largest_bytes": group.largest,
            "at_peak_bytes": group.at_peak,
            "start_s": group.start,
        })
    };
    groups.iter().map(group).collect()
}

/// The object of `--fit`.
pub fn fit(fit: &Fit, size: Bytes) -> Value {
    json!({
        "size_bytes": size,
        "jobs": fit.jobs,
        "job_bytes": fit.each,
        "job_basis": match fit.basis {
            Basis::PssBound => "pss_peak_upper_bytes",
            Basis::OnceBound => "peak_upper_once_bytes",
            Basis::Bound => "peak_upper_bytes",
            Basis::Seen => "peak_bytes",
        },
        "job_is_bound": fit.basis != Basis::Seen,
        "aside_bytes": fit.aside,
        "beside_bytes": fit.beside,
        "file_bytes": fit.file,
        "jobs_if_shared": fit.jobs_if_shared,
    })
}
