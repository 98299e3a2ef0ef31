//! Discovery of new descendants without a walk through all of /proc.
//! The kernel hands out pids in order, and `/proc/loadavg` shows the newest one. All processes born since the last look
//! lie between two values of it. While it stands still, one read of 1 µs proves that no process was born.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::all_pids::all_pids;
use super::process::{Process, exists};
use crate::error::ReadError;
use crate::parse::linux::proc::{last_pid, number};
use crate::platform::Reading;

/// The shortest time between two full walks through /proc. They find processes that were made with a chosen pid (CRIU),
/// which the counter misses. A walk reads every process of the machine, so it may use at most one part in
/// `FULL_WALK_SHARE` of the time.
const FULL_WALK_EVERY: Duration = Duration::from_secs(5);
const FULL_WALK_SHARE: u32 = 1000;

/// The largest number of pids that are tried one by one. After a larger jump of the counter a full walk is cheaper: it
/// takes some milliseconds, where four million tries take half a minute.
const FAR: u32 = 10_000;

/// The number of processes that may be in the making at one time.
const IN_THE_MAKING: u32 = 4;

/// The time for which the pid of a process in the making is tried.
const MAKING_TIME: Duration = Duration::from_millis(20);

/// A pid that no process had when it was tried.
#[derive(Debug)]
struct Retry {
    pid: u32,
    /// The first search after this instant is the last one that tries it.
    until: Instant,
    /// True if a process has it at this search.
    is_there: bool,
}

/// The state of the search.
#[derive(Debug)]
pub struct Search {
    loadavg: Option<File>,
    /// The newest pid at the last look.
    newest: Option<u32>,
    /// The largest pid, after which the kernel starts over.
    pid_max: u32,
    next_walk: Instant,
    /// True if a process was born in the tree since the last full walk, or may have been.
    stale: bool,
    /// True if what ran before the session has been found, or is not wanted.
    walked: bool,
    /// Pids to try again.
    again: Vec<Retry>,
    /// Room for the processes of one search. It is kept, because a tick must not allocate.
    candidates: Vec<(Process, Reading)>,
    /// Newborn processes that may not be read, such as set-uid programs behind `hidepid`.
    hidden: Vec<u32>,
}

impl Search {
    /// A search for processes born from now on; with `all`, for those that run already as well.
    pub fn new(all: bool) -> Self {
        let mut search = Self::blind();
        if !all {
            search.newest = search.read_counter();
            search.walked = true;
        }
        search
    }

    fn blind() -> Self {
        static PID_MAX: OnceLock<u32> = OnceLock::new();
        let read_pid_max = || {
            let pid_max = fs::read("/proc/sys/kernel/pid_max").ok().and_then(|t| number(&t));
            pid_max.and_then(|n| u32::try_from(n).ok()).unwrap_or(32768)
        };
        Self {
            loadavg: File::open("/proc/loadavg").ok(),
            newest: None,
            pid_max: *PID_MAX.get_or_init(read_pid_max),
            next_walk: Instant::now() + FULL_WALK_EVERY,
            stale: false,
            walked: false,
            again: Vec::with_capacity(64),
            candidates: Vec::with_capacity(64),
            hidden: Vec::new(),
        }
    }

    /// Tries the pid of a process that was found gone again at the next search. If a new process has it already, the
    /// search took it for the old one.
    pub fn look_again_at(&mut self, pid: u32) {
        self.again.push(Retry { pid, until: Instant::now(), is_there: false });
    }

