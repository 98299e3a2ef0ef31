//! The evidence about the peak of PSS: the largest true round, and the value that PSS did not exceed between the rounds.
//! Pure arithmetic on what ticks, rounds and looks at the page faults report.

use rprof_trace::{Bytes, PssPeak, Seconds};

/// The largest number of steps between two rounds. Later ones are merged.
const MAX_STEPS: usize = 16;

/// The evidence so far.
///
/// Between two rounds, PSS is bounded in three ways, and the smallest bound holds:
/// - by RSS, which PSS never exceeds;
/// - from the round before: its PSS and the memory that the tree can have come by since;
/// - from the round after: its PSS and the memory that the tree gave back until then.
#[derive(Debug, Default)]
pub struct PssEvidence {
    /// The largest PSS that is proven, by a round or by anonymous memory, and its time.
    peak: Option<(Bytes, Seconds)>,
    /// True if there was a round.
    has_round: bool,
    /// The bound of all times before the last round; `None` if it is not known.
    upper: Option<Bytes>,
    is_unknown: bool,
    /// True if the PSS of some process could not be read. Nothing bounds it then.
    is_incomplete: bool,
    /// The PSS of the last round with its largest error, and the memory that the tree can have come by since. Before
    /// the first round `None`, or 0 in a tree that is younger than the session.
    last: Option<Bytes>,
    growth: Bytes,
    /// The memory given back since the last round.
    released: Bytes,
    /// The time from the last look until now.
    open: Span,
    /// The times between looks since the last round, each larger than all before it.
    steps: [Step; MAX_STEPS],
    count: usize,
}

/// The time between two looks.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    /// The largest RSS in it; `None` if it is not known.
    rss: Option<Bytes>,
    is_unknown: bool,
    /// The most that the tree may have given back from some instant of this time to its end.
    lost: Bytes,
}

/// The bounds of a time that is over.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    /// The bound by RSS and by the round before.
    before: Option<Bytes>,
    /// What PSS may have lost from this time to the look that ends it, and `released` then. `None` if not known.
    lost: Option<(Bytes, Bytes)>,
}

impl PssEvidence {
    /// No evidence yet. A tree that begins with the session has come by all its memory since then.
    pub fn new(is_new_tree: bool) -> Self {
        Self { last: is_new_tree.then_some(Bytes(0)), ..Self::default() }
    }

    /// Adds a tick: RSS, the bound of RSS since the last tick, and the memory given back since then.
    pub fn add_tick(&mut self, rss: Bytes, upper: Option<Bytes>, released: Bytes) {
        self.released = self.released.plus(released);
        match upper {
            Some(upper) => {
                self.open.rss = self.open.rss.max(Some(upper));
                let excess = Bytes(upper.0.saturating_sub(rss.0));
                self.open.lost = self.open.lost.plus(released).max(excess);
            }
            None => self.open.is_unknown = true,
        }
    }

    /// Adds a look at the page faults: the memory that the tree can have come by since the last one.
    pub fn add_look(&mut self, growth: Bytes) {
        self.growth = self.growth.plus(growth);
        let span = std::mem::take(&mut self.open);
        let rss = span.rss.filter(|_| !span.is_unknown);
        let before = match (self.possible(), rss) {
            (Some(possible), Some(rss)) => Some(possible.min(rss)),
            (possible, rss) => possible.or(rss),
        };
        let lost = rss.map(|_| (span.lost, self.released));
        self.push(Step { before, lost });
    }

    /// Adds a round that failed because a process may not be read.
    pub fn add_failure(&mut self) {
        self.is_incomplete = true;
    }

    /// Adds what happened during a round that was disturbed.
    pub fn add_growth(&mut self, growth: Bytes) {
        self.growth = self.growth.plus(growth);
    }

    /// The largest PSS that the looks since the last round allow; `None` before the first round.
    pub fn possible(&self) -> Option<Bytes> {
        Some(self.last?.plus(self.growth))
    }

    /// Adds a true round with its largest error. A look comes right before it.
    pub fn add_round(&mut self, time: Seconds, pss: Bytes, error: Bytes) {
        let most = pss.plus(error);
        let bound = self.close(|step, released| {
            let after =
                step.lost.map(|(lost, then)| most.plus(lost).plus(Bytes(released.0.saturating_sub(then.0))));
            match (step.before, after) {
                (Some(before), Some(after)) => Some(before.min(after)),
                (before, after) => before.or(after),
            }
        });
        self.settle(bound.map(|bound| bound.max(most)));
        self.last = Some(most);
        (self.growth, self.released) = (Bytes(0), Bytes(0));
        self.has_round = true;
        self.raise(time, pss);
    }

