//! The model of a trace: its records and the quantities in them. Every format reads and writes exactly these records.
//! Knows no format and no operating system.

mod born;
mod cgroup;
mod header;
mod index;
mod job;
mod memory;
mod peak_parts;
mod record;

pub use born::Born;
pub use cgroup::{Cgroup, OomKill};
pub use header::{Arg, Header};
pub use index::{Index, Section};
pub use job::Job;
pub use memory::{Memory, Metric, Part};
pub use peak_parts::{PeakParts, PeakPartsRecorder};
pub use record::{End, Exit, Proven, PssPeak, Record, RecordOf, Sample, SpanRecord, Tick};
