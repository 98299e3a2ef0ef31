//! One line of a trace, understood but not yet placed: times are on the clock of the file, "as before" is not
//! resolved. Both formats are read into this.

use crate::format::number::Time;
use crate::model::{Born, End, Exit, Header, Index, Memory};
use crate::units::Bytes;

/// A line of either format.
#[derive(Debug)]
pub(crate) enum Line<'a> {
    Header(Box<Header>),
    Command(&'a [u8]),
    Tick {
        value: Bytes,
        time: Time,
        extras: Extras<'a>,
    },
    Proven {
        value: Bytes,
        time: Time,
        within: (i64, i64),
    },
    Sample {
        id: &'a [u8],
        value: Bytes,
        time: Time,
        extras: Extras<'a>,
    },
    Pss {
        value: Bytes,
        time: Time,
    },
    Born {
        id: &'a [u8],
        at: i64,
        born: Born,
    },
    Exit {
        id: &'a [u8],
        at: i64,
        exit: Exit,
    },
    Function {
        name: &'a [u8],
        enter: (Time, Bytes),
        leave: (Time, Bytes),
        level: Option<u32>,
    },
    SpanBegin {
        id: &'a [u8],
        time: Time,
        /// Escaped.
        name: &'a [u8],
    },
    SpanEnd {
        id: &'a [u8],
        time: Time,
    },
    Mark {
        time: Time,
        /// Escaped.
        label: &'a [u8],
    },
    Gap(i64, i64),
    /// A key and an escaped value.
    Note(&'a [u8], &'a [u8]),
    Index(Box<Index>),
    End(Box<End>),
    /// A record of some other program, or a comment.
    Other,
}

/// What follows value and time.
#[derive(Debug)]
pub(crate) enum Extras<'a> {
    /// `.dat`: fields in the order of the header's columns; those left out are as before.
    Fields(&'a [u8]),
    /// `.csv`: all of them.
    Whole(&'a Parts),
}

/// What a row of `.csv` tells beside value and time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Parts {
    pub memory: Memory,
    pub upper: Option<Bytes>,
    pub processes: Option<u32>,
}

impl Line<'_> {
    /// The time that has to be on the file's clock.
    pub fn time(&self) -> Option<Time> {
        match self {
            Self::Tick { time, .. }
            | Self::Proven { time, .. }
            | Self::Sample { time, .. }
            | Self::Pss { time, .. }
            | Self::SpanBegin { time, .. }
            | Self::SpanEnd { time, .. }
            | Self::Mark { time, .. }
            | Self::Function { enter: (time, _), .. } => Some(*time),
            _ => None,
        }
    }

    /// Whether the line alone shows that the file is a trace: words like NOTE may begin a line of any text.
    pub fn is_evidence(&self) -> bool {
        matches!(
            self,
            Self::Header(_)
                | Self::Command(_)
                | Self::Tick { .. }
                | Self::Proven { .. }
                | Self::Sample { .. }
                | Self::Function { .. }
        )
    }
}
