//! The run's time: a monotonic clock that goes on while the machine sleeps, and the wall clock once, at the start.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rprof_trace::Seconds;

use crate::platform;

/// The start of a run.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    begun: Duration,
    wall: SystemTime,
}

impl Clock {
    /// Starts now.
    pub fn start() -> Self {
        Self { wall: SystemTime::now(), begun: platform::now() }
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        platform::now().saturating_sub(self.begun)
    }

    /// The start on the wall clock.
    pub fn wall(self) -> SystemTime {
        self.wall
    }

    /// The start in seconds since 1970-01-01 UTC.
    pub fn epoch_s(self) -> f64 {
        self.wall.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
    }
}

/// As the trace has it.
pub fn seconds(time: Duration) -> Seconds {
    Seconds(time.as_secs_f64())
}
