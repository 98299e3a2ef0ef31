//! Marks, spans and notes in the trace of a program that runs under `rprof run`; nothing at all when it does not.
//!
//! ```
//! let _span = rprof_mark::span!("load");
//! rprof_mark::mark("half of it");
//! rprof_mark::note("rows", "1000000");
//! ```
//!
//! The trace's path is in the environment as `RPROF_TRACE`; each record is one write of one line at its end, so that
//! any number of threads and processes can write at once. Without rprof a call costs one atomic load.
//! The records are told in rprof's `docs/marks.md` and `docs/format.md`.

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

/// Records an instant. No-op when not under rprof.
#[inline]
pub fn mark(label: &str) {
    if let Some(trace) = trace::current() {
        let _ = trace.mark(label);
    }
}

/// Records a value of this run under a key, whose blanks become `_`. No-op when not under rprof.
#[inline]
pub fn note(key: &str, value: &str) {
    if let Some(trace) = trace::current() {
        let _ = trace.note(key, value);
    }
}

/// A span from here to the end of the variable's scope; the name is made as by [`format!`], and only under rprof.
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
