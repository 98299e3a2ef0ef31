//! The wording of `rprof top`: tables for people, JSON, and the sentences of `--fit`. It only builds text.

pub mod fit_words;
pub mod json;
mod shorten;
pub mod table;
