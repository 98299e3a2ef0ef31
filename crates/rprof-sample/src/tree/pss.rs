//! The proportional set size of the whole tree, in which each shared page is divided among all that map it.

use rprof_trace::{Bytes, Seconds};

use super::faults::Look;
use super::member::Member;
use super::{TickResult, Tree};
use crate::Sink;
use crate::error::ReadError;

/// One reading of the PSS of all members.
#[derive(Debug, Clone, Copy)]
pub struct PssRound {
    /// The sum of the PSS that could be read.
    pub pss: Bytes,
    /// The RSS of the members whose PSS may not be read; `None` if there is none. PSS is never above RSS.
    pub unread: Option<Bytes>,
    /// The sum of RSS right after the round.
    pub rss_after: Bytes,
    /// The largest error of the sum: the memory that changed hands during the round.
    pub error: Bytes,
}

/// The part of a sum that may have changed hands during its round: one part in this many.
const TOLERATED_SHARE: u64 = 50;
/// The memory that may have changed hands in a round of any size.
const TOLERATED: Bytes = Bytes(1 << 20);

/// The outcome of a round.
#[derive(Debug)]
pub struct PssReading {
    /// The sum; `None` when a process was born, ended or started another program meanwhile.
    pub round: Option<PssRound>,
    /// The page faults of the round.
    pub look: Look,
    /// The id of the first member whose smaps rollup could not be read, and the reason.
    pub refused: Option<(String, ReadError)>,
}

impl PssRound {
    /// The least memory that the sum proves, after its error.
    pub fn least(&self) -> Bytes {
        Bytes(self.pss.0.saturating_sub(self.error.0))
    }

    /// The most that PSS can have been, with its error and the members that could not be read.
    pub fn most(&self) -> Bytes {
        self.pss.plus(self.unread.unwrap_or_default()).plus(self.error)
    }

    /// True if little enough changed during the round.
    pub fn is_true(&self) -> bool {
        is_tolerated(self.error, self.pss)
    }
}

/// The RSS after which a round is checked, so that a disturbed one ends early. A tree of small processes is not checked: to
/// read their memory takes as long as a part of the round.
fn check_every(rss: Bytes, processes: usize) -> Bytes {
    /// The parts of a round between its checks.
    const PARTS: u64 = 4;
    const LARGE: u64 = 16 << 20;
    let is_large = rss.0 / (processes.max(1) as u64) > LARGE;
    if is_large { Bytes(rss.0 / PARTS) } else { Bytes(u64::MAX) }
}

fn is_tolerated(error: Bytes, sum: Bytes) -> bool {
    error <= TOLERATED.max(Bytes(sum.0 / TOLERATED_SHARE))
}

impl Tree {
    /// Adds up the PSS of all members. Call it right after `look_at_faults`.
    ///
    /// A page shared by n processes counts 1/n in each of them. If n changes during the round, the sum counts some shares
    /// twice or not at all. Besides births and ends, a page fault changes n when it maps or copies a shared page, and so
    /// does memory that is given back. Each such page makes an error of one page at most, so both bound the error.
    ///
    /// # Errors
    /// The id of the first member whose smaps rollup does not exist, with `Unsupported`.
    pub fn read_pss(&mut self) -> Result<PssReading, (String, ReadError)> {
        let rss_before = self.members.iter().fold(Bytes(0), |sum, member| sum.plus(member.counted_rss()));
        let step = check_every(rss_before, self.members.len());
        let (mut pss, mut unread, mut refused) = (Bytes(0), None, None);
        let mut unchecked = Bytes(0);
        for at in 0..self.members.len() {
            if unchecked >= step {
                unchecked = Bytes(0);
                // PSS is at most RSS, and so is the tolerance. The next look has the faults of this round.
                if !self.change().is_some_and(|(_, change)| is_tolerated(change, rss_before)) {
                    return Ok(PssReading { round: None, look: Look::default(), refused });
                }
            }
            let member = &self.members[at];
            if !member.is_counted() {
                continue;
            }
            unchecked = unchecked.plus(member.counted_rss());
            match member.smaps_rollup() {
                Ok(rollup) => pss = pss.plus(rollup.pss),
                Err(ReadError::Gone) => {
                    return Ok(PssReading { round: None, look: Look::default(), refused });
                }
                Err(ReadError::Unsupported) => return Err((member.id().to_owned(), ReadError::Unsupported)),
                // Another user's process, or no descriptor left. RSS comes from the status, which is open.
                Err(error) => {
                    unread = Some(unread.unwrap_or(Bytes(0)).plus(member.value()));
                    refused.get_or_insert_with(|| (member.id().to_owned(), error));
                }
            }
        }
        let change = self.change();
        let look = self.look_at_faults();
        let round = change.map(|(rss_after, change)| {
            let error = look.faulted.plus(change);
            PssRound { pss, unread, rss_after, error }
        });
        Ok(PssReading { round, look, refused })
    }

