//! The span guard: it records the begin when it is created and the end when it is dropped.

use std::fmt;
use std::time::SystemTime;

use crate::rss;
use crate::thread::{self, Level};
use crate::trace::{self, Trace};

/// The most bytes of a name that are recorded.
const LONGEST: usize = 512;

/// An open span. Dropping it, on any thread, ends the span.
///
/// A span is never dropped if the program is killed or calls `exit`. Such a span stays open in the trace, and figures
/// draw it to the end of the run.
///
/// ```
/// let load = rprof_mark::span("load");
/// assert_eq!(load.is_recorded(), rprof_mark::is_active());
/// load.end();
/// ```
#[must_use = "a span that is not kept ends at once: `let _span = …`"]
pub struct Span<'a>(Option<Box<Open<'a>>>);

struct Open<'a> {
    trace: &'a Trace,
    id: String,
    name: String,
    begin: (SystemTime, f64),
    /// True if the FUNC line carries the memory of this process.
    measured: bool,
    level: Level,
    process: u32,
}

/// Begins a span. Does nothing when the program does not run under rprof.
///
/// Use [`span!`](crate::span!) for a name that has to be formatted: it formats the name only under rprof.
#[inline]
pub fn span(name: &str) -> Span<'static> {
    trace::current().map_or(Span(None), |trace| trace.span(name))
}

impl Trace {
    /// Begins a span in this trace. A name of more than 512 bytes is cut.
    pub fn span(&self, name: &str) -> Span<'_> {
        self.begin_span(name, true)
    }

    /// Begins a span for work that other processes do. The memory of this process says nothing about that work, so it
    /// is recorded as 0.
    pub fn span_of_others(&self, name: &str) -> Span<'_> {
        self.begin_span(name, false)
    }

    fn begin_span(&self, name: &str, measured: bool) -> Span<'_> {
        // SPAN and FUNC must hold the same name, or a reader cannot match them. A name of 512 bytes fits both lines,
        // however it is escaped.
        let name = &name[..name.floor_char_boundary(LONGEST)];
        let (id, level) = thread::enter();
        let begin = (SystemTime::now(), if measured { rss::mib() } else { 0.0 });
        let written = self.begin(&id, begin.0, name);
        let process = std::process::id();
        let open = Open { trace: self, id, name: name.to_owned(), begin, measured, level, process };
        Span(written.is_ok().then(|| Box::new(open)))
    }
}

impl Span<'_> {
    /// Returns a span that is not recorded.
    pub const fn none() -> Self {
        Self(None)
    }

    /// True if the span is recorded in a trace.
    pub const fn is_recorded(&self) -> bool {
        self.0.is_some()
    }

    /// Ends the span, as dropping it does.
    pub fn end(self) {}
}

impl Open<'_> {
    fn close(&self) {
        // After a fork the child holds a copy of its parent's span. Only the parent may end it.
        if self.process != std::process::id() {
            return;
        }
        let leave = (SystemTime::now(), if self.measured { rss::mib() } else { 0.0 });
        let _ = self.trace.end(&self.id, leave.0);
        let _ = self.trace.func(&self.name, self.begin, leave, self.level.number);
    }
}

impl Drop for Span<'_> {
    /// Ends the span. Without rprof this costs one comparison.
    #[inline]
    fn drop(&mut self) {
        if let Some(open) = self.0.take() {
            open.close();
        }
    }
}

impl fmt::Debug for Span<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, name) = self.0.as_ref().map_or(("", ""), |open| (&open.id, &open.name));
        f.debug_struct("Span").field("id", &id).field("name", &name).finish()
    }
}
