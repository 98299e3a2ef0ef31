//! The encoder of `.dat` lines. It keeps only the last values of the columns, and opens no file.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Serialize;

use crate::format::column::{Column, ColumnValues, FieldOrder};
use crate::format::write_number::{push_integer, push_mib, push_micros};
use crate::format::{MAX_KNOWN, escape};
use crate::model::{Born, Header, Memory, Proven, Record, Sample, SpanRecord, Tick};
use crate::units::{Bytes, Seconds};

/// Writes records as `.dat` lines. Each call appends whole lines.
///
/// A tick allocates nothing once its processes are known. Until a header is written, times count from 1970.
#[derive(Debug, Default)]
pub struct DatWriter {
    /// `true` if the run has a header. Then a value that a line leaves out is as before.
    headed: bool,
    start_micros: i64,
    order: FieldOrder,
    tick: ColumnValues,
    /// Boxed, because up to half of the map's places are empty and would be as large.
    samples: HashMap<String, Box<(Bytes, Memory)>>,
}

impl DatWriter {
    /// A writer of a new trace.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes all columns of the next lines, because a reader may not have the lines before.
    pub fn forget(&mut self) {
        self.tick = ColumnValues::default();
        self.samples.clear();
    }

    /// Appends the lines of one record. A sample without a change gives no line.
    pub fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        match record {
            Record::Header(header) => self.header(header, out),
            Record::Command(command) => {
                out.extend_from_slice(b"CMDLINE ");
                // A command of mprof is written as mprof wrote it.
                escape::push_visible(out, command, self.headed);
                out.push(b'\n');
            }
            Record::Tick(tick) => self.tick(tick, out),
            Record::Proven(proven) => self.proven(proven, out),
            Record::Sample(sample) => self.sample(sample, out),
            Record::Pss(time, value) => {
                self.value(b"PSS ", *value, *time, out);
                out.push(b'\n');
            }
            Record::Cgroup(time, group) => {
                out.extend_from_slice(b"CGROUP ");
                push_micros(out, micros(*time));
                out.push(b' ');
                push_json(out, group);
            }
            Record::Born(id, time, born) => self.born(id, *time, born, out),
            Record::Exit(id, time, exit) => {
                self.samples.remove(word(id).as_ref());
                process(b"EXIT ", id, *time, exit, out);
            }
            Record::Span(span) => self.span(span, out),
            Record::SpanBegin(id, time, name) => {
                self.span_event(b"SPAN begin ", id, *time, out);
                out.push(b' ');
                escape::push_escaped(out, name);
                out.push(b'\n');
            }
            Record::SpanEnd(id, time) => {
                self.span_event(b"SPAN end ", id, *time, out);
                out.push(b'\n');
            }
            Record::Mark(time, label) => {
                out.extend_from_slice(b"MARK ");
                self.epoch(*time, out);
                out.push(b' ');
                escape::push_escaped(out, label);
                out.push(b'\n');
            }
            Record::Gap(from, to) => gap(*from, *to, out),
            Record::Note(key, value) => note(key, value, out),
            Record::Index(index) => {
                out.extend_from_slice(b"INDEX ");
                push_json(out, index);
            }
            Record::End(end) => {
                out.extend_from_slice(b"END ");
                push_json(out, end);
            }
        }
    }

    fn header(&mut self, header: &Header, out: &mut Vec<u8>) {
        *self = Self {
            headed: header.format > 0,
            start_micros: micros(Seconds(header.start_s)),
            order: FieldOrder::new(header.metric, &header.columns),
            ..Self::default()
        };
        // A run of mprof has no header: its times count from 1970.
        if self.headed {
            out.extend_from_slice(b"RPROF ");
            push_json(out, header);
        }
    }

    fn tick(&mut self, tick: &Tick, out: &mut Vec<u8>) {
        self.value(b"MEM ", tick.value, tick.time, out);
        let Tick { memory, upper, processes, .. } = *tick;
        let values = ColumnValues { memory, upper, processes };
        push_columns(&self.order, changed(&self.order, &self.tick, &values), &values, out);
        out.push(b'\n');
        self.tick = values;
    }

    fn proven(&self, proven: &Proven, out: &mut Vec<u8>) {
        self.value(b"MEM ", proven.value, proven.time, out);
        out.extend_from_slice(b" ^ ");
        push_micros(out, micros(proven.within.0));
        out.push(b' ');
        push_micros(out, micros(proven.within.1));
        out.push(b'\n');
    }

    fn sample(&mut self, sample: &Sample<&str>, out: &mut Vec<u8>) {
        let id = word(sample.id);
        let before = self.samples.get(id.as_ref()).map(|kept| **kept);
        let (values, old) = (sample.memory.into(), before.map_or(Memory::default(), |b| b.1).into());
        let mut changed = changed(&self.order, &old, &values);
        let is_full = self.samples.len() >= MAX_KNOWN;
        if before.is_none() && is_full {
            changed = self.order.columns.len();
        }
        if self.headed && changed == 0 && before.is_some_and(|b| b.0 == sample.value) {
            return;
        }
        out.extend_from_slice(b"CHLD ");
        out.extend_from_slice(id.as_bytes());
        self.value(b" ", sample.value, sample.time, out);
        push_columns(&self.order, changed, &values, out);
        out.push(b'\n');
        let kept = (sample.value, sample.memory);
        match self.samples.get_mut(id.as_ref()) {
            Some(place) => **place = kept,
            None if is_full => {}
            None => _ = self.samples.insert(id.into_owned(), Box::new(kept)),
        }
    }

    fn born(&mut self, id: &str, time: Seconds, born: &Born, out: &mut Vec<u8>) {
        if let Some(was) = &born.was {
            self.samples.remove(word(was).as_ref());
        }
        process(b"PROC ", id, time, born, out);
    }

    fn span(&self, span: &SpanRecord<&str>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"FUNC ");
        escape::push_word(out, span.name);
        self.value(b" ", span.enter_value, span.enter, out);
        self.value(b" ", span.leave_value, span.leave, out);
        if let Some(level) = span.level {
            out.push(b' ');
            push_integer(out, u64::from(level));
        }
        out.push(b'\n');
    }

    /// `KEYWORD MiB epoch`.
    fn value(&self, keyword: &[u8], value: Bytes, time: Seconds, out: &mut Vec<u8>) {
        out.extend_from_slice(keyword);
        push_mib(out, value);
        out.push(b' ');
        self.epoch(time, out);
    }

    /// `KEYWORD id epoch`.
    fn span_event(&self, keyword: &[u8], id: &str, time: Seconds, out: &mut Vec<u8>) {
        out.extend_from_slice(keyword);
        escape::push_word(out, id);
        out.push(b' ');
        self.epoch(time, out);
    }

    fn epoch(&self, time: Seconds, out: &mut Vec<u8>) {
        push_micros(out, self.start_micros.saturating_add(micros(time)));
    }
}

