//! Records to `.dat` lines. A pure encoder: it holds only what "as before" refers to, and opens no file.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Serialize;

use crate::format::column::{Layout, Row};
use crate::format::escape;
use crate::format::number::{push_integer, push_mib, push_micros};
use crate::model::{Born, Function, Header, Proven, Record, Sample, Tick};
use crate::units::{Bytes, Seconds};

/// Writes records as `.dat` lines, each call whole lines.
///
/// A tick costs no allocation once its processes are known. Before a header is written, times count from 1970.
#[derive(Debug, Default)]
pub struct DatWriter {
    /// Whether the run has a header, so that "absent" means "as before".
    headed: bool,
    start_micros: i64,
    layout: Layout,
    tick: Row,
    /// Boxed, or the empty places of the map, as many again, would be as large.
    samples: HashMap<String, Box<(Bytes, Row)>>,
}

impl DatWriter {
    /// A writer that has written nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lines before this one were lost: nothing may be left out of the next ones as being unchanged.
    pub fn forget(&mut self) {
        self.tick = Row::default();
        self.samples.clear();
    }

    /// Appends the lines of one record; none for a sample in which nothing has changed.
    pub fn write(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        match record {
            Record::Header(header) => self.header(header, out),
            Record::Command(command) => {
                out.extend_from_slice(b"CMDLINE ");
                escape::push_visible(out, command, true);
                out.push(b'\n');
            }
            Record::Tick(tick) => self.tick(tick, out),
            Record::Proven(proven) => self.proven(proven, out),
            Record::Sample(sample) => self.sample(sample, out),
            Record::Pss(time, value) => {
                self.value(b"PSS ", *value, *time, out);
                out.push(b'\n');
            }
            Record::Born(id, time, born) => self.born(id, *time, born, out),
            Record::Exit(id, time, exit) => {
                self.samples.remove(word(id).as_ref());
                process(b"EXIT ", id, *time, exit, out);
            }
            Record::Function(function) => self.function(function, out),
            Record::SpanBegin(id, time, name) => {
                self.stamp(b"SPAN begin ", id, *time, out);
                out.push(b' ');
                escape::push_escaped(out, name);
                out.push(b'\n');
            }
            Record::SpanEnd(id, time) => {
                self.stamp(b"SPAN end ", id, *time, out);
                out.push(b'\n');
            }
            Record::Mark(time, label) => {
                out.extend_from_slice(b"MARK ");
                self.epoch(*time, out);
                out.push(b' ');
                escape::push_escaped(out, label);
                out.push(b'\n');
            }
            Record::Gap(from, to) => {
                out.extend_from_slice(b"GAP ");
                push_micros(out, micros(*from));
                out.push(b' ');
                push_micros(out, micros(*to));
                out.push(b'\n');
            }
            Record::Note(key, value) => {
                out.extend_from_slice(b"NOTE ");
                escape::push_word(out, key);
                out.push(b' ');
                escape::push_escaped(out, value);
                out.push(b'\n');
            }
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
            layout: Layout::new(header.metric, &header.columns),
            ..Self::default()
        };
        // A run of mprof's has no header: its start is in its times.
        if self.headed {
            out.extend_from_slice(b"RPROF ");
            push_json(out, header);
        }
    }

    fn tick(&mut self, tick: &Tick, out: &mut Vec<u8>) {
        self.value(b"MEM ", tick.value, tick.time, out);
        let row = Row::of(&tick.memory, tick.upper, tick.processes);
        push_changed(&self.layout, &self.tick, &row, out);
        out.push(b'\n');
        self.tick = row;
    }

    fn proven(&self, proven: &Proven, out: &mut Vec<u8>) {
        self.value(b"MEM ", proven.value, proven.time, out);
        out.extend_from_slice(b" ^ ");
        push_micros(out, micros(proven.within.0));
        out.push(b' ');
        push_micros(out, micros(proven.within.1));
        out.push(b'\n');
    }

    fn sample(&mut self, sample: &Sample<'_>, out: &mut Vec<u8>) {
        let id = word(sample.id);
        let row = Row::of(&sample.memory, None, None);
        let before = self.samples.get(id.as_ref()).map(|kept| **kept);
        let changed = changed(&self.layout, &before.map_or(Row::default(), |b| b.1), &row);
        if self.headed && changed == 0 && before.is_some_and(|b| b.0 == sample.value) {
            return;
        }
        out.extend_from_slice(b"CHLD ");
        out.extend_from_slice(id.as_bytes());
        self.value(b" ", sample.value, sample.time, out);
        push_columns(&self.layout, changed, &row, out);
        out.push(b'\n');
        match self.samples.get_mut(id.as_ref()) {
            Some(kept) => **kept = (sample.value, row),
            None => _ = self.samples.insert(id.into_owned(), Box::new((sample.value, row))),
        }
    }

    fn born(&mut self, id: &str, time: Seconds, born: &Born, out: &mut Vec<u8>) {
        if let Some(was) = &born.was {
            self.samples.remove(word(was).as_ref());
        }
        process(b"PROC ", id, time, born, out);
    }

    fn function(&self, function: &Function<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"FUNC ");
        escape::push_word(out, function.name);
        self.value(b" ", function.enter_value, function.enter, out);
        self.value(b" ", function.leave_value, function.leave, out);
        if let Some(level) = function.level {
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
    fn stamp(&self, keyword: &[u8], id: &str, time: Seconds, out: &mut Vec<u8>) {
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

/// The id as it will stand in the file.
fn word(id: &str) -> Cow<'_, str> {
    if escape::is_word(id) {
        return Cow::Borrowed(id);
    }
    let mut word = Vec::new();
    escape::push_word(&mut word, id);
    Cow::Owned(String::from_utf8_lossy(&word).into_owned())
}

fn process(keyword: &[u8], id: &str, time: Seconds, what: &impl Serialize, out: &mut Vec<u8>) {
    out.extend_from_slice(keyword);
    escape::push_word(out, id);
    out.push(b' ');
    push_micros(out, micros(time));
    out.push(b' ');
    push_json(out, what);
}

/// One line of JSON and its end. Control characters are escaped in it, so it is one line.
fn push_json(out: &mut Vec<u8>, what: &impl Serialize) {
    // It cannot fail: a Vec takes every byte, and the records have text keys only.
    let written = serde_json::to_writer(&mut *out, what);
    debug_assert!(written.is_ok(), "{written:?}");
    out.push(b'\n');
}

/// How many columns have to be written so that the last that has changed is among them.
fn changed(layout: &Layout, before: &Row, row: &Row) -> usize {
    let differs = |c: &Option<_>| c.is_some_and(|c| before.at(c) != row.at(c));
    layout.columns.iter().rposition(differs).map_or(0, |at| at + 1)
}

fn push_changed(layout: &Layout, before: &Row, row: &Row, out: &mut Vec<u8>) {
    push_columns(layout, changed(layout, before, row), row, out);
}

fn push_columns(layout: &Layout, count: usize, row: &Row, out: &mut Vec<u8>) {
    for column in &layout.columns[..count] {
        out.push(b' ');
        match column.and_then(|c| row.at(c)) {
            Some(value) => push_integer(out, value),
            None => out.push(b'-'),
        }
    }
}
