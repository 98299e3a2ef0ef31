//! The kernel's events of a process tree: births, names, mappings and ends, and page faults with registers and stack.

mod attributes;
mod open;
mod record;
mod ring;

pub use open::{Events, Source};
pub use record::{Counts, Parsed, Sample, Side, count_samples, parse, parse_samples};
