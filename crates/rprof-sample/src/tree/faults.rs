//! Page faults of the tree: how much memory it can have come by since the last look, even if its RSS is flat.
//! Memory is mapped by page faults only. A copy of a shared page raises PSS and leaves RSS as it was.

use rprof_trace::{Bytes, Memory, Part};

use super::Tree;
use crate::platform::{self, FaultCounts, Process};

/// The page faults and the growth of one process since the last look at its faults.
#[derive(Debug, Clone, Copy, Default)]
pub struct FaultAccount {
    /// The faults at the last look; `None` before the first look at a process that ran before the session.
    last: Option<FaultCounts>,
    /// The faults of children that have ended, which `children` will have when this process has waited for them.
    expected: u64,
    /// The rises of RSS between ticks. One fault on a file maps up to 16 pages.
    risen: Bytes,
    /// The faults that the look under way has read.
    now: Option<FaultCounts>,
}

/// The page faults and the growth of the tree since the last look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// The memory for one page for each fault.
    pub faulted: Bytes,
    /// The memory that the tree can have come by.
    pub growth: Bytes,
    /// The part of it that processes can have had which no tick has seen: what they did not inherit at their fork.
    pub unseen: Bytes,
}

/// The parts of the next look that are known already, and the state of the machine at the last one.
#[derive(Debug)]
pub(super) struct TreeFaults {
    /// From processes that have ended.
    ended: Look,
    /// Huge pages made on the whole machine, at the last look.
    huge_pages: Option<u64>,
}

impl TreeFaults {
    /// The state at the start of the session, with the events of huge pages so far.
    pub fn start(huge_pages: Option<u64>) -> Self {
        Self { ended: Look::default(), huge_pages }
    }
}

impl Look {
    fn add(&mut self, other: Self) {
        self.faulted = self.faulted.plus(other.faulted);
        self.growth = self.growth.plus(other.growth);
        self.unseen = self.unseen.plus(other.unseen);
    }
}

impl FaultAccount {
    /// The account of a process that is younger than the session: its faults start at 0.
    pub fn of_newborn() -> Self {
        Self { last: Some(FaultCounts::default()), ..Self::default() }
    }

    /// Records two readings in a row.
    ///
    /// At the first reading anonymous memory may come from the fork and is not new. Pages of files do not: a child maps
    /// them by faults of its own.
    pub fn record(&mut self, before: &Memory, now: &Memory) {
        let get = |memory: &Memory, part| memory.get(part).unwrap_or_default().0;
        let rise = match before.get(Part::Rss) {
            Some(before) => get(now, Part::Rss).saturating_sub(before.0),
            None => get(now, Part::File) + get(now, Part::Shmem),
        };
        self.risen = self.risen.plus(Bytes(rise));
    }

    /// Takes the faults of now and returns what happened since the last look.
    fn look(&mut self, now: FaultCounts, page: u64) -> Look {
        let risen = std::mem::take(&mut self.risen);
        let Some(last) = self.last.replace(now) else { return Look { growth: risen, ..Look::default() } };
        let of_children = now.children.saturating_sub(last.children);
        let unexpected = of_children.saturating_sub(self.expected);
        self.expected = self.expected.saturating_sub(of_children);
        let bytes = |faults: u64| Bytes(faults.saturating_mul(page));
        let (own, unseen) = (bytes(now.own.saturating_sub(last.own)), bytes(unexpected));
        Look { faulted: own.plus(unseen), growth: own.max(risen).plus(unseen), unseen }
    }

    /// True if the children that it has waited for had more faults than those whose end is known.
    fn exceeds_expected(&self, now: FaultCounts) -> bool {
        self.last.is_some_and(|last| now.children > last.children + self.expected)
    }

    /// The faults up to the last look, with those of children that have ended. The parent will report at least these.
    fn total(&self) -> u64 {
        self.last.map_or(0, |last| last.own + last.children) + self.expected
    }
}

impl Tree {
    /// Reads the faults of all members and returns what happened since the last look: about 4 µs for each process.
    pub fn look_at_faults(&mut self) -> Look {
        self.read_faults(None);
        let page = platform::page_size();
        let mut look = std::mem::take(&mut self.faults.ended);
        for member in &mut self.members {
            if let Some(now) = member.account.now.take() {
                look.add(member.account.look(now, page));
            }
        }
        let made = platform::huge_mappings();
        let before = std::mem::replace(&mut self.faults.huge_pages, made);
        let pages = made.zip(before).map_or(0, |(made, before)| made.saturating_sub(before));
        look.growth = look.growth.plus(Bytes(pages.saturating_mul(huge_page(page))));
        look
    }

    /// Reads the faults of all members but one. The account of one that was reaped goes to its parent.
    fn read_faults(&mut self, except: Option<usize>) {
        // Children stand behind their parents and come first here, so that an account reaches the ancestor that has it.
        for at in (0..self.members.len()).rev().filter(|at| Some(*at) != except) {
            match self.members[at].read_faults() {
                Ok(now) => self.members[at].account.now = Some(now),
                Err(_) => self.give_account_to_parent(at),
            }
        }
    }

