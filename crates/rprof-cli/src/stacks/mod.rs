//! The stacks of a run: a file beside the trace, recorded while the command runs and read by `rprof where`.

#[cfg(not(feature = "where"))]
mod absent;
#[cfg(feature = "where")]
mod file;
#[cfg(feature = "where")]
mod held;
#[cfg(feature = "where")]
mod levels;
#[cfg(feature = "where")]
mod limits;
#[cfg(feature = "where")]
mod recording;

#[cfg(not(feature = "where"))]
pub use absent::{Stacks, curves, findings, held_at_peak, levels};
#[cfg(feature = "where")]
pub use file::{beside, curves, moment_words, percent, read, trace_of};
#[cfg(feature = "where")]
pub use held::{held, held_at_peak};
#[cfg(feature = "where")]
pub use levels::levels;
#[cfg(feature = "where")]
pub use limits::findings;
#[cfg(feature = "where")]
pub use recording::Stacks;