    /// Reads all members with their PSS or USS, as one tick of that metric. True if the round was disturbed.
    ///
    /// Nothing can disturb the reading of a single process.
    pub(super) fn read_shares(&mut self, time: Seconds, result: &mut TickResult, sink: Sink<'_>) -> bool {
        let is_tree = self.members.len() > 1;
        if is_tree {
            self.look_at_faults();
        }
        self.read_members(time, result, sink);
        let change = self.change();
        let look = if is_tree { self.look_at_faults() } else { Look::default() };
        let sum = self.members.iter().filter(|m| m.is_counted()).fold(Bytes(0), |sum, m| sum.plus(m.value()));
        // The tolerance is that of a PSS round. USS has no other: what faults move between processes is the same.
        !change.is_some_and(|(_, change)| !is_tree || is_tolerated(look.faulted.plus(change), sum))
    }

    /// RSS now, and how much of it changed since the last readings; `None` if a process was born, ended, or started
    /// another program.
    fn change(&mut self) -> Option<(Bytes, Bytes)> {
        self.births.search(&self.members);
        if self.births.waiting() > 0 {
            return None;
        }
        let mut changes = self.members.iter_mut().map(Member::change);
        changes.try_fold((Bytes(0), Bytes(0)), |(rss, sum), change| {
            let (now, difference) = change?;
            Some((rss.plus(now), sum.plus(difference)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Workers that mapped an array during the round once added up to 655 MiB of 572.
    #[test]
    fn a_round_is_true_if_little_changed_hands_meanwhile() {
        let mib = |n: u64| Bytes(n << 20);
        let is_true = |pss, error| {
            PssRound { pss: mib(pss), unread: None, rss_after: mib(900), error: mib(error) }.is_true()
        };
        assert!(is_true(572, 0) && is_true(572, 11));
        assert!(!is_true(572, 12) && !is_true(655, 83));
        assert!(is_true(5, 1) && !is_true(5, 2), "a small tree has a tolerance of 1 MiB");
    }

    #[test]
    fn a_round_is_checked_four_times_if_its_processes_are_large() {
        assert_eq!(check_every(Bytes(1 << 30), 4), Bytes(256 << 20));
        assert_eq!(check_every(Bytes(1 << 30), 1000), Bytes(u64::MAX));
        assert_eq!(check_every(Bytes(0), 0), Bytes(u64::MAX));
    }

    #[test]
    fn the_rss_of_a_process_that_may_not_be_read_bounds_its_share() {
        let mib = |n: u64| Bytes(n << 20);
        let round = PssRound { pss: mib(300), unread: Some(mib(20)), rss_after: mib(900), error: mib(3) };
        assert_eq!((round.least(), round.most()), (mib(297), mib(323)));
        let disturbed = PssRound { pss: mib(3), unread: None, error: mib(9), ..round };
        assert_eq!((disturbed.least(), disturbed.most()), (mib(0), mib(12)));
    }
}
