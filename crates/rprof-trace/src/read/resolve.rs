//! The run a reader is in: its clock, its columns, and what "as before" refers to. Turns lines into records.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::format::column::{Fields, Layout};
use crate::format::escape::{set_lossy, unescape};
use crate::format::number::{Time, plain_mib, plain_time};
use crate::format::raw::{Extras, Line, Parts};
use crate::model::{Header, Memory, Proven, Tick};
use crate::read::record_buf::Found;
use crate::units::{Bytes, Seconds};
use crate::warning::WarningKind;

/// 2001-09-09: an earlier time is not one since 1970 but one since the start.
const EPOCH_FROM: i64 = 1_000_000_000 * NANOS;
const NANOS: i64 = 1_000_000_000;

/// Whether a time counts from 1970.
pub(crate) fn is_epoch(time: Time) -> bool {
    time.nanos >= EPOCH_FROM
}

/// What is known of the run the reader is in.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Runs of the file before this one.
    pub index: u64,
    /// Whether the run has a header, so that we wrote it.
    pub ours: bool,
    /// Whether times count from 1970; `None` until a time was seen.
    pub epoch: Option<bool>,
    /// Where the run's time zero is on the file's clock, in nanoseconds.
    pub base: Option<i64>,
    /// The last tick.
    pub last: Option<Time>,
    /// The header's start.
    start_s: Option<f64>,
    layout: Layout,
    /// What the line at hand gives beside its value.
    fields: Fields,
    /// The last tick: what its line left out is as before.
    pub tick: Tick,
    samples: HashMap<String, Memory>,
    commands: u64,
    empty: bool,
}

impl Run {
    /// The first run of a file.
    pub fn first(epoch: Option<bool>) -> Self {
        Self { epoch, empty: true, ..Self::default() }
    }

    /// Whether the time is on the file's clock.
    pub fn is_on_clock(&self, time: Time) -> bool {
        is_epoch(time) || self.epoch != Some(true)
    }

    /// The wall-clock time of the run's time zero, in seconds since 1970.
    pub fn start_s(&self) -> Option<f64> {
        if self.start_s.is_some() {
            return self.start_s;
        }
        let base = self.base.filter(|_| self.epoch == Some(true))?;
        Some(base as f64 / NANOS as f64)
    }

    /// Begins the run a header belongs to. In `.csv` its times count from the start already.
    pub fn begin(&mut self, header: &Header, csv: bool) {
        let start = (header.start_s * 1e6).round() as i64;
        *self = Self {
            index: self.index + u64::from(!self.empty),
            ours: true,
            epoch: Some(!csv && header.start_s * 1e9 >= EPOCH_FROM as f64),
            start_s: Some(header.start_s),
            base: Some(if csv { 0 } else { start.saturating_mul(1000) }),
            layout: Layout::new(header.metric, &header.columns),
            ..Self::default()
        };
    }

    /// The run is of another program, and this is when it started. In `.csv` its times count from then.
    pub fn start_at(&mut self, start_s: f64, csv: bool) {
        self.start_s = Some(start_s);
        if csv {
            (self.base, self.epoch) = (Some(0), Some(false));
        }
    }

    /// Begins a run without a header, when this command line is not the first of its run. `epoch`: what the file's
    /// clock was found to be.
    pub fn name(&mut self, epoch: Option<bool>) {
        let taken = self.last.is_some() || (self.ours && self.commands > 0);
        if taken {
            *self = Self { index: self.index + 1, epoch, ..Self::default() };
        }
        self.commands += 1;
        self.empty = false;
    }

    /// Whether a last line without newline is all there: it has as many digits as the line before had, and its time is
    /// not earlier. We never leave a line without newline, so that of ours only JSON can show that it is whole.
    pub fn is_whole(&self, line: &Line<'_>, csv: bool) -> bool {
        let follows = |time: Time| match self.last {
            Some(last) => time.nanos >= last.nanos && time.digits >= last.digits,
            None => !is_epoch(time) || time.digits >= 4,
        };
        match line {
            Line::Header(_) | Line::Born { .. } | Line::Exit { .. } | Line::Index(_) | Line::End(_) => true,
            _ if self.ours || csv => false,
            Line::Tick { time, .. } | Line::Sample { time, .. } | Line::Pss { time, .. } => {
                self.is_on_clock(*time) && follows(*time)
            }
            Line::Function { enter, leave, level, .. } => leave.0.digits >= enter.0.digits && level.is_some(),
            _ => false,
        }
    }

