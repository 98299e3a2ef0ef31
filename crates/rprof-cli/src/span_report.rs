//! Spans, marks and notes in the output of `rprof peak`: a table, JSON, or the peak inside the spans of one name.

use std::fmt::Write;
use std::path::Path;

use anyhow::Context;
use rprof_trace::{Bytes, Profile, SpanTotal, find_name, shown, span_totals, visible};
use serde_json::{Value, json};

const MIB: f64 = 1_048_576.0;

/// The widest a column of names may grow, in characters.
const MAX_NAME_WIDTH: usize = 48;

/// The bounds of a peak inside spans; the upper one is `None` if it is unknown.
pub type PeakInside = (Bytes, Option<Bytes>);

/// The peak inside the spans of a name, as for mprof's `--func`; `None` when nothing was measured inside them.
///
/// # Errors
/// When no span has that name; the error lists the names of the run.
pub fn peak_inside(path: &Path, profile: &Profile, wanted: &str) -> anyhow::Result<Option<PeakInside>> {
    let totals = span_totals(profile);
    let names = totals.iter().map(|total| total.name.as_str());
    let name = find_name(names, wanted).with_context(|| format!("`{}`", shown(path)))?;
    let total = totals.iter().find(|total| total.name == name);
    Ok(total.and_then(|total| Some((total.peak?, total.peak_upper))))
}

/// A table with a row for each span name, in the order of their first spans.
pub fn table(profile: &Profile) -> String {
    let totals = span_totals(profile);
    if totals.is_empty() {
        return "  no spans\n".to_owned();
    }
    let width = totals.iter().map(|total| printable(&total.name).chars().count()).max().unwrap_or(0);
    let width = width.clamp("span".len(), MAX_NAME_WIDTH);
    let mut table = String::new();
    let mut row = |[name, calls, seconds, peak, upper, growth, open]: [&str; 7]| {
        let _ = writeln!(
            table,
            "  {name:width$} {calls:>8} {seconds:>12} {peak:>16} {upper:>16} {growth:>16} {open:>6}"
        );
    };
    row(["span", "calls", "seconds", "peak inside", "at most", "growth", "open"]);
    for SpanTotal { name, calls, time, peak, peak_upper, growth, open } in &totals {
        let size = |size: Option<Bytes>| size.map_or("-".to_owned(), |size| format!("{:.3} MiB", size.mib()));
        let (peak, upper) = (size(*peak), size(*peak_upper));
        let growth = growth.map_or("-".to_owned(), |growth| format!("{:+.3} MiB", growth as f64 / MIB));
        let seconds = format!("{:.3}", time.0);
        row([&printable(name), &calls.to_string(), &seconds, &peak, &upper, &growth, &open.to_string()]);
    }
    table
}

/// A name that cannot break the line or move the cursor.
fn printable(name: &str) -> String {
    visible(name)
}

/// One object for each span name; `open` is true if any of its spans never ended.
pub fn spans(profile: &Profile) -> Vec<Value> {
    let object = |total: SpanTotal| {
        json!({
            "name": total.name,
            "calls": total.calls,
            "seconds": total.time,
            "peak_bytes": total.peak,
            "peak_upper_bytes": total.peak_upper,
            "growth_bytes": total.growth,
            "open": total.open > 0,
        })
    };
    span_totals(profile).into_iter().map(object).collect()
}

/// One object for each mark.
pub fn marks(profile: &Profile) -> Vec<Value> {
    profile.marks.iter().map(|mark| json!({ "time_s": mark.time, "label": mark.label })).collect()
}

/// One object for each note.
pub fn notes(profile: &Profile) -> Vec<Value> {
    profile.notes.iter().map(|note| json!({ "key": note.key, "value": note.value })).collect()
}
