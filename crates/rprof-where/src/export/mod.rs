//! A view in the formats of other tools: folded stacks, speedscope, and a flame graph.

mod flame;
mod folded;
mod speedscope;

pub use flame::flame_graph;
pub use folded::{Step, folded, stacks};
pub use speedscope::speedscope;
