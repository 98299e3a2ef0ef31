//! The thread that turns the kernel's records into those of the stacks file.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;

use super::drain::Batch;
use super::naming;
use super::places::{Place, Places};
use super::processes::Processes;
use super::twins::Twins;
use crate::attribution::serves_callers;
use crate::events::{Parsed, Sample, Side, parse, parse_samples};
use crate::file::Writer;
use crate::model::{Event, EventKind, Fault, Frame, Header, Mapped, Record};
use crate::unwind::{Interner, place};

/// The time for which a record may be under way, in nanoseconds.
const LATENESS: u64 = 1_000_000;
/// The time for which a fault without a stack waits for later ones at the same place, in nanoseconds.
const PATIENCE: u64 = 1_000_000_000;

/// The sources of the records.
pub struct Inlets<'a> {
    /// The records of the kernel.
    pub batches: &'a Receiver<Batch>,
    /// The bytes of the records that wait.
    pub backlog: &'a AtomicUsize,
    /// Scans and moments.
    pub looks: &'a Receiver<Record>,
}

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
    Look(Box<Record>),
}

/// A fault whose stack was lost.
struct Bare {
    time: u64,
    pid: u32,
    fault: Fault,
    place: Option<Place>,
    /// The function at that place alone; 0 if it works for its caller.
    function: u32,
}

/// Keeps the records of one run.
struct Keeper<W> {
    writer: Writer<W>,
    start: u64,
    own: u32,
    period: u32,
    unknown: u32,
    processes: Processes,
    interner: Interner,
    waiting: Vec<(u64, Item)>,
    twins: Twins,
    places: Places,
    /// Faults without stacks, in the order of time.
    bare: VecDeque<Bare>,
    /// Faults that were lost so far.
    lost: u64,
    frames: Vec<Frame>,
}

/// Takes batches until the sender is gone; then names the functions and completes the file.
///
/// # Errors
/// When the file could not be written.
pub fn run<W: Write>(inlets: &Inlets<'_>, writer: Writer<W>, header: &Header, start: u64) -> io::Result<()> {
    let mut keeper = Keeper {
        writer,
        start,
        own: std::process::id(),
        period: header.period as u32,
        unknown: 0,
        processes: Processes::default(),
        interner: Interner::default(),
        waiting: Vec::new(),
        twins: Twins::default(),
        places: Places::default(),
        bare: VecDeque::new(),
        lost: 0,
        frames: Vec::new(),
    };
    keeper.unknown = keeper.interner.module("[unknown]", &mut |record| keeper.writer.write(&record));
    while let Ok(batch) = inlets.batches.recv() {
        keeper.take(&batch);
        inlets.backlog.fetch_sub(batch.len(), Ordering::Relaxed);
        let until = batch.until.saturating_sub(LATENESS);
        drop(batch);
        inlets.looks.try_iter().for_each(|look| keeper.take_look(look));
        keeper.pass_on(until);
        keeper.write_bare(until.saturating_sub(PATIENCE));
        keeper.writer.flush_if_old();
    }
    inlets.looks.iter().for_each(|look| keeper.take_look(look));
    keeper.pass_on(u64::MAX);
    keeper.write_bare(u64::MAX);
    let write = &mut |record| keeper.writer.write(&record);
    naming::name_all(&keeper.interner, &keeper.processes.generators, write);
    keeper.writer.finish().map(drop)
}

impl<W: Write> Keeper<W> {
    /// Parses a batch.
    fn take(&mut self, batch: &Batch) {
        let mut sides = Vec::new();
        let lost_events = parse(&batch.tasks, &mut sides);
        self.waiting.extend(sides.into_iter().map(|side| (side.time, Item::Side(side))));
        self.twins.begin();
        // A fault that several events have recorded counts once: with the most that is known of it.
        for (bytes, weight, has_stack) in
            [(&batch.dense, 1, true), (&batch.sparse, self.period, true), (&batch.places, self.period, false)]
        {
            let (own, waiting, twins) = (self.own, &mut self.waiting, &self.twins);
            let mut added = Vec::new();
            let lost = parse_samples(bytes, has_stack, &mut |sample| {
                let key = (sample.tid, sample.address, sample.time);
                if sample.pid != own && !twins.has(key) {
                    added.push(key);
                    waiting.push((sample.time, item(sample, weight, has_stack)));
                }
            });
            added.into_iter().for_each(|key| self.twins.add(key));
            // A lost stack is counted by the fault without one.
            if !has_stack {
                self.report_lost(lost, batch.lost_in_all);
            }
        }
        if lost_events > 0 {
            self.writer.write(&Record::LostEvents(lost_events));
        }
    }

    /// Writes the number of lost faults. The kernel reports a loss before the next record only, so that those at the end are
    /// known from the sum.
    fn report_lost(&mut self, lost: u64, in_all: Option<u64>) {
        let lost = lost.max(in_all.unwrap_or(0).saturating_sub(self.lost));
        self.lost += lost;
        if lost > 0 {
            self.writer.write(&Record::Lost(lost));
        }
    }

    /// Takes a scan or a moment.
    fn take_look(&mut self, look: Record) {
        let time = match &look {
            Record::Event(event) => event.time.saturating_add(self.start),
            _ => 0,
        };
        self.waiting.push((time, Item::Look(Box::new(look))));
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
                Item::Look(record) => self.writer.write(&record),
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
        let pid = waiting.pid;
        let place = place(&waiting.registers).map(|(pc, sp)| (pid, waiting.fault.tid, pc, sp));
        let memory = (waiting.registers.as_slice(), waiting.stack.as_slice());
        self.processes.unwind(pid, memory, self.unknown, &mut self.frames);
        if !waiting.fault.has_stack {
            let function = self.function();
            self.bare.push_back(Bare { time, pid, fault: waiting.fault, place, function });
            return;
        }
        let write = &mut |record| self.writer.write(&record);
        let node = self.interner.stack(&self.frames, write);
        if let Some(place) = place {
            self.places.add(place, time, node);
        }
        let kind = EventKind::Fault(Fault { node, ..waiting.fault });
        self.writer.write(&Record::Event(Event { time, pid, kind }));
    }

    /// The frames that were found without a stack, the first one at least; 0 if their functions work for others.
    fn function(&mut self) -> u32 {
        let paths = &self.interner.paths;
        let serves = |frame: &Frame| paths.get(frame.module as usize).is_none_or(|path| serves_callers(path));
        if self.frames.iter().all(|frame| frame.module == self.unknown || serves(frame)) {
            return 0;
        }
        self.interner.stack(&self.frames, &mut |record| self.writer.write(&record))
    }

    /// Writes the faults up to a time whose stacks were lost, each with the stack that it most likely had.
    fn write_bare(&mut self, until: u64) {
        let until = until.saturating_sub(self.start);
        while self.bare.front().is_some_and(|bare| bare.time <= until) {
            let Some(bare) = self.bare.pop_front() else { return };
            let known = bare.place.map_or(0, |place| self.places.stack_at(&place, bare.time));
            let node = if known == 0 { bare.function } else { known };
            let kind = EventKind::Fault(Fault { node, ..bare.fault });
            self.writer.write(&Record::Event(Event { time: bare.time, pid: bare.pid, kind }));
        }
    }
}

/// A recorded fault that waits.
fn item(sample: Sample<'_>, weight: u32, has_stack: bool) -> Item {
    let Sample { pid, tid, address, size, .. } = sample;
    let fault = Fault { tid, address, size, node: 0, weight, has_stack };
    Item::Fault(Box::new(Waiting { pid, fault, stack: sample.stack.to_vec(), registers: sample.registers }))
}
