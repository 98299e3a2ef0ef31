//! The control group of a run: the memory that the kernel charges to a group of processes, and its OOM kills.

use serde::{Deserialize, Serialize};

use crate::model::{Memory, Part};
use crate::units::{Bytes, Seconds};

/// One reading of the command's control group. What the kernel does not report is `None`.
///
/// The memory of a group includes what no process maps: page cache, unmapped shared memory and kernel memory.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cgroup {
    /// The path below the root of the hierarchy; only in the first and the last record of a group. `None` in the last
    /// record of a run whose group is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Version of the hierarchy, 1 or 2; 0 when the group is not known.
    pub version: u8,
    /// `true` if all processes of the group belong to the tree. Otherwise its memory says nothing about the command, and
    /// the record has only limit and events.
    pub own: bool,
    /// Memory in use: `memory.current`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_bytes: Option<Bytes>,
    /// Anonymous pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anon_bytes: Option<Bytes>,
    /// Page cache, shared memory and tmpfs included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_bytes: Option<Bytes>,
    /// Shared memory and tmpfs, mapped or not; a part of `file_bytes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shmem_bytes: Option<Bytes>,
    /// Memory of the kernel itself. Version 1 reports it only with kernel accounting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel_bytes: Option<Bytes>,
    /// The kernel's own maximum of the memory in use: `memory.peak`, since Linux 5.19.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<Bytes>,
    /// The smallest limit of the group and its ancestors; `None` without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<Bytes>,
    /// The number of times that the limit was hit, since the group was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_events: Option<u64>,
    /// The number of processes of the group that the OOM killer has killed, since the group was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oom_kills: Option<u64>,
    /// The processes of the tree that the OOM killer killed during the run; only in the last record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub killed: Vec<OomKill>,
}

/// A process that the kernel killed because memory ran out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OomKill {
    /// The process, `pid:name`; `None` if it is not known which one was killed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// `true` if the kernel's log or the events of its group prove the kill. `false` if a process of the tree was killed
    /// while a counter of the whole machine, or of a group shared with strangers, rose.
    pub certain: bool,
    /// `true` if the kernel's log names the process.
    pub logged: bool,
    /// Time at which the end was noticed.
    pub time_s: Seconds,
    /// RSS of the process: exact if `logged`, else the largest one that was read before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rss_bytes: Option<Bytes>,
    /// The limit that was reached; `None` if the machine itself ran out of memory, or if it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_bytes: Option<Bytes>,
}

impl Cgroup {
    /// The parts that the columns of a table show.
    pub(crate) fn memory(&self) -> Memory {
        let parts =
            [(Part::Anon, self.anon_bytes), (Part::File, self.file_bytes), (Part::Shmem, self.shmem_bytes)];
        parts.into_iter().filter_map(|(part, size)| Some((part, size?))).collect()
    }
}
