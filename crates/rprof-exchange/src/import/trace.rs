//! The trace that an import writes: the records of another tool's samples, checked so that no line of the trace is
//! damaged, whatever the file holds.

use std::collections::HashMap;
use std::io::Write;

use rprof_trace::{
    Born, Bytes, DatWriter, End, Exit, Header, Memory, Metric, Part, Proven, Record, Sample, Seconds, Tick,
    WarningKind, Warnings,
};

use super::lines::Line;
use crate::buffered::Buffered;
use crate::error::Error;

/// The largest size that a file may claim: 8 PiB, up to which a floating-point number is exact.
const LARGEST: u64 = 1 << 53;
/// The longest run, in seconds: 30 years.
const LONGEST: f64 = 1e9;
/// The latest start, in seconds since 1970, that a trace can hold.
const LATEST: f64 = 8e9;
/// Processes that are followed at once; samples of further ones are dropped.
const PROCESSES: usize = 1 << 16;
/// Bytes of the name of a process that are kept.
const NAME: usize = 64;
/// Bytes of a command that are kept.
const COMMAND: usize = 1 << 16;

/// The facts of a run that stand before its first sample.
#[derive(Debug, Default)]
pub(super) struct Run<'a> {
    /// The tool and its version.
    pub writer: &'a str,
    /// The command, as a text for people.
    pub command: &'a str,
    /// Wall-clock time of the start, seconds since 1970; 0 if it is not known.
    pub start_s: f64,
    /// The same as text, RFC 3339.
    pub start: &'a str,
    /// Host name.
    pub host: &'a str,
    /// Operating system.
    pub os: &'a str,
    /// Requested seconds between samples; 0 if they are not known.
    pub interval_s: f64,
    /// `true` if the values are those of the whole process tree.
    pub is_tree: bool,
}

/// One sample of a whole tree.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Total {
    pub rss: Bytes,
    pub vsz: Option<Bytes>,
    pub swap: Option<Bytes>,
    pub pss: Option<Bytes>,
    pub processes: Option<u32>,
}

/// Writes records as a `.dat` trace.
pub(super) struct TraceWriter<'w> {
    writer: DatWriter,
    out: Buffered<'w>,
    warnings: Warnings,
    last: f64,
    /// The processes that are alive, by pid: the id, and the round in which each was seen last.
    alive: HashMap<u32, (String, u64)>,
    round: u64,
    is_plural: bool,
}

impl<'w> TraceWriter<'w> {
    pub fn new(out: &'w mut dyn Write) -> Self {
        Self {
            writer: DatWriter::new(),
            out: Buffered::new(out),
            warnings: Warnings::default(),
            last: 0.0,
            alive: HashMap::new(),
            round: 0,
            is_plural: false,
        }
    }

    /// Reports a line that gives no record, or not the one that it claims.
    pub fn fault(&mut self, kind: WarningKind, line: &Line<'_>) {
        let kind = match kind {
            WarningKind::Malformed if line.is_too_long => WarningKind::TooLong,
            WarningKind::Malformed if !line.is_ended => WarningKind::CutShort,
            kind => kind,
        };
        self.warnings.add(kind, line.number, line.bytes);
    }

    /// Begins a run.
    pub fn begin(&mut self, run: &Run<'_>) -> Result<(), Error> {
        let start_s = if (0.0..LATEST).contains(&run.start_s) { run.start_s } else { 0.0 };
        let interval = if run.interval_s.is_finite() { run.interval_s.clamp(0.0, LONGEST) } else { 0.0 };
        let header = Header {
            format: 1,
            writer: shortened(run.writer, NAME).to_owned(),
            start: shortened(run.start, NAME).to_owned(),
            start_s,
            host: shortened(run.host, COMMAND).to_owned(),
            os: shortened(run.os, COMMAND).to_owned(),
            interval_s: Seconds(interval),
            metric: Metric::Rss,
            tree: run.is_tree,
            columns: ["vsz", "swap", "processes"].map(str::to_owned).to_vec(),
            ..Header::default()
        };
        self.alive.clear();
        (self.last, self.is_plural) = (0.0, false);
        self.write(&Record::Header(Box::new(header)))?;
        let command = shortened(run.command, COMMAND);
        if command.trim().is_empty() { Ok(()) } else { self.write(&Record::Command(command)) }
    }

    /// A time since the start of the run as a trace can hold it; `None` for one that it cannot.
    ///
    /// The tools take times from the wall clock, which may be set back during a run. Such a time becomes that of the
    /// record before it.
    pub fn time(&mut self, time: f64, line: &Line<'_>) -> Option<Seconds> {
        if !time.is_finite() || time.abs() > LONGEST {
            self.fault(WarningKind::NotFinite, line);
            return None;
        }
        if time < self.last {
            // The first sample of a run is often taken just before the start that the tool reports.
            if self.last > 0.0 {
                self.fault(WarningKind::ClockBack, line);
            }
            return Some(Seconds(self.last));
        }
        self.last = time;
        Some(Seconds(time))
    }

