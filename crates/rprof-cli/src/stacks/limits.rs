//! Limits on what a function holds at the peak.

use std::path::Path;

use anyhow::{Context, bail};
use rprof_findings::budget::{Finding, Limit, Quantity};
use rprof_trace::{Bytes, Seconds, shown, visible};
use rprof_where::attribution::{Names, Which, is_named, view};

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
        let holds = |node: u32| names.stack(&log, node).into_iter().any(|call| is_named(call, wanted));
        let of = |shares: &mut dyn Iterator<Item = u64>| shares.fold(0u64, u64::saturating_add);
        let (own, others): (Vec<_>, Vec<_>) = peak.shares.iter().partition(|share| holds(share.node));
        let held = of(&mut own.iter().map(|share| share.bytes));
        // Memory without a fault may be anybody's.
        let unseen = of(&mut others.iter().filter(|share| share.is_unseen()).map(|share| share.bytes));
        let time = Seconds(peak.time as f64 / 1e9);
        found.push(Finding::of_function(limit, Bytes(held), Bytes(held.saturating_add(unseen)), time));
    }
    Ok(found)
}
