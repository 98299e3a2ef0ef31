//! The model: what one run's trace is made of. Every format writes and reads exactly these records.

use serde::{Deserialize, Serialize};

use crate::units::{Bytes, Seconds};

/// Which memory a run's curve shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// Resident set size: pages in RAM mapped by a process, shared ones in full for each.
    #[default]
    Rss,
    /// Proportional set size: each shared page divided by its sharers.
    Pss,
    /// Unique set size: what would be freed if the process died.
    Uss,
    /// Dirty and compressed memory owned by a macOS task.
    Footprint,
}

impl Metric {
    /// The word of the command line, the header and the axis.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Pss => "PSS",
            Self::Uss => "USS",
            Self::Footprint => "footprint",
        }
    }
}

/// The memory of one process, or of a tree as the sum over its processes, in bytes.
/// A part is `None` where the operating system cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// Resident set size = `anon + file + shmem`.
    pub rss: Option<Bytes>,
    /// Anonymous pages in RAM: heap, stacks, private copies. Linux `RssAnon`.
    pub anon: Option<Bytes>,
    /// File-backed pages in RAM. Linux `RssFile`.
    pub file: Option<Bytes>,
    /// Shared memory in RAM. Linux `RssShmem`.
    pub shmem: Option<Bytes>,
    /// Anonymous pages swapped out. Linux `VmSwap`.
    pub swap: Option<Bytes>,
    /// Address space asked for, not what is used. Linux `VmSize`, macOS `pti_virtual_size`.
    pub vsz: Option<Bytes>,
    /// The kernel's own maximum of one process's RSS; in a tree, the largest of them (never their sum).
    pub hwm: Option<Bytes>,
    /// Footprint of a macOS task (`ri_phys_footprint`).
    pub footprint: Option<Bytes>,
}

/// One argument of the command, without loss: text where it is UTF-8, else its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arg {
    /// An argument that is valid UTF-8.
    Text(String),
    /// Any other argument, byte by byte.
    Bytes {
        /// The argument's bytes.
        bytes: Vec<u8>,
    },
}

impl Arg {
    /// From the raw bytes of an argument.
    pub fn new(raw: &[u8]) -> Self {
        match std::str::from_utf8(raw) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Bytes { bytes: raw.to_vec() },
        }
    }

    /// The argument's raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes { bytes } => bytes,
        }
    }
}

/// The first record of a run of ours: who ran what, where, when, and how it was watched.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    /// Version of the format, 1; 0 in a `.csv` made of another program's trace, of which only the start is known.
    pub format: u32,
    /// Program and version that wrote the trace, `rprof 0.1.0`.
    pub writer: String,
    /// The command, argument by argument; of a process that was attached to, as the system told it then.
    pub command: Vec<Arg>,
    /// Start of the run, RFC 3339 with nanoseconds and the local zone's offset.
    pub start: String,
    /// The same instant in seconds since 1970-01-01 UTC. The only wall-clock time of a run.
    pub start_s: f64,
    /// Host name.
    pub host: String,
    /// Operating system and its release, `Linux 6.18.1 x86_64`.
    pub os: String,
    /// Page size in bytes.
    pub page_size: u64,
    /// Wanted seconds between ticks.
    pub interval_s: Seconds,
    /// The metric of the curve.
    pub metric: Metric,
    /// Whether descendants are counted too.
    pub tree: bool,
    /// Whether the kernel's high-water mark was reset at each tick, which makes each tick's maximum exact.
    pub exact: bool,
    /// Whether a running process was attached to instead of a command started.
    pub attached: bool,
    /// Names of the fields that follow the time in MEM and CHLD records, in order.
    pub columns: Vec<String>,
}

/// One round of measuring: the whole tree at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tick {
    /// Since the start of the run.
    pub time: Seconds,
    /// The run's metric, summed over the tree.
    pub value: Bytes,
    /// The parts, each summed over the tree; `hwm` is the largest of one process.
    pub memory: Memory,
    /// No instant since the previous tick can have been higher; `None` when not known.
    pub upper: Option<Bytes>,
    /// Number of processes in the sum; `None` in traces that do not say.
    pub processes: Option<u32>,
}

/// The kernel's high-water mark rose above what the ticks around it saw: the tree was at least this large at some
/// instant of an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proven {
    /// Where a figure draws it: inside the interval.
    pub time: Seconds,
    /// The interval it fell in.
    pub within: (Seconds, Seconds),
    /// The proven value.
    pub value: Bytes,
}

/// What one tick recorded of one process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample<'a> {
    /// The process, `pid:name`, one word; in mprof's traces the pid or an ordinal.
    pub id: &'a str,
    /// The tick's time.
    pub time: Seconds,
    /// The run's metric for this process.
    pub value: Bytes,
    /// Its parts.
    pub memory: Memory,
}

