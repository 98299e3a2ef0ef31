//! The evidence about the peak of PSS: the largest true round, and the value that PSS did not exceed between the rounds.
//! Pure arithmetic on what ticks, rounds and looks at the page faults report.

use rprof_trace::{Bytes, PssPeak, Seconds};

use super::pss_steps::{PssSteps, Step};

/// The evidence so far.
///
/// Between two rounds, PSS is bounded in three ways, and the smallest bound holds:
/// - by RSS, which PSS never exceeds. Between two ticks, the high-water marks bound RSS, and so do the last tick and the
///   memory that the tree has come by since;
/// - from the round before: its PSS and the memory that the tree can have come by since;
/// - from the round after: its PSS and the memory that the tree gave back until then.
#[derive(Debug, Default)]
pub struct PssEvidence {
    /// The largest PSS that is proven, by a round or by anonymous memory, and its time.
    peak: Option<(Bytes, Seconds)>,
    /// True if there was a round.
    has_round: bool,
    /// The bound of all times before the last round.
    upper: Bytes,
    /// True if nothing bounded the PSS of some process.
    is_incomplete: bool,
    /// The PSS of the last round with its largest error, and the memory that the tree can have come by since. Before
    /// the first round `None`, or 0 in a tree that is younger than the session.
    last: Option<Bytes>,
    growth: Bytes,
    /// The memory given back since the last round.
    released: Bytes,
    /// The time from the last look until now.
    open: Span,
    /// The times between looks since the last round.
    steps: PssSteps,
}

/// The time between two looks.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    /// The largest RSS of its ticks and of the tick before it.
    rss: Bytes,
    last_rss: Bytes,
    /// The largest RSS in it by the high-water marks. `None` without a tick.
    marks: Option<Bytes>,
    /// True if the marks of a tick are not known.
    has_no_marks: bool,
    /// The most that the tree may have given back from some instant of this time to its end, by the marks.
    lost: Bytes,
    /// The memory that it gave back, as far as RSS shows it.
    released: Bytes,
}

impl PssEvidence {
    /// No evidence yet. A tree that begins with the session has come by all its memory since then.
    pub fn new(is_new_tree: bool) -> Self {
        Self { last: is_new_tree.then_some(Bytes(0)), ..Self::default() }
    }

    /// Adds a tick: RSS, its bound since the last tick without processes that no tick has seen, and the memory given back
    /// since then.
    pub fn add_tick(&mut self, rss: Bytes, upper: Option<Bytes>, released: Bytes) {
        self.released = self.released.plus(released);
        let span = &mut self.open;
        span.released = span.released.plus(released);
        (span.rss, span.last_rss) = (span.rss.max(rss), rss);
        span.has_no_marks |= upper.is_none();
        if let Some(upper) = upper {
            span.marks = span.marks.max(Some(upper));
            let excess = Bytes(upper.0.saturating_sub(rss.0));
            span.lost = span.lost.plus(released).max(excess);
        }
    }

    /// Adds a look at the page faults: the memory that the tree can have come by since the last one, and that of processes
    /// which no tick has seen. The high-water marks bound all others.
    pub fn add_look(&mut self, growth: Bytes, unseen: Bytes) {
        self.growth = self.growth.plus(growth);
        let span = self.open;
        self.open = Span { rss: span.last_rss, last_rss: span.last_rss, ..Span::default() };
        let (mut rss, mut lost) = (span.rss.plus(growth), span.released.plus(growth));
        if let Some(marks) = span.marks.filter(|_| !span.has_no_marks) {
            rss = rss.min(marks.plus(unseen));
            lost = lost.min(span.lost.plus(unseen));
        }
        let before = self.possible().map_or(rss, |possible| possible.min(rss));
        self.steps.push(Step { before, lost, then: self.released });
    }

