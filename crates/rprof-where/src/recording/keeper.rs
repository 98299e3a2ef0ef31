//! The thread that turns the kernel's records into those of the stacks file.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;

use super::drain::Batch;
use super::moments::Moments;
use super::naming;
use super::processes::Processes;
use crate::events::{Parsed, Side, parse, parse_sample};
use crate::file::Writer;
use crate::model::{Event, EventKind, Fault, Header, Mapped, Record};
use crate::unwind::Interner;

/// The time for which a record may be under way, in nanoseconds.
const LATENESS: u64 = 1_000_000;

/// A fault that waits for older records of other processors.
struct Waiting {
    pid: u32,
    fault: Fault,
    registers: Vec<u64>,
    stack: Vec<u8>,
}

/// A record that waits.
enum Item {
    Side(Parsed),
    Fault(Box<Waiting>),
}

/// Keeps the records of one run.
struct Keeper<W> {
    writer: Writer<W>,
    start: u64,
    page: u64,
    own: u32,
    period: u32,
    unknown: u32,
    processes: Processes,
    interner: Interner,
    moments: Moments,
    waiting: Vec<(u64, Item)>,
    /// Thread and address of the faults that the last batch has with every other one.
    dense: HashSet<(u32, u64)>,
    frames: Vec<crate::model::Frame>,
}

/// Takes batches until the sender is gone; then names the functions and completes the file.
///
/// # Errors
/// When the file could not be written.
pub fn run<W: Write>(
    (receive, backlog): (&Receiver<Batch>, &AtomicUsize),
    writer: Writer<W>,
    header: &Header,
    start: u64,
) -> io::Result<()> {
    let mut keeper = Keeper {
        writer,
        start,
        page: header.page_size,
        own: std::process::id(),
        period: header.period as u32,
        unknown: 0,
        processes: Processes::default(),
        interner: Interner::default(),
        moments: Moments::default(),
        waiting: Vec::new(),
        dense: HashSet::new(),
        frames: Vec::new(),
    };
    keeper.unknown = keeper.interner.module("[unknown]", &mut |record| keeper.writer.write(&record));
    let mut last = 0;
    while let Ok(batch) = receive.recv() {
        last = batch.until;
        keeper.take(&batch);
        backlog.fetch_sub(batch.len(), Ordering::Relaxed);
        drop(batch);
        keeper.pass_on(last.saturating_sub(LATENESS));
        let write = &mut |record| keeper.writer.write(&record);
        keeper.moments.look(&mut keeper.processes, (start, keeper.page), write);
        keeper.writer.flush_if_old();
    }
    keeper.pass_on(last.saturating_add(1));
    let write = &mut |record| keeper.writer.write(&record);
    naming::name_all(&keeper.interner, &keeper.processes.generators, write);
    keeper.writer.finish().map(drop)
}

impl<W: Write> Keeper<W> {
    /// Parses a batch.
    fn take(&mut self, batch: &Batch) {
        let mut sides = Vec::new();
        let lost_sides = parse(&batch.tasks, &mut sides);
        self.waiting.extend(sides.into_iter().map(|side| (side.time, Item::Side(side))));
        let own = self.own;
        let waiting = &mut self.waiting;
        let mut keep = |weight: u32, sample: crate::events::Sample<'_>| {
            if sample.pid == own {
                return;
            }
            let fault =
                Fault { tid: sample.tid, address: sample.address, size: sample.size, node: 0, weight };
            let stack = sample.stack.to_vec();
            let item = Waiting { pid: sample.pid, fault, registers: sample.registers, stack };
            waiting.push((sample.time, Item::Fault(Box::new(item))));
        };
        let mut dense = HashSet::new();
        parse_sample(&batch.dense, &mut |sample| {
            dense.insert((sample.tid, sample.address));
            keep(1, sample);
        });
        // A fault that both ways have recorded counts once. The two are drained one after the other.
        let before = std::mem::replace(&mut self.dense, dense);
        let period = self.period;
        let lost = parse_sample(&batch.sparse, &mut |sample| {
            let key = (sample.tid, sample.address);
            if !self.dense.contains(&key) && !before.contains(&key) {
                keep(period, sample);
            }
        });
        if lost + lost_sides > 0 {
            self.writer.write(&Record::Lost(lost + lost_sides));
        }
    }

    /// Handles all records up to a time, in the order of their times.
    fn pass_on(&mut self, until: u64) {
        self.waiting.sort_by_key(|(time, _)| *time);
        let ready = self.waiting.partition_point(|(time, _)| *time <= until);
        let later = self.waiting.split_off(ready);
        for (time, item) in std::mem::replace(&mut self.waiting, later) {
            let time = time.saturating_sub(self.start);
            match item {
                Item::Side(parsed) => self.side(time, parsed),
                Item::Fault(waiting) => self.fault(time, &waiting),
            }
        }
    }

    fn side(&mut self, time: u64, Parsed { pid, side, .. }: Parsed) {
        if pid == self.own {
            return;
        }
        let write = &mut |record| self.writer.write(&record);
        self.processes.apply(pid, &side, &mut self.interner, write);
        let kind = match side {
            Side::Fork { parent } => EventKind::Fork { parent },
            Side::Exit => EventKind::Exit,
            Side::Name { name, exec } => EventKind::Name { name, exec },
            // The kernel reports the whole heap each time it grows: it is one mapping.
            Side::Map { path, .. } if path == "[heap]" || path == "[stack]" => return,
            Side::Map { tid, start, end, .. } => EventKind::Map(Mapped { tid, start, end }),
        };
        self.writer.write(&Record::Event(Event { time, pid, kind }));
    }

    fn fault(&mut self, time: u64, waiting: &Waiting) {
        let memory = (waiting.registers.as_slice(), waiting.stack.as_slice());
        self.processes.unwind(waiting.pid, memory, self.unknown, &mut self.frames);
        let write = &mut |record| self.writer.write(&record);
        let node = self.interner.stack(&self.frames, write);
        let kind = EventKind::Fault(Fault { node, ..waiting.fault });
        self.writer.write(&Record::Event(Event { time, pid: waiting.pid, kind }));
    }
}
