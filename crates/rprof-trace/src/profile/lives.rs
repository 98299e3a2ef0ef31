//! The lives of the processes of a run: birth, end, command line, peak, and the part of the tree's peak.
//! One pass over the records; a sample costs the same however many processes there are.

use std::collections::HashMap;

use crate::model::{Arg, Born, Exit, Header, Memory, Metric, Part, Record, Tick};
use crate::profile::largest::{by_size, keep_largest};
use crate::units::{Bytes, Seconds};

/// The number of processes that are kept at least. With twice as many, those with the smallest peaks are dropped.
const KEPT: usize = 1 << 16;
/// The most memory for all command lines. Above it, those of the smallest processes are dropped, down to half of it.
const MAX_ARGS: usize = 64 << 20;

/// One process of a run, from its birth to its end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProcessLife {
    /// `pid:name`; in a trace of mprof the id there.
    pub id: String,
    /// Process id; `None` in a trace of mprof.
    pub pid: Option<u32>,
    /// Process id of the parent when the process was first seen; `None` in a trace of mprof.
    pub parent: Option<u32>,
    /// Name of its last program.
    pub name: String,
    /// Command line of its last program; empty if the trace does not have it.
    pub args: Vec<Arg>,
    /// `true` if the command line was too long for the trace, so that `…` stands for its middle, or if it was dropped
    /// because there were too many.
    pub args_truncated: bool,
    /// The tick that first saw it.
    pub start: Seconds,
    /// The time at which its end was noticed; `None` if it was still running.
    pub end: Option<Seconds>,
    /// Exit code; `None` if a signal ended it, or if only its parent knows.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Its largest value: of the ticks, and for RSS the kernel's high-water mark. `None` if it was never measured.
    pub peak: Option<Bytes>,
    /// `true` if the kernel reported that maximum at its end. Else it is a lower bound.
    pub peak_is_exact: bool,
    /// Name of the program that it ran at its peak; `None` if that was the last one.
    pub peak_name: Option<String>,
    /// Its value at the tick of the tree's peak; 0 if it did not live then, `None` if unknown.
    pub at_peak: Option<Bytes>,
}

/// A process so far.
#[derive(Debug, Default)]
struct Life {
    id: String,
    born: Born,
    start: Seconds,
    end: Option<(Seconds, Exit)>,
    peak: Option<Bytes>,
    peak_name: Option<String>,
    /// The last value, which holds until the next one.
    last: Bytes,
    /// The number of a highest tick, and the value at that tick.
    at_peak: (u64, Bytes),
    /// `true` if it ran before the recording. Its high-water mark may be older.
    is_older: bool,
}

/// The processes so far, in order of appearance.
#[derive(Debug, Default)]
pub(crate) struct Lives {
    list: Vec<Life>,
    /// The processes that are alive, by id.
    alive: HashMap<String, usize>,
    /// The number of processes that were seen.
    seen: usize,
    /// The memory of all command lines.
    args_size: usize,
    has_dropped_args: bool,
    /// The metric of the header; `None` in a trace of mprof.
    metric: Option<Metric>,
    is_attached: bool,
    has_samples: bool,
    /// The largest value of a tick.
    highest: Option<Bytes>,
    /// How often a tick was higher than all before.
    peaks: u64,
}

impl Lives {
    /// Takes a record of the run.
    pub fn add(&mut self, record: &Record<'_>) {
        match record {
            Record::Header(header) => self.header(header),
            Record::Born(id, time, born) => self.born(id, *time, born),
            Record::Sample(sample) => {
                self.has_samples = true;
                let at = self.place(sample.id, sample.time);
                self.measured(at, sample.value, &sample.memory);
            }
            Record::Tick(tick) => self.tick(tick),
            Record::Exit(id, time, exit) => self.exit(id, *time, exit),
            _ => {}
        }
    }

    /// `true` if there were too many processes to keep all.
    pub fn has_dropped(&self) -> bool {
        self.seen > self.list.len()
    }

    /// `true` if there were too many command lines to keep all.
    pub fn has_dropped_args(&self) -> bool {
        self.has_dropped_args
    }

    fn header(&mut self, header: &Header) {
        self.metric = Some(header.metric);
        self.is_attached = header.attached;
    }

    /// `true` if the kernel's high-water marks are of the same kind as the values.
    fn is_rss(&self) -> bool {
        self.metric == Some(Metric::Rss)
    }

    /// The place of a living process; a new one if the id is not known.
    fn place(&mut self, id: &str, time: Seconds) -> usize {
        if let Some(at) = self.alive.get(id) {
            return *at;
        }
        if self.list.len() >= 2 * KEPT {
            keep_largest(&mut self.list, &mut self.alive, KEPT, Life::size);
            self.args_size = self.list.iter().map(Life::args_size).sum();
        }
        self.seen += 1;
        let (pid, name) = id.split_once(':').unwrap_or((id, ""));
        let born = Born { pid: pid.parse().unwrap_or(0), name: name.to_owned(), ..Born::default() };
        let is_older = self.is_attached && self.highest.is_none();
        let at_peak = (self.peaks, Bytes(0));
        self.list.push(Life { id: id.to_owned(), born, start: time, at_peak, is_older, ..Life::default() });
        self.alive.insert(id.to_owned(), self.list.len() - 1);
        self.list.len() - 1
    }

