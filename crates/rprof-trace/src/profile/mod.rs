//! One run, reduced in a single pass to what a figure or a summary needs, in space that does not grow with its length.

mod annotations;
pub(crate) mod builder;
pub(crate) mod curve;
pub(crate) mod load;
mod open_spans;
pub(crate) mod options;
mod partial;
mod processes;
pub(crate) mod span_memory;
pub(crate) mod span_names;
pub(crate) mod span_totals;
mod spans;
mod track;

use crate::model::{End, Header, Metric};
use crate::profile::curve::Curve;
use crate::units::{Bytes, Seconds};

/// The largest value the trace vouches for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The value: a lower bound of the true peak of a tree, exact for one process.
    pub value: Bytes,
    /// When: a tick's time, or the middle of the interval it fell in.
    pub time: Seconds,
    /// The interval it fell in, when it was proven by the kernel's high-water mark between two ticks.
    pub within: Option<(Seconds, Seconds)>,
    /// The true peak is not above this; `None` when the trace does not say.
    pub upper: Option<Bytes>,
}

/// An upper bound more than this many times the peak says no more than that the peak is a lower one.
const LOOSE: u64 = 2;

impl Peak {
    /// Whether the upper bound is so far off that it is no help to anybody: processes that came and went between two
    /// ticks are each counted at the most that any process held.
    pub fn is_loose(&self) -> bool {
        self.upper.is_some_and(|upper| upper.0 / LOOSE > self.value.0)
    }
}

/// One process of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessProfile {
    /// `pid:name`, or what an mprof trace calls it.
    pub id: String,
    /// Its largest sample.
    pub peak: Bytes,
    /// The time of that sample.
    pub peak_time: Seconds,
    /// Its curve; empty where it was not asked for.
    pub curve: Curve,
}

/// A named interval: a call of a function, or any other span a program wrote.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Span {
    /// Its name; a function's is dotted.
    pub name: String,
    /// Time and memory at entry: its process's own where the trace tells it, else the run's curve at that time.
    pub enter: (Seconds, Bytes),
    /// Time and memory at exit, likewise; `None` when it never ended.
    pub leave: Option<(Seconds, Bytes)>,
    /// Nesting depth, 0 for the outermost; in its thread, where that is known.
    pub level: Option<u32>,
    /// Which thread of which process it was in: its id without the last part; `None` for a function of mprof's.
    pub thread: Option<String>,
    /// The process's own memory at both ends, as the program told mprof's readers; `None` where it did not.
    pub own: Option<(Bytes, Bytes)>,
    /// The largest value of the run's curve within it, and at its ends where there is none between them or they were
    /// told; `None` when it was not measured: [`read_profiles`](crate::read_profiles) does, a builder in one pass does not.
    pub peak: Option<Bytes>,
    /// Memory at exit, or at the end of the run, less that at entry; bytes, `None` when it was not measured.
    pub growth: Option<i64>,
}

impl Span {
    /// Whether it never ended: it was killed, or has not come to its end yet.
    pub fn is_open(&self) -> bool {
        self.leave.is_none()
    }
}

/// A named instant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mark {
    /// When.
    pub time: Seconds,
    /// What happened then.
    pub label: String,
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Note {
    /// One word.
    pub key: String,
    /// Any text.
    pub value: String,
}

/// One run, reduced. Times count from its start.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    /// The header, when the trace is ours.
    pub header: Option<Header>,
    /// The command line for people; empty when the trace has none.
    pub command: String,
    /// The metric of the curve.
    pub metric: Metric,
    /// Wall-clock start, seconds since 1970-01-01 UTC; `None` when the trace has no epoch.
    pub start_s: Option<f64>,
    /// From the start to the end of the run, or to its last record.
    pub elapsed: Seconds,
    /// The peak; `None` when there is no sample.
    pub peak: Option<Peak>,
    /// Largest exact high-water mark of one process; `None` when the trace does not say.
    pub hwm: Option<Bytes>,
    /// Rounds of measuring.
    pub samples: u64,
    /// Processes known to have lived in the tree.
    pub process_count: u64,
    /// The curve of the whole tree, every peak and dip kept.
    pub total: Curve,
    /// Shared pages counted once, where it was measured.
    pub pss: Curve,
    /// Swapped-out memory; empty when it was always zero or unknown.
    pub swap: Curve,
    /// Processes in order of appearance.
    pub processes: Vec<ProcessProfile>,
    /// Functions in the order of the trace; where there are spans of other kinds too, all in the order of their begin.
    pub spans: Vec<Span>,
    /// Marks in the order of the trace.
    pub marks: Vec<Mark>,
    /// Notes in the order of the trace.
    pub notes: Vec<Note>,
    /// Intervals in which nothing was measured.
    pub gaps: Vec<(Seconds, Seconds)>,
    /// The end record; `None` for a trace that was cut short, and for mprof's.
    pub end: Option<End>,
}