    /// Writes the sample of one process. It comes before the total of the same time.
    pub fn process(
        &mut self,
        time: Seconds,
        pid: u32,
        name: &str,
        rss: Bytes,
        vsz: Option<Bytes>,
    ) -> Result<(), Error> {
        self.is_plural = true;
        let blank = |c: char| c.is_whitespace() || c.is_control();
        let name = if name.is_empty() { "?" } else { shortened(name, NAME) };
        // An id is one word.
        let name: String = name.chars().map(|c| if blank(c) { '_' } else { c }).collect();
        let id = format!("{pid}:{name}");
        let before = self.alive.get_mut(&pid).map(|(id, round)| {
            *round = self.round;
            id.clone()
        });
        let was = before.filter(|before| *before != id);
        if was.is_some() || !self.alive.contains_key(&pid) {
            if self.alive.len() >= PROCESSES && was.is_none() {
                return Ok(());
            }
            let born = Born { pid, name, was, ..Born::default() };
            self.write(&Record::Born(&id, time, born))?;
            self.alive.insert(pid, (id.clone(), self.round));
        }
        let memory = memory(rss, vsz, None);
        self.write(&Record::Sample(Sample { id: &id, time, value: limited(rss), memory }))
    }

    /// `true` if the run had several processes at a time, whose samples stand beside the total from then on.
    pub fn is_plural(&self) -> bool {
        self.is_plural
    }

    /// Writes the total of a time, after the samples of its processes. A process without a sample since the last total
    /// has ended.
    pub fn total(&mut self, time: Seconds, total: &Total) -> Result<(), Error> {
        let round = self.round;
        let mut gone: Vec<_> =
            self.alive.iter().filter(|(_, (_, seen))| *seen != round).map(|(pid, _)| *pid).collect();
        gone.sort_unstable();
        for pid in gone {
            if let Some((id, _)) = self.alive.remove(&pid) {
                self.write(&Record::Exit(&id, time, Exit::default()))?;
            }
        }
        self.round += 1;
        let value = limited(total.rss);
        let (memory, processes) = (memory(total.rss, total.vsz, total.swap), total.processes);
        self.write(&Record::Tick(&Tick { time, value, memory, processes, ..Tick::default() }))?;
        match total.pss {
            Some(pss) => self.write(&Record::Pss(time, limited(pss))),
            None => Ok(()),
        }
    }

    /// Writes a peak of which only the run is known in which it was reached.
    pub fn peak(&mut self, value: Bytes, elapsed: Seconds) -> Result<(), Error> {
        let (time, within) = (Seconds(elapsed.0 / 2.0), (Seconds(0.0), elapsed));
        self.write(&Record::Proven(Proven { time, within, value: limited(value) }))
    }

    /// Writes the end of a run, if the tool reports one.
    pub fn end(&mut self, end: End) -> Result<(), Error> {
        let sane = |time: Seconds| time.0.is_finite() && (0.0..LONGEST).contains(&time.0);
        let elapsed_s = if sane(end.elapsed_s) { end.elapsed_s } else { Seconds(self.last) };
        let (user_s, system_s) =
            (end.user_s.filter(|time| sane(*time)), end.system_s.filter(|time| sane(*time)));
        let hwm_bytes = end.hwm_bytes.map(limited);
        self.write(&Record::End(Box::new(End { elapsed_s, user_s, system_s, hwm_bytes, ..end })))
    }

    /// Writes the rest of the trace and returns the faults.
    pub fn finish(self) -> Result<Warnings, Error> {
        self.out.finish()?;
        Ok(self.warnings)
    }

    fn write(&mut self, record: &Record<'_>) -> Result<(), Error> {
        self.writer.write(record, &mut self.out.bytes);
        self.out.spill()
    }
}

/// A number of KiB (2^10 bytes) as bytes. Saturates.
pub(super) fn kib(count: u64) -> Bytes {
    limited(Bytes::from_kib(count))
}

/// A number of MiB (2^20 bytes) as bytes.
///
/// # Errors
/// The fault of a number that is no size.
pub(super) fn mib(count: f64) -> Result<Bytes, WarningKind> {
    match count * 1024.0 * 1024.0 {
        bytes if !bytes.is_finite() => Err(WarningKind::NotFinite),
        bytes if bytes < 0.0 => Err(WarningKind::Negative),
        bytes => Ok(limited(Bytes(bytes.round() as u64))),
    }
}

fn limited(size: Bytes) -> Bytes {
    size.min(Bytes(LARGEST))
}

fn memory(rss: Bytes, vsz: Option<Bytes>, swap: Option<Bytes>) -> Memory {
    let parts = [(Part::Rss, Some(rss)), (Part::Vsz, vsz), (Part::Swap, swap)];
    parts.into_iter().filter_map(|(part, size)| Some((part, limited(size?)))).collect()
}

/// The first bytes of a text, cut between two characters.
fn shortened(text: &str, length: usize) -> &str {
    &text[..text.floor_char_boundary(length)]
}
