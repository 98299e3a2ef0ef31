//! The time of a run: a monotonic clock that continues while the machine sleeps, and the wall clock of the start.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rprof_trace::Seconds;

use crate::platform;

/// The start of a run.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Duration,
    wall: SystemTime,
}

impl Clock {
    /// Starts a run now.
    pub fn start() -> Self {
        Self { wall: SystemTime::now(), start: platform::now() }
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