    /// Places a line in the run: the record goes to `into`, its text, where it has one, to `text`.
    ///
    /// # Errors
    /// The kind of warning that says why there is no record in it.
    #[inline]
    pub fn place(&mut self, line: Line<'_>, text: &mut String, into: &mut Found) -> Placed {
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
            Line::Tick { value, time, extras } => {
                self.tick(value, time, &extras)?;
                *into = Found::Tick;
                let back = self.last.is_some_and(|last| time.nanos < last.nanos);
                self.last = Some(time);
                Ok(back.then_some(WarningKind::BackInTime))
            }
            Line::Sample { id, value, time, extras } => {
                let fault = lossy(text, id);
                let memory = self.sample(text, value, &extras)?;
                *into = Found::Sample { time: self.elapsed(time.nanos), value, memory };
                Ok(fault)
            }
            line => self.place_other(line, text, into),
        }
    }

    #[inline(never)]
    fn place_other(&mut self, line: Line<'_>, text: &mut String, into: &mut Found) -> Placed {
        let mut fault = None;
        *into = match line {
            Line::Proven { value, time, within } => {
                let within = (seconds(within.0), seconds(within.1));
                Found::Proven(Proven { time: self.elapsed(time.nanos), within, value })
            }
            Line::Pss { value, time } => Found::Pss(self.elapsed(time.nanos), value),
            Line::Born { id, at, born } => {
                fault = lossy(text, id);
                if let Some(was) = &born.was {
                    self.samples.remove(was);
                }
                Found::Born(seconds(at), born)
            }
            Line::Exit { id, at, exit } => {
                fault = lossy(text, id);
                self.samples.remove(text.as_str());
                Found::Exit(seconds(at), exit)
            }
            Line::Function { name, enter, leave, level } => {
                fault = lossy(text, name);
                if leave.0.nanos < enter.0.nanos {
                    fault = Some(WarningKind::BackwardsSpan);
                }
                let at = |(time, value): (Time, Bytes)| (self.elapsed(time.nanos), value);
                Found::Function { enter: at(enter), leave: at(leave), level }
            }
            Line::Gap(from, to) => Found::Gap(seconds(from), seconds(to)),
            Line::SpanBegin { id, time, name } => {
                fault = lossy(text, id);
                let at = text.len();
                fault = add_escaped(text, name).or(fault);
                Found::SpanBegin(self.elapsed(time.nanos), at)
            }
            Line::SpanEnd { id, time } => {
                fault = lossy(text, id);
                Found::SpanEnd(self.elapsed(time.nanos))
            }
            Line::Mark { time, label } => {
                text.clear();
                fault = add_escaped(text, label);
                Found::Mark(self.elapsed(time.nanos))
            }
            Line::Note(key, value) => {
                fault = lossy(text, key);
                let at = text.len();
                fault = add_escaped(text, value).or(fault);
                Found::Note(at)
            }
            Line::Index(index) => Found::Index(index),
            Line::End(end) => Found::End(end),
            Line::Header(header) => Found::Header(header),
            Line::Command(_) | Line::Other | Line::Tick { .. } | Line::Sample { .. } => {
                return Err(WarningKind::Malformed);
            }
        };
        Ok(fault)
    }

    fn elapsed(&self, nanos: i64) -> Seconds {
        seconds(nanos.saturating_sub(self.base.unwrap_or(0)))
    }

    /// Takes the line at the head of `text` if it is what nearly all are: a tick of plain numbers that follows the last
    /// one. Gives its length with its newline; `None` for every other line, of which nothing is taken.
    #[inline]
    pub fn plain_tick(&mut self, text: &[u8]) -> Option<usize> {
        let last = self.last?;
        let (value, rest) = plain_mib(text.strip_prefix(b"MEM ")?)?;
        let (time, rest) = plain_time(rest)?;
        let rest = self.layout.read(rest, &mut self.fields)?;
        if rest.first() != Some(&b'\n') || time.nanos < last.nanos {
            return None;
        }
        self.last = Some(time);
        self.set_tick(value, time);
        Some(text.len() - rest.len() + 1)
    }

    fn tick(&mut self, value: Bytes, time: Time, extras: &Extras<'_>) -> Result<(), WarningKind> {
        match *extras {
            Extras::Whole(&Parts { memory, upper, processes }) => {
                self.tick = Tick { time: self.elapsed(time.nanos), value, memory, upper, processes };
            }
            Extras::Fields(fields) => {
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
            self.tick.memory.set_metric(self.layout.metric, value);
            self.layout.named(&self.fields).for_each(|(column, value)| self.tick.set(column, value));
        }
    }

    fn sample(&mut self, id: &str, value: Bytes, extras: &Extras<'_>) -> Result<Memory, WarningKind> {
        match *extras {
            Extras::Whole(parts) => Ok(parts.memory),
            Extras::Fields(_) if !self.ours => Ok(Memory::default()),
            Extras::Fields(fields) => {
                self.read_fields(fields)?;
                if !self.samples.contains_key(id) {
                    self.samples.insert(id.to_owned(), Memory::default());
                }
                let memory = self.samples.get_mut(id).ok_or(WarningKind::Malformed)?;
                memory.set_metric(self.layout.metric, value);
                self.layout.named(&self.fields).for_each(|(column, value)| memory.set(column, value));
                Ok(*memory)
            }
        }
    }

    fn read_fields(&mut self, text: &[u8]) -> Result<(), WarningKind> {
        self.layout.read(text, &mut self.fields).map(drop).ok_or(WarningKind::Malformed)
    }
}

/// What has to be said of a record all the same, or why there is none.
pub(crate) type Placed = Result<Option<WarningKind>, WarningKind>;

pub(crate) fn seconds(nanos: i64) -> Seconds {
    Seconds(nanos as f64 / NANOS as f64)
}

fn lossy(text: &mut String, bytes: &[u8]) -> Option<WarningKind> {
    (!set_lossy(text, bytes)).then_some(WarningKind::NotUtf8)
}

/// Adds what escaped text stands for.
fn add_escaped(text: &mut String, bytes: &[u8]) -> Option<WarningKind> {
    let escaped = String::from_utf8_lossy(bytes);
    unescape(&escaped, text);
    matches!(escaped, Cow::Owned(_)).then_some(WarningKind::NotUtf8)
}
