//! The schedule of the PSS rounds: pure arithmetic on time since the start, CPU time, heights and page faults.
//! A round costs about 15 ms per resident GiB of small pages, far more than the rest of a tick. So rounds use less than
//! a hundredth of the time. But spacing alone would miss the peak of PSS, which mostly lies at the peak of the curve.
//! So a round also comes at each new height, and when page faults show that PSS may have risen while RSS is flat. These
//! are paid from an allowance that later rounds save up again.

use std::time::Duration;

use rprof_trace::Bytes;

use crate::error::ReadError;

/// The part of the time that rounds may use in the long run: one part in this many.
const SHARE: u32 = 120;
/// The allowance of a climbing curve: this much CPU time from the start, and one part in `CLIMB_SHARE` of the time.
const CLIMB: Duration = Duration::from_millis(100);
const CLIMB_SHARE: u32 = 50;
/// The pause after a round during which the tree changed, as a multiple of its cost. An instant retry would most likely
/// meet the same changes.
const PAUSE_AFTER_CHANGE: u32 = 10;
/// The shortest time between two looks at the page faults, and the part of the time that looks may use: one part in
/// this many. They count as rounds, so rounds and looks together keep to `SHARE`.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
const LOOK_SHARE: u32 = 400;
/// A tree is quiet if it came by less than one part of its PSS in this many since the last look.
const QUIET: u64 = 100;

/// The schedule of a run. Costs are CPU time: on a busy machine a round takes longer, but costs no more.
#[derive(Debug)]
pub struct PssSchedule {
    /// The cost of all rounds together.
    spent: Duration,
    /// The time of the next round at any height.
    next: Duration,
    /// The time of the next round at a new height.
    next_at_new_height: Duration,
    /// The highest curve at which a round succeeded or was refused.
    measured_height: Bytes,
    /// The PSS of the last round that succeeded, and the largest one.
    last_pss: Bytes,
    largest_pss: Bytes,
    /// The time of the next look at the page faults.
    next_look: Duration,
    /// The largest PSS that the faults since the last round allow, at the last look; 0 before the first one.
    possible: Bytes,
    /// True if little happened between the last two looks.
    is_quiet: bool,
    /// The highest curve at which a round was disturbed.
    disturbed_height: Bytes,
    coverage: Coverage,
    /// False if there is no round any more.
    enabled: bool,
}

/// The processes that the last round covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coverage {
    /// All of them.
    Complete,
    /// All but one or more that may not be read.
    Partial,
    /// The same, but processes have come or gone since: the next round may cover all.
    Open,
}

impl PssSchedule {
    /// A schedule with its first round at once, or without any round.
    pub fn new(enabled: bool) -> Self {
        Self {
            spent: Duration::ZERO,
            next: Duration::ZERO,
            next_at_new_height: Duration::ZERO,
            measured_height: Bytes(0),
            last_pss: Bytes(0),
            largest_pss: Bytes(0),
            next_look: Duration::ZERO,
            possible: Bytes(0),
            is_quiet: false,
            disturbed_height: Bytes(0),
            coverage: Coverage::Complete,
            enabled,
        }
    }

    /// True if a round should follow at `now`, with the curve at `value`.
    pub fn is_due(&self, now: Duration, value: Bytes) -> bool {
        // The curve is RSS, and private growth adds as much to PSS as to RSS. So growth by an eighth of the last PSS may
        // raise PSS by an eighth. With many shared pages that is a small part of RSS, hence not an eighth of the curve.
        let is_new_height = value.0 > self.measured_height.0.saturating_add(self.last_pss.0 / 8);
        // A tree that stays at its height and disturbs one round after the other is no climb.
        let share = if value > self.disturbed_height { CLIMB_SHARE } else { SHARE };
        let can_climb = now >= self.next_at_new_height && self.spent < CLIMB + now / share;
        self.enabled
            && (now >= self.next || (is_new_height && can_climb) || self.is_due_by_faults(now, value))
    }

    /// True if PSS may have risen by an eighth. While the tree is quiet, a smaller rise is enough if it would be a new
    /// peak: then a round succeeds, and the peak is known well. A round after a fall of RSS below the last PSS lets later
    /// looks start from a lower value. A round also follows when a process that may not be read may have ended.
    ///
    /// Faults go on for the whole run in many programs, unlike a climb. So these rounds never exceed `SHARE` for long.
    fn is_due_by_faults(&self, now: Duration, value: Bytes) -> bool {
        let possible = self.possible.min(value).0;
        let is_rise = possible > self.last_pss.0 + self.last_pss.0 / 8;
        let is_peak = self.is_quiet && possible > self.largest_pss.0 + self.largest_pss.0 / 50;
        let is_fall = self.is_quiet && value.0 < self.last_pss.0 - self.last_pss.0 / 8;
        (is_rise || is_peak || is_fall || self.coverage == Coverage::Open)
            && now >= self.next_at_new_height
            && self.spent < CLIMB + now / SHARE
    }

