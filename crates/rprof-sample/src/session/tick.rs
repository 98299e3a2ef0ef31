//! One tick of a session: measure the tree, record the sum and what is proven of the time since the last tick.

use std::time::Duration;

use rprof_trace::{Bytes, Metric, Proven, Record, Seconds, Tick};

use super::Session;
use super::clock::seconds;
use crate::Sink;
use crate::tree::TickResult;

/// The part of the time that extra ticks may use while processes come and go: one part in this many.
const EXTRA_TICKS_SHARE: u32 = 50;
/// A tick that is later than this many intervals and `GAP_SLACK` follows a gap: the machine or rprof was stopped.
const GAP_INTERVALS: u32 = 3;
const GAP_SLACK: Duration = Duration::from_millis(250);

/// The ticks that were recorded.
#[derive(Debug, Default)]
pub struct Ticks {
    count: u64,
    last: Option<Duration>,
    last_value: Bytes,
}

impl Ticks {
    /// The number of ticks.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The time of the last tick; 0 before the first one.
    pub fn last_time(&self) -> Duration {
        self.last.unwrap_or_default()
    }

    fn add(&mut self, now: Duration, value: Bytes) {
        self.count += 1;
        self.last = Some(now);
        self.last_value = value;
    }
}

impl Session {
    /// Measures once. Nothing is recorded when no process was read, or when the tree changed under a sum of shares.
    pub(super) fn tick(&mut self, now: Duration, sink: Sink<'_>) {
        self.record_gap(now, sink);
        let result = self.tree.measure(seconds(now), sink);
        let sum = &result.sum;
        self.peak.add_window(result.bound);
        if self.root.attached && !self.tree.holds(self.root.pid) {
            self.root.gone = true;
        }
        if sum.processes == 0 || result.torn {
            self.note_torn_tick(result.torn, sink);
            return;
        }
        let value = sum.value;
        self.record_spike(&result, now, sink);
        self.peak.raise(sum.value);
        let is_plural = self.tree.is_plural();
        self.follow_pss(&result, now, sink);
        self.group.tick(now, self.root.pid, &self.tree, sink);
        self.ticks.add(now, sum.value);
        let tick = Tick {
            time: seconds(now),
            value: sum.value,
            memory: sum.memory,
            upper: result.bound.filter(|_| is_plural).and_then(|bound| bound.certain()),
            processes: Some(sum.processes),
        };
        self.parts.tick(&tick);
        self.check_memory_limit(value, now, sink);
        sink(&Record::Tick(&tick));
        // The first tick finds the command itself; only later changes call for extra ticks.
        if result.changes > 0 && self.ticks.count > 1 {
            let after = self.clock.elapsed();
            let cost = after.saturating_sub(now);
            self.schedule.densify(after, cost * EXTRA_TICKS_SHARE);
        }
    }

    /// Records a spike between the last tick and this one: a single process was larger than the whole tree at both.
    fn record_spike(&mut self, result: &TickResult, now: Duration, sink: Sink<'_>) {
        let visible = result.sum.value.max(self.ticks.last_value);
        let proven = result.sum.proven.filter(|proven| *proven > visible);
        if let Some(value) = proven.filter(|_| self.options.metric == Metric::Rss) {
            self.record_proven(value, self.ticks.last_time(), now, sink);
        }
    }

    /// Records a value that the tree reached at some time from `from` to `now`.
    ///
    /// Its most likely time is between the last tick and `now`, so it stands in the middle of these two.
    pub(super) fn record_proven(&mut self, value: Bytes, from: Duration, now: Duration, sink: Sink<'_>) {
        let time = Seconds(f64::midpoint(self.ticks.last_time().as_secs_f64(), now.as_secs_f64()));
        let within = (seconds(from), seconds(now));
        self.peak.raise(value);
        let proven = Proven { time, within, value };
        self.parts.proven(&proven);
        sink(&Record::Proven(proven));
    }

    /// Records a gap when the last tick is too long ago.
    pub(super) fn record_gap(&self, now: Duration, sink: Sink<'_>) {
        let longest = self.options.interval * GAP_INTERVALS + GAP_SLACK;
        if let Some(last) = self.ticks.last.filter(|last| now.saturating_sub(*last) > longest) {
            sink(&Record::Gap(seconds(last), seconds(now)));
        }
    }
}
