//! The moments at which the present pages are scanned: new maxima first of all, and falls.

use super::clock;
use super::members::Members;
use crate::model::{Event, EventKind, Moment, Record};
use crate::pagemap::{resident, scan, shares_memory};

/// Looks and scans may take this part of the time: one in this many.
const SHARE: u64 = 20;
/// A scan waits no longer than this for its turn, in nanoseconds, so that a peak that lasts for longer is seen. A very large
/// process may then take one part of the time in `LEAST_SHARE`.
const LONGEST_WAIT: u64 = 150_000_000;
const LEAST_SHARE: u64 = 5;
/// The shortest time between two looks at the RSS, in nanoseconds.
const SHORTEST_LOOK: u64 = 4_000_000;
/// A new maximum is scanned when it is larger than the last one by this part of it and these bytes.
const STEP: u64 = 50;
const LEAST_STEP: u64 = 256 << 10;
/// After as many runs of pages as this, the step doubles.
const MANY_RUNS: u64 = 200_000;
/// The same for a maximum at which the memory stands still.
const LEAST_STILL: u64 = 64 << 10;
/// A change in any direction is scanned when it is this part of the last moment, and these bytes.
const CHANGE: u64 = 10;
const LEAST_CHANGE: u64 = 1 << 20;
/// The time for which memory must stand still, in nanoseconds.
const STILL: u64 = 15_000_000;

/// The state of the decision.
#[derive(Debug, Default)]
pub struct Moments {
    /// The RSS of the tree at the largest moment, and at the last one.
    peak: u64,
    last: u64,
    /// The runs of pages that were written.
    runs: u64,
    /// The memory changed during the last scan, so that some of its pages have no fault before it.
    moved: bool,
    /// The RSS at the last look, and the time since when it has not grown.
    seen: u64,
    still_since: u64,
    /// The time from which the next look and the next scan may be made.
    next_look: u64,
    next: u64,
}

impl Moments {
    /// Looks at the RSS of the tree, and scans its pages if it is time to.
    pub fn look(&mut self, members: &mut Members, (start, page): (u64, u64), write: &mut dyn FnMut(Record)) {
        let now = clock::now();
        if now < self.next_look {
            return;
        }
        let begun = clock::cpu();
        let mut sum = 0;
        for (pid, process) in &mut members.by_pid {
            // A child of vfork is still its parent: the pages exist once.
            let borrows = process.parent.is_some_and(|parent| shares_memory(*pid, parent));
            process.rss = if borrows { 0 } else { resident(*pid, page).unwrap_or(0) };
            sum += process.rss;
        }
        if sum > self.seen.saturating_add(LEAST_STILL) || sum.saturating_add(LEAST_STILL) < self.seen {
            self.still_since = now;
        }
        self.seen = sum;
        self.next_look = now + SHORTEST_LOOK.max((clock::cpu() - begun) * SHARE);
        if now < self.next || !self.is_due(sum, now) {
            return;
        }
        self.take(members, (start, page), write);
        let cost = clock::cpu() - begun;
        self.next = clock::now() + (cost * SHARE).min(LONGEST_WAIT.max(cost * LEAST_SHARE));
    }

    fn is_due(&self, sum: u64, now: u64) -> bool {
        let still = now.saturating_sub(self.still_since) >= STILL;
        // Fragmented memory makes long records, so that they must be fewer.
        let step = LEAST_STEP.max(self.peak / STEP) * (1 + self.runs / MANY_RUNS);
        let grown = sum > self.peak + step;
        let is_sharper = self.moved && sum + LEAST_STILL >= self.peak;
        let new_maximum = still && (sum > self.peak + LEAST_STILL || is_sharper);
        let change = sum.abs_diff(self.last) > LEAST_CHANGE + self.last / CHANGE;
        grown || new_maximum || change
    }

    /// Scans every process that has changed, and records the moment.
    fn take(&mut self, members: &mut Members, (start, page): (u64, u64), write: &mut dyn FnMut(Record)) {
        let time = clock::now().saturating_sub(start);
        let mut moment = Moment::default();
        self.moved = false;
        for (pid, process) in members.by_pid.iter_mut().filter(|(_, process)| process.rss > 0) {
            if process.touched || process.scanned != Some(process.rss) {
                // A process that may not be read, or that has just ended, is missing at this moment.
                let Some(scan) = scan(*pid, page) else { continue };
                self.runs += scan.runs.len() as u64;
                process.touched = scan.rss != process.rss;
                self.moved |= process.touched;
                process.scanned = Some(scan.rss);
                process.rss = scan.rss;
                write(Record::Event(Event { time, pid: *pid, kind: EventKind::Scan(Box::new(scan)) }));
            }
            moment.processes.push((*pid, process.scanned.unwrap_or(process.rss)));
        }
        if moment.processes.is_empty() {
            return;
        }
        moment.processes.sort_unstable();
        self.last = moment.rss();
        self.peak = self.peak.max(self.last);
        write(Record::Event(Event { time, pid: 0, kind: EventKind::Moment(moment) }));
    }
}
