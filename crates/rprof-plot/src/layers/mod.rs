//! The layers of a figure: axes, gaps, limits, peak, marks, endings, spans, legend, titles. Each places its elements
//! inside the area that the layout gives it, and must not depend on another layer.

pub mod axes;
pub mod band_labels;
pub mod curve_labels;
pub mod endings;
pub mod flame;
pub mod gaps;
pub mod legend;
pub mod limits;
pub mod marks;
pub mod peak;
pub mod span_lanes;
pub mod titles;
