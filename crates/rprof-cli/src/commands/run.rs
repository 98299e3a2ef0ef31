//! `rprof run`: start a command and record it. The exit code is the command's own.

use std::path::Path;

use rprof_sample::{Launch, Target};
use rprof_trace::Format;

use crate::cli::RunArgs;
use crate::message;
use crate::not_found::explained;
use crate::python::Program;
use crate::session;

/// Runs a command to its end and returns its exit code.
pub fn run(arguments: &RunArgs) -> anyhow::Result<u8> {
    let mut options = session::options(&arguments.sampling, arguments.mprof.backend)?;
    options.cgroup = arguments.cgroup;
    options.time_limit = arguments.limits.timeout;
    options.memory_limit = arguments.limits.memory_limit;
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
    let recorded = session::record(&Target::Launch(launch), options, &arguments.output, &argv);
    // The interpreter of a script is missed only at the start.
    recorded.map_err(|error| match error.downcast() {
        Ok(error) => explained(error, &argv).into(),
        Err(error) => error,
    })
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
