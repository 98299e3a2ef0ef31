//! The encoder of `.csv` rows. Every row is complete, and no row contains a newline.

use csv::{ByteRecord, WriterBuilder};
use serde::Serialize;

use super::{Cell, SpanDetail, columns, is_formula};
use crate::format::dat::micros;
use crate::format::escape;
use crate::format::write_number::{push_integer, push_micros};
use crate::model::{Memory, Record, SpanRecord};
use crate::units::{Bytes, Seconds};

/// Writes records as `.csv` rows. Each call appends whole rows; the first call also writes the names of the columns.
#[derive(Debug, Default)]
pub struct CsvWriter {
    headed: bool,
    detail: Vec<u8>,
    cells: ByteRecord,
    text: Vec<u8>,
}

/// The cells of a row. A cell is empty if its value is `None`.
#[derive(Debug, Clone, Copy, Default)]
struct Row<'a> {
    time: Option<Seconds>,
    process: &'a str,
    value: Option<Bytes>,
    memory: Memory,
    upper: Option<Bytes>,
    processes: Option<u32>,
    within: Option<(Seconds, Seconds)>,
    detail: &'a [u8],
}

impl CsvWriter {
    /// A writer of a new trace.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the row of one record.
    pub fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        if !self.headed {
            out.extend_from_slice(columns().join(",").as_bytes());
            out.push(b'\n');
            self.headed = true;
        }
        self.detail.clear();
        let detail = &mut self.detail;
        let (kind, row) = match record {
            Record::Header(header) => ("run", Row { detail: json(detail, header), ..Row::default() }),
            Record::Command(command) => {
                escape::push_visible(detail, command, false);
                ("command", Row { detail, ..Row::default() })
            }
            Record::Tick(t) => {
                let (memory, upper, processes) = (t.memory, t.upper, t.processes);
                ("tree", Row { memory, upper, processes, ..value(t.time, t.value) })
            }
            Record::Proven(p) => ("proven", Row { within: Some(p.within), ..value(p.time, p.value) }),
            Record::Sample(s) => {
                ("process", Row { process: s.id, memory: s.memory, ..value(s.time, s.value) })
            }
            Record::Pss(time, bytes) => ("pss", value(*time, *bytes)),
            Record::Cgroup(time, group) => {
                let memory = group.memory();
                let row = about("", *time, json(detail, group));
                ("cgroup", Row { value: group.current_bytes, memory, ..row })
            }
            Record::Born(id, time, born) => ("born", about(id, *time, json(detail, born))),
            Record::Exit(id, time, exit) => ("exit", about(id, *time, json(detail, exit))),
            Record::Span(s) => ("function", span(detail, s)),
            Record::SpanBegin(id, time, name) => ("span_begin", span_event(detail, *time, id, name)),
            Record::SpanEnd(id, time) => ("span_end", span_event(detail, *time, id, "")),
            Record::Mark(time, label) => {
                escape::push_escaped(detail, label);
                ("mark", Row { time: Some(*time), detail, ..Row::default() })
            }
            Record::Gap(from, to) => {
                ("gap", Row { time: Some(*from), within: Some((*from, *to)), ..Row::default() })
            }
            Record::Note(key, text) => {
                escape::push_word(detail, key);
                detail.push(b' ');
                escape::push_escaped(detail, text);
                ("note", Row { detail, ..Row::default() })
            }
            // The index holds offsets in a `.dat` file.
            Record::Index(_) => return,
            Record::End(end) => {
                ("end", Row { time: Some(end.elapsed_s), detail: json(detail, end), ..Row::default() })
            }
        };
        push_row(out, &mut self.cells, &mut self.text, kind, &row);
    }
}

fn value<'a>(time: Seconds, value: Bytes) -> Row<'a> {
    Row { time: Some(time), value: Some(value), ..Row::default() }
}

fn about<'a>(process: &'a str, time: Seconds, detail: &'a [u8]) -> Row<'a> {
    Row { time: Some(time), process, detail, ..Row::default() }
}

fn span<'a>(detail: &'a mut Vec<u8>, span: &SpanRecord<&str>) -> Row<'a> {
    let SpanRecord { name, enter, enter_value, leave, leave_value, level } = *span;
    let what =
        SpanDetail { name: name.to_owned(), enter_bytes: enter_value, leave_bytes: leave_value, level };
    Row { time: Some(enter), within: Some((enter, leave)), detail: json(detail, &what), ..Row::default() }
}

/// The id of a span, and its name if it begins.
fn span_event<'a>(detail: &'a mut Vec<u8>, time: Seconds, id: &str, name: &str) -> Row<'a> {
    escape::push_word(detail, id);
    if !name.is_empty() {
        detail.push(b' ');
        escape::push_escaped(detail, name);
    }
    Row { time: Some(time), detail, ..Row::default() }
}

fn json<'a>(detail: &'a mut Vec<u8>, what: &impl Serialize) -> &'a [u8] {
    // This cannot fail: a Vec accepts every byte, and the records have text keys only.
    let written = serde_json::to_writer(&mut *detail, what);
    debug_assert!(written.is_ok(), "{written:?}");
    detail
}

/// Puts a `'` before a text that a spreadsheet would take for a formula and run.
fn guard(text: &mut Vec<u8>) {
    if is_formula(text) {
        text.insert(0, b'\'');
    }
}

/// Appends a row; `cells` and `text` are buffers.
fn push_row(out: &mut Vec<u8>, cells: &mut ByteRecord, text: &mut Vec<u8>, record: &str, row: &Row<'_>) {
    cells.clear();
    for cell in Cell::all() {
        text.clear();
        match cell {
            Cell::Record => text.extend_from_slice(record.as_bytes()),
            Cell::Time => push_time(text, row.time),
            Cell::Process if row.process.is_empty() => {}
            Cell::Process => {
                escape::push_word(text, row.process);
                guard(text);
            }
            Cell::Value => push_bytes(text, row.value),
            Cell::Part(part) => push_bytes(text, row.memory.get(part)),
            Cell::Upper => push_bytes(text, row.upper),
            Cell::Processes => row.processes.into_iter().for_each(|count| push_integer(text, count.into())),
            Cell::From => push_time(text, row.within.map(|w| w.0)),
            Cell::To => push_time(text, row.within.map(|w| w.1)),
            Cell::Detail => {
                text.extend_from_slice(row.detail);
                guard(text);
            }
        }
        cells.push_field(text);
    }
    let written = WriterBuilder::new().buffer_capacity(1 << 10).from_writer(out).write_byte_record(cells);
    // This cannot fail: a Vec accepts every byte, and all rows have the same number of cells.
    debug_assert!(written.is_ok(), "{written:?}");
}

fn push_time(text: &mut Vec<u8>, time: Option<Seconds>) {
    if let Some(time) = time {
        push_micros(text, micros(time));
    }
}

fn push_bytes(text: &mut Vec<u8>, bytes: Option<Bytes>) {
    if let Some(bytes) = bytes {
        push_integer(text, bytes.0);
    }
}
