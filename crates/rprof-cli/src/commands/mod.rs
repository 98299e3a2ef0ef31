//! The subcommands, a file for each group of them. No command imports another.

pub mod annotate;
pub mod attach;
pub mod bench;
pub mod check;
pub mod compare;
pub mod completions;
pub mod config;
pub mod convert;
pub mod export;
pub mod help;
pub mod man;
#[cfg(feature = "where")]
pub mod origin;
pub mod peak;
pub mod plot;
pub mod run;
pub mod top;
pub mod traces;
pub mod watch;
