//! A curve while it is being built: an envelope of the part that was asked for.

use crate::profile::curve::{Curve, Envelope, Point};
use crate::units::Seconds;

/// Takes points in any order; gives a curve.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    envelope: Envelope,
    window: Option<(Seconds, Seconds)>,
    before: Option<Point>,
    after: Option<Point>,
}

impl Track {
    /// `origin`: the earliest time that has to be resolved.
    pub fn new(slices: usize, origin: Seconds, window: Option<(Seconds, Seconds)>) -> Self {
        let origin = window.map_or(origin, |w| w.0);
        Self { envelope: Envelope::new(slices, origin), window, before: None, after: None }
    }

    pub fn add(&mut self, point: Point) {
        match self.window {
            Some((from, _)) if point.time < from => {
                if self.before.is_none_or(|p| point.time >= p.time) {
                    self.before = Some(point);
                }
            }
            Some((_, to)) if point.time > to => {
                if self.after.is_none_or(|p| point.time < p.time) {
                    self.after = Some(point);
                }
            }
            _ => self.envelope.add(point),
        }
    }

    /// The curve, its times counted from `zero`.
    pub fn curve(&self, zero: f64) -> Curve {
        let inner = self.envelope.curve();
        let points = self.before.into_iter().chain(inner).chain(self.after);
        points.map(|p| Point { time: Seconds(p.time.0 - zero), ..p }).collect()
    }
}
