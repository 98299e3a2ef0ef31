//! The reader, the writer and the profiles of traces, as other crates use them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod annotations;
mod damage;
mod examples;
mod following;
mod format_document;
mod hostile;
mod lives;
mod partial;
mod profile;
mod round_trip;
mod span_bounds;
mod support;
mod tolerance;
mod traces;
mod views;
mod writer;
