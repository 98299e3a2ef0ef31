//! The replay of the events up to one moment, and the shares of the memory at that moment.

use std::collections::HashMap;
use std::rc::Rc;

use super::assign::{Assignment, Piece};
use super::space::Space;
use super::{Class, Doubt};
use crate::file::Log;
use crate::model::{Event, EventKind, Fault, Moment};

/// A program in a process: an exec makes a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// The process id.
    pub pid: u32,
    /// The name of the program.
    pub name: String,
}

/// Bytes with one origin.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Share {
    /// The process that touched them, an index into the processes of the view.
    pub process: u32,
    /// The stack; 0 if unknown. Without a fault the part that the stacks around the mapping have in common.
    pub node: u32,
    /// The certainty.
    pub class: Class,
    /// The reason for which the stack is not certain.
    pub doubt: Doubt,
    /// Another process and stack that the bytes may belong to: pages between two faults go to the nearer one.
    pub rival: Option<(u32, u32)>,
    /// The name of the area; only if no fault was seen.
    pub area: String,
    /// True for pages of a file or shared memory.
    pub file: bool,
    /// The bytes.
    pub bytes: u64,
}

impl Share {
    /// True if no fault was seen.
    pub fn is_unseen(&self) -> bool {
        self.class == Class::Unseen
    }

    /// True if the bytes have a stack that is certain: a fault was recorded with it, and its pages were not moved.
    pub fn has_recorded_stack(&self) -> bool {
        !self.is_unseen() && self.node != 0 && self.doubt == Doubt::None
    }
}

/// The memory of the tree at one moment.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Nanoseconds since the start of the run.
    pub time: u64,
    /// The RSS of the tree in bytes.
    pub rss: u64,
    /// True for all memory that was ever touched.
    pub gross: bool,
    /// The programs of the run so far.
    pub processes: Vec<Process>,
    /// The shares.
    pub shares: Vec<Share>,
}

impl View {
    /// The sum of all shares in bytes.
    pub fn bytes(&self) -> u64 {
        self.shares.iter().map(|share| share.bytes).sum()
    }
}

/// The moment that a view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The moment with the largest RSS.
    Peak,
    /// The last moment at or before a time in nanoseconds; the first one if there is none before.
    At(u64),
    /// All faults so far, whether or not their pages are still present.
    Gross,
}

/// The times and RSS of all moments, in order.
pub fn moments(log: &Log) -> impl Iterator<Item = (u64, u64)> {
    log.events.iter().filter_map(|event| match &event.kind {
        EventKind::Moment(moment) => Some((event.time, moment.rss())),
        _ => None,
    })
}

/// The view at a moment; `None` if the file has no moment.
pub fn view(log: &Log, which: Which) -> Option<View> {
    let last_best = |best: Option<(usize, u64)>, (index, (_, rss)): (usize, (u64, u64))| match best {
        // Of equal ones the last: the memory had stopped to grow.
        Some((_, most)) if most > rss => best,
        _ => Some((index, rss)),
    };
    let chosen = match which {
        Which::Gross => {
            let mut replay = Replay::new(log);
            log.events.iter().for_each(|event| _ = replay.apply(event));
            return Some(replay.gross());
        }
        Which::Peak => moments(log).enumerate().fold(None, last_best)?.0,
        Which::At(time) => {
            let before = moments(log).take_while(|(at, _)| *at <= time).count();
            moments(log).next()?;
            before.saturating_sub(1)
        }
    };
    let mut replay = Replay::new(log);
    let mut found =
        log.events.iter().filter_map(|event| replay.apply(event).map(|moment| (event.time, moment)));
    let (time, moment) = found.nth(chosen)?;
    drop(found);
    Some(replay.view(time, moment))
}

/// The views at all moments in order, each at least `step` nanoseconds after the one before.
pub fn series(log: &Log, step: u64, out: &mut dyn FnMut(View)) {
    let mut replay = Replay::new(log);
    let mut next = 0;
    for event in &log.events {
        if let Some(moment) = replay.apply(event)
            && event.time >= next
        {
            next = event.time.saturating_add(step);
            out(replay.view(event.time, moment));
        }
    }
}

