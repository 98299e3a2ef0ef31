//! The process tree: who belongs to it, under which word in the trace, and what one tick reads of it.
//! A process that ends in the middle of a tick is left out of that tick and nothing else.

mod member;
pub mod peak_bounds;
mod process_ids;
mod pss;
mod short_lived;
mod vfork;
mod zombies;

use rprof_trace::{Born, Bytes, Metric, Record, Sample, Seconds};

use member::Member;
use peak_bounds::{Lost, Sum};
use process_ids::Names;
use zombies::{Zombie, Zombies};

use crate::error::ReadError;
use crate::platform::{Ending, Process, Reading, Search};

/// The key of the notes that are rprof's own.
pub const NOTES: &str = "rprof";

/// What a tick saw besides the sum.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// The sum over the tree.
    pub sum: Sum,
    /// Those that ended since the last tick.
    pub lost: Lost,
    /// How many processes of the tree may have lived and ended unseen since the last tick; `None` when the system does
    /// not tell.
    pub unseen: Option<u32>,
    /// Processes that were born or ended.
    pub changes: usize,
    /// Processes were born or ended while shares were read, so that the sum is of no instant.
    pub torn: bool,
}

/// The tree.
#[derive(Debug)]
pub struct Tree {
    /// Its living processes, in order of discovery; the first one found is the root while it lives.
    pub members: Vec<Member>,
    root: u32,
    /// rprof, which adopts orphans.
    us: u32,
    metric: Metric,
    exact: bool,
    search: Option<Search>,
    found: Vec<(Process, Reading)>,
    names: Names,
    /// Processes ever seen.
    pub count: u64,
    /// Largest RSS of any one process so far, as the kernel told it.
    pub hwm: Option<Bytes>,
    /// The largest RSS of any one process that was read.
    pub largest: Bytes,
    /// The first process that could not be read, in a sentence.
    pub denied: Option<String>,
    /// Until the first tick of a tree that ran before.
    joined: bool,
    /// Processes and threads born and gone since the last tick, of this tree or of others; `None` when not known.
    gone: Option<u32>,
    /// Processes that were found dead and not reaped yet, since the last tick.
    found_dead: u32,
    zombies: Zombies,
    /// What processes that ended since the last tick may have held.
    lost: Lost,
}

impl Tree {
    /// A tree of the process alone; `search` also finds its descendants. `joined`: it ran before, so that the
    /// high-water marks of those found at once tell of a time that was not watched.
    pub fn new(
        root: (Process, Reading),
        metric: Metric,
        exact: bool,
        joined: bool,
        search: Option<Search>,
    ) -> Self {
        let mut tree = Self {
            members: Vec::new(),
            root: root.0.pid(),
            us: std::process::id(),
            metric,
            exact,
            search,
            found: Vec::new(),
            names: Names::default(),
            count: 0,
            hwm: None,
            denied: None,
            joined,
            gone: Some(0),
            found_dead: 0,
            zombies: Zombies::default(),
            lost: Lost::default(),
            largest: Bytes(0),
        };
        tree.found.push(root);
        tree
    }

    /// Whether the tree was ever more than one process.
    pub fn is_plural(&self) -> bool {
        self.count > 1
    }

    /// Whether `pid` is known to be in the tree now.
    pub fn holds(&self, pid: u32) -> bool {
        self.members.iter().any(|m| m.process.pid() == pid)
    }

