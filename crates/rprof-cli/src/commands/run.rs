//! `rprof run`: start a command and record it. The exit code is the command's own.

use std::path::Path;

use anyhow::bail;
use rprof_sample::{Launch, Target};
use rprof_trace::{Format, shown};

use crate::budgets::Budgets;
use crate::cli::RunArgs;
use crate::message;
use crate::not_found::explained;
use crate::python::Program;
use crate::{session, trace_file};

/// Runs a command to its end and returns its exit code.
pub fn run(arguments: &RunArgs) -> anyhow::Result<u8> {
    let mut options = session::options(&arguments.sampling, &arguments.output, arguments.mprof.backend)?;
    options.cgroup = arguments.cgroup;
    options.time_limit = arguments.limits.timeout;
    options.memory_limit = arguments.limits.memory_limit;
    let budgets = Budgets::from(&arguments.budgets);
    if budgets.needs_spans() {
        must_have_spans(arguments.output.trace.as_deref())?;
    }
    let python = Program::new(&arguments.command, arguments.python.mode())?;
    let (argv, env) = match &python {
        Some(program) => (program.argv.clone(), program.env(arguments.output.quiet)),
        None => (arguments.command.clone(), Vec::new()),
    };
    rprof_sample::find_program(&argv[0]).map_err(|error| explained(error, &arguments.command))?;
    if let Some(program) = python.as_ref().filter(|python| python.has_module() && !arguments.output.quiet) {
        warn_of_missing_spans(program, arguments.output.trace.as_deref());
    }
    let launch = Launch { argv: argv.clone(), env, ..Launch::default() };
    #[cfg(feature = "where")]
    let extras = session::Extras { budgets, stacks: arguments.stacks };
    #[cfg(not(feature = "where"))]
    let extras = session::Extras { budgets, stacks: false };
    let recorded = session::record(&Target::Launch(launch), options, &arguments.output, &argv, &extras);
    // The interpreter of a script is missed only at the start.
    recorded.map_err(|error| match error.downcast() {
        Ok(error) => explained(error, &argv).into(),
        Err(error) => error,
    })
}

/// Refuses a limit for spans if the trace cannot hold any.
fn must_have_spans(trace: Option<&Path>) -> anyhow::Result<()> {
    let Some(trace) = trace else { return Ok(()) };
    if trace_file::is_null(trace) || Format::from_path(trace)? == Format::Csv {
        bail!("--max-span needs a .dat trace: `{}` holds no spans", shown(trace));
    }
    Ok(())
}

/// Prints why a Python program cannot record spans; prints nothing if it can.
fn warn_of_missing_spans(program: &Program, trace: Option<&Path>) {
    let is_csv = |path| Format::from_path(path).is_ok_and(|format| format == Format::Csv);
    if let Some(option) = program.isolating_option() {
        message::print(&format!(
            "Python's `{option}` keeps rprof's module out: no `profile` and no spans; run without it to record spans"
        ));
    } else if trace.is_some_and(is_csv) {
        message::print("no spans are recorded: programs can write them to .dat traces only");
    }
}