    /// Adds a value that PSS reached at some time.
    ///
    /// A tick proves one without a round: all processes that share anonymous memory are in the tree, so its PSS is no
    /// smaller than the anonymous memory of one process. Only a tree that is younger than the session has all of them.
    pub fn raise(&mut self, time: Seconds, pss: Bytes) {
        if self.peak.is_none_or(|(largest, _)| pss > largest) {
            self.peak = Some((pss, time));
        }
    }

    /// The peak, at the end of the run; `None` without a true round. A look comes right before it.
    ///
    /// `rss_upper` is the bound of RSS over the whole run.
    pub fn finish(mut self, rss_upper: Option<Bytes>) -> Option<PssPeak> {
        let bound = self.close(|step, _| step.before);
        self.settle(bound);
        let (bytes, time_s) = self.peak.filter(|_| self.has_round)?;
        let upper =
            if self.is_unknown { rss_upper } else { self.upper.map(|u| u.min(rss_upper.unwrap_or(u))) };
        let upper = upper.filter(|_| !self.is_incomplete);
        Some(PssPeak { bytes, time_s, upper_bytes: upper.map(|upper| upper.max(bytes)) })
    }

    /// The largest bound of the steps, which are then forgotten; `None` if one of them is not known.
    fn close(&mut self, bound: impl Fn(&Step, Bytes) -> Option<Bytes>) -> Option<Bytes> {
        let steps = &self.steps[..std::mem::take(&mut self.count)];
        steps.iter().try_fold(Bytes(0), |most, step| Some(most.max(bound(step, self.released)?)))
    }

    fn settle(&mut self, bound: Option<Bytes>) {
        match bound {
            Some(bound) => self.upper = self.upper.max(Some(bound)),
            None => self.is_unknown = true,
        }
    }

    /// Keeps a step. An earlier step loses at least as much until the next round, so a later step that is no higher adds
    /// nothing.
    fn push(&mut self, step: Step) {
        let last = self.count.checked_sub(1).map(|at| &mut self.steps[at]);
        let covers = |old: &Step| {
            let is_lower = old.before.zip(step.before).is_some_and(|(old, new)| new <= old);
            let loses_less = match (old.lost, step.lost) {
                (Some(old), Some(new)) => new.0 <= old.0,
                (None, _) => true,
                (Some(_), None) => false,
            };
            (is_lower || old.before.is_none()) && loses_less
        };
        match last {
            Some(last) if covers(last) => {}
            Some(last) if self.count == MAX_STEPS => *last = last.merged(&step),
            _ => {
                self.steps[self.count] = step;
                self.count += 1;
            }
        }
    }
}

