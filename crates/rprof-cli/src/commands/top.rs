//! `rprof top`: print the processes of a run by their memory, their groups, or the number of jobs that fit.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rprof_findings::fit::fit;
use rprof_findings::top::{groups, rows};
use rprof_trace::{Bytes, Profile, ProfileOptions, shown};

use crate::cli::TopArgs;
use crate::top_report::{fit_words, json, table};
use crate::trace_input::TraceInput;
use crate::{load, message, output, trace_names};

/// Rows without `-n`.
const MOST_ROWS: usize = 20;

/// Prints the processes of the last run of a trace.
pub fn top(arguments: &TopArgs) -> anyhow::Result<()> {
    let named: Vec<PathBuf> = arguments.trace.iter().cloned().collect();
    let path = trace_names::resolve(&named)?.pop().context("no trace")?;
    let profile = last_run(&path)?;
    if let Some(size) = arguments.fit {
        return print_fit(&path, &profile, size, arguments.json);
    }
    if profile.lives.is_empty() {
        bail!("`{}` has no processes: a trace of mprof has them if it was recorded with `-M`", shown(&path));
    }
    let order = arguments.by.into();
    let most = match arguments.number {
        Some(0) => usize::MAX,
        Some(number) => number,
        None if arguments.json => usize::MAX,
        None => MOST_ROWS,
    };
    if arguments.group {
        let groups = groups(&profile, order);
        let first = &groups[..groups.len().min(most)];
        if arguments.json {
            output::print_json(&json::groups(first))?;
        } else {
            output::print(&table::of_groups(&path, &profile, first, groups.len() - first.len()))?;
        }
    } else {
        let rows = rows(&profile, order);
        let first = &rows[..rows.len().min(most)];
        if arguments.json {
            output::print_json(&json::rows(first))?;
        } else {
            let width = output::terminal_width();
            output::print(&table::of_rows(&path, &profile, first, rows.len() - first.len(), width))?;
        }
    }
    Ok(())
}

fn last_run(path: &Path) -> anyhow::Result<Profile> {
    let options = ProfileOptions { slices: 64, curves: false, lives: true, ..ProfileOptions::default() };
    let mut profiles = load::profiles(&TraceInput::open(path)?, &options)?;
    let count = profiles.len();
    let last = profiles.pop().with_context(|| format!("`{}` has no run", shown(path)))?;
    if count > 1 {
        message::about(path, format!("the trace has {count} runs; this is the last one"));
    }
    Ok(last)
}

fn print_fit(path: &Path, profile: &Profile, size: Bytes, is_json: bool) -> anyhow::Result<()> {
    let fit = fit(profile, size).with_context(|| {
        format!("`{}` has no sample: the command ended before the first tick", shown(path))
    })?;
    if is_json {
        output::print_json(&json::fit(&fit, size))?;
    } else {
        output::print(&fit_words::text(path, &fit, size))?;
    }
    Ok(())
}
