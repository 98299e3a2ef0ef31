//! Coordinates: the place on the sheet, in px, of a time and a value.

use plotters::coord::CoordTranslate;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;

use crate::sheet::axis::Axis;
use crate::sheet::canvas::Px;
use crate::sheet::svg_backend::UNITS_PER_PX;

/// A rectangle of the sheet in px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x0: f64,
    /// Upper edge.
    pub y0: f64,
    /// Right edge.
    pub x1: f64,
    /// Lower edge.
    pub y1: f64,
}

impl Rect {
    /// Width in px.
    pub fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    /// Height in px.
    pub fn height(&self) -> f64 {
        self.y1 - self.y0
    }
}

/// The plot area with its axes.
pub struct Coords {
    /// The plot area.
    pub plot: Rect,
    /// The time axis.
    pub time: Axis,
    /// The memory axis.
    pub memory: Axis,
    cartesian: Cartesian2d<RangedCoordf64, RangedCoordf64>,
}

impl Coords {
    /// Lays the axes along the lower and the left edge of the plot area.
    pub fn new(plot: Rect, time: Axis, memory: Axis) -> Self {
        let units = |v: f64| (v * f64::from(UNITS_PER_PX)).round() as i32;
        let edges = (units(plot.x0)..units(plot.x1), units(plot.y1)..units(plot.y0));
        let heights = height(&memory, memory.from)..height(&memory, memory.to);
        let cartesian = Cartesian2d::new(time.from..time.to, heights, edges);
        Self { plot, time, memory, cartesian }
    }

    /// The point of a time in seconds and a value in bytes. A point outside of the plot area is moved to its edge.
    pub fn at(&self, time: f64, value: f64) -> Px {
        let value = value.clamp(self.memory.from, self.memory.to);
        let inside = (time.clamp(self.time.from, self.time.to), height(&self.memory, value));
        let (x, y) = self.cartesian.translate(&inside);
        (f64::from(x) / f64::from(UNITS_PER_PX), f64::from(y) / f64::from(UNITS_PER_PX))
    }

    /// Distance of a time from the left edge of the sheet in px.
    pub fn x(&self, time: f64) -> f64 {
        self.at(time, 0.0).0
    }

    /// Distance of a value from the upper edge of the sheet in px.
    pub fn y(&self, value: f64) -> f64 {
        self.at(self.time.from, value).1
    }

    /// True if a time lies on the time axis.
    pub fn shows(&self, time: f64) -> bool {
        (self.time.from..=self.time.to).contains(&time)
    }
}

/// A value on an axis as plotters divides it: itself, or its logarithm.
fn height(axis: &Axis, value: f64) -> f64 {
    if axis.is_log { value.log10() } else { value }
}
