//! The process tree: its members, their ids in the trace, and the sum over all of them at each tick.
//! A process that ends during a tick is missing from that tick only. No limit, no signal and no schedule here.

mod births;
mod faults;
mod member;
pub mod peak_bounds;
mod process_ids;
pub mod pss;
mod read_members;
mod short_lived;
mod vfork;
mod zombies;

use rprof_trace::{Born, Bytes, Metric, Record, Seconds};

use births::Births;
use faults::TreeFaults;
use member::Member;
use peak_bounds::{Ended, TickSum};
use process_ids::ProcessIds;
use zombies::{Zombie, Zombies};

use crate::Sink;
use crate::platform::{ExitStatus, Process, Reading, Search};

/// The key of rprof's own notes in the trace.
pub const NOTE_KEY: &str = "rprof";

/// The results of one tick.
#[derive(Debug, Clone, Copy, Default)]
pub struct TickResult {
    /// The sum over the tree.
    pub sum: TickSum,
    /// The processes that ended since the last tick.
    pub ended: Ended,
    /// The largest number of processes that may have lived and ended since the last tick; `None` when not known.
    pub short_lived: Option<u32>,
    /// The number of members that were born or ended.
    pub changes: usize,
    /// The memory that its processes gave back since the last tick, as far as their RSS shows it.
    pub released: Bytes,
    /// The largest anonymous memory of one process. Only relatives can share it, so the tree's PSS is no smaller.
    pub largest_anon: Bytes,
    /// True if the tree changed while PSS or USS was read. The sum is then that of no instant.
    pub torn: bool,
}

/// The options of the tree.
#[derive(Debug, Clone, Copy)]
pub struct TreeOptions {
    /// The metric that the ticks sum up.
    pub metric: Metric,
    /// Reset the high-water marks at each tick.
    pub exact: bool,
    /// The processes found at the first tick ran before the session.
    pub joined: bool,
}

/// The process tree.
#[derive(Debug)]
pub struct Tree {
    /// The living processes in order of discovery.
    members: Vec<Member>,
    zombies: Zombies,
    births: Births,
    ids: ProcessIds,
    metric: Metric,
    exact: bool,
    /// True until the first finds of an attached tree are admitted.
    joined: bool,
    /// The number of processes ever found.
    process_count: u64,
    /// The members that ended since the last tick.
    ended: Ended,
    faults: TreeFaults,
    /// The largest RSS of one process, from the readings.
    largest_read: Option<Bytes>,
    /// The first process that could not be measured in full, as a sentence.
    unreadable: Option<String>,
}

impl Tree {
    /// A tree of the root alone. `search` finds its descendants; without it the tree stays one process.
    pub fn new(root: (Process, Reading), search: Option<Search>, options: TreeOptions) -> Self {
        Self {
            members: Vec::new(),
            zombies: Zombies::default(),
            births: Births::new(root, search),
            ids: ProcessIds::default(),
            metric: options.metric,
            exact: options.exact,
            joined: options.joined,
            process_count: 0,
            ended: Ended::default(),
            faults: TreeFaults::start(),
            largest_read: None,
            unreadable: None,
        }
    }

    /// The number of processes ever found.
    pub fn process_count(&self) -> u64 {
        self.process_count
    }

    /// True if the tree was ever more than one process.
    pub fn is_plural(&self) -> bool {
        self.process_count > 1
    }

    /// True if no known process is alive.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// True if `pid` is a living member.
    pub fn holds(&self, pid: u32) -> bool {
        self.members.iter().any(|member| member.pid() == pid)
    }

    /// The ids of the living members.
    pub fn ids(&self) -> Vec<String> {
        self.members.iter().map(|member| member.id().to_owned()).collect()
    }

    /// The largest RSS of one process, from the readings of all ticks; `None` when the system reports none.
    pub fn largest_read(&self) -> Option<Bytes> {
        self.largest_read
    }

    /// The first process that could not be measured in full, as a sentence.
    pub fn unreadable(&self) -> Option<&str> {
        self.unreadable.as_deref()
    }

