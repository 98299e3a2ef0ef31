//! The needed sections of a long trace, found through its index and read one after the other as if they were the whole.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::vec::IntoIter;

use memchr::memmem;

use crate::format::dat::DatWriter;
use crate::format::index::SHORTEST;
use crate::model::{End, Index, Metric, Part, Proven, Record, Section, Tick};
use crate::profile::consistency::least;
use crate::profile::options::ProfileOptions;
use crate::read::Reader;
use crate::units::{Bytes, Seconds};

/// The number of bytes at the end of a file in which the index is searched.
const TAIL: u64 = 1 << 20;
/// The most bytes that other processes can have written between the making of the index and its writing.
const AFTER: u64 = 64 << 10;

/// A piece of a partial trace.
#[derive(Debug, Clone)]
enum Piece {
    /// A range of bytes of the file.
    Bytes(u64, u64),
    /// A line that replaces a skipped section: its largest value.
    Line(Vec<u8>),
}

/// The pieces of a file to read.
#[derive(Debug)]
pub(crate) struct Plan {
    pieces: Vec<Piece>,
}

impl Plan {
    /// The plan for a trace; `None` if all of it must be read: it has no index, the index belongs to another file, or
    /// every section is needed.
    pub fn of(path: &Path, options: &ProfileOptions) -> Option<Self> {
        // The births and the samples of processes stand in all sections.
        if options.lives || (options.window.is_none() && options.curves) {
            return None;
        }
        let mut file = File::open(path).ok()?;
        let (index, index_at, end) = find_index(&mut file)?;
        let window = match options.window {
            Some(window) => window,
            // With several processes, peaks of processes and PSS stand in all sections.
            None if end.processes == 1 => (Seconds(f64::NEG_INFINITY), Seconds(f64::NEG_INFINITY)),
            None => return None,
        };
        let (mut writer, metric) = writer_of(&file, path)?;
        // Without it a forged index could name any smaller peak.
        if options.window.is_none() {
            least(&end, metric)?;
        }
        let needed = needed(&index.sections, window);
        let ends = index.sections.iter().skip(1).map(|section| section.at).chain([index_at]);
        let mut pieces = Vec::new();
        for ((section, end), needed) in index.sections.iter().zip(ends).zip(needed) {
            if !needed {
                pieces.push(Piece::Line(line(&mut writer, section)));
                continue;
            }
            is_at_line_start(&mut file, section.at).then_some(())?;
            match pieces.last_mut() {
                Some(Piece::Bytes(_, to)) if *to == section.at => *to = end,
                _ => pieces.push(Piece::Bytes(section.at, end)),
            }
        }
        pieces.push(Piece::Bytes(index_at, u64::MAX));
        let saves = pieces.iter().any(|piece| matches!(piece, Piece::Line(_)));
        saves.then_some(Self { pieces })
    }

    /// Opens the file for reading these pieces.
    pub fn open(&self, path: &Path) -> io::Result<Pieces> {
        Ok(Pieces { file: File::open(path)?, rest: self.pieces.clone().into_iter(), piece: None })
    }
}

/// The index of a file, its offset, and the end of the run; `None` if there is no index, if it belongs to another file (a
/// trace that was cut or joined), or if it cannot be rprof's.
fn find_index(file: &mut File) -> Option<(Index, u64, End)> {
    let length = file.seek(SeekFrom::End(0)).ok()?;
    if length < SHORTEST {
        return None;
    }
    let from = length.saturating_sub(TAIL);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(from)).ok()?;
    file.take(TAIL).read_to_end(&mut tail).ok()?;
    let at = memmem::rfind(&tail, b"\nINDEX ")? + 1;
    let mut lines = tail[at..].split(|b| *b == b'\n');
    let index: Index = serde_json::from_slice(lines.next()?.strip_prefix(b"INDEX ")?).ok()?;
    // rprof writes both lines at once, as its last ones.
    let end: End = serde_json::from_slice(lines.next()?.strip_prefix(b"END ")?).ok()?;
    if lines.any(|line| line.starts_with(b"END ")) {
        return None;
    }
    let here = from + at as u64;
    let run = -1.0..=end.elapsed_s.0 + 1.0;
    let is_of_file = index.is_in_order()
        && index.sections.iter().all(|part| run.contains(&part.from_s.0) && run.contains(&part.peak_s.0))
        && index.sections.first()?.at == 0
        && index.sections.last()?.at < index.at
        && (index.at..=index.at + AFTER).contains(&here);
    is_of_file.then_some((index, here, end))
}

/// A writer of lines on the clock of the trace, and its metric, from its header.
fn writer_of(file: &File, path: &Path) -> Option<(DatWriter, Metric)> {
    let mut file = file.try_clone().ok()?;
    file.seek(SeekFrom::Start(0)).ok()?;
    let mut reader = Reader::new(file, path);
    let header = reader.next_record().ok()??;
    let Record::Header(fields) = &header else { return None };
    let mut writer = DatWriter::new();
    writer.write(&header, &mut Vec::new());
    Some((writer, fields.metric))
}

/// For each section, `true` if it is needed: the one with the header, the one with the last tick, those with more than ticks,
/// and those from the last tick before the window to the first tick after it.
fn needed(sections: &[Section], (from, to): (Seconds, Seconds)) -> impl Iterator<Item = bool> {
    let first = sections.iter().rposition(|section| section.from_s <= from).unwrap_or(0);
    let last = sections.iter().position(|section| section.from_s > to).unwrap_or(sections.len());
    sections.iter().enumerate().map(move |(at, section)| {
        at == 0 || at + 1 == sections.len() || section.annotated || (first..=last).contains(&at)
    })
}

fn line(writer: &mut DatWriter, section: &Section) -> Vec<u8> {
    let (value, time) = (section.peak_bytes, section.peak_s);
    let mut line = Vec::new();
    if let Some(within) = section.within_s {
        writer.write(&Record::Proven(Proven { time, within, value }), &mut line);
        return line;
    }
    // A column that is missing at the end of a line is as before. Here all are unknown, so all are written.
    let memory = Part::ALL.map(|part| (part, Bytes(0))).into();
    let known = Tick { memory, upper: Some(Bytes(0)), processes: Some(0), ..Tick::default() };
    writer.write(&Record::Tick(&known), &mut line);
    line.clear();
    writer.write(&Record::Tick(&Tick { time, value, ..Tick::default() }), &mut line);
    line
}

fn is_at_line_start(file: &mut File, at: u64) -> bool {
    let mut before = [0];
    at == 0
        || (file.seek(SeekFrom::Start(at - 1)).is_ok()
            && file.read_exact(&mut before).is_ok()
            && before == *b"\n")
}

/// The input made of the pieces of a plan.
#[derive(Debug)]
pub(crate) struct Pieces {
    file: File,
    rest: IntoIter<Piece>,
    piece: Option<Piece>,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match &mut self.piece {
                None => 0,
                Some(Piece::Line(line)) => {
                    let count = line.len().min(buffer.len());
                    buffer[..count].copy_from_slice(&line[..count]);
                    line.drain(..count);
                    count
                }
                Some(Piece::Bytes(from, to)) => {
                    let most = usize::try_from(*to - *from).unwrap_or(usize::MAX).min(buffer.len());
                    let count = self.file.read(&mut buffer[..most])?;
                    *from += count as u64;
                    count
                }
            };
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.piece = self.rest.next();
            match self.piece {
                None => return Ok(0),
                Some(Piece::Bytes(from, _)) => _ = self.file.seek(SeekFrom::Start(from))?,
                Some(Piece::Line(_)) => {}
            }
        }
    }
}
