//! The place of a run in a parallel or batch job, as the launcher of the job names it.

use serde::{Deserialize, Serialize};

/// The place of a run in the job that started it. What the launcher does not say is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Job {
    /// The launcher that gave the rank, or else the system that gave the job: `Open MPI`, `Slurm`.
    pub launcher: String,
    /// The job, as the batch system numbers or names it. The tasks of an array have the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<String>,
    /// The task of an array of jobs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// The rank among all processes that were launched together, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// The rank among those of the same host, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_rank: Option<u32>,
    /// The number of ranks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranks: Option<u32>,
}
