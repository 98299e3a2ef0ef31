//! The time range of a figure: the part of the run that its time axis covers.

use std::cmp::Ordering;

use rprof_trace::{Seconds, Span};

use crate::error::Error;
use crate::options::Trace;

/// The part of the run that a figure shows, in seconds since the start of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeRange {
    /// Start of the time axis.
    pub from: f64,
    /// End of the time axis.
    pub to: f64,
    /// End of the longest run, which may lie outside.
    pub end: f64,
}

impl TimeRange {
    /// Takes the window that the options ask for, or the whole run from 0.
    ///
    /// # Errors
    /// [`Error::Window`] if the window has no width, [`Error::EmptyWindow`] if it starts after the end of the
    /// run and has none of its own.
    pub fn new(window: Option<(Seconds, Seconds)>, traces: &[Trace]) -> Result<Self, Error> {
        let end = length(traces);
        let Some((from, to)) = window else { return Ok(Self { from: 0.0, to: end, end }) };
        // `partial_cmp` instead of `<`: a window with a NaN end has no order, and must be rejected too.
        let ordered = to.0.partial_cmp(&from.0) == Some(Ordering::Greater);
        if !ordered || !from.0.is_finite() {
            return Err(Error::Window(from, to));
        }
        if to.0 == f64::INFINITY && end <= from.0 {
            return Err(Error::EmptyWindow { from, to: Seconds(end), elapsed: Seconds(end) });
        }
        Ok(Self { from: from.0, to: if to.0 == f64::INFINITY { end } else { to.0 }, end })
    }

    /// True if the time lies in the range, its ends included.
    pub fn contains(&self, time: f64) -> bool {
        (self.from..=self.to).contains(&time)
    }

    /// Start and end of a span in seconds; `None` if no part of it lies in the range.
    /// A span that never ended lasts until the end of the run.
    pub fn of_span(&self, span: &Span) -> Option<(f64, f64)> {
        let enter = span.enter.0.0;
        let leave = span.leave.map_or(self.end.max(enter), |(time, _)| time.0);
        let outside = leave < self.from || enter > self.to;
        (!outside).then_some((enter, leave))
    }
}

/// Length of the longest trace in seconds.
fn length(traces: &[Trace]) -> f64 {
    let ends = traces.iter().flat_map(|t| [Some(t.profile.elapsed), t.profile.total.last().map(|p| p.time)]);
    ends.flatten().map(|t| t.0).filter(|t| t.is_finite()).fold(0.0, f64::max)
}
