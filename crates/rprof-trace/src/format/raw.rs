//! One line of a trace, decoded but not yet resolved: its times are on the clock of the file, and columns that it
//! leaves out are still missing. All formats decode to this.

use crate::format::column::ColumnValues;
use crate::format::number::Time;
use crate::model::{Born, Cgroup, End, Exit, Header, Index};
use crate::units::Bytes;

/// A line of any format.
#[derive(Debug)]
pub(crate) enum Line<'a> {
    Header(Box<Header>),
    Command(&'a [u8]),
    Tick {
        value: Bytes,
        time: Time,
        columns: Columns<'a>,
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
        columns: Columns<'a>,
    },
    Pss {
        value: Bytes,
        time: Time,
    },
    Cgroup {
        at: i64,
        group: Box<Cgroup>,
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
    Span {
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
    /// A record of another program, or a comment.
    Other,
}

/// The columns after value and time.
#[derive(Debug)]
pub(crate) enum Columns<'a> {
    /// `.dat`: fields in the order of the header. Columns that are missing at the end are as before.
    Fields(&'a [u8]),
    /// `.csv`: the values of all columns.
    Values(&'a ColumnValues),
}

impl Line<'_> {
    /// The time of a line whose time must be on the clock of the file.
    pub fn time(&self) -> Option<Time> {
        match self {
            Self::Tick { time, .. }
            | Self::Proven { time, .. }
            | Self::Sample { time, .. }
            | Self::Pss { time, .. }
            | Self::SpanBegin { time, .. }
            | Self::SpanEnd { time, .. }
            | Self::Mark { time, .. }
            | Self::Span { enter: (time, _), .. } => Some(*time),
            // The other times count from the start of the run in every format.
            Self::Header(_)
            | Self::Command(_)
            | Self::Cgroup { .. }
            | Self::Born { .. }
            | Self::Exit { .. }
            | Self::Gap(..)
            | Self::Note(..)
            | Self::Index(_)
            | Self::End(_)
            | Self::Other => None,
        }
    }

    /// `true` if the line alone proves that the file is a trace. A word like NOTE may start a line of any text.
    pub fn is_evidence(&self) -> bool {
        matches!(
            self,
            Self::Header(_)
                | Self::Command(_)
                | Self::Tick { .. }
                | Self::Proven { .. }
                | Self::Sample { .. }
                | Self::Span { .. }
        )
    }
}
