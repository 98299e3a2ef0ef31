//! A record whose texts stand in the reader's one text buffer, so that it can be handed out without a copy.

use crate::model::Memory;
use crate::model::{Born, End, Exit, Function, Header, Index, Proven, Record, Sample, Tick};
use crate::units::{Bytes, Seconds};

/// A [`Record`] without its text, and without the tick.
#[derive(Debug)]
pub(crate) enum Found {
    Header(Box<Header>),
    Command,
    /// The run's last.
    Tick,
    Proven(Proven),
    Sample {
        time: Seconds,
        value: Bytes,
        memory: Memory,
    },
    Pss(Seconds, Bytes),
    Born(Seconds, Born),
    Exit(Seconds, Exit),
    Function {
        enter: (Seconds, Bytes),
        leave: (Seconds, Bytes),
        level: Option<u32>,
    },
    /// The text is the id, and from this byte on the name.
    SpanBegin(Seconds, usize),
    SpanEnd(Seconds),
    Mark(Seconds),
    Gap(Seconds, Seconds),
    /// The text is the key, and from this byte on the value.
    Note(usize),
    Index(Box<Index>),
    End(Box<End>),
}

impl Found {
    /// Takes the record out, with its text.
    #[inline]
    pub fn take<'a>(&mut self, text: &'a str, tick: &'a Tick) -> Record<'a> {
        match self {
            // Copied where they stand: these are all but a few of a trace's records.
            Self::Tick => Record::Tick(tick),
            Self::Sample { time, value, memory } => {
                Record::Sample(Sample { id: text, time: *time, value: *value, memory: *memory })
            }
            other => std::mem::replace(other, Self::Command).into_record(text, tick),
        }
    }

    #[inline(never)]
    fn into_record<'a>(self, text: &'a str, tick: &'a Tick) -> Record<'a> {
        match self {
            Self::Header(header) => Record::Header(header),
            Self::Command => Record::Command(text),
            Self::Tick => Record::Tick(tick),
            Self::Proven(proven) => Record::Proven(proven),
            Self::Sample { time, value, memory } => Record::Sample(Sample { id: text, time, value, memory }),
            Self::Pss(time, value) => Record::Pss(time, value),
            Self::Born(time, born) => Record::Born(text, time, born),
            Self::Exit(time, exit) => Record::Exit(text, time, exit),
            Self::Function { enter, leave, level } => Record::Function(Function {
                name: text,
                enter: enter.0,
                enter_value: enter.1,
                leave: leave.0,
                leave_value: leave.1,
                level,
            }),
            Self::Gap(from, to) => Record::Gap(from, to),
            Self::SpanBegin(time, name) => Record::SpanBegin(&text[..name], time, &text[name..]),
            Self::SpanEnd(time) => Record::SpanEnd(text, time),
            Self::Mark(time) => Record::Mark(time, text),
            Self::Note(value) => Record::Note(&text[..value], &text[value..]),
            Self::Index(index) => Record::Index(index),
            Self::End(end) => Record::End(end),
        }
    }
}
