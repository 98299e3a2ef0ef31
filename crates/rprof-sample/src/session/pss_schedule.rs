//! When to read the tree's proportional set size: it is dear (15 ms per resident GiB of small pages) and so is spaced
//! to take less than a hundredth of the time, and tried at each new height of the curve.

use std::time::Duration;

use rprof_trace::Bytes;

use crate::error::ReadError;

/// Of the time, one part in this many may go into these readings.
const SHARE: u32 = 120;
/// While the curve climbs they may take this much, and one part in so many of the time; it is saved later.
const CLIMB: Duration = Duration::from_millis(100);
const CLIMB_SHARE: u32 = 50;
/// After a round under which the tree changed none for so many times what it took.
const TORN: u32 = 10;

/// The rounds of a run. Costs are CPU time, times are since the start.
#[derive(Debug)]
pub struct Rounds {
    /// What all took together.
    spent: Duration,
    next: Duration,
    /// The same at a new height of the curve.
    next_at_height: Duration,
    /// The curve's height at the highest round that held, or that was refused.
    measured: Bytes,
    /// What the last round that held found.
    shared_once: Bytes,
    /// Whether there are rounds at all.
    wanted: bool,
}

impl Rounds {
    /// No round yet; none will come when `wanted` is false.
    pub fn new(wanted: bool) -> Self {
        let none = Duration::ZERO;
        let (measured, shared_once) = (Bytes(0), Bytes(0));
        Self { spent: none, next: none, next_at_height: none, measured, shared_once, wanted }
    }

    /// Whether a round should be made `now`, with the curve at `value`.
    pub fn due(&self, now: Duration, value: Bytes) -> bool {
        // Higher than at any round so far by an eighth of what that round found, since growth may be nobody else's and
        // count in full.
        let new_height = value.0 > self.measured.0.saturating_add(self.shared_once.0 / 8);
        let can_climb = now >= self.next_at_height && self.spent < CLIMB + now / CLIMB_SHARE;
        self.wanted && (now >= self.next || (new_height && can_climb))
    }

    /// A round was made that ended `now`, with the curve at `value`: what shared pages counted once came to, `None` when
    /// the tree changed meanwhile, or why a process does not tell. It may have ended by the next round; when the system
    /// does not tell at all, no round is due after this.
    pub fn made(
        &mut self,
        now: Duration,
        cost: Duration,
        value: Bytes,
        result: Result<Option<Bytes>, &ReadError>,
    ) {
        self.spent += cost;
        self.next = self.next.max(now) + cost * SHARE;
        match result {
            Ok(Some(sum)) => {
                self.measured = self.measured.max(value);
                self.shared_once = sum;
            }
            Ok(None) => self.next_at_height = now + cost * TORN,
            Err(ReadError::Unsupported) => self.wanted = false,
            Err(_) => self.measured = self.measured.max(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(100);

    /// What rounds take of a run of so many seconds, 15 ms for each GiB; the result of each is `result` of the curve.
    fn spent(
        seconds: u32,
        curve: impl Fn(u32) -> Bytes,
        result: impl Fn(Bytes) -> Option<Bytes>,
    ) -> Duration {
        let (mut rounds, mut spent) = (Rounds::new(true), Duration::ZERO);
        for tick in 0..seconds * 10 {
            let (now, value) = (TICK * tick, curve(tick));
            if rounds.due(now, value) {
                let cost = Duration::from_nanos(value.0 / 72);
                rounds.made(now, cost, value, Ok(result(value)));
                spent += cost;
            }
        }
        spent
    }

    fn gib(n: u32) -> Bytes {
        Bytes(u64::from(n) << 30)
    }

    #[test]
    fn they_take_less_than_a_hundredth_of_the_time_in_the_long_run() {
        let flat = spent(60, |_| gib(4), Some);
        assert!((0.3..0.6).contains(&flat.as_secs_f64()), "{flat:?}");
        // Up to 4 GiB in 4 s, and whatever that took is saved by the end.
        let climbed = spent(60, |tick| gib(4).min(Bytes(gib(1).0 / 10 * u64::from(tick))), Some);
        assert!((0.3..0.6).contains(&climbed.as_secs_f64()), "{climbed:?}");
    }

    #[test]
    fn a_climb_takes_a_fiftieth_even_while_no_round_holds() {
        for result in [Some, |_| None] {
            let climbing = spent(60, |tick| Bytes(gib(1).0 / 100 * u64::from(tick + 1)), result);
            assert!((0.6..1.5).contains(&climbing.as_secs_f64()), "{climbing:?}");
        }
    }

    #[test]
    fn a_new_height_is_an_eighth_of_what_was_found_higher() {
        let mut rounds = Rounds::new(true);
        let at = |ms: u64| Duration::from_millis(ms);
        assert!(rounds.due(at(0), gib(8)));
        // Shared by all: growth by an eighth of one of them is news.
        rounds.made(at(10), at(10), gib(8), Ok(Some(gib(1))));
        let news = Bytes(gib(8).0 + gib(1).0 / 8 + 1);
        assert!(rounds.due(at(20), news) && !rounds.due(at(20), gib(8)));
        assert!(!rounds.due(at(1200), gib(8)) && rounds.due(at(1210), gib(8)));
        // Torn: not at once again.
        rounds.made(at(30), at(10), news, Ok(None));
        assert!(!rounds.due(at(129), news) && rounds.due(at(130), news));
    }

    #[test]
    fn who_does_not_tell_is_asked_again_and_a_system_that_cannot_is_not() {
        let mut rounds = Rounds::new(true);
        let at = |ms: u64| Duration::from_millis(ms);
        rounds.made(at(10), at(10), gib(8), Err(&ReadError::Denied));
        assert!(!rounds.due(at(500), gib(8)) && rounds.due(at(1250), gib(8)));
        rounds.made(at(1260), at(10), gib(8), Err(&ReadError::Unsupported));
        assert!(!rounds.due(at(99_000), gib(9)));
        assert!(!Rounds::new(false).due(at(0), gib(1)));
    }
}
