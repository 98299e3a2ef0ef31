//! The records of a trace. All times are in seconds since the start of the run.

use serde::{Deserialize, Serialize};

use crate::model::{Born, Cgroup, Header, Index, Memory, PeakParts};
use crate::units::{Bytes, Seconds, Sizes};

/// One round of measuring: the whole tree at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tick {
    /// Time of the tick.
    pub time: Seconds,
    /// The run's metric, summed over the tree.
    pub value: Bytes,
    /// The parts, each summed over the tree; the high-water mark is the largest one of a process.
    pub memory: Memory,
    /// Upper bound of the tree's value since the previous tick; `None` if unknown.
    pub upper: Option<Bytes>,
    /// Number of processes in the sum; `None` if the trace does not contain it.
    pub processes: Option<u32>,
}

/// A peak between two ticks, proven by the kernel's high-water mark: the tree was at least this large at some instant
/// of the interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proven {
    /// Time at which a figure draws it, inside the interval.
    pub time: Seconds,
    /// The interval.
    pub within: (Seconds, Seconds),
    /// The proven value.
    pub value: Bytes,
}

/// The memory of one process at one tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample<T> {
    /// The process, `pid:name`, one word; in mprof's traces a pid or an ordinal.
    pub id: T,
    /// Time of the tick.
    pub time: Seconds,
    /// The run's metric for this process.
    pub value: Bytes,
    /// Its parts.
    pub memory: Memory,
}

/// The end of a process of the tree.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Exit {
    /// The last known maximum of its RSS; `None` if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hwm_bytes: Option<Bytes>,
    /// `true` if that is the maximum of its whole life, which only a process that rprof reaped reports.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exact: bool,
    /// Its exit code, if rprof waited for it and it exited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The signal that killed it, if rprof waited for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
}

/// A complete span in mprof's form: time and memory at entry and at exit.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanRecord<T> {
    /// Dotted name, one word.
    pub name: T,
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

/// The peak of the proportional set size of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PssPeak {
    /// The largest PSS that was measured, or that the anonymous memory of one process proves: a lower bound of the peak.
    pub bytes: Bytes,
    /// Its time.
    pub time_s: Seconds,
    /// Upper bound of the peak; `None` if it is not known.
    pub upper_bytes: Option<Bytes>,
}

/// A peak is plain up to this difference between its bounds: one part of it in `PLAIN_SHARE`, or `PLAIN`.
const PLAIN_SHARE: u64 = 20;
const PLAIN: Bytes = Bytes(1 << 20);

impl PssPeak {
    /// `true` if the peak is known to within 5 % or 1 MiB. All else is a lower bound.
    pub fn is_plain(&self) -> bool {
        let tolerance = PLAIN.max(Bytes(self.bytes.0 / PLAIN_SHARE));
        self.upper_bytes.is_some_and(|upper| upper <= self.bytes.plus(tolerance))
    }

    /// The words for the peak: `572.1 MiB`, `at least 572.1 MiB`, `at least 572.1 MiB, at most 810.2 MiB,`.
    ///
    /// An upper bound above twice the lower one says little and is not in the words.
    pub fn words(&self) -> String {
        self.words_in(Sizes::default())
    }

    /// The words for the peak, with sizes of this form.
    pub fn words_in(&self, sizes: Sizes) -> String {
        let value = self.bytes;
        match self.upper_bytes.filter(|upper| upper.0 / 2 <= value.0) {
            _ if self.is_plain() => sizes.text(value),
            Some(upper) => {
                format!("at least {}, at most {},", sizes.beside(value, upper), sizes.text(upper))
            }
            None => format!("at least {}", sizes.text(value)),
        }
    }
}

