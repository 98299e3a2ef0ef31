//! Findings: statistics of the memory of runs and the verdicts on them, without I/O and without wording.

pub mod compare;
pub mod growth;
pub mod numbers;
pub mod stats;
