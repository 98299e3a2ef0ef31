//! The upper bound of the time between two ticks, from high-water marks and page faults.
//! docs/measuring.md has the argument; the names of its parts are those of `WindowBound`.

use rprof_trace::{Bytes, Metric, Seconds};

use super::Tree;
use super::ledger::{Ended, Fate, Growth};
use super::member::Member;
use super::peak_table::WindowBound;
use crate::Sink;
use crate::error::ReadError;
use crate::platform::FaultCounts;

/// The largest number of attempts to read the counters without a process that ends meanwhile.
const ATTEMPTS: u32 = 8;

/// The fewest page faults of a child between its birth and its end. It cannot run without its code and its stack.
const CHILD_FAULTS: u64 = 2;

/// The evidence of one window, added up over all processes.
#[derive(Debug, Default)]
struct Evidence {
    /// Faults of children that were reaped in the window.
    arrivals: u64,
    /// The part of them that belongs to earlier windows or was counted apart.
    credits: u64,
    /// True if a known process can have had a child that no tick saw.
    has_forked: bool,
    /// The largest process that can have forked.
    largest_parent: Bytes,
    /// Zombies that no tick saw alive.
    found_dead: u32,
    bound: WindowBound,
}

impl Tree {
    /// The bound of the time since the last call; `None` when it is not known.
    pub(super) fn bound_window(&mut self, time: Seconds, sink: Sink<'_>) -> Option<WindowBound> {
        let gone = self.births.take_gone();
        let is_quiet =
            gone == Some(0) && self.ledger.ended.is_empty() && !self.members.iter().any(Member::is_new);
        let is_rss = self.metric == Metric::Rss;
        let bound = if !is_rss {
            None
        } else if is_quiet {
            self.bound_quiet()
        } else {
            self.bound_busy(gone, time, sink)
        };
        self.ledger.start_window();
        // Without the bounds, all births of the machine that are gone would count.
        self.unseen.end_window(gone.filter(|_| is_rss || is_quiet));
        bound.filter(|_| self.is_complete())
    }

    /// A window without birth and end. A single process costs no system call.
    fn bound_quiet(&mut self) -> Option<WindowBound> {
        let growth = self.ledger.quick_growth();
        let is_alone = !self.is_plural();
        let mut bound = WindowBound::default();
        for member in self.members.iter_mut().filter(|member| member.is_counted()) {
            let must_read = if is_alone { member.has_new_image_sign() } else { member.has_moved() };
            let before = member.counts();
            if must_read && member.read_counts().is_ok() {
                member.set_bound(before, growth);
                member.keep_own_counts();
                // The image of a process alone is no larger than the peak that wait4 reports.
                if !is_alone {
                    add_old_image(member, before, growth, &mut bound);
                }
            } else {
                member.set_bound(None, growth);
            }
            bound.living = bound.living.plus(member.bound()?);
        }
        Some(bound)
    }

    fn bound_busy(&mut self, mut gone: Option<u32>, time: Seconds, sink: Sink<'_>) -> Option<WindowBound> {
        for _ in 0..ATTEMPTS {
            self.ledger.find_arrived();
            let is_complete = self.read_all_counts(0, time, sink)?;
            let has_all = self.admit_late_newborns(&mut gone, time, sink)?;
            if is_complete && has_all && self.ledger.read_zombies() {
                let births = self.births.since(gone);
                let bound = self.evaluate(births);
                self.members.iter_mut().for_each(Member::keep_counts);
                return bound;
            }
        }
        None
    }

    /// Admits the processes that were born since the search of this tick, and reads their counters. A process that ended
    /// since then may have been their parent, so that both were alive together.
    ///
    /// False if a process has ended meanwhile, or if births do not cease; `None` when a process cannot be read.
    fn admit_late_newborns(&mut self, gone: &mut Option<u32>, time: Seconds, sink: Sink<'_>) -> Option<bool> {
        let mut is_complete = true;
        for _ in 0..ATTEMPTS {
            let (first, ended) = (self.members.len(), self.ledger.ended.len());
            self.admit_newborns(time, sink);
            *gone = gone.zip(self.births.take_gone()).map(|(before, late)| before.saturating_add(late));
            if self.members.len() == first && self.ledger.ended.len() == ended {
                return Some(is_complete);
            }
            self.read_members_from(first, time, sink);
            self.find_borrowers();
            is_complete &= self.read_all_counts(first, time, sink)?;
        }
        Some(false)
    }

