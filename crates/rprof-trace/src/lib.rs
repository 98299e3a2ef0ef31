//! The trace of a run: its records, the `.dat` and `.csv` formats, and the reduction of a run to a profile.
//! Knows no operating system and draws no chart.
#![doc = include_str!("../README.md")]

mod error;
mod format;
mod model;
mod profile;
mod read;
mod shell_quote;
mod units;
mod visible;
mod warning;

pub use error::Error;
pub use format::column::{Column, columns};
pub use format::csv::CsvWriter;
pub use format::dat::DatWriter;
pub use format::index::Indexer;
pub use format::{Format, Writer, csv, dat};
pub use model::{
    Arg, Born, Cgroup, End, Exit, Header, Index, Job, Memory, Metric, OomKill, Part, PeakParts,
    PeakPartsRecorder, Proven, PssPeak, Record, RecordOf, Sample, Section, SpanRecord, Tick,
};
pub use profile::blocks::Block;
pub use profile::builder::ProfileBuilder;
pub use profile::cgroup::CgroupProfile;
pub use profile::curve::{Curve, Envelope, Measured, Point};
pub use profile::detail::{
    Detail, DetailOptions, ProcessDetail, Slices, TickColumn, TickTable, read_details,
};
pub use profile::load::{fold, read_profiles};
pub use profile::options::{Keep, ProfileOptions};
pub use profile::peak_remarks::{PeakRemarks, rss_and_swap};
pub use profile::span_names::{find_name, short_names};
pub use profile::span_totals::{SpanTotal, span_totals};
pub use profile::{
    Contradiction, Mark, Note, Peak, PeakWords, ProcessLife, ProcessProfile, Profile, ProgramProfile, Span,
};
pub use read::convert::convert;
pub use read::{Entry, Reader};
pub use shell_quote::shell_quote;
pub use units::{Bytes, Seconds, SizeUnit, Sizes};
pub use visible::{is_hidden, shown, visible};
pub use warning::{Warning, WarningKind, Warnings};
