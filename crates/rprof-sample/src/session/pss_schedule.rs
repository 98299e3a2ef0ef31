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
const CLIMB: Duration = Duration::from_millis(30);
const CLIMB_SHARE: u32 = 50;
/// The part of the allowance for rounds after small rises: one part in this many. The next rise makes such a round
/// useless, so a large tree keeps the rest for large rises.
const SMALL_RISES: u32 = 3;
/// A small rise and a large one, as parts of the last PSS: one part in this many.
const SMALL: u64 = 8;
const LARGE: u64 = 2;
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
    /// The cost of the last round that was not cut short, as a forecast of the next one.
    last_cost: Duration,
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
            last_cost: Duration::ZERO,
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
        // A tree that stays at its height and disturbs one round after the other is no climb.
        let share = if value > self.disturbed_height { CLIMB_SHARE } else { SHARE };
        // The curve is RSS, and private growth adds as much to PSS as to RSS. So growth by an eighth of the last PSS may
        // raise PSS by an eighth. With many shared pages that is a small part of RSS, hence not an eighth of the curve.
        let rise = Bytes(value.0.saturating_sub(self.measured_height.0));
        let can_climb = now >= self.next_at_new_height && self.can_pay(rise, now, share);
        self.enabled && (now >= self.next || can_climb || self.is_due_by_faults(now, value))
    }

    /// True if the allowance is enough for a round after a rise by this much.
    fn can_pay(&self, rise: Bytes, now: Duration, share: u32) -> bool {
        let allowance = CLIMB + now / share;
        let limit = if rise.0 > self.last_pss.0 / LARGE { allowance } else { allowance / SMALL_RISES };
        rise.0 > self.last_pss.0 / SMALL && self.spent + self.last_cost < limit
    }

    /// True if PSS may have risen. While the tree is quiet, a small rise is enough if it would be a new peak: then a round
    /// succeeds, and the peak is known well. A round after a fall of RSS below the last PSS lets later looks start from a
    /// lower value. A round also follows when a process that may not be read may have ended.
    ///
    /// Faults go on for the whole run in many programs, unlike a climb. So these rounds never exceed `SHARE` for long.
    fn is_due_by_faults(&self, now: Duration, value: Bytes) -> bool {
        let possible = self.possible.min(value).0;
        let rise = Bytes(possible.saturating_sub(self.last_pss.0));
        let is_peak = self.is_quiet && possible > self.largest_pss.0 + self.largest_pss.0 / 50;
        let is_fall = self.is_quiet && value.0 < self.last_pss.0 - self.last_pss.0 / 8;
        let is_wanted = is_peak || is_fall || self.coverage == Coverage::Open;
        let can_pay = self.spent + self.last_cost < CLIMB + now / SHARE;
        now >= self.next_at_new_height && (self.can_pay(rise, now, SHARE) || (is_wanted && can_pay))
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
        self.last_cost = if matches!(result, Ok(Some(_))) { cost } else { self.last_cost.max(cost) };
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
mod tests;
