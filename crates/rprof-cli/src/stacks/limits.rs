//! Limits on what a function holds at the peak.

use std::path::Path;

use anyhow::{Context, bail};
use rprof_findings::budget::{Finding, Limit, Quantity};
use rprof_trace::{Bytes, Seconds, shown, visible};
use rprof_where::attribution::{Names, Which, is_named, total_of, view};

use super::file::read;

/// The findings about the functions of a run.
///
/// # Errors
/// When the run has no stacks, or no fault with a function of a name: a misspelt name must not pass.
pub fn findings(trace: &Path, limits: &[Limit]) -> anyhow::Result<Vec<Finding>> {
    let log = read(trace)?;
    let no_moment = || format!("the stacks of `{}` have no moment: the run was too short", shown(trace));
    let peak = view(&log, Which::Peak).with_context(no_moment)?;
    let names = Names::new(&log);
    let mut found = Vec::new();
    for limit in limits {
        let Quantity::Function(wanted) = &limit.quantity else { continue };
        if !names.has(wanted) {
            bail!(
                "`{}` has no function `{}` that touched memory; `rprof where -n 0` prints all",
                shown(trace),
                visible(wanted)
            );
        }
        let total = total_of(&peak, &log, &names, &|call| is_named(call, wanted));
        let bounds = (Bytes(total.bounds.lower), Bytes(total.bounds.upper));
        let time = Seconds(peak.time as f64 / 1e9);
        found.push(Finding::of_function(limit, Bytes(total.bytes), bounds, time));
    }
    Ok(found)
}
