//! How processes and the run end: who was waited for, what that tells of the peak, and the record that ends the trace.

use std::time::Duration;

use rprof_trace::{Bytes, End, Metric, Proven, Record, Seconds};

use super::Session;
use super::clock::seconds;
use super::termination::Cause;
use crate::platform::{self, Ending, Reaped};

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How the command ended; `None` when it was attached to or watched only for a time.
    pub ending: Option<Ending>,
    /// The limit that ended it.
    pub limit: Option<Cause>,
    /// Whether the kernel killed it for want of memory.
    pub out_of_memory: bool,
    /// Who outlives the command, `pid:name` each.
    pub survivors: Vec<String>,
    /// Who or what could not be read, a sentence each; they stand in the trace as notes.
    pub denied: Vec<String>,
    /// The record that ends the trace.
    pub end: End,
}

/// A floor below this is lower than what a program with a C library holds: what exceeds it by the pages touched between
/// measuring it and the exec is the program's own.
const SMALL_FLOOR: Bytes = Bytes::from_kib(1024);
const TOUCHED: Bytes = Bytes::from_kib(64);
/// A larger one would be told in place of the program's memory. So where a tick has seen the program, it must be exceeded
/// for certain: besides what is touched, the kernel's counters keep back up to 32 pages of each kind on each CPU when the
/// floor is measured.
const UNCERTAIN: Bytes = Bytes::from_kib(1024);

/// What the maximum of the command must exceed to be its own.
fn above(floor: Bytes, seen: bool) -> Bytes {
    floor.plus(if floor > SMALL_FLOOR && seen { UNCERTAIN } else { TOUCHED })
}

impl Session {
    /// A child of ours, the command or an orphan, has ended or was stopped.
    pub(super) fn take_reaped(&mut self, reaped: &Reaped, sink: &mut dyn FnMut(&Record<'_>)) {
        let now = self.clock.elapsed();
        let is_root = reaped.pid == self.root;
        if let Ending::Stopped(number) = reaped.ending {
            // The shell's job control sees rprof, not the command: stop as the command did, go on when it does.
            if is_root && matches!(number, libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU) {
                platform::kill(std::process::id(), libc::SIGSTOP);
            }
            return;
        }
        self.state.waited = true;
        self.state.user += reaped.user;
        self.state.system += reaped.system;
        let had_children = reaped.autopsy.had_children != Some(false);
        self.state.had_children |= had_children;
        let floor = if is_root { above(self.floor, self.state.peak.0 > 0) } else { Bytes(0) };
        let counts = self.options.tree || !had_children;
        if reaped.max_rss > floor && counts {
            self.tree.hwm = self.tree.hwm.max(Some(reaped.max_rss));
            self.state.max_rss = self.state.max_rss.max(reaped.max_rss);
        }
        let largest = match self.options.metric {
            Metric::Rss => Some(reaped.max_rss).filter(|max| *max > floor && counts),
            Metric::Footprint => reaped.autopsy.max_footprint,
            Metric::Pss | Metric::Uss => None,
        };
        if let Some(value) = largest.filter(|max| *max > self.state.peak) {
            // Its own maximum up to the last tick is known, so a larger one came after it; a child it waited for may
            // have lived at any time.
            let last = self.state.last_tick.unwrap_or_default();
            let from = if had_children { Duration::ZERO } else { last };
            let time = Seconds(f64::midpoint(last.as_secs_f64(), now.as_secs_f64()));
            self.prove(Proven { time, within: (seconds(from), seconds(now)), value }, sink);
        }
        if is_root {
            self.state.root_gone = true;
            self.state.ending = Some(reaped.ending);
        }
        self.tree.forget(reaped.pid, seconds(now), reaped.ending, sink);
        if self.state.root_gone {
            // Who is left decides what is to be done, so look for orphans that no tick has seen yet.
            self.tree.take_in(seconds(now), sink);
            if self.state.terminated && self.state.limit.is_none() && !self.tree.members.is_empty() {
                self.end_tree(Cause::Terminated, now);
            }
        }
    }

    /// From the last tick to the end: whoever lived in it is dead by now and was noted as such.
    fn bound_last_window(&mut self) {
        let unseen = if self.state.had_children { self.tree.gone() } else { Some(0) };
        let lost = self.tree.ceiling(self.state.max_rss);
        self.state.bound.add(lost.map(|_| Bytes(0)), lost.unwrap_or_default(), unseen);
    }

    /// What the tree cannot have exceeded.
    fn upper(&self) -> Option<Bytes> {
        // Whoever was not seen was waited for, by the command or by us, and wait4 told the largest of them.
        let each = Some(self.state.max_rss).filter(|max| max.0 > 0);
        let upper =
            self.state.bound.at_most(each, self.tree.largest).filter(|_| self.options.metric == Metric::Rss);
        upper.map(|upper| upper.max(self.state.peak))
    }

    /// Ends the trace.
    pub(super) fn finish(mut self, sink: &mut dyn FnMut(&Record<'_>)) -> Outcome {
        let now = self.clock.elapsed();
        self.note_gap(now, sink);
        self.bound_last_window();
        self.tree.refresh(seconds(now), sink);
        let out_of_memory = self.state.ending == Some(Ending::Killed(libc::SIGKILL))
            && self.state.limit.is_none()
            && platform::oom_kills() > self.oom_kills;
        let limit = self.state.limit.map(|l| l.cause).filter(|c| *c != Cause::Terminated);
        let alone = !self.tree.is_plural() && !self.state.had_children;
        let exact = alone && self.state.waited && self.options.metric == Metric::Rss;
        let upper = if exact { Some(self.state.peak) } else { self.upper() };
        let reason = match (limit, out_of_memory) {
            (Some(cause), _) => Some(cause.words()),
            (None, true) => Some("out of memory"),
            (None, false) if self.state.stop => Some("detached"),
            (None, false) => None,
        };
        let (exit_code, signal) = match self.state.ending {
            Some(Ending::Exited(code)) => (Some(code), None),
            Some(Ending::Killed(number) | Ending::Stopped(number)) => (None, Some(number)),
            None => (None, None),
        };
        let end = End {
            elapsed_s: seconds(now),
            exit_code,
            signal,
            reason: reason.map(str::to_owned),
            user_s: self.state.waited.then(|| seconds(self.state.user)),
            system_s: self.state.waited.then(|| seconds(self.state.system)),
            hwm_bytes: self.tree.hwm,
            upper_bytes: upper,
            exact,
            ticks: self.state.ticks,
            overruns: self.schedule.overruns(),
            processes: self.tree.count.max(1),
        };
        sink(&Record::End(Box::new(end.clone())));
        Outcome {
            ending: self.state.ending,
            limit,
            out_of_memory,
            survivors: self.tree.members.iter().map(|m| m.id.clone()).collect(),
            denied: self.tree.denied.take().into_iter().chain(self.state.no_shares).collect(),
            end,
        }
    }
}
