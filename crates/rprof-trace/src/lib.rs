//! WHAT was measured: the model of a trace, the `.dat` and `.csv` formats, and the arithmetic on them.
//! Knows no operating system and draws no chart.

mod builder;
mod column;
mod command_line;
mod convert;
pub mod csv;
pub mod dat;
pub mod envelope;
mod error;
mod excerpt;
mod fold;
mod format;
mod found;
mod index;
mod line;
mod lines;
pub mod model;
mod names;
mod number;
mod open;
mod options;
mod probe;
mod processes;
pub mod profile;
mod read;
mod run;
mod sniff;
mod spans;
mod stamps;
mod text;
mod totals;
mod track;
pub mod units;
mod warning;

pub use builder::ProfileBuilder;
pub use column::{Column, columns};
pub use command_line::command_line;
pub use convert::convert;
pub use csv::CsvWriter;
pub use dat::DatWriter;
pub use envelope::{Curve, Envelope, Point};
pub use error::Error;
pub use fold::{fold, read_profiles};
pub use format::{Format, Writer};
pub use index::Indexer;
pub use model::{
    Arg, Born, End, Exit, Function, Header, Index, Memory, Metric, Part, Proven, Record, Sample, Tick,
};
pub use names::{find_name, short_names};
pub use options::{Keep, ProfileOptions};
pub use profile::{Mark, Note, Peak, ProcessProfile, Profile, Span};
pub use read::{Entry, Reader};
pub use totals::{SpanTotal, span_totals};
pub use units::{Bytes, Seconds};
pub use warning::{Warning, WarningKind, Warnings};
