//! The forms of `rprof where`: tables and JSON, of one moment or of a difference.

pub mod json;
pub mod table;