/// The views at the moments with these numbers, which are in order.
pub fn views(log: &Log, numbers: &[usize], out: &mut dyn FnMut(View)) {
    let mut replay = Replay::new(log);
    let mut wanted = numbers.iter().copied().peekable();
    let mut number = 0;
    for event in &log.events {
        let Some(moment) = replay.apply(event) else { continue };
        if wanted.next_if_eq(&number).is_some() {
            out(replay.view(event.time, moment));
        }
        number += 1;
    }
}

/// The state of all processes while the events pass.
struct Replay<'a> {
    log: &'a Log,
    spaces: HashMap<u32, Space>,
    current: HashMap<u32, u32>,
    processes: Vec<Process>,
    faults: u64,
    gross: HashMap<(u32, u32), u64>,
}

impl<'a> Replay<'a> {
    fn new(log: &'a Log) -> Self {
        Self {
            log,
            spaces: HashMap::new(),
            current: HashMap::new(),
            processes: Vec::new(),
            faults: 0,
            gross: HashMap::new(),
        }
    }

    /// Applies an event; returns it if it is a moment.
    fn apply(&mut self, event: &'a Event) -> Option<&'a Moment> {
        let pid = event.pid;
        match &event.kind {
            EventKind::Fork { parent } => {
                let space = self.spaces.get(parent).cloned().unwrap_or_default();
                self.spaces.insert(pid, space);
                let name = self.program(*parent).name.clone();
                self.begin(pid, name);
            }
            EventKind::Name { name, exec } => {
                if *exec {
                    self.spaces.remove(&pid);
                    self.begin(pid, name.clone());
                } else {
                    self.program(pid).name.clone_from(name);
                }
            }
            EventKind::Exit => _ = self.spaces.remove(&pid),
            EventKind::Map(mapped) => self.spaces.entry(pid).or_default().map(mapped),
            EventKind::Fault(fault) => self.touch(pid, fault),
            EventKind::Scan(scan) => {
                let header = &self.log.header;
                self.spaces.entry(pid).or_default().scanned(Rc::new((**scan).clone()), header);
            }
            EventKind::Moment(moment) => return Some(moment),
        }
        None
    }

    fn begin(&mut self, pid: u32, name: String) {
        self.current.insert(pid, self.processes.len() as u32);
        self.processes.push(Process { pid, name });
    }

    fn index(&mut self, pid: u32) -> u32 {
        if let Some(index) = self.current.get(&pid) {
            return *index;
        }
        self.begin(pid, String::new());
        self.current[&pid]
    }

    fn program(&mut self, pid: u32) -> &mut Process {
        let index = self.index(pid);
        &mut self.processes[index as usize]
    }

    fn touch(&mut self, pid: u32, fault: &Fault) {
        let process = self.index(pid);
        self.faults += 1;
        let header = &self.log.header;
        self.spaces.entry(pid).or_default().touch(fault, self.faults, process, header);
        let bytes = fault.size.max(header.page_size).saturating_mul(fault.weight.into());
        let sum = self.gross.entry((process, fault.node)).or_default();
        *sum = sum.saturating_add(bytes);
    }

    fn view(&self, time: u64, moment: &Moment) -> View {
        let lossy = self.log.lost > 0;
        let mut sums: HashMap<Share, u64> = HashMap::new();
        for (pid, _) in &moment.processes {
            let Some(space) = self.spaces.get(pid) else { continue };
            let Some(scan) = &space.scan else { continue };
            let own = self.current.get(pid).copied().unwrap_or(0);
            Assignment::new(space, &self.log.header, lossy).assign(scan, &mut |piece| {
                let sum = sums.entry(self.share(&piece, own)).or_default();
                *sum = sum.saturating_add(piece.bytes);
            });
        }
        let mut shares: Vec<Share> =
            sums.into_iter().map(|(share, bytes)| Share { bytes, ..share }).collect();
        shares.sort_unstable_by(|a, b| {
            let key = |share: &Share| (share.process, share.node, share.class, share.rival);
            (b.bytes, key(a), &a.area).cmp(&(a.bytes, key(b), &b.area))
        });
        View { time, rss: moment.rss(), gross: false, processes: self.processes.clone(), shares }
    }

    /// The key of a piece: its share without bytes.
    fn share(&self, piece: &Piece<'_>, own: u32) -> Share {
        let (process, node, area) = match piece.touch {
            Some(touch) => (touch.process, touch.node, String::new()),
            None => (own, self.common(piece.around), piece.area.name.clone()),
        };
        let rival = piece.rival.map(|touch| (touch.process, touch.node));
        let rival = rival.filter(|rival| *rival != (process, node));
        Share {
            process,
            node,
            class: piece.class,
            doubt: piece.doubt,
            rival,
            area,
            file: piece.file,
            bytes: 0,
        }
    }

    /// The stack that two stacks have in common.
    fn common(&self, (a, b): (u32, u32)) -> u32 {
        if a == 0 || b == 0 {
            return 0;
        }
        let ancestors = |node: u32| {
            std::iter::successors(Some(node), |node| {
                let parent = self.log.nodes.get((*node as usize).checked_sub(1)?)?.parent;
                Some(parent).filter(|parent| *parent != 0)
            })
        };
        let of_a: Vec<u32> = ancestors(a).collect();
        ancestors(b).find(|node| of_a.contains(node)).unwrap_or(0)
    }

    fn gross(self) -> View {
        let share = |((process, node), bytes)| Share {
            process,
            node,
            class: Class::Estimated,
            doubt: Doubt::None,
            rival: None,
            area: String::new(),
            file: false,
            bytes,
        };
        let shares: Vec<Share> = self.gross.into_iter().map(share).collect();
        let time = self.log.events.last().map_or(0, |event| event.time);
        let rss = shares.iter().fold(0u64, |sum, share| sum.saturating_add(share.bytes));
        View { time, rss, gross: true, processes: self.processes, shares }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::Writer;
    use crate::model::{Area, Frame, Header, Node, Record, Run, Scan};

    const PAGE: u64 = 4096;
    const HUGE: u64 = 2 << 20;

    /// The shares after a fault of this size, in memory that is in huge pages.
    fn shares(size: u64) -> Vec<Share> {
        let header = Header { writer: "t".into(), period: 1, kernel: true, page_size: PAGE, huge_size: HUGE };
        let mut writer = Writer::new(Vec::new(), &header);
        writer.write(&Record::Module("/bin/t".into()));
        writer.write(&Record::Frame(Frame { module: 0, offset: 0 }));
        writer.write(&Record::Node(Node { parent: 0, frame: 0 }));
        let fault = Fault { tid: 7, address: HUGE, size, node: 1, weight: 1, has_stack: true };
        let scan = Scan {
            rss: HUGE,
            areas: vec![Area { start: HUGE, end: 2 * HUGE, name: String::new() }],
            runs: vec![Run { start: HUGE, end: 2 * HUGE, huge: true, file: false }],
        };
        let moment = Moment { processes: vec![(7, HUGE)] };
        for kind in [EventKind::Fault(fault), EventKind::Scan(Box::new(scan)), EventKind::Moment(moment)] {
            writer.write(&Record::Event(Event { time: 1, pid: 7, kind }));
        }
        let log = Log::read(&writer.finish().expect("a vector accepts everything")).expect("sound");
        view(&log, Which::Peak).expect("a moment").shares
    }

    /// A buffer was freed, and one in huge pages came to its address. No fault of it was recorded, and its memory certainly
    /// belonged to the function of the first one.
    #[test]
    fn huge_pages_with_the_fault_of_a_small_one_are_no_certain_bytes() {
        let of = |size| {
            shares(size).iter().map(|share| (share.bytes, share.class, share.doubt)).collect::<Vec<_>>()
        };
        assert_eq!(of(HUGE), [(HUGE, Class::Huge, Doubt::None)]);
        assert_eq!(of(PAGE), [(HUGE, Class::Estimated, Doubt::Joined)]);
        assert!(!shares(PAGE)[0].has_recorded_stack());
    }
}