impl Step {
    /// One step for both: each bound is the weaker one of the two.
    fn merged(&self, other: &Self) -> Self {
        let before = self.before.zip(other.before).map(|(one, two)| one.max(two));
        let lost = self.lost.zip(other.lost).map(|(one, two)| (one.0.max(two.0), one.1.min(two.1)));
        Self { before, lost }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mib(n: u64) -> Bytes {
        Bytes(n << 20)
    }

    /// Adds a tick and a look of a tree of this RSS, which has come by and given back this memory.
    fn tick(evidence: &mut PssEvidence, rss: u64, growth: u64, released: u64) {
        evidence.add_tick(mib(rss), Some(mib(rss)), mib(released));
        evidence.add_look(mib(growth));
    }

    fn peak(evidence: PssEvidence) -> (u64, Option<u64>) {
        let peak = evidence.finish(Some(mib(5000))).expect("a round");
        (peak.bytes.0 >> 20, peak.upper_bytes.map(|upper| upper.0 >> 20))
    }

    /// A parent forks and rewrites its memory. RSS is flat, and the faults show that PSS rises.
    #[test]
    fn faults_bound_what_rss_does_not_show() {
        let mut evidence = PssEvidence::new(true);
        tick(&mut evidence, 300, 300, 0);
        tick(&mut evidence, 600, 0, 0);
        evidence.add_round(Seconds(0.1), mib(300), mib(0));
        tick(&mut evidence, 600, 200, 0);
        assert_eq!(evidence.possible(), Some(mib(500)));
        tick(&mut evidence, 600, 90, 0);
        tick(&mut evidence, 300, 0, 300);
        evidence.add_round(Seconds(0.4), mib(300), mib(0));
        assert_eq!(peak(evidence), (300, Some(590)));
    }

    #[test]
    fn without_faults_the_last_round_stays_the_peak() {
        let mut evidence = PssEvidence::new(true);
        tick(&mut evidence, 500, 100, 0);
        evidence.add_round(Seconds(0.1), mib(100), mib(1));
        for _ in 0..100 {
            tick(&mut evidence, 500, 0, 0);
        }
        assert_eq!(peak(evidence), (100, Some(101)));
    }

    /// Workers map an array that their parent holds. Each page is a fault and no growth of PSS; the round after them
    /// shows that nothing was given back, so nothing larger can have been.
    #[test]
    fn a_later_round_bounds_growth_that_turned_out_to_be_shared() {
        let mut evidence = PssEvidence::new(true);
        tick(&mut evidence, 300, 300, 0);
        evidence.add_round(Seconds(0.1), mib(300), mib(0));
        for rss in [500, 700, 900, 1100] {
            tick(&mut evidence, rss, 200, 0);
        }
        evidence.add_round(Seconds(0.5), mib(310), mib(2));
        assert_eq!(peak(evidence), (310, Some(312)));
    }

    #[test]
    fn memory_that_was_given_back_before_the_round_counts() {
        let mut evidence = PssEvidence::new(true);
        tick(&mut evidence, 300, 300, 0);
        evidence.add_round(Seconds(0.1), mib(300), mib(0));
        tick(&mut evidence, 800, 500, 0);
        tick(&mut evidence, 320, 0, 480);
        evidence.add_round(Seconds(0.3), mib(310), mib(0));
        // 310 and the 480 that were given back.
        assert_eq!(peak(evidence), (310, Some(790)));
    }

    /// The high-water marks show a spike between two ticks, and what went with it is given back as well.
    #[test]
    fn a_spike_between_two_ticks_counts() {
        let mut evidence = PssEvidence::new(true);
        tick(&mut evidence, 300, 300, 0);
        evidence.add_round(Seconds(0.1), mib(300), mib(0));
        evidence.add_tick(mib(300), Some(mib(450)), mib(0));
        evidence.add_look(mib(150));
        evidence.add_round(Seconds(0.2), mib(300), mib(0));
        assert_eq!(peak(evidence), (300, Some(450)));
    }

    #[test]
    fn without_a_bound_of_rss_the_faults_bound_alone() {
        let mut evidence = PssEvidence::new(true);
        evidence.add_tick(mib(100), None, mib(0));
        evidence.add_look(mib(120));
        evidence.add_round(Seconds(0.1), mib(100), mib(0));
        evidence.add_tick(mib(100), None, mib(0));
        evidence.add_look(mib(30));
        assert_eq!(peak(evidence), (100, Some(130)));
        // Nothing bounds what an attached tree held before the first round; RSS of the whole run does.
        let mut attached = PssEvidence::new(false);
        attached.add_tick(mib(100), None, mib(0));
        attached.add_look(mib(0));
        attached.add_failure();
        assert_eq!(attached.finish(Some(mib(200))), None, "no round");
    }

    #[test]
    fn a_process_that_may_not_be_read_leaves_no_upper_bound() {
        let mut evidence = PssEvidence::new(true);
        tick(&mut evidence, 100, 100, 0);
        evidence.add_failure();
        evidence.add_round(Seconds(0.1), mib(100), mib(0));
        assert_eq!(peak(evidence), (100, None));
    }

    #[test]
    fn anonymous_memory_of_one_process_proves_a_peak_without_a_round() {
        let mut evidence = PssEvidence::new(true);
        evidence.raise(Seconds(0.1), mib(300));
        tick(&mut evidence, 308, 310, 0);
        tick(&mut evidence, 10, 0, 298);
        evidence.add_round(Seconds(0.2), mib(9), mib(0));
        let peak = evidence.finish(None).expect("a round");
        assert_eq!((peak.bytes, peak.time_s), (mib(300), Seconds(0.1)));
        assert_eq!(peak.upper_bytes, Some(mib(307)), "9 and what was given back");
    }

    /// More steps than there is room for are merged, and a bound only gets weaker.
    #[test]
    fn merged_steps_still_bound() {
        let mut evidence = PssEvidence::new(true);
        tick(&mut evidence, 10, 10, 0);
        evidence.add_round(Seconds(0.1), mib(10), mib(0));
        for rss in 11..=200 {
            tick(&mut evidence, rss, 1, 0);
        }
        for rss in (10..200).rev() {
            tick(&mut evidence, rss, 0, 1);
        }
        evidence.add_round(Seconds(0.9), mib(10), mib(0));
        assert_eq!(peak(evidence), (10, Some(200)));
    }
}
