//! The decoder of `.csv` rows. It finds columns by name, in any order. Missing columns are empty, others are ignored.

use std::io::{self, Read};

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};
use serde::Deserialize;

use super::{Cell, SpanDetail, is_formula};
use crate::format::column::ColumnValues;
use crate::format::dat::decode::note;
use crate::format::number::{Time, field, integer, read_time};
use crate::format::raw::{Columns, Line};
use crate::model::Part;
use crate::units::Bytes;
use crate::warning::WarningKind;

/// The largest size. A `.dat` trace has no larger one.
const MOST: u64 = u64::MAX >> 1;

type Parsed<T> = Result<T, WarningKind>;

/// The input of the csv reader: one line at a time.
///
/// A row never spans lines in our traces. Handing over single lines keeps a stray quote in a damaged line from
/// swallowing the lines after it.
#[derive(Debug, Default)]
struct OneLine {
    line: Vec<u8>,
    read: usize,
}

impl Read for OneLine {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (&self.line[self.read..]).read(buffer)?;
        self.read += count;
        Ok(count)
    }
}

/// Decodes the rows of one file. It knows where the columns of this file are.
#[derive(Debug)]
pub(crate) struct Rows {
    reader: Reader<OneLine>,
    cells: ByteRecord,
    values: ColumnValues,
    span: SpanDetail,
    /// For each known column its position in this file.
    order: [Option<usize>; Cell::COUNT],
}

impl Rows {
    /// The decoder for a file with this first line; `None` if the line does not name our columns.
    pub fn from_heading(line: &[u8]) -> Option<Self> {
        let mut rows = Self {
            reader: reader(),
            cells: ByteRecord::new(),
            values: ColumnValues::default(),
            span: SpanDetail::default(),
            order: [None; Cell::COUNT],
        };
        rows.split(line)?;
        rows.learn();
        let named = |cell: Cell| rows.order[cell.place()].is_some();
        (named(Cell::Record) && named(Cell::Time)).then_some(rows)
    }

    /// Decodes one row without its newline.
    ///
    /// # Errors
    /// The kind of fault.
    pub fn decode(&mut self, line: &[u8]) -> Parsed<Line<'_>> {
        self.split(line).ok_or(WarningKind::Malformed)?;
        // Concatenated files have column names in the middle.
        if self.cell(Cell::Record) == b"record" {
            self.learn();
            return Ok(Line::Other);
        }
        match self.cell(Cell::Record) {
            b"tree" | b"process" => self.values = self.values()?,
            b"function" => {
                self.span = self.json()?;
                if self.span.enter_bytes.0.max(self.span.leave_bytes.0) > MOST {
                    return Err(WarningKind::Malformed);
                }
            }
            _ => {}
        }
        self.line()
    }

    fn line(&self) -> Parsed<Line<'_>> {
        Ok(match self.cell(Cell::Record) {
            b"run" => Line::Header(self.json()?),
            b"command" => Line::Command(self.text(Cell::Detail)),
            b"tree" => Line::Tick {
                value: self.value()?,
                time: self.time(Cell::Time)?,
                columns: Columns::Values(&self.values),
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
                columns: Columns::Values(&self.values),
            },
            b"pss" => Line::Pss { value: self.value()?, time: self.time(Cell::Time)? },
            b"cgroup" => Line::Cgroup { at: self.time(Cell::Time)?.nanos, group: self.json()? },
            b"born" => Line::Born { id: self.id()?, at: self.time(Cell::Time)?.nanos, born: self.json()? },
            b"exit" => Line::Exit { id: self.id()?, at: self.time(Cell::Time)?.nanos, exit: self.json()? },
            b"function" => self.span()?,
            b"gap" => Line::Gap(self.time(Cell::From)?.nanos, self.time(Cell::To)?.nanos),
            b"span_begin" => {
                let (id, name) = field(self.text(Cell::Detail));
                Line::SpanBegin { id: word(id)?, time: self.time(Cell::Time)?, name }
            }
            b"span_end" => {
                let (id, _) = field(self.text(Cell::Detail));
                Line::SpanEnd { id: word(id)?, time: self.time(Cell::Time)? }
            }
            b"mark" => Line::Mark { time: self.time(Cell::Time)?, label: self.text(Cell::Detail) },
            b"note" => note(self.text(Cell::Detail))?,
            b"end" => Line::End(self.json()?),
            b"" => return Err(WarningKind::Malformed),
            _ => Line::Other,
        })
    }

    fn span(&self) -> Parsed<Line<'_>> {
        let SpanDetail { name, enter_bytes, leave_bytes, level } = &self.span;
        Ok(Line::Span {
            name: name.as_bytes(),
            enter: (self.time(Cell::From)?, *enter_bytes),
            leave: (self.time(Cell::To)?, *leave_bytes),
            level: *level,
        })
    }

    /// Splits a line into cells; `None` if it is not a row.
    fn split(&mut self, line: &[u8]) -> Option<()> {
        let input = self.reader.get_mut();
        input.line.clear();
        input.line.extend_from_slice(line);
        input.line.push(b'\n');
        input.read = 0;
        let split = self.reader.read_byte_record(&mut self.cells);
        // An open quote made the reader ask for more than the line. It has met the end of its input and is used up.
        if self.reader.is_done() {
            self.reader = reader();
        }
        split.ok()?.then_some(())
    }

    /// Takes the split line as the names of the columns.
    fn learn(&mut self) {
        self.order = [None; Cell::COUNT];
        for cell in Cell::all() {
            let name = cell.name();
            self.order[cell.place()] = self.cells.iter().position(|found| found == name.as_bytes());
        }
    }

    fn cell(&self, cell: Cell) -> &[u8] {
        self.order[cell.place()].and_then(|at| self.cells.get(at)).unwrap_or_default()
    }

    /// A cell of text, without the guard against formulas.
    fn text(&self, cell: Cell) -> &[u8] {
        match self.cell(cell) {
            [b'\'', text @ ..] if is_formula(text) => text,
            text => text,
        }
    }

    fn id(&self) -> Parsed<&[u8]> {
        word(self.text(Cell::Process))
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
                Some(count) if count <= MOST => Ok(Some(Bytes(count))),
                Some(_) => Err(WarningKind::Malformed),
                None => spreadsheet_number(digits).map(|count| Some(Bytes(count))),
            },
        }
    }

    fn values(&self) -> Parsed<ColumnValues> {
        let mut values = ColumnValues::default();
        for part in Part::ALL {
            values.memory.set(part, self.bytes(Cell::Part(part))?);
        }
        values.upper = self.bytes(Cell::Upper)?;
        values.processes = self.bytes(Cell::Processes)?.and_then(|n| u32::try_from(n.0).ok());
        Ok(values)
    }

    fn json<'a, T: Deserialize<'a>>(&'a self) -> Parsed<T> {
        serde_json::from_slice(self.cell(Cell::Detail)).map_err(|_| WarningKind::Malformed)
    }
}

fn reader() -> Reader<OneLine> {
    // Only a newline ends a row: a carriage return inside a damaged line must not leave half a row for the next one.
    let newline = Terminator::Any(b'\n');
    ReaderBuilder::new().has_headers(false).flexible(true).terminator(newline).from_reader(OneLine::default())
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
        n if n < MOST as f64 => Ok(n.round() as u64),
        _ => Err(WarningKind::Malformed),
    }
}
