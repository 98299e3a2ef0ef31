//! The subcommands, one file each. No command imports another.

pub mod annotate;
pub mod convert;
pub mod peak;
pub mod plot;
pub mod run;
pub mod traces;