/// A process was seen for the first time, or took a new name by exec.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Born {
    /// Process id.
    pub pid: u32,
    /// Parent's process id when first seen.
    pub ppid: u32,
    /// Command name, at most 15 bytes on Linux, as the kernel has it.
    pub name: String,
    /// The id this process had before an exec gave it a new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
}

/// A process of the tree has ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Exit {
    /// Its exact maximum of RSS where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hwm_bytes: Option<Bytes>,
    /// Its exit code, when it was ours to wait for and it exited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The signal that killed it, when it was ours to wait for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
}

/// A closed function span as mprof writes it: memory and time at entry and at exit.
#[derive(Debug, Clone, PartialEq)]
pub struct Function<'a> {
    /// Dotted name, one word.
    pub name: &'a str,
    /// Time of entry.
    pub enter: Seconds,
    /// Memory at entry.
    pub enter_value: Bytes,
    /// Time of exit.
    pub leave: Seconds,
    /// Memory at exit.
    pub leave_value: Bytes,
    /// Nesting depth, 0 for the outermost; `None` in traces older than 2019.
    pub level: Option<u32>,
}

/// The parts of a run, which stand one after the other. Only a trace of more than 3 MiB has one, just before its end.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Index {
    /// Bytes of the file when the record was made. It stands there, or a little after what others wrote at that moment.
    pub at: u64,
    /// In order of the file. The first begins with the header.
    pub parts: Vec<Part>,
}

/// A stretch of a trace that can be understood without what is before it: its first lines leave nothing out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Byte of the file at which it begins; it ends where the next one begins.
    pub at: u64,
    /// Time of its first tick.
    pub from_s: Seconds,
    /// The largest value in it.
    pub peak_bytes: Bytes,
    /// When that was, or where a figure draws it.
    pub peak_s: Seconds,
    /// The interval it fell in, when no tick saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_s: Option<(Seconds, Seconds)>,
    /// Whether more than ticks stand in it: spans, marks, notes, gaps.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stamps: bool,
}

/// The last record of a run: how it ended and what it cost.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct End {
    /// Since the start of the run.
    pub elapsed_s: Seconds,
    /// The command's exit code; `None` when a signal ended it or it was not ours to wait for.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Why rprof ended it or who did, in words: `time limit`, `memory limit`, `out of memory`, `detached`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// CPU time in user mode of all processes waited for.
    pub user_s: Option<Seconds>,
    /// CPU time in kernel mode of all processes waited for.
    pub system_s: Option<Seconds>,
    /// Exact largest RSS of any one process of the tree.
    pub hwm_bytes: Option<Bytes>,
    /// The true peak of the tree is not above this; `None` when it cannot be bounded.
    pub upper_bytes: Option<Bytes>,
    /// Whether the peak is exact: one process, its maximum told by the kernel.
    pub exact: bool,
    /// Rounds of measuring.
    pub ticks: u64,
    /// Ticks skipped because the one before took too long.
    pub overruns: u64,
    /// Processes known to have lived in the tree.
    pub processes: u64,
}

/// One record of a trace.
#[derive(Debug, Clone, PartialEq)]
pub enum Record<'a> {
    /// A run of ours begins.
    Header(Box<Header>),
    /// The command line as mprof shows it; a run of mprof's begins (or, after a header, is named).
    Command(&'a str),
    /// The whole tree at one instant.
    Tick(&'a Tick),
    /// A proven maximum between two ticks that neither of them saw.
    Proven(Proven),
    /// One process at one tick. Absent at a tick: as before.
    Sample(Sample<'a>),
    /// Proportional set size of the whole tree: shared pages once.
    Pss(Seconds, Bytes),
    /// A process was seen for the first time.
    Born(&'a str, Seconds, Born),
    /// A process has ended.
    Exit(&'a str, Seconds, Exit),
    /// A function span.
    Function(Function<'a>),
    /// A span begins: its id (one word, `pid.thread.n`, unique in the run), when, and its name.
    SpanBegin(&'a str, Seconds, &'a str),
    /// The span of this id ends.
    SpanEnd(&'a str, Seconds),
    /// A named instant.
    Mark(Seconds, &'a str),
    /// Nothing was measured between these two times: the machine slept, or rprof was stopped.
    Gap(Seconds, Seconds),
    /// A key (one word) and a value: something to know of this run. Ours have the key `rprof`.
    Note(&'a str, &'a str),
    /// The parts of a long run.
    Index(Box<Index>),
    /// A run of ours has ended.
    End(Box<End>),
}