    /// Reads the counters of all members from one on. False if one of them has ended; `None` when one cannot be read.
    ///
    /// A parent stands before its children in `members`. So a child whose counters were read has not been added to those
    /// of its parent, and a child that had ended before has been.
    fn read_all_counts(&mut self, first: usize, time: Seconds, sink: Sink<'_>) -> Option<bool> {
        let mut is_complete = true;
        let mut at = first;
        while at < self.members.len() {
            match self.members[at].read_counts() {
                Ok(()) => at += 1,
                Err(ReadError::Gone) => {
                    let pid = self.members[at].pid();
                    self.births.look_again_at(pid);
                    self.remove(at, Fate::Gone, time, sink);
                    is_complete = false;
                }
                Err(_) => return None,
            }
        }
        Some(is_complete)
    }

    fn evaluate(&mut self, births: Option<u32>) -> Option<WindowBound> {
        let has_rest = !self.ledger.ended.is_empty()
            || self.members.iter().any(|member| member.is_new() || member.new_child_faults() > 0);
        let growth = if has_rest { self.ledger.growth() } else { self.ledger.quick_growth() };
        let mut sums = Evidence { credits: self.ledger.arrived(), ..Evidence::default() };
        for member in &mut self.members {
            member.set_bound(member.counts(), growth);
        }
        let tracks_children = self.births.is_searching();
        for member in &self.members {
            add_member(member, growth, &mut sums)?;
            if tracks_children && member.loses_children(births, &self.ledger.ended) {
                return None;
            }
        }
        if !tracks_children {
            (sums.arrivals, sums.has_forked) = (0, false);
        }
        let largest = self.largest_bound();
        for member in self.members.iter().filter(|member| member.is_new() && member.is_counted()) {
            let parent = self.members.iter().find(|m| m.pid() == member.ppid()).and_then(Member::bound);
            let is_root = member.pid() == self.births.root();
            let inherited = if is_root { Bytes(0) } else { parent.unwrap_or(largest) };
            add_image_of_birth(member, inherited, growth, &mut sums.bound);
        }
        for ended in &self.ledger.ended {
            // Orphans of an attached process go to a parent that rprof cannot ask.
            let is_lost = ended.fate == Fate::Gone && !self.adopts && !self.holds(ended.parent);
            if is_lost && tracks_children {
                return None;
            }
            add_ended(ended, growth, &mut sums)?;
        }
        // Fewer faults arrived than are known: some parent reaps without counting, or another tree's process reaped.
        let faults = sums.arrivals.checked_sub(sums.credits)?;
        self.unseen.set_window(add_unseen(faults, births, largest, growth, &mut sums));
        Some(sums.bound)
    }

    /// The largest bound of a process that can have had children.
    fn largest_bound(&self) -> Bytes {
        let living = self.members.iter().filter_map(Member::bound).max();
        let ended = self.ledger.ended.iter().filter_map(Ended::base).max();
        living.max(ended).unwrap_or_default()
    }
}

/// Adds a living process.
fn add_member(member: &Member, growth: Growth, sums: &mut Evidence) -> Option<()> {
    let own = member.new_faults();
    sums.arrivals += member.new_child_faults();
    if !member.is_counted() {
        // A child of vfork touches the memory of its parent.
        sums.arrivals += own;
        return Some(());
    }
    let bound = member.bound()?;
    sums.bound.living = sums.bound.living.plus(bound);
    if !member.is_new() {
        add_old_image(member, member.counts(), growth, &mut sums.bound);
    }
    // A fork write-protects the pages of the parent, whose next write to its stack is then a fault.
    if own > 0 && member.new_child_faults() >= CHILD_FAULTS {
        sums.has_forked = true;
        sums.largest_parent = sums.largest_parent.max(bound);
        let ever = member.base().plus(growth.of(own)).0;
        let anonymous = member.base().plus(growth.anonymous(own)).0;
        let dropped = Bytes(ever.saturating_sub(bound.0).min(anonymous));
        sums.bound.dropped = sums.bound.dropped.plus(dropped);
    }
    Some(())
}

/// Adds the program that a process ran before an exec in this window, as far as it can have been larger.
fn add_old_image(member: &Member, before: Option<FaultCounts>, growth: Growth, bound: &mut WindowBound) {
    if let Some(before) = before.filter(|before| member.has_new_image(*before)) {
        let old = before.rss.plus(growth.anonymous(member.faults_since(before)));
        add_excess(old, Bytes(0), member.bound().unwrap_or_default(), bound);
    }
}