/// The last record of a run: how it ended and what it used.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct End {
    /// Length of the run.
    pub elapsed_s: Seconds,
    /// The command's exit code; `None` if a signal ended it or rprof did not wait for it.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The cause if the command did not end by itself: `time limit`, `memory limit`, `out of memory`, `detached`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Time at which a limit was reached and rprof began to end the tree; `None` without such a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_s: Option<Seconds>,
    /// CPU time in user mode of all processes that were waited for.
    pub user_s: Option<Seconds>,
    /// CPU time in kernel mode of all processes that were waited for.
    pub system_s: Option<Seconds>,
    /// Largest RSS of any one process of the tree, as the kernel and the ticks report it.
    pub hwm_bytes: Option<Bytes>,
    /// `true` if no process was larger: each was waited for, so that the kernel reported its maximum. Else `hwm_bytes` is a
    /// lower bound.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hwm_exact: bool,
    /// Upper bound of the tree's peak; `None` if there is no bound.
    pub upper_bytes: Option<Bytes>,
    /// Upper bound of the memory that the tree needed, each shared page counted once; `None` if it is not below
    /// `upper_bytes` or not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upper_once_bytes: Option<Bytes>,
    /// Peak of PSS beside the curve of RSS; `None` if it was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pss_peak: Option<PssPeak>,
    /// `true` if the peak of RSS is exact to within `uncertainty_bytes`: the tree had one process, and the kernel reported
    /// its maximum.
    pub exact: bool,
    /// The most by which the kernel's maximum of one process's RSS may be off, in either direction; `None` if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncertainty_bytes: Option<Bytes>,
    /// The parts of memory at the peak; `None` if the system reports none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<PeakParts>,
    /// Number of ticks.
    pub ticks: u64,
    /// Ticks skipped because the one before took too long.
    pub overruns: u64,
    /// Processes known to have lived in the tree.
    pub processes: u64,
    /// The most processes that were born and ended between two ticks, so that no tick saw them; `None` if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unseen_processes: Option<u64>,
}

/// One record of a trace, with its text and its tick borrowed.
pub type Record<'a> = RecordOf<&'a str, &'a Tick>;

/// One record of a trace. `T` is its text, `K` its tick: borrowed in a [`Record`], and kept elsewhere in the reader,
/// which reuses one text buffer and one tick for all records.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordOf<T, K> {
    /// A run recorded by rprof starts.
    Header(Box<Header>),
    /// The command line in mprof's form. It starts a run of mprof; after a header it belongs to that run.
    Command(T),
    /// The whole tree at one instant.
    Tick(K),
    /// A peak between two ticks.
    Proven(Proven),
    /// One process at one tick. A process without a sample at a tick is as before.
    Sample(Sample<T>),
    /// Time, and the proportional set size of the whole tree: shared pages are counted once.
    Pss(Seconds, Bytes),
    /// Time, and a reading of the control group.
    Cgroup(Seconds, Box<Cgroup>),
    /// Id and time: a process was seen for the first time, or called exec.
    Born(T, Seconds, Born),
    /// Id and time: a process has ended.
    Exit(T, Seconds, Exit),
    /// A complete span in mprof's form.
    Span(SpanRecord<T>),
    /// Id (one word, `pid.thread.n`, unique in the run), time and name: a span begins.
    SpanBegin(T, Seconds, T),
    /// Id and time: the span ends.
    SpanEnd(T, Seconds),
    /// Time and name of an instant.
    Mark(Seconds, T),
    /// Nothing was measured between these two times: the machine slept, or rprof was stopped.
    Gap(Seconds, Seconds),
    /// Key (one word) and value of a note about the run. rprof's own notes have the key `rprof`.
    Note(T, T),
    /// The sections of a long run.
    Index(Box<Index>),
    /// A run recorded by rprof has ended.
    End(Box<End>),
}

impl<T, K> RecordOf<T, K> {
    /// The same record with other text and another tick.
    pub(crate) fn map<U, L>(self, text: impl Fn(T) -> U, tick: impl FnOnce(K) -> L) -> RecordOf<U, L> {
        match self {
            Self::Header(header) => RecordOf::Header(header),
            Self::Command(command) => RecordOf::Command(text(command)),
            Self::Tick(kept) => RecordOf::Tick(tick(kept)),
            Self::Proven(proven) => RecordOf::Proven(proven),
            Self::Sample(Sample { id, time, value, memory }) => {
                RecordOf::Sample(Sample { id: text(id), time, value, memory })
            }
            Self::Pss(time, value) => RecordOf::Pss(time, value),
            Self::Cgroup(time, group) => RecordOf::Cgroup(time, group),
            Self::Born(id, time, born) => RecordOf::Born(text(id), time, born),
            Self::Exit(id, time, exit) => RecordOf::Exit(text(id), time, exit),
            Self::Span(SpanRecord { name, enter, enter_value, leave, leave_value, level }) => {
                let name = text(name);
                RecordOf::Span(SpanRecord { name, enter, enter_value, leave, leave_value, level })
            }
            Self::SpanBegin(id, time, name) => RecordOf::SpanBegin(text(id), time, text(name)),
            Self::SpanEnd(id, time) => RecordOf::SpanEnd(text(id), time),
            Self::Mark(time, label) => RecordOf::Mark(time, text(label)),
            Self::Gap(from, to) => RecordOf::Gap(from, to),
            Self::Note(key, value) => RecordOf::Note(text(key), text(value)),
            Self::Index(index) => RecordOf::Index(index),
            Self::End(end) => RecordOf::End(end),
        }
    }
}
