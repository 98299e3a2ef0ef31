//! When to measure: absolute deadlines, dense at the start, never drifting. Pure arithmetic on times since the start.

use std::time::Duration;

/// The first distance between two ticks; each next one is twice as long until the interval is reached.
const FIRST_STEP: Duration = Duration::from_millis(1);

/// Deadlines 0, 1, 3, 7, 15 … ms after the first until the steps reach the interval, then one every interval.
/// They stand on a fixed grid: a late tick does not move the later ones, an overrun skips those that have passed.
#[derive(Debug, Clone)]
pub struct Schedule {
    interval: Duration,
    next: Duration,
    step: Duration,
    overruns: u64,
}

impl Schedule {
    /// A schedule whose first deadline is `first`; `dense` asks for the doubling steps after it.
    pub fn new(first: Duration, interval: Duration, dense: bool) -> Self {
        let step = if dense { FIRST_STEP.min(interval) } else { interval };
        Self { interval, next: first, step, overruns: 0 }
    }

    /// The next deadline, since the start.
    pub fn deadline(&self) -> Duration {
        self.next
    }

    /// The tick at the deadline is done and it is `now`: moves on to the next deadline that lies ahead.
    pub fn advance(&mut self, now: Duration) {
        self.next += self.step;
        self.step = (self.step * 2).min(self.interval);
        if self.next <= now {
            let behind = now.saturating_sub(self.next).as_nanos() / self.step.as_nanos().max(1) + 1;
            self.overruns += u64::try_from(behind).unwrap_or(u64::MAX);
            self.next += saturating_times(self.step, behind);
        }
    }

    /// Begins anew with short steps at `now`, the first of them at least `step`, for a process that has just been born.
    pub fn densify(&mut self, now: Duration, step: Duration) {
        let step = step.max(FIRST_STEP);
        if now + step < self.next {
            self.next = now + step;
            self.step = (step * 2).min(self.interval);
        }
    }

    /// Deadlines that passed before they could be kept.
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
    fn it_starts_dense_and_settles_on_the_interval() {
        let mut schedule = Schedule::new(ms(0), ms(10), true);
        let mut deadlines = Vec::new();
        for _ in 0..8 {
            deadlines.push(schedule.deadline().as_millis());
            schedule.advance(schedule.deadline());
        }
        assert_eq!(deadlines, [0, 1, 3, 7, 15, 25, 35, 45]);
        assert_eq!(schedule.overruns(), 0);
    }

    #[test]
    fn a_late_tick_does_not_move_the_grid() {
        let mut schedule = Schedule::new(ms(0), ms(10), false);
        schedule.advance(ms(9));
        assert_eq!(schedule.deadline(), ms(10));
        schedule.advance(ms(19));
        assert_eq!(schedule.deadline(), ms(20));
    }

    #[test]
    fn an_overrun_skips_ahead_and_is_counted() {
        let mut schedule = Schedule::new(ms(0), ms(10), false);
        schedule.advance(ms(35));
        assert_eq!((schedule.deadline(), schedule.overruns()), (ms(40), 3));
        schedule.advance(ms(40));
        assert_eq!((schedule.deadline(), schedule.overruns()), (ms(50), 3));
    }

    #[test]
    fn a_birth_brings_the_next_ticks_closer_and_never_further() {
        let mut schedule = Schedule::new(ms(0), ms(100), false);
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
    fn a_very_long_sleep_is_no_overflow() {
        let mut schedule = Schedule::new(ms(0), Duration::from_micros(100), true);
        schedule.advance(Duration::from_hours(10_000));
        assert!(schedule.deadline() > Duration::from_hours(9_999));
    }
}