/// Adds what a newborn process held before its exec: pages of its parent, and its own.
fn add_image_of_birth(member: &Member, inherited: Bytes, growth: Growth, bound: &mut WindowBound) {
    if member.has_called_exec() {
        let own = growth.anonymous(member.new_faults());
        add_excess(own, inherited, member.bound().unwrap_or_default(), bound);
    }
}

/// Adds own and inherited pages as far as they exceed what counts already.
fn add_excess(own: Bytes, inherited: Bytes, counted: Bytes, bound: &mut WindowBound) {
    let all = own.plus(inherited).0.saturating_sub(counted.0);
    let new = own.0.saturating_sub(counted.0);
    if all > 0 {
        bound.rest = bound.rest.plus(Bytes(new));
        bound.inherited = bound.inherited.plus(Bytes(all - new));
        bound.others += 1;
    }
}

/// Adds a process that ended in this window. `None` when its counters are not known.
fn add_ended(ended: &Ended, growth: Growth, sums: &mut Evidence) -> Option<()> {
    let known = ended.known.unwrap_or_default();
    let last = match ended.fate {
        Fate::Gone => {
            sums.credits += known.own + known.children;
            sums.bound.rest = sums.bound.rest.plus(ended.base().unwrap_or_default());
            sums.bound.others += 1;
            sums.has_forked = true;
            sums.largest_parent = sums.largest_parent.max(ended.base().unwrap_or_default());
            sums.found_dead += u32::from(ended.base().is_none());
            return Some(());
        }
        Fate::Zombie(last) | Fate::Reaped(last, _) => last?,
    };
    let (own, children) = (last.own.saturating_sub(known.own), last.children.saturating_sub(known.children));
    sums.arrivals += children;
    let held = ended.base().map(|base| base.plus(growth.of(own)));
    if let Fate::Reaped(_, largest) = ended.fate {
        // The maximum of wait4 includes the pages that the process inherited.
        sums.bound.living = sums.bound.living.plus(held.map_or(largest, |held| held.min(largest)));
    } else {
        sums.bound.rest = sums.bound.rest.plus(held.unwrap_or_else(|| growth.of(own)));
        sums.bound.others += 1;
        sums.found_dead += u32::from(held.is_none());
    }
    if own > 0 && children >= CHILD_FAULTS {
        sums.has_forked = true;
        sums.largest_parent =
            sums.largest_parent.max(ended.base().unwrap_or_default().plus(growth.anonymous(own)));
    }
    Some(())
}

/// Adds the processes that no tick saw, and the growth of those that ended: both are in `faults`. Returns the most
/// processes that no tick saw.
fn add_unseen(faults: u64, births: Option<u32>, largest: Bytes, growth: Growth, sums: &mut Evidence) -> u32 {
    let bound = &mut sums.bound;
    bound.rest = bound.rest.plus(growth.of(faults));
    let by_faults = u32::try_from(faults / CHILD_FAULTS).unwrap_or(u32::MAX);
    let unseen = births.unwrap_or(u32::MAX).min(by_faults);
    let has_owner = bound.others > 0 || unseen > 0;
    bound.others = bound.others.saturating_add(unseen);
    if faults > 0 && !has_owner {
        // The faults belong to a process that is not counted, such as one that rprof may not read.
        bound.others = u32::MAX;
    }
    let heirs = sums.found_dead.saturating_add(if sums.has_forked { unseen } else { 0 });
    if heirs == 0 {
        bound.dropped = Bytes(0);
        return unseen;
    }
    let parent = if sums.found_dead > 0 { largest } else { sums.largest_parent };
    let times = |bytes: Bytes, count: u32| Bytes(bytes.0.saturating_mul(u64::from(count)));
    // A page that one of them touched can be inherited by the next ones. Only anonymous pages are copied by a fork.
    let inherited = times(parent.plus(growth.anonymous(faults)), heirs);
    let inherited = Bytes(inherited.0 - growth.anonymous(faults).0.min(inherited.0));
    bound.dropped = bound.dropped.min(inherited);
    bound.inherited = bound.inherited.plus(inherited);
    unseen
}

impl Ended {
    /// The RSS from which its growth counts; `None` when it was never read alive.
    pub fn base(&self) -> Option<Bytes> {
        let mark = self.mark?;
        Some(self.known.map(|known| known.rss).filter(|rss| rss.0 > 0).unwrap_or(mark))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
