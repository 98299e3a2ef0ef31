//! The last steps of a session: the bound of the last interval, the `End` record and the outcome.

use std::time::Duration;

use rprof_trace::{End, Metric, OomKill, Record, Seconds};

use super::Session;
use super::clock::seconds;
use super::termination::{Termination, TerminationCause};
use crate::Sink;
use crate::platform::{self, ExitStatus, PageFaults};

/// The outcome of a session.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The exit status of the command; `None` for an attached process, or when measuring stopped before the end.
    pub exit_status: Option<ExitStatus>,
    /// The limit that ended the command; `None` without one.
    pub limit: Option<TerminationCause>,
    /// The size that passed the memory limit, as a sentence; `None` without one.
    pub passed: Option<String>,
    /// The ids of the processes that the limit should have ended, but that rprof may not signal.
    pub refused: Vec<String>,
    /// True if the kernel killed the command because memory ran out.
    pub out_of_memory: bool,
    /// The ids of the processes that outlive the session, as `pid:name`.
    pub survivors: Vec<String>,
    /// Values that could not be read, as sentences. The trace has them as notes.
    pub denied: Vec<String>,
    /// The signal that asked rprof to end, SIGINT for one; `None` without one.
    pub interrupted: Option<i32>,
    /// The time right before the exec of the command; `None` for an attached process.
    pub exec: Option<Duration>,
    /// The time at which rprof found the end of the command, which waits for signals and is busy only during a tick;
    /// `None` if it did not end.
    pub found: Option<Duration>,
    /// Page faults of all processes that were waited for; `None` if there was none.
    pub faults: Option<PageFaults>,
    /// The last record of the trace.
    pub end: End,
}

impl Outcome {
    /// The time from right before the exec of the command to its end. What rprof does before and after is not in it.
    pub fn wall_time(&self) -> Option<Duration> {
        Some(self.found?.saturating_sub(self.exec?))
    }
}

impl Session {
    /// Ends the trace.
    pub(super) fn finish(mut self, sink: Sink<'_>) -> Outcome {
        let now = self.clock.elapsed();
        self.record_gap(now, sink);
        let bound = self.tree.close(seconds(now), sink);
        self.peak.add_window(bound);
        self.pss.close(bound.map(|bound| bound.most()));
        let termination = self.stop.termination.as_ref();
        let terminated = termination.map(|termination| (termination.begun(), termination.kills_from()));
        let killed = self.group.finish(now, self.root.pid, terminated, sink);
        let out_of_memory = self.was_killed_by_kernel(&killed);
        let end = self.end_record(seconds(now), self.end_reason(out_of_memory));
        sink(&Record::End(Box::new(end.clone())));
        Outcome {
            exit_status: self.root.status,
            limit: self.limit(),
            passed: self.memory_limit.passed().map(str::to_owned),
            refused: self.refused().to_vec(),
            out_of_memory,
            survivors: self.tree.ids(),
            denied: self
                .tree
                .unreadable()
                .map(str::to_owned)
                .into_iter()
                .chain(self.pss.unavailable)
                .chain(self.deaf)
                .collect(),
            interrupted: self.stop.interrupted,
            exec: self.root.exec.map(|time| self.clock.at(time)),
            found: self.root.found.map(|time| self.clock.at(time)),
            faults: self.exits.faults(),
            end,
        }
    }

    /// The limit that ended the tree. Cleaning up after a SIGTERM is none.
    fn limit(&self) -> Option<TerminationCause> {
        let cause = self.stop.termination.as_ref().map(Termination::cause);
        cause.filter(|cause| *cause != TerminationCause::Terminated)
    }

    /// The time at which that limit was reached.
    fn limit_time(&self) -> Option<Seconds> {
        let termination = self.stop.termination.as_ref().filter(|_| self.limit().is_some());
        termination.map(|termination| seconds(termination.begun()))
    }

    /// The processes that rprof may not signal.
    fn refused(&self) -> &[String] {
        self.stop.termination.as_ref().map_or(&[], Termination::refused)
    }

    /// True if the OOM killer certainly ended the command.
    fn was_killed_by_kernel(&self, killed: &[OomKill]) -> bool {
        let prefix = format!("{}:", self.root.pid);
        let is_root = |kill: &&OomKill| kill.process.as_ref().is_some_and(|id| id.starts_with(&prefix));
        self.root.status == Some(ExitStatus::Killed(libc::SIGKILL))
            && self.stop.termination.is_none()
            && killed.iter().filter(is_root).any(|kill| kill.certain)
    }

    /// The reason of the end in the words of the trace; `None` when the command ended by itself.
    fn end_reason(&self, out_of_memory: bool) -> Option<String> {
        let reason = match self.limit() {
            // The trace must not claim that rprof ended a process that it may not signal.
            Some(cause) if !self.refused().is_empty() => {
                return Some(format!("{}; could not end {}", cause.words(), self.refused().join(", ")));
            }
            Some(cause) => cause.words(),
            None if out_of_memory => "out of memory",
            None if self.stop.detached => "detached",
            None => return None,
        };
        Some(reason.to_owned())
    }

    fn end_record(&mut self, elapsed_s: Seconds, reason: Option<String>) -> End {
        let is_rss = self.options.metric == Metric::Rss;
        // wait4 reports the exact maximum of a single process, so its peak is its own upper bound.
        let was_alone = !self.tree.is_plural() && !self.exits.had_children();
        let was_waited = is_rss && was_alone && self.exits.any();
        // A maximum that may be that of rprof's fork is no maximum of the command, but still bounds it.
        let exact = was_waited && self.peak.largest_reaped().is_some();
        let largest_read = self.tree.largest_read();
        let (upper, upper_once) = if exact {
            (Some(self.peak.value()), None)
        } else if was_waited {
            (Some(self.peak.value().max(self.peak.largest_waited())), None)
        } else {
            let upper = self.peak.upper(self.tree.is_reaped()).filter(|_| is_rss);
            (upper.map(|(sum, _)| sum), upper.filter(|(sum, once)| once < sum).map(|(_, once)| once))
        };
        let pss_peak = self.pss_peak(upper_once.or(upper));
        let cpu = self.exits.cpu_times();
        End {
            elapsed_s,
            exit_code: self.root.status.and_then(ExitStatus::code),
            signal: self.root.status.and_then(ExitStatus::signal),
            reason,
            limit_s: self.limit_time(),
            user_s: cpu.map(|(user, _)| seconds(user)),
            system_s: cpu.map(|(_, system)| seconds(system)),
            hwm_bytes: largest_read.max(self.peak.largest_reaped()),
            hwm_exact: self.tree.is_reaped() && self.peak.largest_reaped().is_some(),
            upper_bytes: upper,
            upper_once_bytes: upper_once,
            pss_peak,
            exact,
            uncertainty_bytes: platform::mark_error().filter(|_| is_rss),
            parts: self.parts.parts(),
            ticks: self.ticks.count(),
            overruns: self.schedule.overruns(),
            processes: self.tree.process_count().max(1),
            unseen_processes: self.tree.unseen_count(),
        }
    }
}