/// To the nearest microsecond, saturating.
pub(crate) fn micros(time: Seconds) -> i64 {
    (time.0 * 1e6).round() as i64
}

/// The id as it stands in the file.
fn word(id: &str) -> Cow<'_, str> {
    if escape::is_word(id) {
        return Cow::Borrowed(id);
    }
    let mut word = Vec::new();
    escape::push_word(&mut word, id);
    Cow::Owned(String::from_utf8_lossy(&word).into_owned())
}

fn gap(from: Seconds, to: Seconds, out: &mut Vec<u8>) {
    out.extend_from_slice(b"GAP ");
    push_micros(out, micros(from));
    out.push(b' ');
    push_micros(out, micros(to));
    out.push(b'\n');
}

fn note(key: &str, value: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"NOTE ");
    escape::push_word(out, key);
    out.push(b' ');
    escape::push_escaped(out, value);
    out.push(b'\n');
}

fn process(keyword: &[u8], id: &str, time: Seconds, what: &impl Serialize, out: &mut Vec<u8>) {
    out.extend_from_slice(keyword);
    escape::push_word(out, id);
    out.push(b' ');
    push_micros(out, micros(time));
    out.push(b' ');
    push_json(out, what);
}

/// JSON and a newline. JSON escapes control characters, so the text is one line.
fn push_json(out: &mut Vec<u8>, what: &impl Serialize) {
    // This cannot fail: a Vec accepts every byte, and the records have text keys only.
    let written = serde_json::to_writer(&mut *out, what);
    debug_assert!(written.is_ok(), "{written:?}");
    out.push(b'\n');
}

/// The number of columns to write, so that the last one is the last that has changed.
fn changed(order: &FieldOrder, before: &ColumnValues, now: &ColumnValues) -> usize {
    let differs = |c: &Option<Column>| c.is_some_and(|c| before.at(c) != now.at(c));
    order.columns.iter().rposition(differs).map_or(0, |at| at + 1)
}

fn push_columns(order: &FieldOrder, count: usize, values: &ColumnValues, out: &mut Vec<u8>) {
    for column in &order.columns[..count] {
        out.push(b' ');
        match column.and_then(|c| values.at(c)) {
            Some(value) => push_integer(out, value),
            None => out.push(b'-'),
        }
    }
}
