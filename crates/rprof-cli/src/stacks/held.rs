//! The memory of a run by call stack, for a profile of the Firefox Profiler.

use std::path::Path;

use rprof_exchange::{HeldFrame, HeldMemory, HeldStack};
use rprof_trace::{Bytes, Seconds};
use rprof_where::Log;
use rprof_where::attribution::{Names, View, Which, view};
use rprof_where::export::{Step, stacks};

use super::file::{beside, read};

/// The memory of a view by call stack.
pub fn held(view: &View, log: &Log, names: &Names) -> HeldMemory {
    let frame = |step: Step| HeldFrame { name: step.name, library: step.library };
    let stack = |(steps, bytes): (Vec<Step>, u64)| HeldStack {
        frames: steps.into_iter().map(frame).collect(),
        bytes: Bytes(bytes),
    };
    HeldMemory {
        time: Seconds(view.time as f64 / 1e9),
        stacks: stacks(view, log, names).into_iter().map(stack).collect(),
    }
}

/// The memory of a trace at its peak; `None` if its stacks were not recorded, or the run was too short for a moment.
///
/// # Errors
/// When the stacks cannot be read.
pub fn held_at_peak(trace: &Path) -> anyhow::Result<Option<HeldMemory>> {
    if !beside(trace).exists() {
        return Ok(None);
    }
    let log = read(trace)?;
    Ok(view(&log, Which::Peak).map(|peak| held(&peak, &log, &Names::new(&log))))
}
