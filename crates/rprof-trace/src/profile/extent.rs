//! The times of a run while it is being read: its first and last tick, and its last record.

use crate::profile::curve::Point;
use crate::units::{Bytes, Seconds};

/// The times of a run.
#[derive(Debug)]
pub(crate) struct Extent {
    /// Earliest tick. Ticks can go back in time if a clock was set.
    pub first_tick: Option<Seconds>,
    pub last_tick: Option<Point>,
    /// Value of the first tick of the trace.
    pub first_value: Option<Bytes>,
    /// Latest time of any record.
    pub last: Seconds,
    /// Start of the run if an earlier pass found it.
    pub zero: Option<Seconds>,
}

impl Default for Extent {
    fn default() -> Self {
        Self {
            first_tick: None,
            last_tick: None,
            first_value: None,
            last: Seconds(f64::NEG_INFINITY),
            zero: None,
        }
    }
}

impl Extent {
    /// Takes in a tick.
    pub fn tick(&mut self, point: Point) {
        self.reach(point.time);
        let earlier = |t: Seconds| if point.time < t { point.time } else { t };
        self.first_tick = Some(self.first_tick.map_or(point.time, earlier));
        self.first_value.get_or_insert(point.value);
        self.last_tick = Some(point);
    }

    /// Takes in the time of a record.
    pub fn reach(&mut self, time: Seconds) {
        if time > self.last {
            self.last = time;
        }
    }

    /// The values of the first and the last tick; `None` without a tick.
    pub fn ends(&self) -> Option<(Bytes, Bytes)> {
        self.first_value.zip(self.last_tick.map(|last| last.value))
    }

    /// The times of the first tick and the last record; `None` without a tick.
    pub fn range(&self) -> Option<(Seconds, Seconds)> {
        let first = self.first_tick?;
        Some((first, if self.last > Seconds(f64::NEG_INFINITY) { self.last } else { first }))
    }
}
