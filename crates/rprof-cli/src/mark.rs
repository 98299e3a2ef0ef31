//! `rprof mark`, `note` and `span`: stamps from shell scripts and Makefiles, in the trace of the run they are in.
//! What cannot be recorded is said and is no fault, unless it is required: a script must not fail for being measured.

use anyhow::{Context, bail};
use rprof_mark::{Trace, VARIABLE};
use rprof_sample::Launch;

use crate::cli::{MarkArgs, NoteArgs, SpanArgs};
use crate::run::ending_code;
use crate::summary::say;

/// What `--required` fails with, of `span` too: the command was not started.
const EXIT_REQUIRED: u8 = 1;

/// Records an instant.
pub fn mark(arguments: &MarkArgs) -> anyhow::Result<()> {
    let marked = trace().and_then(|trace| trace.mark(&arguments.label.join(" ")).with_context(cannot));
    forgiven(marked, arguments.required).map(drop)
}

/// Records a value.
pub fn note(arguments: &NoteArgs) -> anyhow::Result<()> {
    let noted =
        trace().and_then(|trace| trace.note(&arguments.key, &arguments.value.join(" ")).with_context(cannot));
    forgiven(noted, arguments.required).map(drop)
}

/// Runs a command between the begin and the end of a span; the exit code is the command's own.
pub fn span(arguments: &SpanArgs) -> anyhow::Result<u8> {
    let trace = match forgiven(trace(), arguments.required) {
        Ok(trace) => trace,
        Err(error) => {
            say(&format!("{error:#}"));
            return Ok(EXIT_REQUIRED);
        }
    };
    rprof_sample::find_program(&arguments.command[0])?;
    let span = trace.as_ref().map(|trace| trace.span_of_others(&arguments.name));
    let launch = Launch { argv: arguments.command.clone(), env: Vec::new() };
    let ending = rprof_sample::run_unmeasured(&launch)?;
    drop(span);
    Ok(ending_code(ending))
}

/// The trace of the run.
fn trace() -> anyhow::Result<Trace> {
    match Trace::from_environment() {
        Some(trace) => trace.with_context(cannot),
        None => bail!("not under `rprof run` (or its trace is a .csv): {VARIABLE} is not set"),
    }
}

fn cannot() -> String {
    let path = std::env::var_os(VARIABLE).unwrap_or_default();
    format!("cannot write to the trace `{}`", path.display())
}

/// A fault that is not to stop the script is said.
fn forgiven<T>(result: anyhow::Result<T>, required: bool) -> anyhow::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if required => Err(error),
        Err(error) => {
            say(&format!("{error:#}; nothing is recorded"));
            Ok(None)
        }
    }
}
