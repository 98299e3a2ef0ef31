//! Spans, marks and notes, recorded in the trace of a program that runs under `rprof run`.
//!
//! ```
//! let _span = rprof_mark::span!("load");   // an interval, up to the end of the scope
//! rprof_mark::mark("half of it");          // an instant
//! rprof_mark::note("rows", "1000000");     // a value
//! ```
//!
//! The environment variable `RPROF_TRACE` holds the path of the trace. Each record is one write of one whole line at
//! the end of that file, so any number of threads and processes can write at once. Without rprof a call does nothing
//! and costs one atomic load. rprof's `docs/marks.md` and `docs/format.md` describe the records.

mod line;
mod rss;
mod span;
mod thread;
mod trace;

#[cfg(feature = "tracing")]
mod layer;

#[cfg(feature = "tracing")]
pub use layer::{Layer, layer};
pub use span::{Span, span};
pub use trace::{Trace, VARIABLE, is_active};

/// Records an instant. Does nothing when the program does not run under rprof.
///
/// ```
/// rprof_mark::mark("input is read");
/// ```
#[inline]
pub fn mark(label: &str) {
    if let Some(trace) = trace::current() {
        let _ = trace.mark(label);
    }
}

/// Records a value under a key. Does nothing when the program does not run under rprof.
///
/// Blanks in the key become `_`.
///
/// ```
/// rprof_mark::note("rows", "1000000");
/// ```
#[inline]
pub fn note(key: &str, value: &str) {
    if let Some(trace) = trace::current() {
        let _ = trace.note(key, value);
    }
}

/// Begins a span that lasts to the end of the variable's scope.
///
/// The arguments are those of [`format!`]. The name is formatted only when the program runs under rprof.
///
/// ```
/// for step in 0..3 {
///     let _span = rprof_mark::span!("step {step}");
/// }
/// ```
#[macro_export]
macro_rules! span {
    ($($name:tt)+) => {
        if $crate::is_active() { $crate::span(&::std::format!($($name)+)) } else { $crate::Span::none() }
    };
}

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
