//! The clock of a replay: it runs at a speed, and stands while the view is paused.

use std::time::Instant;

use rprof_trace::Seconds;

/// The slowest and the fastest speed that keys set.
const SLOWEST: f64 = 1.0 / 16.0;
const FASTEST: f64 = 4096.0;

/// The clock of a replay.
#[derive(Debug)]
pub struct Replay {
    speed: f64,
    /// A time of ours, and the time of the run at it.
    since: (Instant, f64),
    is_paused: bool,
}

impl Replay {
    /// A clock that starts now.
    pub fn new(speed: f64) -> Self {
        Self { speed, since: (Instant::now(), 0.0), is_paused: false }
    }

    /// The speed.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// The time of the run that has been reached.
    pub fn time(&self) -> Seconds {
        let (at, time) = self.since;
        // An infinite speed reaches all of a run at once, unless it stands.
        let passed =
            if self.is_paused { 0.0 } else { self.speed * at.elapsed().as_secs_f64().max(f64::MIN_POSITIVE) };
        Seconds(time + passed)
    }

    /// Sets the speed to a multiple.
    pub fn change(&mut self, times: f64) {
        if self.speed.is_finite() {
            self.hold();
            self.speed = (self.speed * times).clamp(SLOWEST, FASTEST);
        }
    }

    /// Stops the clock, or lets it run on.
    pub fn pause(&mut self, is_paused: bool) {
        if is_paused != self.is_paused {
            self.hold();
            self.is_paused = is_paused;
        }
    }

    /// Starts again at 0.
    pub fn restart(&mut self) {
        self.since = (Instant::now(), 0.0);
    }

    fn hold(&mut self) {
        // The clock of an infinite speed has no place to stand, so its records stay where they are.
        let time = self.time().0;
        self.since = (Instant::now(), if time.is_finite() { time } else { 0.0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_stands_while_it_is_paused() {
        let mut replay = Replay::new(1000.0);
        replay.pause(true);
        let stood = replay.time();
        assert_eq!(replay.time(), stood);
        replay.change(2.0);
        assert!((replay.speed() - 2000.0).abs() < 1e-9 && replay.time() == stood);
        replay.pause(false);
        assert!(replay.time() >= stood);
        replay.restart();
        assert!(replay.time() < Seconds(1e9));
    }

    #[test]
    fn the_highest_speed_reaches_the_end_at_once() {
        let mut replay = Replay::new(f64::INFINITY);
        assert!(replay.time().0.is_infinite());
        replay.pause(true);
        assert!(replay.time().0.is_finite());
    }
}
