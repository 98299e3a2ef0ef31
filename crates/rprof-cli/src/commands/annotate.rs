//! `rprof mark`, `note` and `span`: annotations from shell scripts and Makefiles, in the trace of the run around them.
//! A failure to record is a message and not an error, unless `--required`: profiling must not break a script.

use anyhow::{Context, bail};
use rprof_mark::{Trace, VARIABLE};
use rprof_sample::Launch;

use crate::cli::{MarkArgs, NoteArgs, SpanArgs};
use crate::not_found::explained;
use crate::{exit_code, message};

/// Records a mark.
pub fn mark(arguments: &MarkArgs) -> anyhow::Result<()> {
    let label = arguments.label.join(" ");
    let marked = trace().and_then(|trace| trace.mark(&label).with_context(cannot_write));
    unless_required(marked, arguments.required).map(drop)
}

/// Records a note.
pub fn note(arguments: &NoteArgs) -> anyhow::Result<()> {
    let value = arguments.value.join(" ");
    let noted = trace().and_then(|trace| trace.note(&arguments.key, &value).with_context(cannot_write));
    unless_required(noted, arguments.required).map(drop)
}

/// Runs a command inside a span and returns its exit code.
pub fn span(arguments: &SpanArgs) -> anyhow::Result<u8> {
    let trace = match unless_required(trace(), arguments.required) {
        Ok(trace) => trace,
        Err(error) => {
            // As for `mark --required`: the command was not started.
            message::error(&error);
            return Ok(exit_code::FAULT);
        }
    };
    let command = &arguments.command;
    rprof_sample::find_program(&command[0]).map_err(|error| explained(error, command))?;
    let span = trace.as_ref().map(|trace| trace.span_of_others(&arguments.name));
    let launch = Launch { argv: command.clone(), ..Launch::default() };
    let done = rprof_sample::run_unmeasured(&launch).map_err(|error| explained(error, command))?;
    drop(span);
    Ok(exit_code::of_status(done.status))
}

/// The trace of the run that this process is part of.
fn trace() -> anyhow::Result<Trace> {
    match Trace::from_environment() {
        Some(trace) => trace.with_context(cannot_write),
        None => bail!("{VARIABLE} is not set: not under `rprof run`, or its trace is a .csv"),
    }
}

fn cannot_write() -> String {
    let path = std::env::var_os(VARIABLE).unwrap_or_default();
    format!("cannot write to the trace `{}`", rprof_trace::shown(&path))
}

/// The value, or `None` and a message after a failure that is not to stop the script.
fn unless_required<T>(result: anyhow::Result<T>, required: bool) -> anyhow::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if required => Err(error),
        Err(error) => {
            message::print(&format!("{}; nothing is recorded", message::one_line(&error)));
            Ok(None)
        }
    }
}
