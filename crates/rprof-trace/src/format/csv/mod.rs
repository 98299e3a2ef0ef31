//! The `.csv` format: the same records as rows of one tidy table, complete in themselves.

use serde::{Deserialize, Serialize};

use crate::model::Memory;
use crate::units::{Bytes, Seconds};

pub(crate) mod decode;
mod encode;

pub use encode::CsvWriter;

/// The names of the columns, in order. Each says its unit.
pub const COLUMNS: [&str; 17] = [
    "record",
    "time_s",
    "process",
    "value_bytes",
    "rss_bytes",
    "anon_bytes",
    "file_bytes",
    "shmem_bytes",
    "swap_bytes",
    "vsz_bytes",
    "hwm_bytes",
    "footprint_bytes",
    "upper_bytes",
    "processes",
    "from_s",
    "to_s",
    "detail",
];

/// Places in [`COLUMNS`].
#[derive(Debug, Clone, Copy)]
enum Cell {
    Record,
    Time,
    Process,
    Value,
    Rss,
    Anon,
    File,
    Shmem,
    Swap,
    Vsz,
    Hwm,
    Footprint,
    Upper,
    Processes,
    From,
    To,
    Detail,
}

/// What stands in the column `record`.
pub const RECORDS: [&str; 15] = [
    "run",
    "command",
    "tree",
    "proven",
    "process",
    "pss",
    "born",
    "exit",
    "function",
    "span_begin",
    "span_end",
    "mark",
    "gap",
    "note",
    "end",
];

/// The cells of a row; empty ones are `None`.
#[derive(Debug, Clone, Copy, Default)]
struct Row<'a> {
    time: Option<Seconds>,
    process: &'a str,
    value: Option<Bytes>,
    memory: Memory,
    upper: Option<Bytes>,
    processes: Option<u32>,
    within: Option<(Seconds, Seconds)>,
    detail: &'a [u8],
}

/// The `detail` of a function's row; its times are in `from_s` and `to_s`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Call {
    name: String,
    enter_bytes: Bytes,
    leave_bytes: Bytes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<u32>,
}
