//! The resolver of lines: it puts times on the clock of the run, fills in columns that a line leaves out, and places
//! the text in the reader's buffer.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::format::column::{ColumnValues, FieldOrder, Fields};
use crate::format::escape::unescape;
use crate::format::number::{Time, plain_mib, plain_time};
use crate::format::raw::{Columns, Line};
use crate::format::{Dialect, MAX_KNOWN};
use crate::model::{Header, Memory, Proven, Sample, SpanRecord, Tick};
use crate::read::record_buf::{RecordBuf, Text};
use crate::units::{Bytes, Seconds};
use crate::warning::WarningKind;

/// 2001-09-09. An earlier time counts from the start of the run, not from 1970.
const EPOCH_FROM: i64 = 1_000_000_000 * NANOS;
const NANOS: i64 = 1_000_000_000;
/// The latest time that a trace can hold, in seconds since 1970: in the year 2255.
pub(crate) const LATEST: f64 = 9e9;

/// `true` if a time counts from 1970.
pub(crate) fn is_epoch(time: Time) -> bool {
    time.nanos >= EPOCH_FROM
}

/// The state of the run that the reader is in.
#[derive(Debug, Default)]
pub(crate) struct Resolver {
    /// Number of the run in the file, from 0.
    run: u64,
    /// `true` if the run has a header, so that rprof wrote it.
    ours: bool,
    /// `true` if times count from 1970; `None` until a time was seen.
    epoch: Option<bool>,
    /// Start of the run on the file's clock, in nanoseconds.
    base: Option<i64>,
    /// Time of the last tick.
    last: Option<Time>,
    /// Start of the run in the header.
    start_s: Option<f64>,
    order: FieldOrder,
    /// The columns of the current line.
    fields: Fields,
    /// The last tick. It keeps the columns that the next line leaves out.
    tick: Tick,
    /// The last sample of each process, for the same reason.
    samples: HashMap<String, Memory>,
    commands: u64,
    /// `true` until the file has shown a record.
    empty: bool,
}

impl Resolver {
    /// A resolver for the first run of a file.
    pub fn new(epoch: Option<bool>) -> Self {
        Self { epoch, empty: true, ..Self::default() }
    }

    /// Number of the run in the file, from 0.
    pub fn run(&self) -> u64 {
        self.run
    }

    /// `true` if rprof wrote the run.
    pub fn is_ours(&self) -> bool {
        self.ours
    }

    /// The last tick.
    #[inline]
    pub fn last_tick(&self) -> &Tick {
        &self.tick
    }

    /// `true` if the time is on the file's clock.
    pub fn is_on_clock(&self, time: Time) -> bool {
        match self.start_s {
            // Times of a .csv count from the start. A .dat trace cannot hold a later one.
            Some(start) if self.base == Some(0) => start + seconds(time.nanos).0 < LATEST,
            _ => is_epoch(time) || self.epoch != Some(true),
        }
    }

    /// The wall-clock time at the start of the run, in seconds since 1970.
    pub fn start_s(&self) -> Option<f64> {
        if self.start_s.is_some() {
            return self.start_s;
        }
        let base = self.base.filter(|_| self.epoch == Some(true))?;
        Some(base as f64 / NANOS as f64)
    }

    /// Starts the run of a header.
    pub fn begin(&mut self, header: &Header, dialect: Dialect) {
        let start = (header.start_s * 1e6).round() as i64;
        *self = Self {
            run: self.run + u64::from(!self.empty),
            ours: true,
            epoch: Some(dialect.epoch_times && header.start_s * 1e9 >= EPOCH_FROM as f64),
            start_s: Some(header.start_s),
            base: Some(if dialect.epoch_times { start.saturating_mul(1000) } else { 0 }),
            order: FieldOrder::new(header.metric, &header.columns),
            ..Self::default()
        };
    }

    /// Sets the start of a run of another program.
    pub fn start_at(&mut self, start_s: f64, dialect: Dialect) {
        self.start_s = Some(start_s);
        if !dialect.epoch_times {
            (self.base, self.epoch) = (Some(0), Some(false));
        }
    }

    /// Takes a command line. It starts a run without a header unless the current run has no command yet.
    /// `epoch` is the clock of the file.
    pub fn command(&mut self, epoch: Option<bool>) {
        let taken = self.last.is_some() || (self.ours && self.commands > 0);
        if taken {
            *self = Self { run: self.run + 1, epoch, ..Self::default() };
        }
        self.commands += 1;
        self.empty = false;
    }

