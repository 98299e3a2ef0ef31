//! The time of a run: a monotonic clock that continues while the machine sleeps, and the wall clock of the start.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rprof_trace::Seconds;

use crate::platform;

/// Readings of both clocks at most, and the time between the two below which they count as one.
const READINGS: u32 = 8;
const CLOSE: Duration = Duration::from_micros(2);

/// The start of a run.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Duration,
    wall: SystemTime,
}

impl Clock {
    /// Starts a run now.
    pub fn start() -> Self {
        closest(|| {
            let before = platform::now();
            let wall = SystemTime::now();
            let start = platform::now();
            (start.saturating_sub(before), Self { start, wall })
        })
    }

    /// The time since the start.
    pub fn elapsed(self) -> Duration {
        platform::now().saturating_sub(self.start)
    }

    /// The time from the start to a time of the platform's clock.
    pub(super) fn at(self, time: Duration) -> Duration {
        time.saturating_sub(self.start)
    }

    /// True if a time of the platform's clock is not after the start.
    pub(super) fn starts_after(self, time: Duration) -> bool {
        time <= self.start
    }

    /// The wall clock at the start.
    pub fn wall(self) -> SystemTime {
        self.wall
    }

    /// The wall clock at the start, in seconds since 1970-01-01 UTC.
    pub fn epoch_s(self) -> f64 {
        self.wall.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
    }
}

/// A time since the start in the unit of the trace.
pub fn seconds(time: Duration) -> Seconds {
    Seconds(time.as_secs_f64())
}

/// The reading of both clocks that took the shortest time. On a busy machine, another program may run between the two.
fn closest<T>(mut read: impl FnMut() -> (Duration, T)) -> T {
    let mut best = read();
    for _ in 1..READINGS {
        if best.0 <= CLOSE {
            break;
        }
        let next = read();
        if next.0 < best.0 {
            best = next;
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks of a program were milliseconds away from the ticks around them.
    #[test]
    fn the_clocks_are_read_until_nothing_ran_in_between() {
        let of = |micros: &[u64]| {
            let mut left = micros.iter().map(|micros| (Duration::from_micros(*micros), *micros));
            (closest(|| left.next().unwrap_or_default()), left.len())
        };
        assert_eq!(of(&[1, 0]), (1, 1), "one reading is enough");
        assert_eq!(of(&[3000, 2, 0]), (2, 1));
        assert_eq!(of(&[3000, 70, 80, 90, 90, 90, 90, 90, 0]), (70, 1), "the best of all");
    }
}
