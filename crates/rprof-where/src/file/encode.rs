//! The writer of a stacks file.

use std::collections::HashMap;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::varint::{put, put_text};
use super::{FORMAT, MAGIC, kind};
use crate::model::{Event, EventKind, Header, Record, Scan, Symbol};

/// The bytes that are collected before they are written.
const CHUNK: usize = 1 << 16;
/// The longest time for which they are collected.
const LONGEST: Duration = Duration::from_secs(1);

/// A writer of records. After the first failure it writes nothing, so that the file ends with a whole record.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    buffer: Vec<u8>,
    payload: Vec<u8>,
    /// The positions of the names of areas.
    texts: HashMap<String, u64>,
    failure: Option<io::Error>,
    flushed: Instant,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    pub fn new(out: W, header: &Header) -> Self {
        let (payload, texts) = (Vec::new(), HashMap::new());
        let (failure, flushed) = (None, Instant::now());
        let mut writer = Self { out, buffer: MAGIC.to_vec(), payload, texts, failure, flushed };
        writer.write(&Record::Header(header.clone()));
        writer
    }

    /// Appends a record.
    pub fn write(&mut self, record: &Record) {
        if let Record::Event(Event { kind: EventKind::Scan(scan), .. }) = record {
            scan.areas.iter().for_each(|area| self.name(&area.name));
        }
        self.payload.clear();
        let kind = encode(&mut self.payload, record, &self.texts);
        self.end(kind);
        if self.buffer.len() >= CHUNK {
            self.flush();
        }
    }

    /// Appends the name of an area, once.
    fn name(&mut self, name: &str) {
        if !self.texts.contains_key(name) {
            self.texts.insert(name.to_owned(), self.texts.len() as u64);
            self.payload.clear();
            put_text(&mut self.payload, name);
            self.end(kind::TEXT);
        }
    }

    /// Appends the payload as a record.
    fn end(&mut self, kind: u8) {
        self.buffer.push(kind);
        put(&mut self.buffer, self.payload.len() as u64);
        self.buffer.extend_from_slice(&self.payload);
    }

    /// Passes all whole records on if the last time was a second ago, so that little is lost if rprof is killed.
    pub fn flush_if_old(&mut self) {
        if self.flushed.elapsed() >= LONGEST {
            self.flush();
        }
    }

    /// Passes all whole records on.
    pub fn flush(&mut self) {
        if self.failure.is_none()
            && let Err(error) = self.out.write_all(&self.buffer).and_then(|()| self.out.flush())
        {
            self.failure = Some(error);
        }
        self.buffer.clear();
        self.flushed = Instant::now();
    }

    /// Ends the file and returns what was written to.
    ///
    /// # Errors
    /// The first failure of writing.
    pub fn finish(mut self) -> io::Result<W> {
        self.write(&Record::End);
        self.flush();
        match self.failure {
            Some(error) => Err(error),
            None => Ok(self.out),
        }
    }
}

/// Appends the payload and returns the kind.
fn encode(out: &mut Vec<u8>, record: &Record, texts: &HashMap<String, u64>) -> u8 {
    match record {
        Record::Header(header) => {
            for value in [FORMAT, header.period, u64::from(header.kernel), header.page_size, header.huge_size]
            {
                put(out, value);
            }
            put_text(out, &header.writer);
            kind::HEADER
        }
        Record::Module(path) => {
            put_text(out, path);
            kind::MODULE
        }
        Record::Frame(frame) => {
            put(out, frame.module.into());
            put(out, frame.offset);
            kind::FRAME
        }
        Record::Node(node) => {
            put(out, node.parent.into());
            put(out, node.frame.into());
            kind::NODE
        }
        Record::Event(event) => encode_event(out, event, texts),
        Record::Symbols { frame, symbols } => {
            encode_symbols(out, *frame, symbols);
            kind::SYMBOLS
        }
        Record::Lost(count) => {
            put(out, *count);
            kind::LOST
        }
        Record::LostEvents(count) => {
            put(out, *count);
            kind::LOST_EVENTS
        }
        Record::End => kind::END,
    }
}

fn encode_symbols(out: &mut Vec<u8>, frame: u32, symbols: &[Symbol]) {
    put(out, frame.into());
    put(out, symbols.len() as u64);
    for symbol in symbols {
        put_text(out, &symbol.name);
        put_text(out, &symbol.file);
        put(out, symbol.line.into());
    }
}

fn encode_event(out: &mut Vec<u8>, event: &Event, texts: &HashMap<String, u64>) -> u8 {
    put(out, event.time);
    put(out, event.pid.into());
    match &event.kind {
        EventKind::Fork { parent } => {
            put(out, (*parent).into());
            kind::FORK
        }
        EventKind::Name { name, exec } => {
            put(out, u64::from(*exec));
            put_text(out, name);
            kind::NAME
        }
        EventKind::Exit => kind::EXIT,
        EventKind::Map(mapped) => {
            put(out, mapped.tid.into());
            put(out, mapped.start);
            put(out, mapped.end.saturating_sub(mapped.start));
            kind::MAP
        }
        EventKind::Fault(fault) => {
            put(out, fault.tid.into());
            put(out, fault.address);
            put(out, fault.size);
            put(out, fault.node.into());
            put(out, fault.weight.into());
            if fault.has_stack { kind::FAULT } else { kind::PLACE }
        }
        EventKind::Scan(scan) => {
            encode_scan(out, scan, texts);
            kind::SCAN
        }
        EventKind::Moment(moment) => {
            put(out, moment.processes.len() as u64);
            for (pid, rss) in &moment.processes {
                put(out, (*pid).into());
                put(out, *rss);
            }
            kind::MOMENT
        }
    }
}

/// Each area and run is written as its distance from the end of the previous one and its length. A run ends with its flags.
fn encode_scan(out: &mut Vec<u8>, scan: &Scan, texts: &HashMap<String, u64>) {
    put(out, scan.rss);
    put(out, scan.areas.len() as u64);
    let mut end = 0;
    for area in &scan.areas {
        put(out, area.start.wrapping_sub(end));
        put(out, area.end.saturating_sub(area.start));
        put(out, texts.get(&area.name).copied().unwrap_or(0));
        end = area.end;
    }
    put(out, scan.runs.len() as u64);
    end = 0;
    for run in &scan.runs {
        put(out, run.start.wrapping_sub(end));
        put(out, run.end.saturating_sub(run.start));
        out.push(u8::from(run.huge) | u8::from(run.file) << 1);
        end = run.end;
    }
}