    /// Moves the faults of a member that has ended to its parent, which has waited for it or will.
    fn give_account_to_parent(&mut self, at: usize) {
        let (account, ppid) = (std::mem::take(&mut self.members[at].account), self.members[at].ppid());
        if let Some(parent) = self.members.iter_mut().find(|parent| parent.pid() == ppid) {
            parent.account.expected += account.total();
        }
    }

    /// Takes over the faults of a member that has ended and is about to be removed. Returns its last counters; `None` when
    /// it was reaped, or when the tree has no other process.
    pub(super) fn settle_ended(&mut self, at: usize) -> Option<FaultCounts> {
        if !self.is_plural() {
            return None;
        }
        // As long as it waits to be reaped, its faults can be read.
        let last = self.members[at].read_faults().ok();
        if let Some(now) = last {
            self.settle(at, now);
        }
        self.give_account_to_parent(at);
        last
    }

    /// Takes over the faults of a child of rprof that was reaped. Call it before `record_reaped`.
    pub fn settle_reaped(&mut self, pid: u32, faults: Option<FaultCounts>) {
        let Some(now) = faults.filter(|_| self.is_plural()) else { return };
        match self.members.iter().position(|member| member.pid() == pid) {
            Some(at) => self.settle(at, now),
            // One that a tick has seen dead is settled already. Another one is an orphan that no tick has seen.
            None if self.zombies.holds(pid) => {}
            None => self.add_unseen(now),
        }
    }

    /// Takes over the faults of a process that had ended when it was found. Returns its counters; `None` when it was reaped.
    pub(super) fn settle_found_dead(&mut self, process: &mut Process, parent: u32) -> Option<FaultCounts> {
        let now = process.faults().ok()?;
        self.add_unseen(now);
        if let Some(parent) = self.members.iter_mut().find(|member| member.pid() == parent) {
            parent.account.expected += now.own + now.children;
        }
        Some(now)
    }

    fn add_unseen(&mut self, now: FaultCounts) {
        let unseen = Bytes((now.own + now.children).saturating_mul(platform::page_size()));
        self.faults.ended.add(Look { faulted: unseen, growth: unseen, unseen });
    }

    fn settle(&mut self, at: usize, now: FaultCounts) {
        if self.members[at].account.exceeds_expected(now) {
            // It has waited for children of which no tick has seen the end yet.
            self.read_faults(Some(at));
        }
        let look = self.members[at].account.look(now, platform::page_size());
        self.faults.ended.add(look);
    }
}

/// The size of a huge page: as many pages as one page of a page table has entries.
fn huge_page(page: u64) -> u64 {
    page * (page / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: u64 = 4096;

    fn faults(own: u64, of_children: u64) -> FaultCounts {
        FaultCounts { own, children: of_children, ..FaultCounts::default() }
    }

    fn pages(faulted: u64, growth: u64) -> Look {
        Look { faulted: Bytes(faulted * PAGE), growth: Bytes(growth * PAGE), unseen: Bytes(0) }
    }

    fn unseen(faults: u64) -> Look {
        Look { unseen: Bytes(faults * PAGE), ..pages(faults, faults) }
    }

    fn memory(rss: u64, file: u64) -> Memory {
        let bytes = |pages| Bytes(pages * PAGE);
        Memory::from([(Part::Rss, bytes(rss)), (Part::File, bytes(file)), (Part::Shmem, Bytes(0))])
    }

    #[test]
    fn each_fault_may_be_a_page_that_rss_does_not_show() {
        let mut account = FaultAccount::of_newborn();
        account.record(&memory(100, 0), &memory(100, 0));
        assert_eq!(account.look(faults(70, 0), PAGE), pages(70, 70));
        assert_eq!(account.look(faults(70, 0), PAGE), pages(0, 0));
    }

    /// A fault on a mapped file maps 16 pages, so faults alone would hide the growth.
    #[test]
    fn growth_that_rss_shows_counts_even_with_few_faults() {
        let mut account = FaultAccount::of_newborn();
        account.record(&memory(100, 10), &memory(420, 330));
        assert_eq!(account.look(faults(20, 0), PAGE), pages(20, 320));
        // A forked child has its parent's anonymous memory at once; that is no growth.
        let mut child = FaultAccount::of_newborn();
        child.record(&Memory::default(), &memory(500, 40));
        assert_eq!(child.look(faults(3, 0), PAGE), pages(3, 40));
    }

    #[test]
    fn the_faults_of_a_child_count_once_before_and_after_it_is_reaped() {
        let (mut parent, mut child) = (FaultAccount::of_newborn(), FaultAccount::of_newborn());
        child.look(faults(1000, 0), PAGE);
        parent.expected += child.total();
        // The child had 50 more faults than the last look at it showed, and an unseen child had 7.
        assert_eq!(parent.look(faults(0, 1057), PAGE), unseen(57));
        assert_eq!(parent.look(faults(0, 1060), PAGE), unseen(3));
    }

    #[test]
    fn the_history_of_an_attached_process_is_no_growth() {
        let mut account = FaultAccount::default();
        assert_eq!(account.look(faults(1 << 30, 5), PAGE), pages(0, 0));
        assert_eq!(account.look(faults((1 << 30) + 2, 5), PAGE), pages(2, 2));
    }
}
