//! The process tree: its members, their ids in the trace, and the sum over all of them at each tick.
//! A process that ends during a tick is missing from that tick only. No limit, no signal and no schedule here.

mod births;
mod bound_window;
mod command_lines;
mod faults;
mod gpu;
mod ledger;
mod member;
mod member_faults;
pub mod peak_bounds;
pub mod peak_table;
mod process_ids;
pub mod pss;
mod read_members;
mod unseen;
mod vfork;
mod zombies;

use rprof_trace::{Born, Bytes, Metric, Record, Seconds};

use births::Births;
use faults::TreeFaults;
use ledger::{Ended, Fate, Ledger};
use member::Member;
use peak_bounds::TickSum;
use peak_table::WindowBound;
use process_ids::ProcessIds;
use unseen::Unseen;
use zombies::{Zombie, Zombies};

use crate::Sink;
use crate::error::ReadError;
use crate::platform::{self, Gpu, Process, Reading, Reaped, Search};

/// The key of rprof's own notes in the trace.
pub const NOTE_KEY: &str = "rprof";

/// The results of one tick.
#[derive(Debug, Clone, Copy, Default)]
pub struct TickResult {
    /// The sum over the tree.
    pub sum: TickSum,
    /// The memory that the tree can have held since the last tick; `None` when not known.
    pub bound: Option<WindowBound>,
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
    /// Record command lines.
    pub args: bool,
}

/// The process tree.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Tree {
    /// The living processes in order of discovery.
    members: Vec<Member>,
    zombies: Zombies,
    births: Births,
    ledger: Ledger,
    ids: ProcessIds,
    metric: Metric,
    exact: bool,
    /// True if command lines are recorded.
    args: bool,
    /// True until the first finds of an attached tree are admitted.
    joined: bool,
    /// True if the command was started by rprof, which then adopts its orphans.
    adopts: bool,
    /// The number of processes ever found.
    process_count: u64,
    unseen: Unseen,
    /// The memory that members gave back at their ends since the last tick.
    released_at_ends: Bytes,
    faults: TreeFaults,
    /// The GPUs; `None` without one, and then no tick does more than before.
    gpu: Option<Gpu>,
    /// The largest RSS of one process, from the readings.
    largest_read: Option<Bytes>,
    /// The first process that could not be measured in full, as a sentence.
    unreadable: Option<String>,
    /// The reason why the root could not be opened, until it is in the trace.
    unread: Option<ReadError>,
    /// The pids of processes that may not be read at all.
    hidden: Vec<u32>,
}

impl Tree {
    /// A tree of the root alone. `search` finds its descendants; without it the tree stays one process.
    ///
    /// A command that has started cannot be taken back, so the tree also begins with one that could not be `opened`.
    pub fn new(
        root: u32,
        opened: Result<(Process, Reading), ReadError>,
        search: Option<Search>,
        options: TreeOptions,
    ) -> Self {
        let (opened, unread) = match opened {
            Ok(opened) => (Some(opened), None),
            Err(error) => (None, Some(error)),
        };
        let huge = platform::huge_mappings();
        Self {
            unread,
            members: Vec::new(),
            zombies: Zombies::default(),
            births: Births::new(root, opened, search),
            ledger: Ledger::new(huge),
            ids: ProcessIds::default(),
            metric: options.metric,
            exact: options.exact,
            args: options.args,
            joined: options.joined,
            adopts: !options.joined,
            process_count: 0,
            unseen: Unseen::default(),
            released_at_ends: Bytes(0),
            faults: TreeFaults::start(huge),
            gpu: Gpu::open(),
            largest_read: None,
            unreadable: None,
            hidden: Vec::new(),
        }
    }

    /// The number of processes ever found.
    pub fn process_count(&self) -> u64 {
        self.process_count
    }