    /// A process was seen, or runs another program.
    fn born(&mut self, id: &str, time: Seconds, born: &Born) {
        let at = match born.was.as_deref().and_then(|was| self.alive.remove(was)) {
            Some(at) => {
                self.alive.insert(id.to_owned(), at);
                at
            }
            None => self.place(id, time),
        };
        let life = &mut self.list[at];
        let before = life.args_size();
        life.run(id, born);
        self.args_size = self.args_size + life.args_size() - before;
        if self.args_size > MAX_ARGS {
            self.drop_args();
        }
    }

    /// Drops the command lines of the smallest processes.
    fn drop_args(&mut self) {
        self.has_dropped_args = true;
        let mut kept = 0;
        for at in by_size(&self.list, Life::size) {
            let life = &mut self.list[at];
            kept += life.args_size();
            if kept > MAX_ARGS / 2 {
                kept -= life.args_size();
                life.born.args_truncated |= !life.born.args.is_empty();
                life.born.args = Vec::new();
            }
        }
        self.args_size = kept;
    }

    fn measured(&mut self, at: usize, value: Bytes, memory: &Memory) {
        let is_rss = self.is_rss();
        let life = &mut self.list[at];
        life.settle(self.peaks);
        life.last = value;
        let mark = memory.get(Part::Hwm).filter(|_| is_rss && !life.is_older);
        life.raise(value.max(mark.unwrap_or_default()));
    }

    fn tick(&mut self, tick: &Tick) {
        // As long as the tree is one process, it has no samples of its own.
        if self.metric.is_some() && !self.has_samples && self.list.len() == 1 {
            self.measured(0, tick.value, &tick.memory);
        }
        if self.highest.is_none_or(|highest| tick.value > highest) {
            self.highest = Some(tick.value);
            self.peaks += 1;
        }
    }

    fn exit(&mut self, id: &str, time: Seconds, exit: &Exit) {
        let Some(at) = self.alive.remove(id) else { return };
        let is_rss = self.is_rss();
        let life = &mut self.list[at];
        life.settle(self.peaks);
        life.last = Bytes(0);
        life.end = Some((time, exit.clone()));
        if let Some(hwm) = exit.hwm_bytes.filter(|_| is_rss && !life.is_older) {
            life.raise(hwm);
        }
    }

    /// The processes at the end of the run in order of appearance, with times counted from `zero`.
    pub fn finish(mut self, zero: f64) -> Vec<ProcessLife> {
        self.list.iter_mut().for_each(|life| life.settle(self.peaks));
        let is_ours = self.metric.is_some();
        let is_known = is_ours && self.highest.is_some();
        self.list.into_iter().map(|life| life.finish(zero, is_known, is_ours)).collect()
    }
}

impl Life {
    fn size(&self) -> Bytes {
        self.peak.unwrap_or_default()
    }

    /// The memory of its command line.
    fn args_size(&self) -> usize {
        self.born.args.iter().map(|arg| arg.as_bytes().len() + size_of::<Arg>()).sum()
    }

    /// It runs a program, its first or another one.
    fn run(&mut self, id: &str, born: &Born) {
        if self.peak.is_some() && self.peak_name.is_none() && self.born.name != born.name {
            self.peak_name = Some(std::mem::take(&mut self.born.name));
        }
        let ppid = if self.born.ppid == 0 { born.ppid } else { self.born.ppid };
        self.born = Born { ppid, was: None, ..born.clone() };
        id.clone_into(&mut self.id);
    }

    /// Takes the last value for the highest tick if that came since.
    fn settle(&mut self, peaks: u64) {
        if self.at_peak.0 < peaks {
            self.at_peak = (peaks, self.last);
        }
    }

    fn raise(&mut self, value: Bytes) {
        if self.peak.is_none_or(|peak| value > peak) {
            self.peak = Some(value);
            self.peak_name = None;
        }
    }

    fn finish(self, zero: f64, is_peak_known: bool, is_ours: bool) -> ProcessLife {
        let Self { id, born, start, end, peak, peak_name, at_peak, .. } = self;
        let (end, exit) = end.map_or((None, Exit::default()), |(time, exit)| (Some(time), exit));
        ProcessLife {
            id,
            pid: is_ours.then_some(born.pid),
            parent: is_ours.then_some(born.ppid),
            peak_name: peak_name.filter(|at_peak| *at_peak != born.name),
            name: born.name,
            args: born.args,
            args_truncated: born.args_truncated,
            start: Seconds(start.0 - zero),
            end: end.map(|end| Seconds(end.0 - zero)),
            exit_code: exit.exit_code,
            signal: exit.signal,
            peak,
            peak_is_exact: exit.exact && exit.hwm_bytes == peak,
            at_peak: is_peak_known.then_some(at_peak.1),
        }
    }
}