    /// True if a look at the page faults should follow at `now`.
    pub fn look_is_due(&self, now: Duration) -> bool {
        self.enabled && now >= self.next_look
    }

    /// Records a look that ended at `now`: the memory that the tree can have come by since the last look, and the
    /// largest PSS that the looks since the last round allow.
    pub fn record_look(&mut self, now: Duration, cost: Duration, growth: Bytes, possible: Bytes) {
        self.spent += cost;
        self.next += cost * SHARE;
        self.next_look = now + LOOK_INTERVAL.max(cost * LOOK_SHARE);
        self.possible = possible;
        self.is_quiet = growth.0 < self.last_pss.0 / QUIET;
    }

    /// Records that processes have come or gone.
    pub fn record_changes(&mut self) {
        if self.coverage == Coverage::Partial {
            self.coverage = Coverage::Open;
        }
    }

    /// Records a round that lacked a process, as `record_round` does. `most` is the largest possible PSS.
    pub fn record_partial_round(&mut self, now: Duration, cost: Duration, value: Bytes, most: Bytes) {
        self.record_round(now, cost, value, Ok(Some(most)));
        self.coverage = Coverage::Partial;
    }

    /// Records a round that ended at `now`, with the curve at `value`.
    ///
    /// `result` is the PSS, `None` when the round was disturbed, or the error of the first process that refused. After
    /// `Unsupported` no round follows. After another error the next one is at its usual time: the process may have ended.
    pub fn record_round(
        &mut self,
        now: Duration,
        cost: Duration,
        value: Bytes,
        result: Result<Option<Bytes>, &ReadError>,
    ) {
        self.spent += cost;
        // Rounds of a climb push the next regular one further away, so that the long-run share holds.
        self.next = self.next.max(now) + cost * SHARE;
        self.coverage = Coverage::Complete;
        match result {
            Ok(Some(pss)) => {
                self.measured_height = self.measured_height.max(value);
                self.last_pss = pss;
                self.largest_pss = self.largest_pss.max(pss);
                self.possible = Bytes(0);
            }
            Ok(None) => {
                self.next_at_new_height = now + cost * PAUSE_AFTER_CHANGE;
                self.disturbed_height = self.disturbed_height.max(value);
            }
            Err(ReadError::Unsupported) => self.enabled = false,
            Err(_) => self.measured_height = self.measured_height.max(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(100);

    /// The cost of all rounds in a run of `seconds`, at about 15 ms per GiB. Each round has `result` of the curve.
    fn spent(
        seconds: u32,
        curve: impl Fn(u32) -> Bytes,
        result: impl Fn(Bytes) -> Option<Bytes>,
    ) -> Duration {
        let (mut schedule, mut spent) = (PssSchedule::new(true), Duration::ZERO);
        for tick in 0..seconds * 10 {
            let (now, value) = (TICK * tick, curve(tick));
            if schedule.is_due(now, value) {
                let cost = Duration::from_nanos(value.0 / 72);
                schedule.record_round(now, cost, value, Ok(result(value)));
                spent += cost;
            }
        }
        spent
    }

    fn gib(n: u32) -> Bytes {
        Bytes(u64::from(n) << 30)
    }

    #[test]
    fn rounds_use_less_than_a_hundredth_of_the_time_in_the_long_run() {
        let flat = spent(60, |_| gib(4), Some);
        assert!((0.3..0.6).contains(&flat.as_secs_f64()), "{flat:?}");
        // A climb to 4 GiB in 4 s: its extra rounds are saved by the end.
        let climbed = spent(60, |tick| gib(4).min(Bytes(gib(1).0 / 10 * u64::from(tick))), Some);
        assert!((0.3..0.6).contains(&climbed.as_secs_f64()), "{climbed:?}");
    }

    #[test]
    fn a_climb_uses_a_fiftieth_even_if_no_round_succeeds() {
        for result in [Some, |_| None] {
            let climbing = spent(60, |tick| Bytes(gib(1).0 / 100 * u64::from(tick + 1)), result);
            assert!((0.6..1.5).contains(&climbing.as_secs_f64()), "{climbing:?}");
        }
    }

    #[test]
    fn a_new_height_is_growth_by_an_eighth_of_the_last_pss() {
        let mut schedule = PssSchedule::new(true);
        let at = |ms: u64| Duration::from_millis(ms);
        assert!(schedule.is_due(at(0), gib(8)));
        // Eight processes share everything: growth by an eighth of one of them is a new height.
        schedule.record_round(at(10), at(10), gib(8), Ok(Some(gib(1))));
        let higher = Bytes(gib(8).0 + gib(1).0 / 8 + 1);
        assert!(schedule.is_due(at(20), higher) && !schedule.is_due(at(20), gib(8)));
        assert!(!schedule.is_due(at(1200), gib(8)) && schedule.is_due(at(1210), gib(8)));
        // The tree changed: no retry at once.
        schedule.record_round(at(30), at(10), higher, Ok(None));
        assert!(!schedule.is_due(at(129), higher) && schedule.is_due(at(130), higher));
    }

    /// A child shares its parent's memory, and the parent rewrites it: RSS is flat, and PSS doubles.
    #[test]
    fn faults_start_a_round_while_the_curve_is_flat() {
        let mut schedule = PssSchedule::new(true);
        let at = |ms: u64| Duration::from_millis(ms);
        schedule.record_round(at(10), at(10), gib(2), Ok(Some(gib(1))));
        assert!(schedule.look_is_due(at(100)) && !schedule.is_due(at(100), gib(2)));
        let grown = |eighths: u64| Bytes(gib(1).0 / 8 * eighths + 1);
        schedule.record_look(at(100), at(0), grown(1), grown(9));
        assert!(!schedule.look_is_due(at(199)) && schedule.look_is_due(at(200)));
        assert!(schedule.is_due(at(100), gib(2)));
        // Without shared memory PSS is as large as RSS already, however many faults there are.
        assert!(!schedule.is_due(at(100), gib(1)));
        // The round is disturbed: no retry at once.
        schedule.record_round(at(110), at(10), gib(2), Ok(None));
        assert!(!schedule.is_due(at(209), gib(2)) && schedule.is_due(at(210), gib(2)));
        schedule.record_round(at(220), at(10), gib(2), Ok(Some(grown(9))));
        assert!(!schedule.is_due(at(300), gib(2)));
    }

    #[test]
    fn a_quiet_tree_gets_a_round_for_a_small_rise_above_the_peak() {
        let mut schedule = PssSchedule::new(true);
        let at = |ms: u64| Duration::from_millis(ms);
        schedule.record_round(at(10), at(10), gib(2), Ok(Some(gib(1))));
        let risen = Bytes(gib(1).0 / 100 * 103);
        schedule.record_look(at(100), at(0), Bytes(gib(1).0 / 50), risen);
        assert!(!schedule.is_due(at(100), gib(2)), "still rising");
        schedule.record_look(at(200), at(0), Bytes(0), risen);
        assert!(schedule.is_due(at(200), gib(2)));
    }

    #[test]
    fn a_quiet_tree_gets_a_round_after_a_fall() {
        let mut schedule = PssSchedule::new(true);
        let at = |ms: u64| Duration::from_millis(ms);
        schedule.record_round(at(10), at(10), gib(2), Ok(Some(gib(2))));
        schedule.record_look(at(100), at(0), gib(1), gib(3));
        assert!(!schedule.is_due(at(100), gib(1)), "not quiet");
        schedule.record_look(at(200), at(0), Bytes(0), gib(3));
        assert!(schedule.is_due(at(200), gib(1)));
        schedule.record_round(at(210), at(10), gib(1), Ok(Some(gib(1))));
        assert!(!schedule.is_due(at(300), gib(1)));
    }

    /// Many programs have page faults for their whole run. Their rounds and looks keep to the long-run share.
    #[test]
    fn faults_without_end_do_not_exceed_the_share() {
        for result in [Some, |_| None] {
            let (mut schedule, mut spent) = (PssSchedule::new(true), Duration::ZERO);
            for tick in 0..600 {
                let (now, value) = (TICK * tick, gib(4));
                if schedule.look_is_due(now) {
                    spent += Duration::from_millis(1);
                    schedule.record_look(now, Duration::from_millis(1), gib(1), gib(9));
                }
                if schedule.is_due(now, value) {
                    let cost = Duration::from_millis(30);
                    schedule.record_round(now, cost, value, Ok(result(gib(1))));
                    spent += cost;
                }
            }
            assert!((0.3..0.63).contains(&spent.as_secs_f64()), "{spent:?}");
        }
    }

    /// A process that may not be read is missing from the rounds until it ends.
    #[test]
    fn a_round_follows_when_a_refused_process_may_have_ended() {
        let mut schedule = PssSchedule::new(true);
        let at = |ms: u64| Duration::from_millis(ms);
        schedule.record_round(at(10), at(10), gib(2), Ok(Some(gib(2))));
        schedule.record_changes();
        assert!(!schedule.is_due(at(20), gib(2)), "the round was complete");
        schedule.record_partial_round(at(30), at(10), gib(2), gib(2));
        assert!(!schedule.is_due(at(40), gib(2)));
        schedule.record_changes();
        assert!(schedule.is_due(at(40), gib(2)));
        schedule.record_round(at(50), at(10), gib(2), Ok(Some(gib(2))));
        assert!(!schedule.is_due(at(60), gib(2)));
    }

    #[test]
    fn a_refusal_is_retried_later_and_an_unsupported_system_is_not() {
        let mut schedule = PssSchedule::new(true);
        let at = |ms: u64| Duration::from_millis(ms);
        schedule.record_round(at(10), at(10), gib(8), Err(&ReadError::Denied));
        assert!(!schedule.is_due(at(500), gib(8)) && schedule.is_due(at(1250), gib(8)));
        schedule.record_round(at(1260), at(10), gib(8), Err(&ReadError::Unsupported));
        assert!(!schedule.is_due(at(99_000), gib(9)));
        assert!(!PssSchedule::new(false).is_due(at(0), gib(1)));
    }
}
