//! The JSON of `rprof where`. docs/where.md lists its keys.

use rprof_where::Log;
use rprof_where::attribution::{By, Change, Entry, Table, View};
use serde_json::{Value, json};

/// The key of the rows.
fn rows_key(by: By) -> &'static str {
    match by {
        By::Function => "functions",
        By::Line => "lines",
        By::Library => "libraries",
        By::Process => "processes",
    }
}

/// A table as an object; `most` is the number of its rows.
pub fn of_table(view: &View, table: &Table, log: &Log, by: By, most: usize) -> Value {
    let [exact, huge, estimated, unseen] = table.classes;
    let mut object = json!({
        "time_s": view.time as f64 / 1e9,
        "rss_bytes": view.rss,
        "bytes": table.bytes,
        "exact_bytes": exact,
        "huge_page_bytes": huge,
        "estimated_bytes": estimated,
        "unattributed_bytes": unseen,
        "inferred_bytes": table.inferred,
        "lost_stacks": log.lost_stacks,
        "lost_faults": log.lost,
        "lost_events": log.lost_events,
        "period": log.header.period,
        "kernel_faults": log.header.kernel,
        "complete": log.complete,
    });
    object[rows_key(by)] = table.entries.iter().take(most).map(row).collect();
    object
}

fn row(entry: &Entry) -> Value {
    json!({
        "name": entry.name,
        "library": entry.library,
        "file": Some(&entry.file).filter(|file| !file.is_empty()),
        "line": Some(entry.line).filter(|line| *line > 0),
        "self_bytes": entry.self_bytes,
        "self_bytes_lower": entry.self_bounds.lower,
        "self_bytes_upper": entry.self_bounds.upper,
        "total_bytes": entry.total_bytes,
        "total_bytes_lower": entry.total_bounds.lower,
        "total_bytes_upper": entry.total_bounds.upper,
        "attributed": !entry.unseen,
    })
}

/// A difference as an object.
pub fn of_changes(views: (&View, &View), changes: &[Change], by: By, most: usize) -> Value {
    let change = |change: &Change| {
        json!({
            "name": change.name,
            "library": change.library,
            "self_bytes_before": change.self_bytes.0,
            "self_bytes": change.self_bytes.1,
            "total_bytes_before": change.total_bytes.0,
            "total_bytes": change.total_bytes.1,
        })
    };
    let mut object = json!({
        "time_s_before": views.0.time as f64 / 1e9,
        "time_s": views.1.time as f64 / 1e9,
        "rss_bytes_before": views.0.rss,
        "rss_bytes": views.1.rss,
    });
    object[rows_key(by)] = changes.iter().take(most).map(change).collect();
    object
}
