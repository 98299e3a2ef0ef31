//! Where on the sheet a time and a value are: plotters' Cartesian coordinates in px.

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
    /// From the left edge to the right.
    pub fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    /// From the upper edge to the lower.
    pub fn height(&self) -> f64 {
        self.y1 - self.y0
    }
}

/// The plot area with its coordinates.
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
    /// The axes laid along the edges of the plot area.
    pub fn new(plot: Rect, time: Axis, memory: Axis) -> Self {
        let units = |v: f64| (v * f64::from(UNITS_PER_PX)).round() as i32;
        let edges = (units(plot.x0)..units(plot.x1), units(plot.y1)..units(plot.y0));
        let cartesian = Cartesian2d::new(time.from..time.to, memory.from..memory.to, edges);
        Self { plot, time, memory, cartesian }
    }

    /// A time in seconds and a value in bytes as a point inside the plot area; what lies outside is moved to its edge.
    pub fn at(&self, time: f64, value: f64) -> Px {
        let inside =
            (time.clamp(self.time.from, self.time.to), value.clamp(self.memory.from, self.memory.to));
        let (x, y) = self.cartesian.translate(&inside);
        (f64::from(x) / f64::from(UNITS_PER_PX), f64::from(y) / f64::from(UNITS_PER_PX))
    }

    /// A time's distance from the left.
    pub fn x(&self, time: f64) -> f64 {
        self.at(time, 0.0).0
    }

    /// A value's distance from the top.
    pub fn y(&self, value: f64) -> f64 {
        self.at(self.time.from, value).1
    }

    /// Whether a time is on the axis.
    pub fn shows(&self, time: f64) -> bool {
        (self.time.from..=self.time.to).contains(&time)
    }
}
