//! The launcher that started rprof: the job that its environment variables describe, and the placeholders of `-o`.
//! Pure: the caller passes the environment.

mod placeholders;
mod table;

use rprof_trace::Job;

pub use self::placeholders::{Values, expand, has_placeholder};
use self::table::{LAUNCHERS, Launcher};

/// The variables of a launcher that may hold a value.
type Names = fn(&Launcher) -> &[&str];

/// The largest length of an id in a header. A longer one is cut: nothing that a batch system gives is as long.
const LONGEST: usize = 256;

/// The place of this process in a job; `None` if no launcher and no batch system started it.
///
/// Launchers nest: a batch system starts a job, in which `mpirun` starts ranks. Each value is that of the innermost one
/// which has it.
pub fn job(env: &dyn Fn(&str) -> Option<String>) -> Option<Job> {
    let active: Vec<&Launcher> = LAUNCHERS.iter().filter(|launcher| launcher.is_active(env)).collect();
    let first = |names: Names| {
        let mut values =
            active.iter().flat_map(|launcher| names(launcher).iter().map(move |name| (launcher, *name)));
        values.find_map(|(launcher, name)| Some((launcher.name, text(env, name)?)))
    };
    let number = |names: Names| first(names).and_then(|(name, text)| Some((name, text.parse::<u32>().ok()?)));
    let rank = number(|launcher| launcher.rank);
    let job_id = first(|launcher| launcher.job).map(|(name, id)| (name, job_of(&id)));
    let job_id = job_id.or_else(|| indexed_job(env).map(|id| ("Kubernetes", id)));
    let task_id = first(|launcher| launcher.task);
    let launcher = rank.map(|(name, _)| name).or(job_id.as_ref().map(|(name, _)| *name));
    let launcher = launcher.or(task_id.as_ref().map(|(name, _)| *name))?;
    Some(Job {
        launcher: launcher.to_owned(),
        job_id: job_id.map(|(_, id)| id),
        task_id: task_id.map(|(_, id)| id),
        rank: rank.map(|(_, rank)| rank),
        // Without a rank, these are left over from somebody else's launcher.
        local_rank: rank.and(number(|launcher| launcher.local_rank)).map(|(_, rank)| rank),
        ranks: rank.and(number(|launcher| launcher.ranks)).map(|(_, count)| count),
    })
}

/// The variables in which launchers give a placeholder's value, for a message; empty for a value of rprof's own.
pub fn variables(placeholder: &str) -> Vec<&'static str> {
    let names: Names = match placeholder {
        "rank" => |launcher| launcher.rank,
        "local_rank" => |launcher| launcher.local_rank,
        "jobid" => |launcher| launcher.job,
        "taskid" => |launcher| launcher.task,
        _ => return Vec::new(),
    };
    LAUNCHERS.iter().flat_map(|launcher| names(launcher).iter().copied()).collect()
}

/// A variable that has a value. Grid Engine says `undefined` and LSF says 0 for the task of a job that has no tasks.
fn text(env: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    let is_none = |text: &String| match name {
        "SGE_TASK_ID" => text == "undefined",
        "LSB_JOBINDEX" => text == "0",
        _ => false,
    };
    let text: String = env(name)?.chars().take(LONGEST).collect();
    (!text.trim().is_empty() && !is_none(&text)).then_some(text)
}

/// The number in a job id of PBS: `1234` of `1234[7].server`. Others have neither dot nor bracket.
fn job_of(id: &str) -> String {
    let end = id.find(['[', '.']).filter(|end| *end > 0).unwrap_or(id.len());
    id[..end].to_owned()
}

