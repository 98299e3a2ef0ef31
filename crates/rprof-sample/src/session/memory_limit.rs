//! The memory limit of a tree: when it is checked, and what has passed it.
//! RSS added up over a tree counts a shared page once for each process. So before a tree is ended, its PSS confirms that
//! the memory itself passed the limit.

use std::time::Duration;

use rprof_trace::{Bytes, Metric};

use super::Session;
use super::clock::seconds;
use super::termination::TerminationCause;
use crate::Sink;
use crate::error::ReadError;
use crate::platform;
use crate::tree::NOTE_KEY;

/// The pause after a check that found the tree within its limit, as a multiple of the check's CPU time. Above the limit
/// by RSS, checks may use a tenth of the time: a limit that is noticed late is worse than that.
const PAUSE: u32 = 10;

/// The limit of a session.
#[derive(Debug)]
pub struct MemoryLimit {
    limit: Option<Bytes>,
    /// The time before which no further check is made.
    next_check: Duration,
    /// The size that passed the limit, as a sentence.
    passed: Option<String>,
}

impl MemoryLimit {
    /// A limit that is checked from now on, or none.
    pub fn new(limit: Option<Bytes>) -> Self {
        Self { limit, next_check: Duration::ZERO, passed: None }
    }

    /// The size that passed the limit, as a sentence; `None` before.
    pub fn passed(&self) -> Option<&str> {
        self.passed.as_deref()
    }
}

impl Session {
    /// Ends the tree if its memory has passed the limit. `value` is that of the tick at `now`.
    pub(super) fn check_memory_limit(&mut self, value: Bytes, now: Duration, sink: Sink<'_>) {
        let Some(limit) = self.memory_limit.limit.filter(|limit| self.peak.value() > *limit) else { return };
        if self.memory_limit.passed.is_some() {
            return;
        }
        if self.options.metric != Metric::Rss {
            return self.pass_limit(self.options.metric.name(), self.peak.value(), limit, now, sink);
        }
        // Every page of one process exists, shared or not: its RSS alone is proof.
        let largest = self.tree.largest_read().max(self.peak.largest_reaped()).unwrap_or_default();
        if !self.tree.is_plural() || largest > limit {
            return self.pass_limit("RSS of one process", largest.max(limit), limit, now, sink);
        }
        if value <= limit || now < self.memory_limit.next_check {
            return;
        }
        let before = platform::cpu_time();
        let round = self.pss_now();
        let cost = platform::cpu_time().saturating_sub(before);
        match round {
            Ok(Some(pss)) if pss > limit => {
                self.pass_limit("PSS, shared pages counted once", pss, limit, now, sink);
            }
            Ok(Some(_)) => self.memory_limit.next_check = self.clock.elapsed() + cost * PAUSE,
            // The tree changed during the reading. The next tick tries again.
            Ok(None) | Err((_, ReadError::Gone)) => {}
            Err((id, error)) => {
                let what = format!("sum of RSS; the PSS of `{id}` cannot be read ({error})");
                self.pass_limit(&what, value, limit, now, sink);
            }
        }
    }

    fn pass_limit(&mut self, what: &str, size: Bytes, limit: Bytes, now: Duration, sink: Sink<'_>) {
        let above = Bytes(size.0.saturating_sub(limit.0));
        let sentence = format!("{size} ({what}) is {above} above the memory limit of {limit}");
        sink(&rprof_trace::Record::Note(NOTE_KEY, &format!("{sentence}, at {}", seconds(now))));
        self.memory_limit.passed = Some(sentence);
        self.terminate(TerminationCause::Memory, now);
    }
}
