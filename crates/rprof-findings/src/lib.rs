//! Findings: statistics of the memory of runs and the verdicts on them, without I/O and without wording.

pub mod baseline;
pub mod budget;
pub mod compare;
pub mod fit;
pub mod growth;
pub mod numbers;
pub mod ranks;
pub mod request;
pub mod stats;
mod targets;
pub mod top;
