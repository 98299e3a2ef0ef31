//! The whole of a stacks file in memory.

use std::collections::HashMap;

use super::MAGIC;
use super::decode::{Decoded, decode};
use super::varint::Bytes;
use crate::error::Error;
use crate::model::{Event, EventKind, Frame, Header, Node, Record, Symbol};

/// The records of a stacks file. Every id in it is valid.
#[derive(Debug, Clone)]
pub struct Log {
    /// The settings.
    pub header: Header,
    /// The paths of the files with code.
    pub modules: Vec<String>,
    /// The frames.
    pub frames: Vec<Frame>,
    /// The stacks; the node with the id n is at n - 1.
    pub nodes: Vec<Node>,
    /// The functions at each frame that has a name, the innermost first.
    pub symbols: HashMap<u32, Vec<Symbol>>,
    /// The events in the order of their times.
    pub events: Vec<Event>,
    /// Recorded faults that were lost, with address and stack.
    pub lost: u64,
    /// Births, names, mappings and ends of processes that were lost.
    pub lost_events: u64,
    /// Recorded faults whose stacks were lost.
    pub lost_stacks: u64,
    /// False if the file has been cut, because rprof was killed or the disk was full.
    pub complete: bool,
}

impl Log {
    /// Reads a file up to its last whole record.
    ///
    /// # Errors
    /// `Malformed` if it does not begin as a stacks file, `Newer` for a format of a later rprof.
    pub fn read(file: &[u8]) -> Result<Self, Error> {
        let rest = file.strip_prefix(MAGIC).ok_or(Error::Malformed("it does not begin as one"))?;
        let mut bytes = Bytes(rest);
        let mut log: Option<Self> = None;
        let mut texts = Vec::new();
        while let Some((kind, payload)) = next(&mut bytes) {
            match (decode(kind, payload, &texts), &mut log) {
                (Some(Decoded::Newer(format)), _) => return Err(Error::Newer(format)),
                (Some(Decoded::Record(Record::Header(header))), None) => log = Some(Self::new(header)),
                (Some(Decoded::Record(Record::End)), Some(log)) => log.complete = true,
                (Some(Decoded::Record(record)), Some(log)) => {
                    if !log.add(record) {
                        break;
                    }
                }
                (Some(Decoded::Text(text)), Some(_)) => texts.push(text),
                (Some(Decoded::Unknown), Some(_)) => {}
                _ => break,
            }
        }
        let mut log = log.ok_or(Error::Malformed("it has no header"))?;
        log.events.sort_by_key(|event| event.time);
        Ok(log)
    }

    fn new(header: Header) -> Self {
        Self {
            header,
            modules: Vec::new(),
            frames: Vec::new(),
            nodes: Vec::new(),
            symbols: HashMap::new(),
            events: Vec::new(),
            lost: 0,
            lost_events: 0,
            lost_stacks: 0,
            complete: false,
        }
    }

    /// Adds a record; false if it refers to something that the file does not have.
    fn add(&mut self, record: Record) -> bool {
        match record {
            Record::Module(path) => self.modules.push(path),
            Record::Frame(frame) if (frame.module as usize) < self.modules.len() => self.frames.push(frame),
            // A parent stands before its child, so that no stack is endless.
            Record::Node(node)
                if node.parent as usize <= self.nodes.len() && (node.frame as usize) < self.frames.len() =>
            {
                self.nodes.push(node);
            }
            Record::Symbols { frame, symbols } if (frame as usize) < self.frames.len() => {
                self.symbols.insert(frame, symbols);
            }
            Record::Event(event) if self.knows_stack(&event) => {
                let has_stack = !matches!(&event.kind, EventKind::Fault(fault) if !fault.has_stack);
                self.lost_stacks += u64::from(!has_stack);
                self.events.push(event);
            }
            Record::LostEvents(count) => self.lost_events = self.lost_events.saturating_add(count),
            Record::Lost(count) => self.lost = self.lost.saturating_add(count),
            _ => return false,
        }
        true
    }