    /// The most processes that were born and ended between two ticks; `None` when not known.
    pub fn unseen_count(&self) -> Option<u64> {
        self.unseen.count()
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

    /// True if every process of the tree is in its sums.
    pub fn is_complete(&self) -> bool {
        self.hidden.is_empty() && !self.root_is_unread() && self.members.iter().all(Member::is_bounded)
    }

    /// True while the root could not be opened and is not known to have ended.
    pub fn root_is_unread(&self) -> bool {
        self.births.root_is_unread()
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
        let known = self.process_count;
        result.bound = self.bound_window(time, sink);
        result.changes += usize::try_from(self.process_count - known).unwrap_or(usize::MAX);
        self.follow_execs(time, sink);
        self.read_gpu();
        self.members.iter_mut().for_each(Member::end_window);
        result.released = std::mem::take(&mut self.released_at_ends);
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
        if let Some(error) = self.unread.take() {
            self.note_unread_root(&error, sink);
        }
        let mut found = self.births.take();
        for (mut process, reading) in found.drain(..) {
            let pid = process.pid();
            let id = self.ids.assign(pid, &reading.name);
            let (program, line) = self.read_program(&mut process, reading.dead);
            let born = Born {
                pid,
                ppid: reading.ppid,
                name: reading.name.to_text(),
                was: None,
                args: line.args,
                args_truncated: line.truncated,
            };
            sink(&Record::Born(id.text(), time, born));
            self.process_count += 1;
            if reading.dead {
                let faults = self.settle_found_dead(&mut process, reading.ppid);
                self.births.note_ended(pid);
                self.ledger.ended.push(Ended {
                    pid,
                    parent: reading.ppid,
                    known: None,
                    mark: None,
                    fate: Fate::Zombie(faults),
                });
                self.zombies.add(
                    Zombie { pid, parent: reading.ppid, id: id.into_text(), hwm: None },
                    time,
                    sink,
                );
            } else if self.joined {
                self.members.push(Member::found_running(process, &reading, id, program));
            } else {
                self.members.push(Member::new(process, &reading, id, program));
            }
        }
        self.joined = false;
        self.births.recycle(found);
        for pid in self.births.take_hidden() {
            if !self.hidden.contains(&pid) {
                self.hidden.push(pid);
                self.process_count += 1;
                self.note_hidden(pid, sink);
            }
        }
    }

    /// Moves a member that has ended to the zombies.
    fn remove(&mut self, at: usize, fate: Fate, time: Seconds, sink: Sink<'_>) {
        let faults = self.settle_ended(at);
        let fate = if fate == Fate::Zombie(None) { Fate::Zombie(faults) } else { fate };
        let member = self.members.remove(at);
        if fate != Fate::Gone {
            self.births.note_ended(member.pid());
        }
        self.released_at_ends = self.released_at_ends.plus(member.last_held());
        let orphans = self.members.iter_mut().filter(|orphan| orphan.ppid() == member.pid());
        orphans.for_each(Member::forget_reading);
        self.ledger.ended.push(member.to_ended(fate));
        self.zombies.add(member.into_zombie(), time, sink);
    }

    /// Records the end of a child that rprof has reaped. `maximum` is the largest RSS of its life; `None` when not known.
    pub fn record_reaped(&mut self, reaped: &Reaped, maximum: Option<Bytes>, time: Seconds, sink: Sink<'_>) {
        let (pid, own_pid) = (reaped.pid, std::process::id());
        let fate = Fate::Reaped(reaped.zombie.faults, reaped.max_rss);
        if let Some(at) = self.members.iter().position(|member| member.pid() == pid) {
            // An orphan may have had another parent at its last reading.
            self.members[at].record_parent(own_pid);
            self.remove(at, fate, time, sink);
        } else if !self.ledger.add_reaped(reaped) && !self.zombies.holds(pid) {
            // An orphan that no search has found.
            self.unseen.add_reaped();
            self.ledger.ended.push(Ended { pid, parent: own_pid, known: None, mark: None, fate });
        }
        self.ledger.forget(pid);
        self.births.note_reaped(pid);
        self.zombies.record_reaped(reaped, maximum, time, sink);
    }

    /// Brings the members up to date at the end of the run. Returns the bound of the time since the last tick; `None`
    /// when it is not known.
    pub fn close(&mut self, time: Seconds, sink: Sink<'_>) -> Option<WindowBound> {
        self.admit_newborns(time, sink);
        self.read_members(time, &mut TickResult::default(), sink);
        self.find_borrowers();
        let bound = self.bound_window(time, sink);
        self.members.iter_mut().for_each(Member::end_window);
        self.zombies.record_rest(time, sink);
        bound
    }

    /// True if every process of the tree was reaped by its parent or by rprof, so that wait4 has reported the largest.
    pub fn is_reaped(&self) -> bool {
        self.adopts && !self.ledger.loses_children && self.members.is_empty() && !platform::has_children()
    }

    /// True if a child of rprof has given back its memory and was not reaped yet.
    pub fn has_dying(&self) -> bool {
        !self.zombies.is_empty()
    }

    /// Sends a signal to every member. Calls `refused` with the id of each one that cannot be signalled, and the reason.
    pub fn signal_all(&mut self, number: i32, mut refused: impl FnMut(&str, ReadError)) {
        if self.root_is_unread() {
            // It is a child of rprof that was not reaped, so its pid is not reused.
            let _ = platform::kill(self.births.root(), number);
        }
        for member in &mut self.members {
            match member.signal(number) {
                Ok(()) | Err(ReadError::Gone) => {}
                Err(error) => refused(member.id(), error),
            }
        }
    }

    /// Sends a signal to one member. False if `pid` is no living member.
    pub fn signal_member(&mut self, pid: u32, number: i32) -> bool {
        let member = self.members.iter_mut().find(|member| member.pid() == pid);
        member.map(|member| member.signal(number)).is_some()
    }
}