    /// Opens every newborn process whose parent is in the tree or was found just before, and appends it to `found`.
    ///
    /// `is_parent` is true for a pid of the tree and for rprof, which adopts orphans. Returns the number of processes and
    /// threads on the whole machine that were born and gone since the last call; `None` when it is not known.
    pub fn newborns(
        &mut self,
        is_parent: impl Fn(u32) -> bool,
        found: &mut Vec<(Process, Reading)>,
    ) -> Option<u32> {
        let newest = self.read_counter();
        let old = std::mem::replace(&mut self.newest, newest);
        let before = found.len();
        let mut gone = None;
        let mut far = false;
        let (hidden, room) = (&mut self.hidden, &mut self.candidates);
        let now = Instant::now();
        self.again.iter_mut().for_each(|retry| retry.is_there = exists(retry.pid));
        let there = self.again.iter().filter(|retry| retry.is_there).map(|retry| retry.pid);
        keep_descendants(there, &is_parent, found, hidden, room);
        self.again.retain(|retry| !retry.is_there && retry.until > now);
        if let (Some(old), Some(new)) = (old, newest) {
            let around = self.pid_max.saturating_sub(old).saturating_add(new);
            if new >= old {
                let absent = keep_descendants(old + 1..=new, &is_parent, found, hidden, room);
                // The kernel counts a pid shortly before the process is there.
                let newest = absent.newest.into_iter().filter(|pid| *pid + IN_THE_MAKING > new);
                let until = now + MAKING_TIME;
                self.again.extend(newest.map(|pid| Retry { pid, until, is_there: false }));
                gone = Some(absent.count);
            } else if around > FAR {
                far = true;
            } else {
                // Pids started over: most of these were never used, so the number that is gone is not known.
                keep_descendants((old + 1..=self.pid_max).chain(1..=new), &is_parent, found, hidden, room);
            }
        }
        // Births that concern other trees are no reason for a walk.
        self.stale |= gone != Some(0) || found.len() > before;
        let first_look = old.is_none() || newest.is_none() || far;
        if first_look || (self.stale && Instant::now() > self.next_walk) {
            let begun = Instant::now();
            self.stale = false;
            let before = found.len();
            keep_descendants(all_pids(), &is_parent, found, &mut Vec::new(), &mut self.candidates);
            // A process that has ended is no member of the tree any more, so a later walk would count it again.
            if self.walked {
                drop_dead(found, before);
            }
            self.walked = true;
            self.next_walk = begun + FULL_WALK_EVERY.max(begun.elapsed() * FULL_WALK_SHARE);
        }
        gone
    }

    /// Takes out the newborn processes of any tree that rprof may not read.
    pub fn take_hidden(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.hidden)
    }

    /// The number of processes and threads on the whole machine that were born since the last search; `None` when it is
    /// not known.
    pub fn births_since(&self) -> Option<u32> {
        self.read_counter()?.checked_sub(self.newest?)
    }

    fn read_counter(&self) -> Option<u32> {
        let mut text = [0; 128];
        let length = self.loadavg.as_ref()?.read_at(&mut text, 0).ok()?;
        last_pid(&text[..length])
    }
}

/// Drops the processes that have ended from those found since `first`.
fn drop_dead(found: &mut Vec<(Process, Reading)>, first: usize) {
    let mut at = first;
    while at < found.len() {
        if found[at].1.dead {
            found.remove(at);
        } else {
            at += 1;
        }
    }
}

/// The pids that no process had.
#[derive(Debug, Clone, Copy, Default)]
struct Absent {
    count: u32,
    /// The last ones that were tried; 0 in the unused places.
    newest: [u32; IN_THE_MAKING as usize],
}

impl Absent {
    fn add(&mut self, pid: u32) {
        self.newest[self.count as usize % self.newest.len()] = pid;
        self.count += 1;
    }
}

/// Opens the candidates, appends the descendants of the tree to `found`, and returns those that were gone already.
///
/// It repeats until a pass adds no process: a child may have a lower pid than its parent. `candidates` is empty room.
fn keep_descendants(
    pids: impl Iterator<Item = u32>,
    is_parent: &impl Fn(u32) -> bool,
    found: &mut Vec<(Process, Reading)>,
    hidden: &mut Vec<u32>,
    candidates: &mut Vec<(Process, Reading)>,
) -> Absent {
    let mut absent = Absent::default();
    for pid in pids {
        if is_parent(pid) || found.iter().any(|(known, _)| known.pid() == pid) {
            continue;
        }
        // Of many short-lived processes most are gone. The question costs a tenth of a failed open.
        if !exists(pid) {
            absent.add(pid);
            continue;
        }
        match Process::open(pid) {
            Ok(candidate) => candidates.push(candidate),
            // `hidepid` pretends that a set-uid program does not exist. Or the process was made between the two calls.
            Err(ReadError::Gone) if exists(pid) => match Process::open(pid) {
                Ok(candidate) => candidates.push(candidate),
                Err(ReadError::Unsupported) => {}
                Err(_) => hidden.push(pid),
            },
            Err(ReadError::Gone) => absent.add(pid),
            Err(ReadError::Denied | ReadError::Io(_)) => hidden.push(pid),
            Err(ReadError::Unsupported) => {}
        }
    }
    loop {
        let before = candidates.len();
        let mut at = 0;
        while at < candidates.len() {
            let parent = candidates[at].1.ppid;
            if is_parent(parent) || found.iter().any(|(p, _)| p.pid() == parent) {
                found.push(candidates.remove(at));
            } else {
                at += 1;
            }
        }
        if candidates.len() == before {
            candidates.clear();
            return absent;
        }
    }
}

