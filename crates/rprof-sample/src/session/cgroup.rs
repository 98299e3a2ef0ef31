//! The command's control group during a session: its records, its OOM kills, and the group that `--cgroup` makes.
//!
//! The memory of a group that strangers share, rprof among them, is not recorded: it says nothing about the command.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rprof_trace::{Cgroup, OomKill, Record};

use super::clock::seconds;
use super::oom::{Circumstances, OomEvidence};
use crate::Sink;
use crate::error::Error;
use crate::platform::{self, Group};
use crate::tree::Tree;

/// The shortest time between two readings.
const INTERVAL: Duration = Duration::from_millis(100);
/// The longest time between two readings, however much a reading costs.
const LONGEST: Duration = Duration::from_secs(1);
/// The part of the time that readings may use: one part in this many.
const SHARE: u32 = 200;

/// The evidence of OOM kills, shared between the session and the observer of its records.
#[derive(Debug, Clone)]
pub struct SharedEvidence(Arc<Mutex<OomEvidence>>);

impl SharedEvidence {
    fn new(evidence: OomEvidence) -> Self {
        Self(Arc::new(Mutex::new(evidence)))
    }

    /// The evidence.
    pub fn get(&self) -> MutexGuard<'_, OomEvidence> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The group of the command.
#[derive(Debug)]
pub struct GroupWatch {
    group: Option<Group>,
    /// True if all processes of the group belong to the tree; `None` before the first reading of a group.
    own: Option<bool>,
    /// The processes that the last reading found in the group and not in the tree. They may just have been born.
    strangers: Vec<u32>,
    /// The last reading, without the path.
    reading: Cgroup,
    next: Duration,
    /// Shared with the observer of the records.
    pub evidence: SharedEvidence,
    /// The OOM killer's counter of the whole machine at the start.
    machine: Option<u64>,
    /// False if neither the group nor OOM kills are wanted.
    is_wanted: bool,
}

impl GroupWatch {
    /// The group of the process `pid`, which runs already or will be forked from there; with `create`, a new group.
    ///
    /// # Errors
    /// `Cgroup` when no group can be made.
    pub fn begin(pid: u32, create: bool) -> Result<Self, Error> {
        let group = if create { Some(Group::create()?) } else { Group::of(pid) };
        let watch = Self {
            // A command that rprof starts is in the group of rprof.
            own: if create { Some(true) } else { (pid == std::process::id()).then_some(false) },
            group,
            strangers: Vec::new(),
            reading: Cgroup::default(),
            next: Duration::ZERO,
            evidence: SharedEvidence::new(OomEvidence::begin()),
            machine: platform::oom_kills(),
            is_wanted: true,
        };
        watch.evidence.get().set_count(watch.events().oom_kills);
        Ok(watch)
    }

    /// Watches nothing and records nothing.
    pub fn off() -> Self {
        Self {
            own: None,
            group: None,
            strangers: Vec::new(),
            reading: Cgroup::default(),
            next: Duration::ZERO,
            evidence: SharedEvidence::new(OomEvidence::default()),
            machine: None,
            is_wanted: false,
        }
    }

    /// The group that the command enters before its exec; `None` unless rprof made it.
    pub fn created(&self) -> Option<&Group> {
        self.group.as_ref().filter(|group| group.is_created())
    }

    /// Kills all processes of a group that rprof made.
    pub fn kill(&self) {
        if let Some(group) = self.created() {
            group.kill();
        }
    }

    fn events(&self) -> Cgroup {
        let mut reading = Cgroup::default();
        if let Some(group) = &self.group {
            group.read_events(&mut reading);
        }
        reading
    }

    /// Reads the group if it is time to, and records what changed. `pid` is the command.
    pub fn tick(&mut self, now: Duration, pid: u32, tree: &Tree, sink: Sink<'_>) {
        if now < self.next || self.group.is_none() {
            return;
        }
        let before = platform::cpu_time();
        let is_first = self.follow(pid) || self.own.is_none() || self.next.is_zero();
        self.judge(tree);
        let reading = self.read(is_first);
        self.evidence.get().check(seconds(now), reading.oom_kills);
        // The limit of a shared group may be hit all the time: only a kill is worth a record.
        let is_new =
            if reading.own { reading != self.reading } else { reading.oom_kills != self.reading.oom_kills };
        if is_first || is_new || reading.own != self.reading.own {
            self.reading = Cgroup { path: None, ..reading.clone() };
            sink(&Record::Cgroup(seconds(now), Box::new(reading)));
        }
        let cost = platform::cpu_time().saturating_sub(before);
        // The first reading costs more than the later ones.
        let share = if is_first { Duration::ZERO } else { (cost * SHARE).min(LONGEST) };
        self.next = now + INTERVAL.max(share);
    }

    /// Follows the command into another group. True if it has moved.
    fn follow(&mut self, pid: u32) -> bool {
        let Some(group) = &mut self.group else { return false };
        if !group.has_moved(pid) {
            return false;
        }
        let Some(next) = Group::of(pid) else { return false };
        let moved = next.path() != group.path();
        *group = next;
        if moved {
            (self.own, self.strangers) = (None, Vec::new());
            self.evidence.get().set_count(self.events().oom_kills);
        }
        moved
    }

    /// Decides if the group belongs to the tree alone. A shared group stays shared.
    fn judge(&mut self, tree: &Tree) {
        let Some(group) = self.group.as_ref().filter(|group| !group.is_created()) else { return };
        if self.own == Some(false) {
            return;
        }
        let strangers: Vec<u32> = group.processes().into_iter().filter(|pid| !tree.holds(*pid)).collect();
        // A process that was born since the tick is in the tree at the next one.
        let has_stayed = strangers.iter().any(|pid| self.strangers.contains(pid));
        self.own = Some(if self.own.is_none() { strangers.is_empty() } else { !has_stayed });
        self.strangers = strangers;
    }

    fn read(&self, with_limit: bool) -> Cgroup {
        let mut reading = self.events();
        reading.own = self.own == Some(true);
        let Some(group) = &self.group else { return reading };
        if reading.own {
            group.read_memory(&mut reading);
        } else {
            reading.max_events = None;
        }
        reading.max_bytes = self.reading.max_bytes;
        if with_limit {
            reading.path = Some(group.path().to_owned());
            group.read_limit(&mut reading);
        }
        reading
    }

    /// Records the last reading with the processes that were killed, and returns these. `root` is the command;
    /// `terminated` has the times from which on rprof ended the tree, by SIGTERM and by SIGKILL.
    pub fn finish(
        &mut self,
        now: Duration,
        root: u32,
        terminated: Option<(Duration, Duration)>,
        sink: Sink<'_>,
    ) -> Vec<OomKill> {
        if !self.is_wanted {
            return Vec::new();
        }
        let mut reading = self.read(true);
        let mut evidence = self.evidence.get();
        evidence.check(seconds(now), reading.oom_kills);
        let killed = evidence.verdict(&Circumstances {
            own: reading.own,
            limit: reading.max_bytes,
            counted: reading.oom_kills.is_some(),
            machine: platform::oom_kills() > self.machine,
            terminated: terminated.map(|(term, kill)| (seconds(term), seconds(kill))),
            root,
        });
        drop(evidence);
        if self.group.is_some() || !killed.is_empty() {
            reading.killed = killed.clone();
            sink(&Record::Cgroup(seconds(now), Box::new(reading)));
        }
        killed
    }
}
