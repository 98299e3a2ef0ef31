//! The layers of a figure: axes, gaps, peak, marks, spans, legend. Each places its elements inside the area that the
//! layout gives it, and must not depend on another layer.

pub mod axes;
pub mod flame;
pub mod gaps;
pub mod legend;
pub mod marks;
pub mod peak;
pub mod span_lanes;
