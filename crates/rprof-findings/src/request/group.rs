//! The runs of a request, by job and host: the ranks of one job run side by side, all other runs one after the other.

use std::collections::BTreeMap;

use super::Run;

/// The runs of one job; one run if it was no rank.
#[derive(Debug)]
pub struct JobRuns {
    runs: Vec<Run>,
}

impl JobRuns {
    /// The runs by host.
    pub fn hosts(&self) -> Vec<Vec<&Run>> {
        let mut hosts: BTreeMap<&str, Vec<&Run>> = BTreeMap::new();
        for run in &self.runs {
            hosts.entry(&run.host).or_default().push(run);
        }
        hosts.into_values().collect()
    }

    /// The number of ranks that have a trace, and of those that the job had, if there are more.
    pub fn missing(&self) -> Option<(usize, u32)> {
        let ranks = self.runs.iter().filter_map(|run| run.job.as_ref()?.ranks).max()?;
        (self.runs.len() < ranks as usize).then_some((self.runs.len(), ranks))
    }

    /// True if a run of this job may belong to it: another rank of the same launch.
    fn takes(&self, run: &Run) -> bool {
        let place = |run: &Run| run.job.as_ref().and_then(|job| job.rank);
        let Some(rank) = place(run) else { return false };
        let same = |other: &Run| match (&run.job, &other.job) {
            (Some(one), Some(two)) => {
                (&one.launcher, &one.job_id, &one.task_id, one.ranks)
                    == (&two.launcher, &two.job_id, &two.task_id, two.ranks)
            }
            _ => false,
        };
        self.runs.first().is_some_and(|first| place(first).is_some() && same(first))
            && self.runs.iter().all(|other| place(other) != Some(rank))
    }
}

/// The jobs. Without a batch system, jobs have no number: then a rank that occurs again, later, begins another one.
pub fn jobs(mut runs: Vec<Run>) -> Vec<JobRuns> {
    runs.sort_by(|one, two| one.start_s.total_cmp(&two.start_s));
    let mut jobs: Vec<JobRuns> = Vec::new();
    for run in runs {
        match jobs.iter_mut().find(|job| job.takes(&run)) {
            Some(job) => job.runs.push(run),
            None => jobs.push(JobRuns { runs: vec![run] }),
        }
    }
    jobs
}
