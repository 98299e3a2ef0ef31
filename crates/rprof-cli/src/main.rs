//! The command-line program `rprof`: parse the arguments, call one command, exit with its code.
//! The only crate of the workspace that prints or exits.

mod baseline_file;
mod bench;
mod budgets;
mod charset;
mod check_report;
mod cli;
mod commands;
mod compare_report;
mod daemon_client;
mod exit_code;
mod figure_file;
mod figure_format;
mod group_report;
mod header;
mod launcher;
mod load;
mod message;
mod missing_glyphs;
mod natural_order;
mod not_found;
mod output;
mod page_file;
mod parts_report;
mod python;
mod rank_report;
mod recorder;
mod request_report;
mod session;
mod settings;
mod span_report;
mod stacks;
mod summary;
mod text_figure;
mod top_report;
mod trace_file;
mod trace_input;
mod trace_labels;
mod trace_names;
mod watch;
#[cfg(feature = "where")]
mod where_report;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Context;

use crate::cli::{AttachArgs, Command};
use crate::commands::{annotate, attach, check, compare, convert, export, peak, plot, run, top, traces};
use crate::commands::{completions, config, help, man};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match cli::parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let printed = message::usage(&error, &arguments).context("cannot write the help");
            let code = exit_code::of_usage(&error, &arguments);
            return exit(printed.map(|()| code), exit_code::of_early_failure(&arguments));
        }
    };
    let cli = match settings::apply(cli, &arguments) {
        Ok(cli) => cli,
        Err(error) => return exit(Err(error), exit_code::of_early_failure(&arguments)),
    };
    let result = match cli.command {
        // mprof's spelling of `attach`.
        Command::Run(arguments) if arguments.attach => {
            let attached = AttachArgs::try_from(arguments).and_then(|arguments| attach::attach(&arguments));
            return exit(attached, exit_code::OURS);
        }
        Command::Run(arguments) => return exit(run::run(&arguments), exit_code::OURS),
        Command::Attach(arguments) => return exit(attach::attach(&arguments), exit_code::OURS),
        Command::Span(arguments) => return exit(annotate::span(&arguments), exit_code::OURS),
        Command::Check(arguments) => return exit(check::check(&arguments), exit_code::FAULT),
        Command::Bench(arguments) => return exit(commands::bench::bench(&arguments), exit_code::FAULT),
        Command::Watch(arguments) => {
            let fault = if arguments.command.is_empty() { exit_code::FAULT } else { exit_code::OURS };
            return exit(commands::watch::watch(&arguments), fault);
        }
        Command::Plot(arguments) => plot::plot(&arguments),
        Command::Peak(arguments) => peak::peak(&arguments),
        Command::Top(arguments) => top::top(&arguments),
        #[cfg(feature = "where")]
        Command::Where(arguments) => commands::origin::origin(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Convert(arguments) => convert::convert(&arguments),
        Command::Export(arguments) => export::export(&arguments),
        Command::List => traces::list(),
        Command::Rm(arguments) => traces::remove(&arguments),
        Command::Clean(arguments) => traces::clean(&arguments),
        Command::Mark(arguments) => annotate::mark(&arguments),
        Command::Note(arguments) => annotate::note(&arguments),
        Command::Config => config::config(),
        Command::Completions(arguments) => completions::completions(&arguments),
        Command::Man(arguments) => man::man(&arguments),
        Command::Help(arguments) => help::help(&arguments),
    };
    exit(result.map(|()| 0), exit_code::FAULT)
}

/// The process's exit code; prints the error if there is one.
fn exit(result: anyhow::Result<u8>, fault: u8) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            message::error(&error);
            ExitCode::from(exit_code::of_error(&error, fault))
        }
    }
}

/// True if the reader of our output closed it, as `head` does when it has seen enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