    /// Adds the time of a process whose RSS is not known, or a round on a system without PSS.
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
        self.has_round = true;
        self.add_bounds(time, pss, pss.plus(error));
    }

    /// Adds a true round in which the PSS of some processes could not be read: the sum of the others, and the largest
    /// possible sum of all. A look comes right before it.
    ///
    /// Alone, such rounds do not make a peak: the trace has no PSS of the whole tree then.
    pub fn add_partial_round(&mut self, time: Seconds, pss: Bytes, most: Bytes, error: Bytes) {
        let possible = self.possible().map_or(most, |possible| possible.plus(error));
        self.add_bounds(time, pss, most.min(possible));
    }

    fn add_bounds(&mut self, time: Seconds, pss: Bytes, most: Bytes) {
        let released = self.released.0;
        let bound = self.steps.close(|step| {
            let after = most.plus(step.lost).plus(Bytes(released.saturating_sub(step.then.0)));
            step.before.min(after)
        });
        self.upper = self.upper.max(bound).max(most);
        self.last = Some(most);
        (self.growth, self.released) = (Bytes(0), Bytes(0));
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
        let bound = self.steps.close(|step| step.before);
        let upper = self.upper.max(bound);
        let (bytes, time_s) = self.peak.filter(|_| self.has_round)?;
        let upper = rss_upper.map_or(upper, |rss| upper.min(rss)).max(bytes);
        Some(PssPeak { bytes, time_s, upper_bytes: Some(upper).filter(|_| !self.is_incomplete) })
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
        evidence.add_look(mib(growth), mib(0));
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
        evidence.add_look(mib(150), mib(0));
        evidence.add_round(Seconds(0.2), mib(300), mib(0));
        assert_eq!(peak(evidence), (300, Some(450)));
    }

    #[test]
    fn without_a_bound_of_rss_the_faults_bound_alone() {
        let mut evidence = PssEvidence::new(true);
        evidence.add_tick(mib(100), None, mib(0));
        evidence.add_look(mib(120), mib(0));
        evidence.add_round(Seconds(0.1), mib(100), mib(0));
        evidence.add_tick(mib(100), None, mib(0));
        evidence.add_look(mib(30), mib(0));
        assert_eq!(peak(evidence), (100, Some(130)));
        // Nothing bounds what an attached tree held before the first round; RSS of the whole run does.
        let mut attached = PssEvidence::new(false);
        attached.add_tick(mib(100), None, mib(0));
        attached.add_look(mib(0), mib(0));
        attached.add_failure();
        assert_eq!(attached.finish(Some(mib(200))), None, "no round");
    }

    /// One refused reading, of a set-uid program for instance, once left the whole run without an upper bound.
    #[test]
    fn a_round_with_a_refused_process_is_bounded_by_its_rss() {
        let mut evidence = PssEvidence::new(true);
        tick(&mut evidence, 100, 100, 0);
        evidence.add_round(Seconds(0.1), mib(100), mib(0));
        // A child of 30 MiB, whose PSS may not be read, joins. Its RSS bounds it.
        tick(&mut evidence, 130, 30, 0);
        evidence.add_partial_round(Seconds(0.2), mib(98), mib(98 + 30), mib(0));
        tick(&mut evidence, 100, 0, 30);
        evidence.add_round(Seconds(0.3), mib(100), mib(0));
        assert_eq!(peak(evidence), (100, Some(128)));
    }

    #[test]
    fn a_partial_round_is_no_looser_than_the_round_before() {
        let mut evidence = PssEvidence::new(true);
        tick(&mut evidence, 500, 100, 0);
        evidence.add_round(Seconds(0.1), mib(100), mib(0));
        // Nothing was mapped since: PSS is still 100, although the RSS of the refused process is 250.
        tick(&mut evidence, 500, 0, 0);
        evidence.add_partial_round(Seconds(0.2), mib(50), mib(300), mib(1));
        assert_eq!(evidence.possible(), Some(mib(101)));
        assert_eq!(peak(evidence), (100, Some(101)));
        let mut alone = PssEvidence::new(true);
        tick(&mut alone, 100, 100, 0);
        alone.add_partial_round(Seconds(0.1), mib(50), mib(100), mib(0));
        assert_eq!(alone.finish(None), None, "no round of the whole tree");
    }

    #[test]
    fn a_process_of_unknown_size_leaves_no_upper_bound() {
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

    /// A child that lived between two ticks is in no RSS, but its parent has its faults.
    #[test]
    fn processes_that_no_tick_has_seen_count_with_their_faults() {
        let mut evidence = PssEvidence::new(true);
        tick(&mut evidence, 100, 100, 0);
        evidence.add_round(Seconds(0.1), mib(100), mib(0));
        evidence.add_tick(mib(100), Some(mib(100)), mib(0));
        evidence.add_look(mib(80), mib(80));
        evidence.add_round(Seconds(0.2), mib(100), mib(0));
        assert_eq!(peak(evidence), (100, Some(180)));
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
