//! The PSS of a tree beside its RSS: looks at the page faults, rounds, and what both prove about the peak of PSS.

use std::time::Duration;

use rprof_trace::{Bytes, Metric, Proven, PssPeak, Record};

use super::Session;
use super::clock::seconds;
use super::pss_evidence::PssEvidence;
use super::pss_schedule::PssSchedule;
use crate::Sink;
use crate::error::ReadError;
use crate::platform;
use crate::tree::pss::{PssReading, PssRound};
use crate::tree::{NOTE_KEY, TickResult};

/// The PSS of a run of metric RSS.
#[derive(Debug)]
pub struct PssRounds {
    schedule: PssSchedule,
    evidence: PssEvidence,
    /// The reason why PSS was missing for the first time, as a sentence.
    pub unavailable: Option<String>,
}

impl PssRounds {
    /// No round yet, and never one if not `enabled`. The tree is new if it begins with the session.
    pub fn new(enabled: bool, is_new_tree: bool) -> Self {
        Self {
            schedule: PssSchedule::new(enabled),
            evidence: PssEvidence::new(is_new_tree),
            unavailable: None,
        }
    }

    /// Bounds the time after the last tick by the RSS that the known processes can have had in it.
    pub fn close(&mut self, upper: Option<Bytes>) {
        self.evidence.add_tick(Bytes(0), upper, Bytes(0));
    }
}

impl Session {
    /// Takes a tick into account and makes a look at the page faults, or a round, when one is due.
    ///
    /// A single process has no looks and no rounds.
    pub(super) fn follow_pss(&mut self, result: &TickResult, now: Duration, sink: Sink<'_>) {
        let rss = result.sum.value;
        self.pss.evidence.add_tick(rss, result.bound.map(|bound| bound.most()), result.released);
        if !self.root.attached {
            self.pss.evidence.raise(seconds(now), result.largest_anon.min(rss));
        }
        if !self.tree.is_plural() {
            return;
        }
        if !self.tree.is_complete() {
            self.pss.evidence.add_failure();
            return;
        }
        if result.changes > 0 {
            self.pss.schedule.record_changes();
        }
        let mut has_looked = false;
        if self.pss.schedule.look_is_due(now) {
            self.look_at_faults();
            has_looked = true;
        }
        if self.pss.schedule.is_due(now, rss) {
            if !has_looked {
                self.look_at_faults();
            }
            // The evidence has the outcome, also of a round that failed.
            let _ = self.read_pss(rss, now, sink);
        }
    }

    fn look_at_faults(&mut self) {
        let before = platform::cpu_time();
        let look = self.tree.look_at_faults();
        self.pss.evidence.add_look(look.growth, look.unseen);
        let cost = platform::cpu_time().saturating_sub(before);
        let possible = self.pss.evidence.possible().unwrap_or_default();
        self.pss.schedule.record_look(self.clock.elapsed(), cost, look.growth, possible);
    }

    /// Makes a round outside the schedule.
    ///
    /// # Errors
    /// The same as for `Tree::read_pss`.
    pub(super) fn pss_now(
        &mut self,
        rss: Bytes,
        now: Duration,
        sink: Sink<'_>,
    ) -> Result<PssReading, (String, ReadError)> {
        self.look_at_faults();
        self.read_pss(rss, now, sink)
    }

    /// Makes a PSS round. A look comes right before it. The first failure goes into the trace as a note.
    fn read_pss(
        &mut self,
        rss: Bytes,
        now: Duration,
        sink: Sink<'_>,
    ) -> Result<PssReading, (String, ReadError)> {
        let before = platform::cpu_time();
        let result = self.tree.read_pss();
        let cost = platform::cpu_time().saturating_sub(before);
        let end = self.clock.elapsed();
        match &result {
            Ok(PssReading { round, look, refused }) => {
                if let Some(round) = round {
                    // True for a disturbed round, too.
                    self.pss.evidence.raise(seconds(now), round.least());
                }
                match round.filter(PssRound::is_true) {
                    Some(round) if refused.is_none() => {
                        self.pss.schedule.record_round(end, cost, rss, Ok(Some(round.pss)));
                        self.record_pss(&round, rss, (now, end), sink);
                    }
                    Some(round) => {
                        let (PssRound { pss, error, .. }, most) = (round, round.most());
                        self.pss.schedule.record_partial_round(end, cost, rss, most);
                        self.pss.evidence.add_partial_round(seconds(now), pss, most, error);
                    }
                    None => {
                        self.pss.schedule.record_round(end, cost, rss, Ok(None));
                        self.pss.evidence.add_growth(look.growth);
                    }
                }
                if let Some((id, error)) = refused {
                    self.note_unavailable(id, error, sink);
                }
            }
            Err((id, error)) => {
                self.pss.schedule.record_round(end, cost, rss, Err(error));
                self.pss.evidence.add_failure();
                self.note_unavailable(id, error, sink);
            }
        }
        result
    }

    /// Records a true round. PSS never exceeds RSS, so a value above the RSS of the tick proves more RSS. It was read
    /// right after the round.
    fn record_pss(&mut self, round: &PssRound, rss: Bytes, (now, end): (Duration, Duration), sink: Sink<'_>) {
        let pss = round.pss.min(rss.max(round.rss_after));
        if pss > rss {
            self.peak.raise(pss);
            let proven = Proven { time: seconds(now), within: (seconds(now), seconds(end)), value: pss };
            self.parts.proven(&proven);
            sink(&Record::Proven(proven));
        }
        self.pss.evidence.add_round(seconds(now), pss, round.error);
        sink(&Record::Pss(seconds(now), pss));
    }

    fn note_unavailable(&mut self, id: &str, error: &ReadError, sink: Sink<'_>) {
        self.note_pss_once(sink, || match error {
            ReadError::Denied => {
                format!("PSS is unavailable while `{id}` runs: cannot read its smaps_rollup: {error}")
            }
            _ => format!("PSS is unavailable: cannot read the smaps_rollup of `{id}`: {error}"),
        });
    }

    /// Notes once that ticks of PSS or USS are missing because they were disturbed.
    pub(super) fn note_torn_tick(&mut self, is_torn: bool, sink: Sink<'_>) {
        if is_torn {
            let metric = self.options.metric.name();
            self.note_pss_once(sink, || {
                format!("ticks are missing: processes changed twice in a row while their {metric} was read")
            });
        }
    }

    fn note_pss_once(&mut self, sink: Sink<'_>, sentence: impl FnOnce() -> String) {
        if self.pss.unavailable.is_none() {
            let sentence = sentence();
            sink(&Record::Note(NOTE_KEY, &sentence));
            self.pss.unavailable = Some(sentence);
        }
    }

    /// The peak of PSS, at the end of the run; `None` without a true round. `rss_upper` is the bound of RSS.
    pub(super) fn pss_peak(&mut self, rss_upper: Option<Bytes>) -> Option<PssPeak> {
        if self.options.metric != Metric::Rss || !self.tree.is_plural() {
            return None;
        }
        let evidence = &mut self.pss.evidence;
        let look = self.tree.look_at_faults();
        evidence.add_look(look.growth, look.unseen);
        std::mem::take(evidence).finish(rss_upper)
    }
}
