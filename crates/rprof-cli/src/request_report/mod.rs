//! The report of `rprof peak --slurm` and its like: the line to write into a job on stdout, its computation on stderr.

mod forms;
mod words;

use std::path::{Path, PathBuf};

use anyhow::bail;
use rprof_findings::request::{Margin, Need, Run, request};
use rprof_trace::{Profile, ProfileOptions, shown};

use crate::cli::System;
use crate::trace_input::TraceInput;
use crate::{load, message, output};

/// Prints the request that covers all runs of these traces.
///
/// # Errors
/// When a trace cannot be read, or when no run shows how much memory is needed.
pub fn print(paths: &[PathBuf], system: System, margin: Margin) -> anyhow::Result<()> {
    let options = ProfileOptions { slices: 64, curves: false, lives: true, ..ProfileOptions::default() };
    let mut runs = Vec::new();
    let mut is_bounded = true;
    for path in paths {
        for profile in load::profiles(&TraceInput::open(path)?, &options)? {
            match run(path, &profile) {
                Ok(run) => runs.push(run),
                Err(why) => message::about(path, why),
            }
            is_bounded &= profile.cgroup.as_ref().is_some_and(|group| group.own);
        }
    }
    let Some(found) = request(runs, margin) else {
        bail!("no run shows how much memory is needed; record one that ends without a limit");
    };
    words::lines(&found, margin, is_bounded).iter().for_each(|line| message::print(line));
    Ok(output::print(&forms::text(system, found.memory, found.need.huge))?)
}

/// The memory of a run, or why it shows none.
fn run(path: &Path, profile: &Profile) -> Result<Run, String> {
    let end = profile.end.as_ref();
    let reason = end.and_then(|end| end.reason.as_deref()).unwrap_or_default();
    let was_killed = profile.cgroup.as_ref().is_some_and(|group| !group.killed.is_empty());
    if was_killed || reason.starts_with("out of memory") || reason.starts_with("memory limit") {
        return Err(
            "skipped: it ran out of memory, so it needs more than it got; record a run with a larger limit"
                .to_owned(),
        );
    }
    if reason.starts_with("time limit") {
        message::about(path, "a time limit ended the run: it may need more later on");
    }
    let Some(need) = Need::of(profile) else {
        return Err("skipped: it has no sample, as the command ended before the first tick".to_owned());
    };
    let header = profile.header.as_ref();
    Ok(Run {
        name: shown(path).to_string(),
        need,
        host: header.map(|header| header.host.clone()).unwrap_or_default(),
        start_s: profile.start_s.unwrap_or_default(),
        job: header.and_then(|header| header.job.clone()),
    })
}
