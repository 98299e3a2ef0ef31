//! The schedule of the ticks: absolute deadlines, dense at the start, without drift. Pure arithmetic, no clock here.

use std::time::Duration;

/// The shortest step, so that a deadline always lies ahead.
const SHORTEST_STEP: Duration = Duration::from_micros(10);
/// The length of the first step after a birth or an end.
const FIRST_STEP: Duration = Duration::from_millis(1);

/// The deadlines of the ticks, as times since the start.
///
/// Most commands are short and allocate most of their memory early, so the first steps are short, by default 0, 1, 3, 7, 15 … ms,
/// doubling up to the interval. A command of 20 ms then has a curve, and a long run pays for a few more ticks only.
///
/// Deadlines do not depend on when the ticks really happen. A late tick does not shift the later ones, so the ticks of
/// an hour are where the interval puts them. Deadlines that passed during an overrun are skipped and counted.
#[derive(Debug, Clone)]
pub struct Schedule {
    interval: Duration,
    next: Duration,
    step: Duration,
    overruns: u64,
}

impl Schedule {
    /// A schedule with its first deadline at `first`, and the second one a `step` later; `None` for no short steps.
    pub fn new(first: Duration, interval: Duration, step: Option<Duration>) -> Self {
        let step = step.map_or(interval, |step| step.clamp(SHORTEST_STEP, interval.max(SHORTEST_STEP)));
        Self { interval, next: first, step, overruns: 0 }
    }

    /// The next deadline.
    pub fn deadline(&self) -> Duration {
        self.next
    }

    /// Moves on after a tick, to the next deadline after `now`.
    pub fn advance(&mut self, now: Duration) {
        self.next += self.step;
        self.step = (self.step * 2).min(self.interval);
        if self.next <= now {
            let behind = now.saturating_sub(self.next).as_nanos() / self.step.as_nanos().max(1) + 1;
            self.overruns += u64::try_from(behind).unwrap_or(u64::MAX);
            self.next += saturating_times(self.step, behind);
        }
    }

    /// Starts again with short steps at `now`, because processes were born or ended.
    ///
    /// A new process is like a new command, and its start deserves the same short steps. The first one takes at least
    /// `step`, which the caller derives from the cost of a tick. A deadline only ever moves closer.
    pub fn densify(&mut self, now: Duration, step: Duration) {
        let step = step.max(FIRST_STEP);
        if now + step < self.next {
            self.next = now + step;
            self.step = (step * 2).min(self.interval);
        }
    }

    /// The number of deadlines that were skipped.
    pub fn overruns(&self) -> u64 {
        self.overruns
    }
}

fn saturating_times(step: Duration, n: u128) -> Duration {
    let nanos = step.as_nanos().saturating_mul(n);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn the_steps_double_up_to_the_interval() {
        let mut schedule = Schedule::new(ms(0), ms(10), Some(ms(1)));
        let mut deadlines = Vec::new();
        for _ in 0..8 {
            deadlines.push(schedule.deadline().as_millis());
            schedule.advance(schedule.deadline());
        }
        assert_eq!(deadlines, [0, 1, 3, 7, 15, 25, 35, 45]);
        assert_eq!(schedule.overruns(), 0);
    }

    #[test]
    fn a_late_tick_does_not_shift_the_later_ones() {
        let mut schedule = Schedule::new(ms(0), ms(10), None);
        schedule.advance(ms(9));
        assert_eq!(schedule.deadline(), ms(10));
        schedule.advance(ms(19));
        assert_eq!(schedule.deadline(), ms(20));
    }

    #[test]
    fn skipped_deadlines_are_counted() {
        let mut schedule = Schedule::new(ms(0), ms(10), None);
        schedule.advance(ms(35));
        assert_eq!((schedule.deadline(), schedule.overruns()), (ms(40), 3));
        schedule.advance(ms(40));
        assert_eq!((schedule.deadline(), schedule.overruns()), (ms(50), 3));
    }

    #[test]
    fn densify_moves_the_next_ticks_closer_and_never_away() {
        let mut schedule = Schedule::new(ms(0), ms(100), None);
        schedule.advance(ms(0));
        schedule.densify(ms(40), ms(0));
        let mut deadlines = Vec::new();
        for _ in 0..8 {
            deadlines.push(schedule.deadline().as_millis());
            schedule.advance(schedule.deadline());
        }
        assert_eq!(deadlines, [41, 43, 47, 55, 71, 103, 167, 267]);
        schedule.densify(ms(270), ms(5000));
        assert_eq!(schedule.deadline(), ms(367));
    }

    #[test]
    fn a_very_long_sleep_does_not_overflow() {
        let mut schedule = Schedule::new(ms(0), Duration::from_micros(100), Some(ms(1)));
        schedule.advance(Duration::from_hours(10_000));
        assert!(schedule.deadline() > Duration::from_hours(9_999));
    }
}
