//! The recording of stacks in an rprof that was built without the feature `where`: there is none.

use std::path::Path;

use anyhow::bail;
use rprof_exchange::HeldMemory;
use rprof_findings::budget::{Finding, Limit};
use rprof_plot::FunctionLevels;
use rprof_sample::{Clock, Target};
use rprof_trace::Curve;

use crate::trace_file::TraceFile;

/// Reports that there are no stacks.
///
/// # Errors
/// Always.
pub fn findings(_: &Path, _: &[Limit]) -> anyhow::Result<Vec<Finding>> {
    bail!("--max-function needs an rprof that was built with the feature `where`")
}

/// Reports that there are no stacks.
///
/// # Errors
/// Always.
pub fn curves(_: &Path, _: &Curve, _: usize) -> anyhow::Result<Vec<(String, Curve)>> {
    bail!("the view `where` needs an rprof that was built with the feature `where`")
}

/// Returns no functions.
///
/// # Errors
/// Never.
pub fn levels(_: &Path) -> anyhow::Result<Option<FunctionLevels>> {
    Ok(None)
}

/// Returns no memory.
///
/// # Errors
/// Never.
pub fn held_at_peak(_: &Path) -> anyhow::Result<Option<HeldMemory>> {
    Ok(None)
}

/// No recording.
#[derive(Debug)]
pub struct Stacks;

impl Stacks {
    /// Records nothing.
    pub fn begin(_: bool, _: &mut Target, _: &TraceFile, _: Clock, _: bool) -> Self {
        Self
    }

    /// Does nothing.
    pub fn abandon(self) {}

    /// Does nothing.
    pub fn supersede(&self, _: &TraceFile) {}

    /// Returns no lines.
    pub fn finish(self) -> Vec<String> {
        Vec::new()
    }
}
