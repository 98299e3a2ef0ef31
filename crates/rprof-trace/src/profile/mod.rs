//! The profile: one run reduced to the data of a figure or a summary, in space that does not grow with its length.

mod annotations;
pub(crate) mod blocks;
pub(crate) mod builder;
pub(crate) mod cgroup;
mod consistency;
mod counts;
pub(crate) mod curve;
pub(crate) mod detail;
mod evidence;
mod extent;
mod largest;
mod lives;
pub(crate) mod load;
mod members;
mod open_spans;
pub(crate) mod options;
mod partial;
mod peak;
pub(crate) mod peak_remarks;
mod processes;
mod programs;
mod run_curves;
mod span_maxima;
pub(crate) mod span_memory;
pub(crate) mod span_names;
pub(crate) mod span_totals;
mod spans;

pub use consistency::Contradiction;
pub use lives::ProcessLife;
pub use peak::{Peak, PeakWords};
pub use programs::ProgramProfile;

use crate::model::{End, Header, Metric, PeakParts, PssPeak, Tick};
use crate::profile::blocks::Block;
use crate::profile::cgroup::CgroupProfile;
use crate::profile::curve::Curve;
use crate::units::{Bytes, Seconds};

/// One process of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessProfile {
    /// `pid:name`; in a trace of mprof the id there.
    pub id: String,
    /// Its largest sample.
    pub peak: Bytes,
    /// The time of that sample.
    pub peak_time: Seconds,
    /// Its curve; empty if it was not requested.
    pub curve: Curve,
}

/// A named interval that a program wrote, for instance a call of a function.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Span {
    /// Its name. The name of a function is dotted.
    pub name: String,
    /// Time and memory at entry. The memory is that of its process if the trace has it, else the run's curve at that time.
    pub enter: (Seconds, Bytes),
    /// Time and memory at exit; `None` if the span never ended.
    pub leave: Option<(Seconds, Bytes)>,
    /// Nesting depth in its thread, 0 for the outermost; `None` in traces older than 2019.
    pub level: Option<u32>,
    /// Process and thread, `pid.thread`; `None` for a span in mprof's form.
    pub thread: Option<String>,
    /// Memory of its own process at entry and exit, as the program wrote it for mprof's readers; `None` if it did not.
    pub own: Option<(Bytes, Bytes)>,
    /// Lower bound of its peak: the largest tick inside it, or a proven peak whose whole interval it contains; `None` if it
    /// was not measured. A span without a tick inside has the larger value of its ends.
    /// [`read_profiles`](crate::read_profiles) measures it, a builder in one pass does not.
    pub peak: Option<Bytes>,
    /// Upper bound of its peak, equal to `peak` if that is exact; `None` if it is unknown.
    pub peak_upper: Option<Bytes>,
    /// Memory at exit (or at the end of the run) minus memory at entry, in bytes; `None` if it was not measured.
    pub growth: Option<i64>,
}

impl Span {
    /// `true` if it never ended: the process was killed, or the span is not over.
    pub fn is_open(&self) -> bool {
        self.leave.is_none()
    }
}

/// A named instant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mark {
    /// Its time.
    pub time: Seconds,
    /// Its name.
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

/// One run, reduced. Times are in seconds since its start.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    /// The header; `None` in a trace of mprof.
    pub header: Option<Header>,
    /// The command line, quoted for a shell; empty if the trace has none.
    pub command: String,
    /// The metric of the curve.
    pub metric: Metric,
    /// Wall-clock start, seconds since 1970-01-01 UTC; `None` if the trace has only elapsed times.
    pub start_s: Option<f64>,
    /// Length of the run, up to its end or its last record.
    pub elapsed: Seconds,
    /// The peak; `None` if the trace has no tick.
    pub peak: Option<Peak>,
    /// The parts of memory at the peak; `None` if the trace has none.
    pub parts: Option<PeakParts>,
    /// Largest high-water mark of one process; `None` if the trace has none.
    pub hwm: Option<Bytes>,
    /// Values of the first and the last tick; `None` without a tick.
    pub ends: Option<(Bytes, Bytes)>,
    /// Number of ticks.
    pub samples: u64,
    /// Processes known to have lived in the tree.
    pub process_count: u64,
    /// The curve of the whole tree.
    pub total: Curve,
    /// The integral of that curve in at most 256 blocks of equal length, in order of time. They cover the run or its window,
    /// except gaps. Empty without [`curves`](crate::ProfileOptions::curves).
    pub blocks: Vec<Block>,
    /// PSS of the whole tree: each shared page is divided among all processes of the machine that map it. A point for each
    /// round, so nothing is known of the time between two points. Empty if PSS was not measured.
    pub pss: Curve,
    /// The peak of PSS; `None` if PSS was not measured.
    pub pss_peak: Option<PssPeak>,
    /// Swapped-out memory; empty if it was always zero or unknown.
    pub swap: Curve,
    /// Ticks with their parts of memory: those with the first, last, lowest and highest value of each slice. Empty without
    /// [`ticks`](crate::ProfileOptions::ticks).
    pub ticks: Vec<Tick>,
    /// The upper bound of the time between each tick and the one before, at the time of the tick. Empty without
    /// [`ticks`](crate::ProfileOptions::ticks), or if it is not known.
    pub upper: Curve,
    /// The address space of the whole tree. Empty without [`ticks`](crate::ProfileOptions::ticks), or if it is not known.
    pub requested: Curve,
    /// The control group of the command; `None` if the trace has none.
    pub cgroup: Option<CgroupProfile>,
    /// Processes in order of appearance.
    pub processes: Vec<ProcessProfile>,
    /// Programs in order of appearance; empty if they were not requested.
    pub programs: Vec<ProgramProfile>,
    /// The life of each process, in order of appearance; empty if it was not requested.
    pub lives: Vec<ProcessLife>,
    /// Spans in the order of their begin; if all are in mprof's form, in the order of the trace.
    pub spans: Vec<Span>,
    /// Marks in the order of the trace.
    pub marks: Vec<Mark>,
    /// Notes in the order of the trace.
    pub notes: Vec<Note>,
    /// Intervals without a measurement.
    pub gaps: Vec<(Seconds, Seconds)>,
    /// The end record; `None` in a trace that was cut short, and in a trace of mprof.
    pub end: Option<End>,
    /// The contradictions between the lines, the index and the end; empty unless the trace was changed.
    pub contradictions: Vec<Contradiction>,
}

impl Profile {
    /// `true` if the peak of RSS is exact to within the uncertainty of the end record.
    pub fn is_exact(&self) -> bool {
        self.trusted_end().is_some_and(|end| end.exact)
    }

    /// The end record; `None` if there is none, or if the lines contradict it.
    pub fn trusted_end(&self) -> Option<&End> {
        self.end.as_ref().filter(|_| !self.contradictions.iter().any(Contradiction::is_of_end))
    }
}