    /// `true` if a last line without newline is complete.
    ///
    /// JSON shows its own end. A line of mprof is complete if its time is not earlier than the line before and has as
    /// many digits. rprof writes whole lines, so a line of rprof without newline was cut.
    pub fn is_whole(&self, line: &Line<'_>, dialect: Dialect) -> bool {
        let follows = |time: Time| match self.last {
            Some(last) => time.nanos >= last.nanos && time.digits >= last.digits,
            None => !is_epoch(time) || time.digits >= 4,
        };
        match line {
            Line::Header(_)
            | Line::Cgroup { .. }
            | Line::Born { .. }
            | Line::Exit { .. }
            | Line::Index(_)
            | Line::End(_) => true,
            _ if self.ours || !dialect.of_mprof => false,
            Line::Tick { time, .. } | Line::Sample { time, .. } | Line::Pss { time, .. } => {
                self.is_on_clock(*time) && follows(*time)
            }
            Line::Span { enter, leave, level, .. } => leave.0.digits >= enter.0.digits && level.is_some(),
            _ => false,
        }
    }

    /// Resolves a line: the record goes to `into`, its text to `text`. Returns a fault of a record that is kept.
    ///
    /// # Errors
    /// The kind of fault if the line gives no record.
    #[inline]
    pub fn resolve(&mut self, line: Line<'_>, text: &mut String, into: &mut RecordBuf) -> Resolved {
        if let Some(time) = line.time() {
            if !self.is_on_clock(time) {
                return Err(WarningKind::OffClock);
            }
            if self.base.is_none() {
                self.base = Some(time.nanos);
                self.epoch.get_or_insert(is_epoch(time));
            }
        }
        self.empty = false;
        match line {
            Line::Tick { value, time, columns } => {
                self.tick(value, time, &columns)?;
                *into = RecordBuf::Tick(());
                let back = self.last.is_some_and(|last| time.nanos < last.nanos);
                self.last = Some(time);
                Ok(back.then_some(WarningKind::BackInTime))
            }
            Line::Sample { id, value, time, columns } => {
                let (id, fault) = put(text, id);
                let memory = self.sample(text, value, &columns)?;
                *into = RecordBuf::Sample(Sample { id, time: self.elapsed(time.nanos), value, memory });
                Ok(fault)
            }
            line => {
                let (record, fault) = self.resolve_other(line, text)?;
                *into = record;
                Ok(fault)
            }
        }
    }

    #[inline(never)]
    fn resolve_other(&mut self, line: Line<'_>, text: &mut String) -> Result<Whole, WarningKind> {
        Ok(match line {
            Line::Proven { value, time, within } => {
                let within = (seconds(within.0), seconds(within.1));
                (RecordBuf::Proven(Proven { time: self.elapsed(time.nanos), within, value }), None)
            }
            Line::Pss { value, time } => (RecordBuf::Pss(self.elapsed(time.nanos), value), None),
            Line::Cgroup { at, group } => (RecordBuf::Cgroup(seconds(at), group), None),
            Line::Born { id, at, born } => {
                let (id, fault) = put(text, id);
                if let Some(was) = &born.was {
                    self.samples.remove(was);
                }
                (RecordBuf::Born(id, seconds(at), born), fault)
            }
            Line::Exit { id, at, exit } => {
                let (id, fault) = put(text, id);
                self.samples.remove(text.as_str());
                (RecordBuf::Exit(id, seconds(at), exit), fault)
            }
            Line::Span { name, enter, leave, level } => {
                let (name, fault) = put(text, name);
                let backwards = (leave.0.nanos < enter.0.nanos).then_some(WarningKind::BackwardsSpan);
                let (enter, enter_value) = (self.elapsed(enter.0.nanos), enter.1);
                let (leave, leave_value) = (self.elapsed(leave.0.nanos), leave.1);
                let span = SpanRecord { name, enter, enter_value, leave, leave_value, level };
                (RecordBuf::Span(span), backwards.or(fault))
            }
            Line::SpanBegin { id, time, name } => {
                let (id, id_fault) = put(text, id);
                let (name, fault) = append_escaped(text, name);
                (RecordBuf::SpanBegin(id, self.elapsed(time.nanos), name), fault.or(id_fault))
            }
            Line::SpanEnd { id, time } => {
                let (id, fault) = put(text, id);
                (RecordBuf::SpanEnd(id, self.elapsed(time.nanos)), fault)
            }
            Line::Mark { time, label } => {
                text.clear();
                let (label, fault) = append_escaped(text, label);
                (RecordBuf::Mark(self.elapsed(time.nanos), label), fault)
            }
            Line::Gap(from, to) => (RecordBuf::Gap(seconds(from), seconds(to)), None),
            Line::Note(key, value) => {
                let (key, key_fault) = put(text, key);
                let (value, fault) = append_escaped(text, value);
                (RecordBuf::Note(key, value), fault.or(key_fault))
            }
            Line::Index(index) => (RecordBuf::Index(index), None),
            Line::End(end) => (RecordBuf::End(end), None),
            Line::Header(header) => (RecordBuf::Header(header), None),
            Line::Command(_) | Line::Other | Line::Tick { .. } | Line::Sample { .. } => {
                return Err(WarningKind::Malformed);
            }
        })
    }

