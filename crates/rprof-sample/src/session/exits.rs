//! Exits of children: their exit status, CPU time and maximum RSS, and what these prove about the peak.

use std::time::Duration;

use rprof_trace::{Bytes, Metric};

use super::Session;
use super::clock::seconds;
use super::termination::TerminationCause;
use crate::Sink;
use crate::job_control::follow_stop;
use crate::platform::{ExitStatus, PageFaults, Reaped};

/// A value of `rss_before_exec` below this is less than any program with a C library uses. A maximum that exceeds it by
/// more than `TOUCHED_BEFORE_EXEC` is then the program's own.
const SMALL_FLOOR: Bytes = Bytes::from_kib(1024);
/// The memory that the child touches between the measurement and its exec.
const TOUCHED_BEFORE_EXEC: Bytes = Bytes::from_kib(64);
/// The possible error of a large `rss_before_exec`: for each kind of memory the kernel holds back up to 32 pages on
/// each CPU before it updates a counter.
const COUNTER_ERROR: Bytes = Bytes::from_kib(1024);

/// The accounts of all children that were reaped.
#[derive(Debug, Default)]
pub struct Exits {
    any: bool,
    /// True if one of them had waited for children of its own. Those may have lived without being seen.
    had_children: bool,
    user: Duration,
    system: Duration,
    faults: PageFaults,
}

impl Exits {
    fn add(&mut self, reaped: &Reaped, had_children: bool) {
        self.any = true;
        self.had_children |= had_children;
        self.user += reaped.user;
        self.system += reaped.system;
        self.faults.add(reaped.faults);
    }

    /// True if any child was reaped.
    pub fn any(&self) -> bool {
        self.any
    }

    /// True if a child that was reaped had waited for children of its own.
    pub fn had_children(&self) -> bool {
        self.had_children
    }

    /// CPU time in user and in kernel mode; `None` before the first exit.
    pub fn cpu_times(&self) -> Option<(Duration, Duration)> {
        self.any.then_some((self.user, self.system))
    }

    /// The page faults; `None` before the first exit.
    pub fn faults(&self) -> Option<PageFaults> {
        self.any.then_some(self.faults)
    }
}

impl Session {
    /// Handles a child, the command or an adopted orphan, that has ended or was stopped.
    pub(super) fn take_reaped(&mut self, reaped: &Reaped, sink: Sink<'_>) {
        let is_root = reaped.pid == self.root.pid;
        if self.is_stranger(reaped) {
            // The pid may soon be that of a process of the tree.
            self.strangers
                .retain(|pid| *pid != reaped.pid || matches!(reaped.status, ExitStatus::Stopped(_)));
            return;
        }
        if let ExitStatus::Stopped(number) = reaped.status {
            if is_root {
                self.root.stopped = true;
                if let Some(wake) = follow_stop(number, self.stop.interrupted) {
                    self.pass_on(wake);
                }
            }
            return;
        }
        let now = self.clock.elapsed();
        let had_children = reaped.zombie.had_children != Some(false);
        self.exits.add(reaped, had_children);
        let maximum = self.add_maximum(reaped, had_children, now, sink);
        if is_root {
            self.root.gone = true;
            self.root.status = Some(reaped.status);
            self.root.found = Some(reaped.found);
        }
        self.tree.settle_reaped(reaped.pid, reaped.zombie.faults);
        self.tree.record_reaped(reaped, maximum.filter(|_| !had_children), seconds(now), sink);
        if self.root.gone {
            // The processes left over decide how the session goes on. Find orphans that no tick has seen.
            self.tree.admit_newborns(seconds(now), sink);
            if self.stop.sigterm_passed_on && !self.tree.is_empty() {
                self.terminate(TerminationCause::Terminated, now);
            }
        }
    }

    /// True for a child from before the session, or an orphan that such a child has left: what an earlier command of
    /// `rprof bench` has left behind.
    fn is_stranger(&self, reaped: &Reaped) -> bool {
        let is_known = reaped.pid == self.root.pid || self.tree.holds(reaped.pid);
        let is_old = || reaped.zombie.born_before.is_some_and(|time| self.clock.starts_after(time));
        !self.root.attached && !is_known && (self.strangers.contains(&reaped.pid) || is_old())
    }

    /// Takes the maximum that the kernel reports of a child as evidence of the peak. Returns the largest RSS of it and its
    /// children; `None` when it may be that of rprof's fork.
    fn add_maximum(
        &mut self,
        reaped: &Reaped,
        had_children: bool,
        now: Duration,
        sink: Sink<'_>,
    ) -> Option<Bytes> {
        // The maximum includes that of the children it waited for. Without the tree, those must not count.
        let is_its_own = self.options.tree || !had_children;
        let floor = if reaped.pid == self.root.pid { self.maximum_floor() } else { Bytes(0) };
        self.peak.add_waited(reaped.max_rss);
        let max_rss = Some(reaped.max_rss).filter(|max| is_its_own && *max > floor);
        if let Some(max_rss) = max_rss {
            self.peak.add_reaped(max_rss);
        }
        let maximum = match self.options.metric {
            Metric::Rss => max_rss,
            Metric::Footprint => reaped.zombie.max_footprint,
            Metric::Pss | Metric::Uss => None,
        };
        if let Some(value) = maximum.filter(|max| *max > self.peak.value()) {
            // The ticks know its own maximum up to the last one, so a larger one came later. But a child that it waited
            // for may have lived at any time.
            let from = if had_children { Duration::ZERO } else { self.ticks.last_time() };
            self.record_proven(value, from, now, sink);
        }
        max_rss
    }

    /// The value that the command's `ru_maxrss` must exceed to be a maximum of the program.
    ///
    /// Linux keeps the maximum across an exec. A program that stays below it gets the maximum of the forked rprof, which
    /// must not pass for the program's memory. If no tick has read the program, a doubtful value is better than none.
    fn maximum_floor(&self) -> Bytes {
        let floor = self.root.rss_before_exec;
        let was_read = self.peak.value().0 > 0;
        floor.plus(if floor > SMALL_FLOOR && was_read { COUNTER_ERROR } else { TOUCHED_BEFORE_EXEC })
    }
}
