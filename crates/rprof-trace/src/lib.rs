//! WHAT was measured: the model of a trace, the `.dat` and `.csv` formats, and the arithmetic on them.
//! Knows no operating system and draws no chart.

pub mod envelope;
pub mod model;
pub mod profile;
pub mod units;

pub use envelope::{Curve, Envelope, Point};
pub use model::{Arg, Born, End, Exit, Function, Header, Memory, Metric, Proven, Record, Sample, Tick};
pub use profile::{Peak, ProcessProfile, Profile};
pub use units::{Bytes, Seconds};
