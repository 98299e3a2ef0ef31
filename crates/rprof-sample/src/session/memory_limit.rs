//! The memory limit of a tree: when it is checked, and what has passed it.
//! RSS added up over a tree counts a shared page once for each process. So before a tree is ended, its PSS confirms that
//! the memory itself passed the limit, by more than the error of the reading.

use std::time::Duration;

use rprof_trace::{Bytes, Metric};

use super::Session;
use super::clock::seconds;
use super::termination::TerminationCause;
use crate::Sink;
use crate::platform;
use crate::tree::NOTE_KEY;
use crate::tree::pss::{PssReading, PssRound};

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
        let reading = self.pss_now(value, now, sink);
        let cost = platform::cpu_time().saturating_sub(before);
        match reading {
            Ok(PssReading { round: Some(round), refused, .. }) => {
                match verdict(&round, refused.as_ref().map(|(id, _)| id.as_str()), limit) {
                    Some(sentence) => self.end_at_limit(sentence, now, sink),
                    None if round.is_true() => {
                        self.memory_limit.next_check = self.clock.elapsed() + cost * PAUSE;
                    }
                    // Too much changed during the reading. The next tick tries again.
                    None => {}
                }
            }
            // The tree changed during the reading. The next tick tries again.
            Ok(_) => {}
            Err((id, error)) => {
                let what = format!("sum of RSS; the PSS of `{id}` cannot be read ({error})");
                self.pass_limit(&what, value, limit, now, sink);
            }
        }
    }

    fn pass_limit(&mut self, what: &str, size: Bytes, limit: Bytes, now: Duration, sink: Sink<'_>) {
        self.end_at_limit(sentence(size, what, Bytes(0), limit), now, sink);
    }

    fn end_at_limit(&mut self, sentence: String, now: Duration, sink: Sink<'_>) {
        sink(&rprof_trace::Record::Note(NOTE_KEY, &format!("{sentence}, at {}", seconds(now))));
        self.memory_limit.passed = Some(sentence);
        self.terminate(TerminationCause::Memory, now);
    }
}

/// The sentence about a tree whose memory has passed the limit; `None` if that is not certain. `refused` is a process whose
/// PSS could not be read.
///
/// A round is not atomic, so its error counts in favour of the tree. A process whose PSS is unknown counts with its RSS:
/// else the limit would not hold for it.
fn verdict(round: &PssRound, refused: Option<&str>, limit: Bytes) -> Option<String> {
    const ONCE: &str = "PSS, shared pages counted once";
    match refused {
        _ if round.least() > limit => Some(sentence(round.pss, ONCE, round.error, limit)),
        Some(id) if round.most() > limit => {
            let what = format!("{ONCE}; RSS of `{id}`, whose PSS cannot be read");
            Some(sentence(round.most(), &what, Bytes(0), limit))
        }
        _ => None,
    }
}

/// `308.2 MiB (PSS, shared pages counted once, to within 1.2 MiB) is at least 7.0 MiB above the memory limit of 300.0 MiB`.
fn sentence(size: Bytes, what: &str, error: Bytes, limit: Bytes) -> String {
    let above = Bytes(size.0.saturating_sub(error.0).saturating_sub(limit.0));
    let (within, at_least) = match error {
        Bytes(0) => (String::new(), ""),
        error => (format!(", to within {error}"), "at least "),
    };
    format!("{size} ({what}{within}) is {at_least}{above} above the memory limit of {limit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mib(n: u64) -> Bytes {
        Bytes(n << 20)
    }

    fn round(pss: u64, unread: Option<u64>, error: u64) -> PssRound {
        PssRound { pss: mib(pss), unread: unread.map(mib), rss_after: mib(900), error: mib(error) }
    }

    /// Workers that mapped an array during the round once added up to 655 MiB of 572.
    #[test]
    fn a_tree_is_ended_only_if_the_round_passes_the_limit_after_its_error() {
        let verdict = |pss, error| verdict(&round(pss, None, error), None, mib(600));
        assert_eq!(verdict(655, 83), None);
        assert_eq!(verdict(600, 0), None);
        assert_eq!(
            verdict(610, 0).as_deref(),
            Some(
                "610.0 MiB (PSS, shared pages counted once) is 10.0 MiB above the memory limit of 600.0 MiB"
            )
        );
        assert_eq!(
            verdict(655, 50).as_deref(),
            Some(
                "655.0 MiB (PSS, shared pages counted once, to within 50.0 MiB) is at least 5.0 MiB above the memory limit of 600.0 MiB"
            )
        );
    }

    #[test]
    fn a_process_that_may_not_be_read_counts_with_its_rss() {
        let verdict = |pss, unread| verdict(&round(pss, Some(unread), 1), Some("7:su"), mib(600));
        assert_eq!(verdict(500, 99), None, "even its RSS keeps the tree within the limit");
        let passed = verdict(500, 120).expect("more than the limit");
        assert!(passed.starts_with("621.0 MiB (PSS, shared pages counted once; RSS of `7:su`"), "{passed}");
        let passed = verdict(700, 120).expect("more than the limit");
        assert!(passed.contains("is at least 99.0 MiB above"), "{passed}");
    }
}
