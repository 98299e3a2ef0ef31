//! The header of a run: the command, the start, the system, and how memory was measured.

use serde::{Deserialize, Serialize};

use crate::model::{Job, Metric};
use crate::units::{Bytes, Seconds};

/// One argument of the command, without loss: text if it is UTF-8, else its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arg {
    /// An argument that is valid UTF-8.
    Text(String),
    /// Any other argument, byte by byte.
    Bytes {
        /// The argument's bytes.
        bytes: Vec<u8>,
    },
}

impl Arg {
    /// From the raw bytes of an argument.
    pub fn new(raw: &[u8]) -> Self {
        match std::str::from_utf8(raw) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Bytes { bytes: raw.to_vec() },
        }
    }

    /// The argument's raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes { bytes } => bytes,
        }
    }
}

/// The first record of a run recorded by rprof.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    /// Version of the format: 1. It is 0 in a `.csv` trace converted from another program's trace; then only `start_s`
    /// and `writer` are known.
    pub format: u32,
    /// Program and version that wrote the trace: `rprof 0.1.0`.
    pub writer: String,
    /// The command, argument by argument. For an attached process: the arguments reported by the system at that time.
    pub command: Vec<Arg>,
    /// Start of the run, RFC 3339 with nanoseconds and the local zone's offset.
    pub start: String,
    /// The same instant in seconds since 1970-01-01 UTC. It is the only wall-clock time of a run.
    pub start_s: f64,
    /// Host name.
    pub host: String,
    /// Operating system, release and machine: `Linux 6.18.1 x86_64`.
    pub os: String,
    /// Page size in bytes.
    pub page_size: u64,
    /// Requested seconds between ticks.
    pub interval_s: Seconds,
    /// The metric of the curve.
    pub metric: Metric,
    /// `true` if descendants are counted too.
    pub tree: bool,
    /// `true` if the kernel's high-water mark was reset at each tick, which makes each tick's maximum exact.
    pub exact: bool,
    /// `true` if rprof attached to a running process instead of starting a command.
    pub attached: bool,
    /// The memory limit at which rprof ends the tree; `None` without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit_bytes: Option<Bytes>,
    /// The place of the run in a job; `None` if no launcher and no batch system started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<Job>,
    /// Names of the columns that follow the time in `MEM` and `CHLD` lines, in order.
    pub columns: Vec<String>,
}

impl Header {
    /// `true` if rprof recorded the run. `false` if the trace was made of the file of another tool: the last values that
    /// such a tool measured say nothing of the time between them.
    pub fn is_of_rprof(&self) -> bool {
        self.writer.is_empty() || self.writer.starts_with("rprof ")
    }
}
