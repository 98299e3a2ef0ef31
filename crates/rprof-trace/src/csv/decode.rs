//! `.csv` rows to [`Line`]s. Columns are found by name, in any order; those missing are empty, others are ignored.

use csv_core::{ReadRecordResult, Reader};
use serde::Deserialize;

use super::{COLUMNS, Call};
use crate::line::{Extras, Line};
use crate::model::Memory;
use crate::number::{Time, integer, read_time};
use crate::units::Bytes;
use crate::warning::WarningKind;

type Parsed<T> = Result<T, WarningKind>;

/// Where the known columns stand in this file, and room for one row.
#[derive(Debug)]
pub(crate) struct Rows {
    reader: Box<Reader>,
    cells: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
    order: [Option<usize>; COLUMNS.len()],
}

impl Rows {
    /// From the first line of a file; `None` when it does not name our columns.
    pub fn from_heading(line: &[u8]) -> Option<Self> {
        let reader = Box::new(Reader::new());
        let mut rows =
            Self { reader, cells: Vec::new(), ends: Vec::new(), count: 0, order: Default::default() };
        rows.split(line)?;
        rows.is_heading().then(|| {
            rows.learn();
            rows
        })
    }

    /// Understands one row without its newline.
    ///
    /// # Errors
    /// The kind of warning that says what is wrong.
    pub fn decode(&mut self, line: &[u8]) -> Parsed<Line<'_>> {
        self.split(line).ok_or(WarningKind::Malformed)?;
        if self.is_heading() {
            self.learn();
            return Ok(Line::Other);
        }
        self.line()
    }

    fn line(&self) -> Parsed<Line<'_>> {
        Ok(match self.cell("record") {
            b"run" => Line::Header(self.json()?),
            b"command" => Line::Command(self.cell("detail")),
            b"tree" => {
                Line::Tick { value: self.value()?, time: self.time("time_s")?, extras: self.extras()? }
            }
            b"proven" => Line::Proven {
                value: self.value()?,
                time: self.time("time_s")?,
                within: (self.time("from_s")?.nanos, self.time("to_s")?.nanos),
            },
            b"process" => Line::Sample {
                id: self.id()?,
                value: self.value()?,
                time: self.time("time_s")?,
                extras: self.extras()?,
            },
            b"pss" => Line::Pss { value: self.value()?, time: self.time("time_s")? },
            b"born" => Line::Born { id: self.id()?, at: self.time("time_s")?.nanos, born: self.json()? },
            b"exit" => Line::Exit { id: self.id()?, at: self.time("time_s")?.nanos, exit: self.json()? },
            b"function" => self.function()?,
            b"gap" => Line::Gap(self.time("from_s")?.nanos, self.time("to_s")?.nanos),
            b"note" => Line::Note(self.cell("detail")),
            b"end" => Line::End(self.json()?),
            b"" => return Err(WarningKind::Malformed),
            _ => Line::Other,
        })
    }

    fn function(&self) -> Parsed<Line<'_>> {
        let call: Call<'_> = self.json()?;
        // The name is read where it stands; one that JSON had to escape cannot be borrowed and is no word of ours.
        let std::borrow::Cow::Borrowed(name) = call.name else { return Err(WarningKind::Malformed) };
        Ok(Line::Function {
            name: name.as_bytes(),
            enter: (self.time("from_s")?, call.enter_bytes),
            leave: (self.time("to_s")?, call.leave_bytes),
            level: call.level,
        })
    }

    /// Splits a line into cells.
    fn split(&mut self, line: &[u8]) -> Option<()> {
        self.reader.reset();
        self.cells.resize(line.len() + 1, 0);
        self.ends.resize(line.iter().filter(|b| **b == b',').count() + 2, 0);
        let (mut read, mut written, mut count) = (0, 0, 0);
        loop {
            let (cells, ends) = (&mut self.cells[written..], &mut self.ends[count..]);
            let (result, r, w, c) = self.reader.read_record(&line[read..], cells, ends);
            (read, written, count) = (read + r, written + w, count + c);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => break,
                _ => return None,
            }
        }
        self.count = count;
        Some(())
    }

    fn is_heading(&self) -> bool {
        let names: Vec<&[u8]> = (0..self.count).map(|at| self.nth(at)).collect();
        names.contains(&&b"record"[..]) && names.contains(&&b"time_s"[..])
    }

    fn learn(&mut self) {
        self.order = COLUMNS.map(|name| (0..self.count).find(|at| self.nth(*at) == name.as_bytes()));
    }

    fn nth(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.cells[start..self.ends[at]]
    }

    fn cell(&self, name: &str) -> &[u8] {
        let column = COLUMNS.iter().position(|c| *c == name);
        match column.and_then(|c| self.order[c]) {
            Some(at) if at < self.count => self.nth(at),
            _ => &[],
        }
    }

    fn id(&self) -> Parsed<&[u8]> {
        let id = self.cell("process");
        if id.is_empty() { Err(WarningKind::Malformed) } else { Ok(id) }
    }

    fn time(&self, name: &str) -> Parsed<Time> {
        match read_time(self.cell(name))? {
            (time, []) => Ok(time),
            _ => Err(WarningKind::Malformed),
        }
    }

    fn value(&self) -> Parsed<Bytes> {
        self.bytes("value_bytes")?.ok_or(WarningKind::Malformed)
    }

    fn bytes(&self, name: &str) -> Parsed<Option<Bytes>> {
        match self.cell(name) {
            [] => Ok(None),
            digits => {
                integer(digits).map_or_else(|| spreadsheet_number(digits), |n| Ok(n)).map(|n| Some(Bytes(n)))
            }
        }
    }

    fn extras(&self) -> Parsed<Extras<'_>> {
        let memory = Memory {
            rss: self.bytes("rss_bytes")?,
            anon: self.bytes("anon_bytes")?,
            file: self.bytes("file_bytes")?,
            shmem: self.bytes("shmem_bytes")?,
            swap: self.bytes("swap_bytes")?,
            vsz: self.bytes("vsz_bytes")?,
            hwm: self.bytes("hwm_bytes")?,
            footprint: self.bytes("footprint_bytes")?,
        };
        let processes = self.bytes("processes")?.and_then(|n| u32::try_from(n.0).ok());
        Ok(Extras::Whole { memory, upper: self.bytes("upper_bytes")?, processes })
    }

    fn json<'a, T: Deserialize<'a>>(&'a self) -> Parsed<T> {
        serde_json::from_slice(self.cell("detail")).map_err(|_| WarningKind::Malformed)
    }
}

/// `1.5E+09`, as spreadsheets write large numbers.
fn spreadsheet_number(digits: &[u8]) -> Parsed<u64> {
    let number = std::str::from_utf8(digits).ok().and_then(|t| t.parse::<f64>().ok());
    match number.ok_or(WarningKind::Malformed)? {
        n if !n.is_finite() => Err(WarningKind::NotFinite),
        n if n < 0.0 => Err(WarningKind::Negative),
        n if n < 1.8e19 => Ok(n.round() as u64),
        _ => Err(WarningKind::Malformed),
    }
}