/// The name of an indexed Job of Kubernetes: its pods have the host name `NAME-INDEX`.
fn indexed_job(env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let index = env("JOB_COMPLETION_INDEX")?;
    let host = env("HOSTNAME")?;
    let name = host.strip_suffix(&index)?.strip_suffix('-')?;
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The job that an environment describes, as `launcher/job/task/rank/local rank/ranks`.
    fn described(variables: &[(&str, &str)]) -> String {
        let env = |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let Some(job) = job(&env) else { return "none".to_owned() };
        let number = |value: Option<u32>| value.map_or("-".to_owned(), |value| value.to_string());
        let id = |value: Option<String>| value.unwrap_or("-".to_owned());
        let ids = [job.launcher, id(job.job_id), id(job.task_id)];
        let numbers = [number(job.rank), number(job.local_rank), number(job.ranks)];
        [ids, numbers].concat().join("/")
    }

    #[test]
    fn every_launcher_gives_its_place() {
        let slurm = [("SLURM_JOB_ID", "4711")];
        let step =
            [("SLURM_STEP_ID", "0"), ("SLURM_PROCID", "3"), ("SLURM_LOCALID", "1"), ("SLURM_NTASKS", "8")];
        let open_mpi = [
            ("OMPI_COMM_WORLD_RANK", "2"),
            ("OMPI_COMM_WORLD_LOCAL_RANK", "0"),
            ("OMPI_COMM_WORLD_SIZE", "4"),
        ];
        assert_eq!(described(&[]), "none");
        assert_eq!(described(&open_mpi), "Open MPI/-/-/2/0/4");
        assert_eq!(described(&[&slurm[..], &step].concat()), "Slurm/4711/-/3/1/8");
        // `mpirun` in a job of Slurm: its daemons are a step of Slurm, and their rank is not that of the program.
        assert_eq!(described(&[&slurm[..], &step, &open_mpi].concat()), "Open MPI/4711/-/2/0/4");
        let hydra = [("PMI_RANK", "1"), ("PMI_SIZE", "2"), ("MPI_LOCALRANKID", "1")];
        assert_eq!(described(&hydra), "MPICH/-/-/1/1/2");
        assert_eq!(described(&[("PMIX_RANK", "5")]), "PMIx/-/-/5/-/-");
        let torchrun =
            [("TORCHELASTIC_RUN_ID", "x"), ("RANK", "6"), ("LOCAL_RANK", "2"), ("WORLD_SIZE", "8")];
        assert_eq!(described(&[&slurm[..], &step, &torchrun].concat()), "torchrun/4711/-/6/2/8");
        let jsrun = [("JSM_NAMESPACE_RANK", "1"), ("LSB_JOBID", "99"), ("LSB_JOBINDEX", "7")];
        assert_eq!(described(&jsrun), "LSF/99/7/1/-/-");
    }

    /// The script of a batch job has `SLURM_PROCID=0` and the number of tasks, and is one process all the same.
    #[test]
    fn a_batch_script_has_no_rank() {
        let script = [("SLURM_JOB_ID", "4711"), ("SLURM_PROCID", "0"), ("SLURM_NTASKS", "64")];
        assert_eq!(described(&script), "Slurm/4711/-/-/-/-");
    }

    #[test]
    fn the_tasks_of_an_array_share_the_job() {
        let slurm = [("SLURM_JOB_ID", "4713"), ("SLURM_ARRAY_JOB_ID", "4711"), ("SLURM_ARRAY_TASK_ID", "2")];
        assert_eq!(described(&slurm), "Slurm/4711/2/-/-/-");
        let pbs = [("PBS_JOBID", "1234[7].server"), ("PBS_ARRAY_INDEX", "7")];
        assert_eq!(described(&pbs), "PBS/1234/7/-/-/-");
        assert_eq!(described(&[("PBS_JOBID", "1234.server")]), "PBS/1234/-/-/-/-");
        assert_eq!(described(&[("LSB_JOBID", "5"), ("LSB_JOBINDEX", "0")]), "LSF/5/-/-/-/-");
        let grid = [("SGE_ROOT", "/opt"), ("JOB_ID", "8"), ("SGE_TASK_ID", "undefined")];
        assert_eq!(described(&grid), "Grid Engine/8/-/-/-/-");
        assert_eq!(described(&[("PARALLEL_SEQ", "12"), ("PARALLEL_PID", "9")]), "GNU parallel/-/12/-/-/-");
    }

    #[test]
    fn an_indexed_job_of_kubernetes_has_its_name_in_that_of_the_pod() {
        let pod =
            [("KUBERNETES_SERVICE_HOST", "10.0.0.1"), ("JOB_COMPLETION_INDEX", "3"), ("HOSTNAME", "train-3")];
        assert_eq!(described(&pod), "Kubernetes/train/3/-/-/-");
        let pytorch = [("MASTER_ADDR", "m"), ("RANK", "1"), ("WORLD_SIZE", "2")];
        assert_eq!(described(&[&pod[..], &pytorch].concat()), "torchrun/train/3/1/-/2");
        // A pod of another kind, and a shell with a host name.
        assert_eq!(described(&[pod[0], ("HOSTNAME", "web-7f9c")]), "none");
        assert_eq!(described(&[("HOSTNAME", "train-3"), ("RANK", "1"), ("JOB_ID", "5")]), "none");
    }

    #[test]
    fn a_value_that_is_no_rank_is_none() {
        for bad in ["", " ", "-1", "x", "4294967296"] {
            assert_eq!(described(&[("PMI_RANK", bad), ("PMI_SIZE", "2")]), "none", "{bad}");
        }
    }
}