    fn elapsed(&self, nanos: i64) -> Seconds {
        seconds(nanos.saturating_sub(self.base.unwrap_or(0)))
    }

    /// Takes the line at the start of `text` if it is a tick of plain numbers that follows the last tick, as nearly all
    /// lines of a long trace are. Returns its length with its newline; `None` for any other line, which is not taken.
    #[inline]
    pub fn plain_tick(&mut self, text: &[u8]) -> Option<usize> {
        let last = self.last?;
        let (value, rest) = plain_mib(text.strip_prefix(b"MEM ")?)?;
        let (time, rest) = plain_time(rest)?;
        let rest = self.order.read(rest, &mut self.fields)?;
        if rest.first() != Some(&b'\n') || time.nanos < last.nanos {
            return None;
        }
        self.last = Some(time);
        self.set_tick(value, time);
        Some(text.len() - rest.len() + 1)
    }

    fn tick(&mut self, value: Bytes, time: Time, columns: &Columns<'_>) -> Result<(), WarningKind> {
        match *columns {
            Columns::Values(&ColumnValues { memory, upper, processes }) => {
                self.tick = Tick { time: self.elapsed(time.nanos), value, memory, upper, processes };
            }
            Columns::Fields(fields) => {
                self.read_fields(fields)?;
                self.set_tick(value, time);
            }
        }
        Ok(())
    }

    #[inline]
    fn set_tick(&mut self, value: Bytes, time: Time) {
        (self.tick.time, self.tick.value) = (self.elapsed(time.nanos), value);
        if self.ours {
            self.tick.memory.set_metric(self.order.metric, value);
            self.order.named(&self.fields).for_each(|(column, value)| self.tick.set_column(column, value));
        }
    }

    fn sample(&mut self, id: &str, value: Bytes, columns: &Columns<'_>) -> Result<Memory, WarningKind> {
        match *columns {
            Columns::Values(values) => Ok(values.memory),
            Columns::Fields(_) if !self.ours => Ok(Memory::default()),
            Columns::Fields(fields) => {
                self.read_fields(fields)?;
                if !self.samples.contains_key(id) && self.samples.len() < MAX_KNOWN {
                    self.samples.insert(id.to_owned(), Memory::default());
                }
                // Of further processes, columns that a line leaves out are unknown.
                let mut unknown = Memory::default();
                let memory = self.samples.get_mut(id).unwrap_or(&mut unknown);
                memory.set_metric(self.order.metric, value);
                self.order.named(&self.fields).for_each(|(column, value)| memory.set_column(column, value));
                Ok(*memory)
            }
        }
    }

    fn read_fields(&mut self, text: &[u8]) -> Result<(), WarningKind> {
        self.order.read(text, &mut self.fields).map(drop).ok_or(WarningKind::Malformed)
    }
}

/// A fault of a record that is kept, or the fault because of which there is no record.
pub(crate) type Resolved = Result<Option<WarningKind>, WarningKind>;

/// A record, and a fault of it.
type Whole = (RecordBuf, Option<WarningKind>);

pub(crate) fn seconds(nanos: i64) -> Seconds {
    Seconds(nanos as f64 / NANOS as f64)
}

/// Puts the only or the first text of a record into the buffer.
pub(crate) fn put(text: &mut String, bytes: &[u8]) -> (Text, Option<WarningKind>) {
    text.clear();
    let clean = if let Ok(valid) = std::str::from_utf8(bytes) {
        text.push_str(valid);
        true
    } else {
        text.push_str(&String::from_utf8_lossy(bytes));
        false
    };
    (0..text.len(), (!clean).then_some(WarningKind::NotUtf8))
}

/// Appends the text that escaped text stands for.
fn append_escaped(text: &mut String, bytes: &[u8]) -> (Text, Option<WarningKind>) {
    let start = text.len();
    let escaped = String::from_utf8_lossy(bytes);
    unescape(&escaped, text);
    let fault = matches!(escaped, Cow::Owned(_)).then_some(WarningKind::NotUtf8);
    (start..text.len(), fault)
}
