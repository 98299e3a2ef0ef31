//! The budgets of a run at its end: the findings in words on stderr, and whether they fail. Peak and growth come from the
//! readings of rprof, which the command cannot change; only spans, which it writes itself, come from the trace.

use std::path::Path;

use anyhow::Context;
use rprof_findings::budget::{Finding, Limit, Quantity, findings};
use rprof_trace::{Keep, Profile, ProfileOptions, shown};

use crate::cli::BudgetArgs;
use crate::trace_input::TraceInput;
use crate::{check_report, load, message};

/// Budgets of a run.
#[derive(Debug, Clone, Default)]
pub struct Budgets {
    limits: Vec<Limit>,
    strict: bool,
}

/// The result of a check at the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All limits are kept.
    Kept,
    /// One is passed.
    Passed,
    /// The check was not possible.
    Impossible,
}

impl From<&BudgetArgs> for Budgets {
    fn from(arguments: &BudgetArgs) -> Self {
        Self { limits: arguments.limits(), strict: arguments.strict }
    }
}

impl Budgets {
    /// True without a limit.
    pub fn is_empty(&self) -> bool {
        self.limits.is_empty()
    }

    /// True if a limit is about spans, which stand only in the trace.
    pub fn needs_spans(&self) -> bool {
        self.limits.iter().any(is_of_span)
    }

    /// The options of the profile of a run: the processes are named, and the curve is fine enough for a slope.
    pub fn options() -> ProfileOptions {
        ProfileOptions { processes: Keep::Peaks, ..ProfileOptions::default() }
    }

    /// Checks a run that has ended and prints a line for each limit; only for those that fail if `quiet`.
    ///
    /// `trace` is the file of the run, for spans.
    pub fn check(&self, profile: &Profile, trace: &Path, quiet: bool) -> Outcome {
        match self.findings(profile, trace) {
            Ok(found) => self.print(&found, profile, quiet),
            Err(error) => {
                message::error(&error);
                Outcome::Impossible
            }
        }
    }

    fn findings(&self, profile: &Profile, trace: &Path) -> anyhow::Result<Vec<Finding>> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let (of_spans, others): (Vec<_>, Vec<_>) = self.limits.iter().cloned().partition(is_of_span);
        if profile.peak.is_none() {
            anyhow::bail!("the budgets cannot be checked: no memory was measured");
        }
        let mut found = findings(profile, &others)?;
        if !of_spans.is_empty() {
            let failed = || format!("cannot check the spans of `{}`", shown(trace));
            let runs = load::profiles(&TraceInput::open(trace)?, &Self::options()).with_context(failed)?;
            let run = runs.last().with_context(failed)?;
            found.extend(findings(run, &of_spans).with_context(failed)?);
        }
        Ok(found)
    }

    fn print(&self, found: &[Finding], profile: &Profile, quiet: bool) -> Outcome {
        let mut outcome = Outcome::Kept;
        for (fails, sentence) in check_report::sentences(found, profile.metric, self.strict) {
            if fails {
                outcome = Outcome::Passed;
            }
            if fails || !quiet {
                message::print(&sentence);
            }
        }
        outcome
    }
}

fn is_of_span(limit: &Limit) -> bool {
    matches!(limit.quantity, Quantity::Span(_))
}
