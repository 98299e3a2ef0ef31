//! The command: arguments in, the three libraries called, words and exit codes out. Nothing else prints or exits.

mod cli;
mod commands;
mod python;
mod recorder;
mod span_report;
mod sparkline;
mod summary;
mod trace_file;
mod trace_names;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::cli::{Cli, Command};
use crate::commands::{annotate, convert, peak, plot, run, traces};

/// rprof itself failed while running a command, as env(1) and timeout(1) have it.
const EXIT_OURS: u8 = 125;
const EXIT_FAULT: u8 = 1;
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, &arguments),
    };
    let result = match cli.command {
        Command::Run(arguments) => return finish(run::run(&arguments), EXIT_OURS),
        Command::Attach(arguments) => return finish(run::attach(&arguments), EXIT_OURS),
        Command::Plot(arguments) => plot::plot(&arguments),
        Command::Peak(arguments) => peak::peak(&arguments),
        Command::Convert(arguments) => convert::convert(&arguments),
        Command::List => traces::list(),
        Command::Rm(arguments) => traces::remove(&arguments),
        Command::Clean(arguments) => traces::clean(&arguments),
        Command::Mark(arguments) => annotate::mark(&arguments),
        Command::Note(arguments) => annotate::note(&arguments),
        Command::Span(arguments) => return finish(annotate::span(&arguments), EXIT_OURS),
    };
    finish(result.map(|()| 0), EXIT_FAULT)
}

/// Prints what clap has to say; a usage error of `run` or `span` must not look like an exit code of the command.
fn refuse(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ if arguments.get(1).is_some_and(|word| word == "run" || word == "attach" || word == "span") => {
            ExitCode::from(EXIT_OURS)
        }
        _ => ExitCode::from(EXIT_USAGE),
    }
}

fn finish(result: anyhow::Result<u8>, fault: u8) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            summary::say(&format!("{error:#}"));
            ExitCode::from(error.downcast_ref().map_or(fault, run::launch_code))
        }
    }
}

/// Whoever read our output has seen enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
