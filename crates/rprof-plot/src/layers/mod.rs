//! The layers of a figure, each drawn on its own: axes, gaps, the peak, marks, spans, the legend.
//! A layer places its own elements inside the area that the layout gives it, and knows no other layer.

pub mod axes;
pub mod flame;
pub mod gaps;
pub mod legend;
pub mod marks;
pub mod peak;
pub mod span_lanes;
