//! The launchers that rprof knows, and the environment variables in which each gives its processes their place.

/// A program or system that starts processes and gives each a place.
#[derive(Debug, Clone, Copy)]
pub struct Launcher {
    pub name: &'static str,
    /// The launcher started this process if one of these variables is set.
    signs: &'static [&'static str],
    /// Each of the others: the variables that may hold the value, the best first.
    pub rank: &'static [&'static str],
    pub local_rank: &'static [&'static str],
    pub ranks: &'static [&'static str],
    pub job: &'static [&'static str],
    pub task: &'static [&'static str],
}

const NONE: Launcher =
    Launcher { name: "", signs: &[], rank: &[], local_rank: &[], ranks: &[], job: &[], task: &[] };

/// All launchers, the innermost first: of two that are active, the first one started this process.
///
/// docs/clusters.md has the same table for people.
pub const LAUNCHERS: &[Launcher] = &[
    Launcher { name: "GNU parallel", signs: &["PARALLEL_PID"], task: &["PARALLEL_SEQ"], ..NONE },
    // RANK alone is a word that many programs use. The operators of Kubernetes set MASTER_ADDR beside it.
    Launcher {
        name: "torchrun",
        signs: &["TORCHELASTIC_RUN_ID", "MASTER_ADDR"],
        rank: &["RANK"],
        local_rank: &["LOCAL_RANK"],
        ranks: &["WORLD_SIZE"],
        ..NONE
    },
    Launcher {
        name: "Open MPI",
        signs: &["OMPI_COMM_WORLD_RANK"],
        rank: &["OMPI_COMM_WORLD_RANK"],
        local_rank: &["OMPI_COMM_WORLD_LOCAL_RANK"],
        ranks: &["OMPI_COMM_WORLD_SIZE"],
        ..NONE
    },
    // PMI is the interface; Hydra, the launcher of MPICH and Intel MPI, adds the local rank.
    Launcher {
        name: "MPICH",
        signs: &["PMI_RANK"],
        rank: &["PMI_RANK"],
        local_rank: &["MPI_LOCALRANKID", "PMI_LOCAL_RANK"],
        ranks: &["PMI_SIZE"],
        ..NONE
    },
    Launcher { name: "PMIx", signs: &["PMIX_RANK"], rank: &["PMIX_RANK"], ..NONE },
    // A step, started by `srun`. The script of a job has SLURM_PROCID too, always 0, but no step.
    Launcher {
        name: "Slurm",
        signs: &["SLURM_STEP_ID"],
        rank: &["SLURM_PROCID"],
        local_rank: &["SLURM_LOCALID"],
        ranks: &["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"],
        ..NONE
    },
    Launcher {
        name: "Slurm",
        signs: &["SLURM_JOB_ID"],
        job: &["SLURM_ARRAY_JOB_ID", "SLURM_JOB_ID"],
        task: &["SLURM_ARRAY_TASK_ID"],
        ..NONE
    },
    Launcher {
        name: "PBS",
        signs: &["PBS_JOBID"],
        job: &["PBS_JOBID"],
        task: &["PBS_ARRAY_INDEX", "PBS_ARRAYID"],
        ..NONE
    },
    // Ranks come from jsrun.
    Launcher {
        name: "LSF",
        signs: &["LSB_JOBID"],
        rank: &["JSM_NAMESPACE_RANK"],
        local_rank: &["JSM_NAMESPACE_LOCAL_RANK"],
        ranks: &["JSM_NAMESPACE_SIZE"],
        job: &["LSB_JOBID"],
        task: &["LSB_JOBINDEX"],
    },
    Launcher { name: "Grid Engine", signs: &["SGE_ROOT"], job: &["JOB_ID"], task: &["SGE_TASK_ID"], ..NONE },
    Launcher {
        name: "Kubernetes",
        signs: &["KUBERNETES_SERVICE_HOST"],
        task: &["JOB_COMPLETION_INDEX"],
        ..NONE
    },
];

impl Launcher {
    /// True if this launcher started the process, directly or by a launcher within.
    pub fn is_active(&self, env: &dyn Fn(&str) -> Option<String>) -> bool {
        self.signs.iter().any(|name| env(name).is_some())
    }
}
