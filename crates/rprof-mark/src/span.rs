//! A span of the program's own, from its making to its end.

use std::fmt;
use std::time::SystemTime;

use crate::rss;
use crate::thread::{self, Level};
use crate::trace::{self, Trace};

/// Bytes of a name.
const LONGEST: usize = 512;

/// A span that ends when it is dropped, on whatever thread. One that is never dropped, because the program was killed
/// or has left by `exit`, stays open: figures draw it to the end of the run.
#[must_use = "a span that is not kept ends at once: `let _span = …`"]
pub struct Span<'a>(Option<Box<Open<'a>>>);

struct Open<'a> {
    trace: &'a Trace,
    id: String,
    name: String,
    begin: (SystemTime, f64),
    /// Whether the memory of this process is told.
    measured: bool,
    level: Level,
    process: u32,
}

/// Begins a span. No-op when not under rprof; see [`span!`](crate::span!) for a name that is costly to make.
#[inline]
pub fn span(name: &str) -> Span<'static> {
    trace::current().map_or(Span(None), |trace| trace.span(name))
}

impl Trace {
    /// Begins a span in this trace; a name of more than 512 bytes is cut.
    pub fn span(&self, name: &str) -> Span<'_> {
        self.begin_span(name, true)
    }

    /// The same for a span whose work is done by other processes, so that the memory of this one says nothing of it.
    pub fn span_of_others(&self, name: &str) -> Span<'_> {
        self.begin_span(name, false)
    }

    fn begin_span(&self, name: &str, measured: bool) -> Span<'_> {
        // Both of its records can hold it so far, however it is escaped, and have to have the same.
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
    /// A span that is not recorded.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Whether it is being recorded.
    pub const fn is_recorded(&self) -> bool {
        self.0.is_some()
    }

    /// Ends it here, which dropping it does too.
    pub fn end(self) {}
}

impl Open<'_> {
    fn close(&self) {
        // After a fork the span is the parent's; the child has only a copy of it.
        if self.process != std::process::id() {
            return;
        }
        let leave = (SystemTime::now(), if self.measured { rss::mib() } else { 0.0 });
        let _ = self.trace.end(&self.id, leave.0);
        let _ = self.trace.function(&self.name, self.begin, leave, self.level.number);
    }
}

impl Drop for Span<'_> {
    /// Costs a program that does not run under rprof one comparison.
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
