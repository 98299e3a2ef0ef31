//! Spans, marks and notes as `rprof peak` tells them: a table, JSON, or the peak inside one.

use std::fmt::Write;
use std::path::Path;

use anyhow::Context;
use rprof_trace::{Bytes, Profile, find_name, span_totals};
use serde_json::{Value, json};

const MIB: f64 = 1_048_576.0;

/// The peak inside the spans of a name, as mprof's `--func` has it; `None` when nothing was measured.
///
/// # Errors
/// When there is no span of that name; the error lists the names.
pub fn peak_inside(path: &Path, profile: &Profile, name: &str) -> anyhow::Result<Option<Bytes>> {
    let named = |name| profile.spans.iter().filter(move |span| span.name == name);
    let name = find_name(profile.spans.iter().map(|span| span.name.as_str()), name)
        .with_context(|| path.display().to_string())?;
    Ok(named(name).filter_map(|span| span.peak).max())
}

/// One row a name, in order of the first span of each; how many never ended comes last.
pub fn table(profile: &Profile) -> String {
    let mut table = String::new();
    let totals = span_totals(profile);
    if totals.is_empty() {
        return "  no spans\n".to_owned();
    }
    let shown = |name: &str| name.escape_debug().to_string();
    let width = totals.iter().map(|total| shown(&total.name).chars().count()).max().unwrap_or(0).clamp(4, 48);
    let mib = |bytes: Option<f64>, signed: bool| match bytes {
        Some(bytes) if signed => format!("{:+.3} MiB", bytes / MIB),
        Some(bytes) => format!("{:.3} MiB", bytes / MIB),
        None => "-".to_owned(),
    };
    let head = ("span", "calls", "seconds", "peak inside", "growth", "open");
    let _ = writeln!(
        table,
        "  {:width$} {:>8} {:>12} {:>16} {:>16} {:>6}",
        head.0, head.1, head.2, head.3, head.4, head.5
    );
    for total in totals {
        let _ = writeln!(
            table,
            "  {:width$} {:>8} {:>12.3} {:>16} {:>16} {:>6}",
            shown(&total.name),
            total.calls,
            total.time.0,
            mib(total.peak.map(|peak| peak.0 as f64), false),
            mib(total.growth.map(|growth| growth as f64), true),
            total.open
        );
    }
    table
}

/// One object a name; `open` when any of them never ended.
pub fn spans(profile: &Profile) -> Vec<Value> {
    let object = |total: rprof_trace::SpanTotal| {
        json!({
            "name": total.name,
            "calls": total.calls,
            "seconds": total.time,
            "peak_bytes": total.peak,
            "growth_bytes": total.growth,
            "open": total.open > 0,
        })
    };
    span_totals(profile).into_iter().map(object).collect()
}

/// One object a mark.
pub fn marks(profile: &Profile) -> Vec<Value> {
    profile.marks.iter().map(|mark| json!({ "time_s": mark.time, "label": mark.label })).collect()
}

/// One object a note.
pub fn notes(profile: &Profile) -> Vec<Value> {
    profile.notes.iter().map(|note| json!({ "key": note.key, "value": note.value })).collect()
}
