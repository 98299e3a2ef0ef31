//! The tables of `rprof where`.

use std::path::Path;

use rprof_trace::{Bytes, shown, visible};
use rprof_where::Log;
use rprof_where::attribution::{By, Change, Entry, Table, View};

use crate::stacks::{moment_words, percent};

/// The widest a name may be, in characters.
const WIDEST: usize = 100;

fn heads(by: By) -> &'static str {
    match by {
        By::Function => "function",
        By::Line => "line",
        By::Library => "library",
        By::Process => "process",
    }
}

/// The first words of a table.
fn heading(path: &Path, view: &View, gross: bool) -> String {
    if gross {
        return format!("{}: {} touched in all\n", shown(path), Bytes(view.rss));
    }
    format!("{}: {}\n", shown(path), moment_words(view))
}

/// A table of one moment.
pub fn of_table(
    path: &Path,
    (view, gross): (&View, bool),
    table: &Table,
    log: &Log,
    by: By,
    most: usize,
) -> String {
    let mut text = heading(path, view, gross);
    let shown_rows: Vec<&Entry> = table.entries.iter().take(most).collect();
    text += &format!("{:>12} {:>7} {:>12}  {}\n", "self", "share", "total", heads(by));
    for entry in &shown_rows {
        let (own, total) = (Bytes(entry.self_bytes).to_string(), Bytes(entry.total_bytes).to_string());
        let share = percent(entry.self_bytes, table.bytes);
        text += &format!("{own:>12} {share:>7} {total:>12}  {}\n", name(&entry.name, &entry.library));
    }
    let more = table.entries.len() - shown_rows.len();
    if more > 0 {
        text += &format!("and {more} more (-n 0 prints all)\n");
    }
    if !gross {
        text += &certainty(table);
    }
    text += &lost(table, log);
    text
}

fn name(name: &str, library: &str) -> String {
    let mut name: String = visible(name);
    if name.chars().count() > WIDEST {
        name = name.chars().take(WIDEST - 1).collect::<String>() + "…";
    }
    if library.is_empty() { name } else { format!("{name} ({})", visible(library)) }
}

/// `exact 5.1 %, huge pages 26.0 %, estimated 66.2 %, not attributed 2.7 %`
pub fn certainty(table: &Table) -> String {
    let [exact, huge, estimated, unseen] = table.classes.map(|bytes| percent(bytes, table.bytes));
    format!("exact {exact}, huge pages {huge}, estimated {estimated}, not attributed {unseen}\n")
}

/// The records that were lost, a line for each kind; empty if there is none.
fn lost(table: &Table, log: &Log) -> String {
    let mut text = String::new();
    if log.lost_stacks > 0 {
        text += &format!(
            "lost stacks: {}, because the machine was busy; {} are estimated from other stacks\n",
            log.lost_stacks,
            Bytes(table.inferred)
        );
    }
    if log.lost > 0 {
        text += &format!("lost faults: {}, because a buffer of the kernel was full\n", log.lost);
    }
    if log.lost_events > 0 {
        text += &format!("lost events of processes: {}; some code may have no name\n", log.lost_events);
    }
    text
}

/// A table of a difference.
pub fn of_changes(views: (&View, &View), changes: &[Change], by: By, most: usize) -> String {
    let (before, after) = views;
    let mut text = format!("from {} to {}\n", moment_words(before), moment_words(after));
    text += &format!("{:>12} {:>12} {:>12}  {}\n", "change", "before", "after", heads(by));
    let changed: Vec<&Change> = changes.iter().filter(|change| change.growth() != 0).collect();
    for change in changed.iter().take(most) {
        let size = Bytes(u64::try_from(change.growth().unsigned_abs()).unwrap_or(u64::MAX));
        let sign = if change.growth() < 0 { '-' } else { '+' };
        let (before, after) =
            (Bytes(change.self_bytes.0).to_string(), Bytes(change.self_bytes.1).to_string());
        let grown = format!("{sign}{size}");
        text += &format!("{grown:>12} {before:>12} {after:>12}  {}\n", name(&change.name, &change.library));
    }
    let more = changed.len().saturating_sub(most);
    if more > 0 {
        text += &format!("and {more} more (-n 0 prints all)\n");
    }
    text
}