    /// Measures the tree once: admits newborns, reads all members, removes those that have ended.
    pub fn measure(&mut self, time: Seconds, sink: Sink<'_>) -> TickResult {
        let mut result = TickResult::default();
        self.births.search(&self.members);
        result.changes += self.births.waiting();
        self.admit(time, sink);
        if matches!(self.metric, Metric::Pss | Metric::Uss) {
            // If the round is disturbed, there is one more attempt. Then the tick is given up.
            if self.read_shares(time, &mut result, sink) {
                self.admit(time, sink);
                result.torn = self.read_shares(time, &mut result, sink);
            }
        } else {
            self.read_members(time, &mut result, sink);
        }
        self.find_borrowers();
        result.short_lived = self.count_short_lived();
        result.ended = std::mem::take(&mut self.ended);
        let has_samples = self.is_plural() && !result.torn;
        for member in self.members.iter().filter(|member| member.is_counted()) {
            member.add_to(&mut result.sum);
            result.released = result.released.plus(member.released());
            result.largest_anon = result.largest_anon.max(member.anon());
            if has_samples {
                sink(&Record::Sample(member.sample(time)));
            }
        }
        result
    }

    /// Admits the processes that were born since the last search, without reading them.
    pub fn admit_newborns(&mut self, time: Seconds, sink: Sink<'_>) {
        self.births.search(&self.members);
        self.admit(time, sink);
    }

    fn admit(&mut self, time: Seconds, sink: Sink<'_>) {
        let mut found = self.births.take();
        for (process, reading) in found.drain(..) {
            let pid = process.pid();
            let id = self.ids.assign(pid, &reading.name);
            let born = Born { pid, ppid: reading.ppid, name: reading.name.to_text(), was: None };
            sink(&Record::Born(&id, time, born));
            self.process_count += 1;
            if reading.dead {
                self.births.count_dead();
                self.settle_found_dead(&process, reading.ppid);
                self.zombies.add(Zombie { pid, parent: reading.ppid, id, hwm: None }, time, sink);
            } else if self.joined {
                self.members.push(Member::found_running(process, &reading, id));
            } else {
                self.members.push(Member::new(process, &reading, id));
            }
        }
        self.joined = false;
        self.births.recycle(found);
    }

    /// Moves a member that has ended to the zombies.
    fn remove(&mut self, at: usize, time: Seconds, sink: Sink<'_>) {
        self.settle_ended(at);
        let member = self.members.remove(at);
        if let Some(held) = member.last_held_if_own() {
            self.ended.add(held);
        }
        self.zombies.add(member.into_zombie(), time, sink);
    }

    /// Records the end of a child that rprof has reaped.
    pub fn record_reaped(&mut self, pid: u32, time: Seconds, status: ExitStatus, sink: Sink<'_>) {
        if let Some(at) = self.members.iter().position(|member| member.pid() == pid) {
            // An orphan may have had another parent at its last reading.
            self.members[at].record_parent(std::process::id());
            self.remove(at, time, sink);
        }
        self.zombies.record_reaped(pid, time, status, sink);
    }

    /// Brings the members up to date at the end of the run, without measuring.
    pub fn close(&mut self, time: Seconds, sink: Sink<'_>) {
        self.admit_newborns(time, sink);
        let mut at = 0;
        while at < self.members.len() {
            if self.members[at].read().is_ok_and(|reading| !reading.dead) {
                at += 1;
            } else {
                self.remove(at, time, sink);
            }
        }
        self.zombies.record_rest(time, sink);
    }

    /// Sends a signal to every member.
    pub fn signal_all(&mut self, number: i32) {
        for member in &mut self.members {
            member.signal(number);
        }
    }

    /// Sends a signal to one member. False if `pid` is no living member.
    pub fn signal_member(&mut self, pid: u32, number: i32) -> bool {
        let member = self.members.iter_mut().find(|member| member.pid() == pid);
        member.map(|member| member.signal(number)).is_some()
    }
}