/// The pid and name of every process with `part` in its command name, except rprof, sorted by pid.
pub fn find_processes(part: &str) -> Vec<(u32, String)> {
    let named =
        |pid: u32| Some((pid, fs::read_to_string(format!("/proc/{pid}/comm")).ok()?.trim_end().to_owned()));
    let mut found: Vec<_> = all_pids()
        .filter(|pid| *pid != std::process::id())
        .filter_map(named)
        .filter(|(_, name)| name.contains(part))
        .collect();
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Beside other programs that start processes, a run of some seconds once allocated twice for each process of the machine.
    #[test]
    fn a_full_walk_allocates_nothing() {
        let (mut search, mut found) = (Search::new(false), Vec::new());
        let mut walk = || {
            (search.stale, search.next_walk) = (true, Instant::now());
            search.newborns(|_| false, &mut found);
        };
        // Buffers grow at the first one, and later by doubling, while other tests start processes.
        walk();
        let processes = all_pids().count() as u64;
        let allocated = allocation_counter::measure(walk).count_total;
        assert!(allocated < processes, "{allocated} allocations for {processes} processes");
    }

    /// A zombie that its parent does not reap was counted again at each full walk: 152 processes for 68.
    #[test]
    fn a_zombie_is_found_once() {
        let own = std::process::id();
        let mut search = Search::new(false);
        let mut child = Command::new("true").spawn().expect("a program");
        let pid = child.id();
        let mut found = Vec::new();
        let deadline = Instant::now() + Duration::from_mins(1);
        let is_found = |found: &[(Process, Reading)]| found.iter().any(|(process, _)| process.pid() == pid);
        while !is_found(&found) {
            assert!(Instant::now() < deadline, "no search finds the child");
            search.newborns(|parent| parent == own, &mut found);
        }
        while !Process::open(pid).is_ok_and(|(_, reading)| reading.dead) {
            assert!(Instant::now() < deadline, "the child does not end");
        }
        for _ in 0..3 {
            found.clear();
            (search.stale, search.next_walk) = (true, Instant::now());
            search.newborns(|parent| parent == own, &mut found);
            assert!(search.next_walk > Instant::now() && !is_found(&found));
        }
        child.wait().expect("a child");
    }

    /// The kernel counts a pid before the process is there. It was tried only once more, maybe too soon.
    #[test]
    fn a_pid_in_the_making_is_tried_for_some_time() {
        let mut child = Command::new("true").spawn().expect("a program");
        let mut search = Search::new(false);
        let later = Instant::now() + Duration::from_hours(1);
        // No process has one of these pids.
        let (making, late) = (search.pid_max, search.pid_max + 1);
        let retry = |pid, until| Retry { pid, until, is_there: false };
        search.again = vec![retry(making, later), retry(late, Instant::now()), retry(child.id(), later)];
        let mut found = Vec::new();
        search.newborns(|parent| parent == std::process::id(), &mut found);
        assert!(found.iter().any(|(process, _)| process.pid() == child.id()));
        let has = |pid| search.again.iter().any(|retry| retry.pid == pid);
        assert!(has(making) && !has(late) && !has(child.id()), "{:?}", search.again);
        child.wait().expect("a child");
    }
}
