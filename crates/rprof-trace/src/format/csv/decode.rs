//! `.csv` rows to [`Line`]s. Columns are found by name, in any order; those missing are empty, others are ignored.

use csv_core::{ReadRecordResult, Reader};
use serde::Deserialize;

use super::{COLUMNS, Call, Cell};
use crate::format::dat::decode::note;
use crate::format::number::{Time, field, integer, read_time};
use crate::format::raw::{Extras, Line, Parts};
use crate::model::Memory;
use crate::units::Bytes;
use crate::warning::WarningKind;

type Parsed<T> = Result<T, WarningKind>;

/// Where the known columns stand in this file, and room for one row.
#[derive(Debug)]
pub(crate) struct Rows {
    reader: Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
    parts: Parts,
    call: Call,
    order: [Option<usize>; COLUMNS.len()],
}

impl Rows {
    /// From the first line of a file; `None` when it does not name our columns.
    pub fn from_heading(line: &[u8]) -> Option<Self> {
        let mut rows = Self {
            reader: Reader::new(),
            cells: Vec::new(),
            ends: Vec::new(),
            count: 0,
            parts: Parts::default(),
            call: Call::default(),
            order: Default::default(),
        };
        rows.split(line)?;
        (rows.has("record") && rows.has("time_s")).then(|| {
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
        // Files put one after the other have their column names in the middle.
        if self.cell(Cell::Record) == b"record" {
            self.learn();
            return Ok(Line::Other);
        }
        match self.cell(Cell::Record) {
            b"tree" | b"process" => self.parts = self.parts()?,
            b"function" => self.call = self.json()?,
            _ => {}
        }
        self.line()
    }

    fn line(&self) -> Parsed<Line<'_>> {
        Ok(match self.cell(Cell::Record) {
            b"run" => Line::Header(self.json()?),
            b"command" => Line::Command(self.cell(Cell::Detail)),
            b"tree" => Line::Tick {
                value: self.value()?,
                time: self.time(Cell::Time)?,
                extras: Extras::Whole(&self.parts),
            },
            b"proven" => Line::Proven {
                value: self.value()?,
                time: self.time(Cell::Time)?,
                within: (self.time(Cell::From)?.nanos, self.time(Cell::To)?.nanos),
            },
            b"process" => Line::Sample {
                id: self.id()?,
                value: self.value()?,
                time: self.time(Cell::Time)?,
                extras: Extras::Whole(&self.parts),
            },
            b"pss" => Line::Pss { value: self.value()?, time: self.time(Cell::Time)? },
            b"born" => Line::Born { id: self.id()?, at: self.time(Cell::Time)?.nanos, born: self.json()? },
            b"exit" => Line::Exit { id: self.id()?, at: self.time(Cell::Time)?.nanos, exit: self.json()? },
            b"function" => self.function()?,
            b"gap" => Line::Gap(self.time(Cell::From)?.nanos, self.time(Cell::To)?.nanos),
            b"span_begin" => {
                let (id, name) = field(self.cell(Cell::Detail));
                Line::SpanBegin { id: word(id)?, time: self.time(Cell::Time)?, name }
            }
            b"span_end" => {
                let (id, _) = field(self.cell(Cell::Detail));
                Line::SpanEnd { id: word(id)?, time: self.time(Cell::Time)? }
            }
            b"mark" => Line::Mark { time: self.time(Cell::Time)?, label: self.cell(Cell::Detail) },
            b"note" => note(self.cell(Cell::Detail))?,
            b"end" => Line::End(self.json()?),
            b"" => return Err(WarningKind::Malformed),
            _ => Line::Other,
        })
    }

    fn function(&self) -> Parsed<Line<'_>> {
        let Call { name, enter_bytes, leave_bytes, level } = &self.call;
        Ok(Line::Function {
            name: name.as_bytes(),
            enter: (self.time(Cell::From)?, *enter_bytes),
            leave: (self.time(Cell::To)?, *leave_bytes),
            level: *level,
        })
    }

    /// Splits a line into cells.
    fn split(&mut self, line: &[u8]) -> Option<()> {
        self.reader.reset();
        self.cells.resize(line.len() + 1, 0);
        self.ends.resize(memchr::memchr_iter(b',', line).count() + 2, 0);
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

    fn has(&self, name: &str) -> bool {
        (0..self.count).any(|at| self.nth(at) == name.as_bytes())
    }

    fn learn(&mut self) {
        self.order = COLUMNS.map(|name| (0..self.count).find(|at| self.nth(*at) == name.as_bytes()));
    }

    fn nth(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.cells[start..self.ends[at]]
    }

    fn cell(&self, cell: Cell) -> &[u8] {
        match self.order[cell as usize] {
            Some(at) if at < self.count => self.nth(at),
            _ => &[],
        }
    }

    fn id(&self) -> Parsed<&[u8]> {
        word(self.cell(Cell::Process))
    }

    fn time(&self, cell: Cell) -> Parsed<Time> {
        match read_time(self.cell(cell))? {
            (time, []) => Ok(time),
            _ => Err(WarningKind::Malformed),
        }
    }

    fn value(&self) -> Parsed<Bytes> {
        self.bytes(Cell::Value)?.ok_or(WarningKind::Malformed)
    }

    fn bytes(&self, cell: Cell) -> Parsed<Option<Bytes>> {
        match self.cell(cell) {
            [] => Ok(None),
            digits => match integer(digits) {
                Some(count) => Ok(Some(Bytes(count))),
                None => spreadsheet_number(digits).map(|count| Some(Bytes(count))),
            },
        }
    }

    fn parts(&self) -> Parsed<Parts> {
        let memory = Memory {
            rss: self.bytes(Cell::Rss)?,
            anon: self.bytes(Cell::Anon)?,
            file: self.bytes(Cell::File)?,
            shmem: self.bytes(Cell::Shmem)?,
            swap: self.bytes(Cell::Swap)?,
            vsz: self.bytes(Cell::Vsz)?,
            hwm: self.bytes(Cell::Hwm)?,
            footprint: self.bytes(Cell::Footprint)?,
        };
        let processes = self.bytes(Cell::Processes)?.and_then(|n| u32::try_from(n.0).ok());
        Ok(Parts { memory, upper: self.bytes(Cell::Upper)?, processes })
    }

    fn json<'a, T: Deserialize<'a>>(&'a self) -> Parsed<T> {
        serde_json::from_slice(self.cell(Cell::Detail)).map_err(|_| WarningKind::Malformed)
    }
}

fn word(cell: &[u8]) -> Parsed<&[u8]> {
    if cell.is_empty() { Err(WarningKind::Malformed) } else { Ok(cell) }
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