    /// One round of measuring at `time`: finds newborns, reads everyone, drops who has ended.
    pub fn measure(&mut self, time: Seconds, sink: &mut dyn FnMut(&Record<'_>)) -> Seen {
        let mut seen = Seen::default();
        self.find();
        seen.changes += self.found.len();
        self.admit(time, sink);
        self.read_all(time, &mut seen, sink);
        if matches!(self.metric, Metric::Pss | Metric::Uss) && !self.is_unchanged() {
            // Shares moved while they were read: what was added up is true of no instant. Once more, or not at all.
            self.admit(time, sink);
            self.read_all(time, &mut seen, sink);
            seen.torn = !self.is_unchanged();
        }
        self.find_borrowers();
        seen.unseen = self.unseen();
        seen.lost = std::mem::take(&mut self.lost);
        let plural = self.is_plural();
        for member in &self.members {
            if member.borrowed || member.denied {
                continue;
            }
            seen.sum.add(member.value, &member.memory, member.window);
            if plural {
                let (value, memory) = (member.value, member.memory);
                sink(&Record::Sample(Sample { id: &member.id, time, value, memory }));
            }
        }
        seen
    }

    /// Looks for newborns, and counts who was born and gone since the last look, of this tree or of others.
    fn find(&mut self) {
        let Some(search) = &mut self.search else { return };
        let (members, root, us) = (&self.members, self.root, self.us);
        let is_parent = |pid: u32| pid == us || pid == root || members.iter().any(|m| m.process.pid() == pid);
        let gone = search.newborns(is_parent, &mut self.found);
        self.gone = self.gone.zip(gone).map(|(before, gone)| before + gone);
    }

    /// Takes those found into the tree.
    fn admit(&mut self, time: Seconds, sink: &mut dyn FnMut(&Record<'_>)) {
        let mut found = std::mem::take(&mut self.found);
        for (process, reading) in found.drain(..) {
            let pid = process.pid();
            let id = self.names.give(pid, &reading.name);
            let born = Born { pid, ppid: reading.ppid, name: reading.name.to_text(), was: None };
            sink(&Record::Born(&id, time, born));
            self.count += 1;
            if reading.dead {
                self.found_dead += 1;
                self.zombies.add(Zombie { pid, parent: reading.ppid, id, hwm: None }, time, sink);
                continue;
            }
            let mut member = Member::new(process, &reading, id);
            if self.joined {
                member.memory = reading.memory;
            }
            self.members.push(member);
        }
        self.joined = false;
        self.found = found;
    }

    fn read_all(&mut self, time: Seconds, seen: &mut Seen, sink: &mut dyn FnMut(&Record<'_>)) {
        let mut at = 0;
        while at < self.members.len() {
            let member = &mut self.members[at];
            let reading = member.process.read();
            match reading {
                Ok(reading) if !reading.dead => {
                    if reading.name != member.name {
                        self.rename(at, &reading, time, sink);
                    }
                    if self.take(at, &reading, sink) {
                        at += 1;
                        continue;
                    }
                }
                Err(error @ (ReadError::Denied | ReadError::Unsupported | ReadError::Io(_))) => {
                    member.denied = true;
                    self.say_denied(at, &error, sink);
                    at += 1;
                    continue;
                }
                Ok(reading) => member.ppid = reading.ppid,
                Err(ReadError::Gone) => {
                    self.search.iter_mut().for_each(|search| search.look_at(member.process.pid()));
                }
            }
            seen.changes += 1;
            self.leave(at, time, sink);
        }
    }

    /// Says of the first process that could not be read that it is left out.
    fn say_denied(&mut self, at: usize, error: &ReadError, sink: &mut dyn FnMut(&Record<'_>)) {
        if self.denied.is_none() {
            let id = &self.members[at].id;
            let sentence = format!("could not measure all of `{id}`: {error}; it is left out");
            sink(&Record::Note(NOTES, &sentence));
            self.denied = Some(sentence);
        }
    }

    /// Takes a member's new reading; false when it ended meanwhile.
    fn take(&mut self, at: usize, reading: &Reading, sink: &mut dyn FnMut(&Record<'_>)) -> bool {
        let member = &mut self.members[at];
        let mut refused = None;
        let first = member.hwm.is_none();
        member.take(reading, self.exact && !first);
        let value = match self.metric {
            Metric::Rss => member.memory.rss,
            Metric::Footprint => member.memory.footprint,
            Metric::Pss | Metric::Uss => match member.process.shares() {
                Ok(shares) if self.metric == Metric::Pss => Some(shares.pss),
                Ok(shares) => Some(shares.uss),
                Err(ReadError::Gone) => return false,
                Err(error) => {
                    refused = Some(error);
                    None
                }
            },
        };
        match value {
            Some(value) => member.value = value,
            // No memory and not dead: between two programs, or a kernel that does not tell.
            None => member.denied = self.metric != Metric::Rss,
        }
        if value.is_none() && self.metric == Metric::Rss {
            member.value = Bytes(0);
        }
        self.hwm = self.hwm.max(member.hwm);
        self.largest = self.largest.max(member.hwm.unwrap_or_default());
        if self.exact {
            refused = refused.or(member.process.reset_hwm().err().filter(|e| !matches!(e, ReadError::Gone)));
        }
        if let Some(error) = refused {
            self.say_denied(at, &error, sink);
        }
        true
    }

    /// The process runs another program now: a new word, the same process.
    fn rename(&mut self, at: usize, reading: &Reading, time: Seconds, sink: &mut dyn FnMut(&Record<'_>)) {
        let pid = self.members[at].process.pid();
        let id = self.names.give(pid, &reading.name);
        let member = &mut self.members[at];
        let was = std::mem::replace(&mut member.id, id);
        member.name = reading.name;
        let born = Born { pid, ppid: reading.ppid, name: reading.name.to_text(), was: Some(was) };
        sink(&Record::Born(&self.members[at].id, time, born));
    }

    /// A process has ended.
    fn leave(&mut self, at: usize, time: Seconds, sink: &mut dyn FnMut(&Record<'_>)) {
        let member = self.members.remove(at);
        if !member.borrowed {
            self.lost.add(member.last_words());
        }
        let Member { process, id, ppid, hwm, .. } = member;
        self.zombies.add(Zombie { pid: process.pid(), parent: ppid, id, hwm }, time, sink);
    }

    /// A process was waited for: it leaves the tree with what is known of its end.
    pub fn forget(&mut self, pid: u32, time: Seconds, ending: Ending, sink: &mut dyn FnMut(&Record<'_>)) {
        if let Some(at) = self.members.iter().position(|m| m.process.pid() == pid) {
            self.members[at].ppid = self.us;
            self.leave(at, time, sink);
        }
        self.zombies.end(pid, time, ending, sink);
    }

    /// Takes in whoever was born since the last look, without measuring.
    pub fn take_in(&mut self, time: Seconds, sink: &mut dyn FnMut(&Record<'_>)) {
        self.find();
        self.admit(time, sink);
    }

    /// Drops whoever has ended and takes in whoever was born, without measuring and for the last time.
    pub fn refresh(&mut self, time: Seconds, sink: &mut dyn FnMut(&Record<'_>)) {
        self.take_in(time, sink);
        let mut at = 0;
        while at < self.members.len() {
            if self.members[at].process.read().is_ok_and(|reading| !reading.dead) {
                at += 1;
            } else {
                self.leave(at, time, sink);
            }
        }
        self.zombies.end_all(time, sink);
    }

    /// Sends every member a signal; how many took it.
    pub fn signal(&mut self, number: i32) -> usize {
        self.members.iter_mut().filter_map(|m| m.process.signal(number).then_some(())).count()
    }
}
