//! Records to `.csv` rows. A pure encoder: every row is complete, and none holds a newline within.

use serde::Serialize;

use super::{COLUMNS, Call, Row};
use crate::format::dat::micros;
use crate::format::escape;
use crate::format::number::{push_integer, push_micros};
use crate::model::{Function, Record};
use crate::units::{Bytes, Seconds};

/// Writes records as `.csv` rows, each call whole lines; the first call writes the names of the columns too.
#[derive(Debug, Default)]
pub struct CsvWriter {
    headed: bool,
    detail: Vec<u8>,
}

impl CsvWriter {
    /// A writer of a new file.
    pub fn new() -> Self {
        Self::default()
    }

    /// A writer that appends to a file which has the names of the columns already.
    pub fn appending() -> Self {
        Self { headed: true, ..Self::default() }
    }

    /// Appends the row of one record.
    pub fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        if !self.headed {
            out.extend_from_slice(COLUMNS.join(",").as_bytes());
            out.push(b'\n');
            self.headed = true;
        }
        self.detail.clear();
        let detail = &mut self.detail;
        match record {
            Record::Header(header) => {
                push_row(out, "run", &Row { detail: json(detail, header), ..Row::default() });
            }
            Record::Command(command) => {
                escape::push_visible(detail, command, false);
                push_row(out, "command", &Row { detail, ..Row::default() });
            }
            Record::SpanBegin(id, time, name) => push_row(out, "span_begin", &stamp(detail, *time, id, name)),
            Record::SpanEnd(id, time) => push_row(out, "span_end", &stamp(detail, *time, id, "")),
            Record::Mark(time, label) => {
                escape::push_escaped(detail, label);
                push_row(out, "mark", &Row { time: Some(*time), detail, ..Row::default() });
            }
            Record::Note(key, value) => {
                escape::push_word(detail, key);
                detail.push(b' ');
                escape::push_escaped(detail, value);
                push_row(out, "note", &Row { detail, ..Row::default() });
            }
            // It tells bytes of the other format.
            Record::Index(_) => {}
            Record::Born(id, time, born) => push_row(out, "born", &about(id, *time, json(detail, born))),
            Record::Exit(id, time, exit) => push_row(out, "exit", &about(id, *time, json(detail, exit))),
            Record::Function(function) => push_function(out, detail, function),
            Record::End(end) => {
                let time = Some(end.elapsed_s);
                push_row(out, "end", &Row { time, detail: json(detail, end), ..Row::default() });
            }
            measured => push_measured(out, measured),
        }
    }
}

fn push_measured(out: &mut Vec<u8>, record: &Record<'_>) {
    let none = Row::default();
    match record {
        Record::Tick(t) => {
            let row =
                Row { memory: t.memory, upper: t.upper, processes: t.processes, ..value(t.time, t.value) };
            push_row(out, "tree", &row);
        }
        Record::Proven(p) => {
            push_row(out, "proven", &Row { within: Some(p.within), ..value(p.time, p.value) });
        }
        Record::Sample(s) => {
            let row = Row { process: s.id, memory: s.memory, ..value(s.time, s.value) };
            push_row(out, "process", &row);
        }
        Record::Pss(time, bytes) => push_row(out, "pss", &value(*time, *bytes)),
        Record::Gap(from, to) => {
            push_row(out, "gap", &Row { time: Some(*from), within: Some((*from, *to)), ..none });
        }
        _ => {}
    }
}

fn push_function(out: &mut Vec<u8>, detail: &mut Vec<u8>, f: &Function<'_>) {
    let call = Call {
        name: f.name.to_owned(),
        enter_bytes: f.enter_value,
        leave_bytes: f.leave_value,
        level: f.level,
    };
    let row = Row {
        time: Some(f.enter),
        within: Some((f.enter, f.leave)),
        detail: json(detail, &call),
        ..Row::default()
    };
    push_row(out, "function", &row);
}

fn value<'a>(time: Seconds, value: Bytes) -> Row<'a> {
    Row { time: Some(time), value: Some(value), ..Row::default() }
}

fn about<'a>(process: &'a str, time: Seconds, detail: &'a [u8]) -> Row<'a> {
    Row { time: Some(time), process, detail, ..Row::default() }
}

/// The id of a span, and its name where it begins.
fn stamp<'a>(detail: &'a mut Vec<u8>, time: Seconds, id: &str, name: &str) -> Row<'a> {
    escape::push_word(detail, id);
    if !name.is_empty() {
        detail.push(b' ');
        escape::push_escaped(detail, name);
    }
    Row { time: Some(time), detail, ..Row::default() }
}

fn json<'a>(detail: &'a mut Vec<u8>, what: &impl Serialize) -> &'a [u8] {
    // It cannot fail: a Vec takes every byte, and the records have text keys only.
    let written = serde_json::to_writer(&mut *detail, what);
    debug_assert!(written.is_ok(), "{written:?}");
    detail
}

/// The cells in the order of [`COLUMNS`].
fn push_row(out: &mut Vec<u8>, record: &str, row: &Row<'_>) {
    out.extend_from_slice(record.as_bytes());
    push_time(out, row.time);
    out.push(b',');
    if !row.process.is_empty() {
        let start = out.len();
        escape::push_word(out, row.process);
        quote_from(out, start);
    }
    let m = &row.memory;
    for part in [row.value, m.rss, m.anon, m.file, m.shmem, m.swap, m.vsz, m.hwm, m.footprint, row.upper] {
        push_count(out, part.map(|b| b.0));
    }
    push_count(out, row.processes.map(u64::from));
    push_time(out, row.within.map(|w| w.0));
    push_time(out, row.within.map(|w| w.1));
    out.push(b',');
    let start = out.len();
    out.extend_from_slice(row.detail);
    quote_from(out, start);
    out.push(b'\n');
}

fn push_time(out: &mut Vec<u8>, time: Option<Seconds>) {
    out.push(b',');
    if let Some(time) = time {
        push_micros(out, micros(time));
    }
}

fn push_count(out: &mut Vec<u8>, count: Option<u64>) {
    out.push(b',');
    if let Some(count) = count {
        push_integer(out, count);
    }
}

/// Puts what was written since `start` in quotes where RFC 4180 wants it.
fn quote_from(out: &mut Vec<u8>, start: usize) {
    if !out[start..].iter().any(|b| matches!(b, b',' | b'"')) {
        return;
    }
    let cell = out.split_off(start);
    out.push(b'"');
    for byte in cell {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}