    fn knows_stack(&self, event: &Event) -> bool {
        match &event.kind {
            EventKind::Fault(fault) => fault.node as usize <= self.nodes.len(),
            _ => true,
        }
    }

    /// The frames of a stack, the innermost first.
    pub fn stack(&self, node: u32) -> impl Iterator<Item = u32> {
        let mut at = node;
        std::iter::from_fn(move || {
            let node = self.nodes.get((at as usize).checked_sub(1)?)?;
            at = node.parent;
            Some(node.frame)
        })
    }
}

/// The next whole record.
fn next<'a>(bytes: &mut Bytes<'a>) -> Option<(u8, &'a [u8])> {
    let kind = bytes.byte()?;
    let length = bytes.number()?;
    Some((kind, bytes.take(length)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::Writer;
    use crate::model::{Area, Fault, Mapped, Moment, Run, Scan};

    fn header() -> Header {
        Header { writer: "test".into(), period: 16, kernel: false, page_size: 4096, huge_size: 2 << 20 }
    }

    fn fault(has_stack: bool) -> Fault {
        Fault { tid: 7, address: 4097, size: 4096, node: 1, weight: 16, has_stack }
    }

    fn events() -> Vec<EventKind> {
        let scan = Scan {
            rss: 77,
            areas: vec![
                Area { start: 4096, end: 8192, name: "[heap]".into() },
                Area { start: 1 << 40, end: 1 << 41, name: String::new() },
            ],
            runs: vec![
                Run { start: 4096, end: 8192, huge: false, file: true },
                Run { start: 1 << 40, end: 1 << 41, huge: true, file: false },
            ],
        };
        vec![
            EventKind::Fork { parent: 1 },
            EventKind::Name { name: "sh".into(), exec: true },
            EventKind::Map(Mapped { tid: 7, start: 4096, end: 1 << 30 }),
            EventKind::Fault(fault(true)),
            EventKind::Fault(fault(false)),
            EventKind::Scan(Box::new(scan)),
            EventKind::Moment(Moment { processes: vec![(7, 77), (8, u64::MAX)] }),
            EventKind::Exit,
        ]
    }

    fn written() -> Vec<u8> {
        let mut writer = Writer::new(Vec::new(), &header());
        writer.write(&Record::Module("/bin/sh".into()));
        writer.write(&Record::Frame(Frame { module: 0, offset: 99 }));
        writer.write(&Record::Node(Node { parent: 0, frame: 0 }));
        for (time, kind) in (0..).zip(events()) {
            writer.write(&Record::Event(Event { time, pid: 7, kind }));
        }
        let symbols = vec![Symbol { name: "main".into(), file: "a.c".into(), line: 3 }];
        writer.write(&Record::Symbols { frame: 0, symbols });
        writer.write(&Record::Lost(5));
        writer.write(&Record::LostEvents(6));
        writer.finish().expect("a vector accepts everything")
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let log = Log::read(&written()).expect("sound");
        assert_eq!(log.header, header());
        assert_eq!(log.events.iter().map(|event| event.kind.clone()).collect::<Vec<_>>(), events());
        assert_eq!(log.symbols[&0][0].name, "main");
        assert_eq!((log.lost, log.lost_events, log.lost_stacks, log.complete), (5, 6, 1, true));
        assert_eq!(log.stack(1).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn a_cut_file_is_read_up_to_the_cut_and_is_not_complete() {
        let file = written();
        let mut events = 0;
        for end in 0..file.len() {
            match Log::read(&file[..end]) {
                Ok(log) => {
                    assert!(!log.complete, "cut at {end}");
                    assert!(log.events.len() >= events);
                    events = log.events.len();
                }
                Err(error) => assert!(matches!(error, Error::Malformed(_)), "cut at {end}: {error}"),
            }
        }
        assert_eq!(events, 8);
    }

    #[test]
    fn damage_never_panics() {
        let file = written();
        for at in 0..file.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = file.clone();
                damaged[at] = value;
                let _ = Log::read(&damaged);
            }
        }
    }
}
