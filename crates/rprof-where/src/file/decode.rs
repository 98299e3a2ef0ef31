//! The decoder of one record. It returns `None` for damage, and never allocates more than the record's own length.

use super::FORMAT;
use super::kind;
use super::varint::Bytes;
use crate::model::{
    Area, Event, EventKind, Fault, Frame, Header, LARGEST_PAGE, Mapped, Moment, Node, Record, Run, Scan,
    Symbol,
};

/// A decoded record.
pub enum Decoded {
    /// A record of this version.
    Record(Record),
    /// The name of areas.
    Text(String),
    /// A record that a newer rprof wrote.
    Unknown,
    /// A header of a newer format.
    Newer(u64),
}

/// Decodes the payload of a record. `texts` are the names of areas so far.
pub fn decode(kind: u8, payload: &[u8], texts: &[String]) -> Option<Decoded> {
    let mut bytes = Bytes(payload);
    let record = match kind {
        kind::HEADER => match bytes.number()? {
            FORMAT => Record::Header(header(&mut bytes)?),
            0 => return None,
            newer => return Some(Decoded::Newer(newer)),
        },
        kind::MODULE => Record::Module(bytes.text()?),
        kind::FRAME => Record::Frame(Frame { module: bytes.small()?, offset: bytes.number()? }),
        kind::NODE => Record::Node(Node { parent: bytes.small()?, frame: bytes.small()? }),
        kind::SYMBOLS => symbols(&mut bytes)?,
        kind::LOST => Record::Lost(bytes.number()?),
        kind::LOST_EVENTS => Record::LostEvents(bytes.number()?),
        kind::END => Record::End,
        kind::TEXT => return Some(Decoded::Text(bytes.text()?)),
        kind::FORK..=kind::MOMENT | kind::PLACE => {
            let (time, pid) = (bytes.number()?, bytes.small()?);
            Record::Event(Event { time, pid, kind: event(kind, &mut bytes, texts)? })
        }
        _ => return Some(Decoded::Unknown),
    };
    Some(Decoded::Record(record))
}

fn header(bytes: &mut Bytes<'_>) -> Option<Header> {
    let (period, kernel) = (bytes.number()?, bytes.number()? != 0);
    let (page_size, huge_size) = (bytes.number()?, bytes.number()?);
    let writer = bytes.text()?;
    let is_size = |size: u64| size.is_power_of_two() && (1 << 9..=LARGEST_PAGE).contains(&size);
    let is_sound = (1..=1 << 20).contains(&period)
        && is_size(page_size)
        && page_size <= 1 << 20
        && is_size(huge_size)
        && huge_size >= page_size;
    is_sound.then_some(Header { writer, period, kernel, page_size, huge_size })
}

fn symbols(bytes: &mut Bytes<'_>) -> Option<Record> {
    let frame = bytes.small()?;
    let count = bytes.number()?;
    let mut symbols = Vec::new();
    for _ in 0..count {
        symbols.push(Symbol { name: bytes.text()?, file: bytes.text()?, line: bytes.small()? });
    }
    Some(Record::Symbols { frame, symbols })
}

fn event(kind: u8, bytes: &mut Bytes<'_>, texts: &[String]) -> Option<EventKind> {
    Some(match kind {
        kind::FORK => EventKind::Fork { parent: bytes.small()? },
        kind::NAME => {
            let exec = bytes.number()? != 0;
            EventKind::Name { name: bytes.text()?, exec }
        }
        kind::EXIT => EventKind::Exit,
        kind::MAP => {
            let (tid, start, length) = (bytes.small()?, bytes.number()?, bytes.number()?);
            EventKind::Map(Mapped { tid, start, end: start.checked_add(length)? })
        }
        kind::FAULT | kind::PLACE => {
            let has_stack = kind == kind::FAULT;
            let (tid, address) = (bytes.small()?, bytes.number()?);
            let (size, node, weight) = (bytes.number()?, bytes.small()?, bytes.small()?);
            if size != 0 && !(size.is_power_of_two() && size <= LARGEST_PAGE) {
                return None;
            }
            EventKind::Fault(Fault { tid, address, size, node, weight, has_stack })
        }
        kind::SCAN => EventKind::Scan(Box::new(scan(bytes, texts)?)),
        kind::MOMENT => {
            let count = bytes.number()?;
            let mut processes = Vec::new();
            for _ in 0..count {
                processes.push((bytes.small()?, bytes.number()?));
            }
            EventKind::Moment(Moment { processes })
        }
        _ => return None,
    })
}

fn scan(bytes: &mut Bytes<'_>, texts: &[String]) -> Option<Scan> {
    let rss = bytes.number()?;
    let mut areas = Vec::new();
    let mut last = 0u64;
    for _ in 0..bytes.number()? {
        let (start, end) = span(bytes, last)?;
        let name = texts.get(usize::try_from(bytes.number()?).ok()?)?.clone();
        areas.push(Area { start, end, name });
        last = end;
    }
    let mut runs = Vec::new();
    last = 0;
    for _ in 0..bytes.number()? {
        let (start, end) = span(bytes, last)?;
        let flags = bytes.byte()?;
        runs.push(Run { start, end, huge: flags & 1 != 0, file: flags & 2 != 0 });
        last = end;
    }
    Some(Scan { rss, areas, runs })
}

/// The next range; it begins at or after the end of the last one.
fn span(bytes: &mut Bytes<'_>, last: u64) -> Option<(u64, u64)> {
    let start = last.checked_add(bytes.number()?)?;
    let end = start.checked_add(bytes.number()?)?;
    Some((start, end))
}
