//! Exit codes: the command's own where there is one, otherwise those of env(1) and timeout(1).
//! The only place that maps a result to a number.

use std::ffi::OsString;

use clap::error::ErrorKind;
use rprof_sample::{Error, ExitStatus, Outcome};

/// A failure of a subcommand that runs no command.
pub const FAULT: u8 = 1;
/// A command line that such a subcommand does not accept.
const USAGE: u8 = 2;
/// A budget is passed: by a trace, or by a command that succeeded.
pub const BEYOND: u8 = 3;
/// A limit ended the command.
const LIMIT: u8 = 124;
/// A failure of rprof itself while it runs a command: 1 and 2 could be the command's own.
pub const OURS: u8 = 125;
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Arguments that clap accepts but the subcommand does not, with the words for the user.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The subcommands that pass on the exit code of a command.
const PASSING_ON: [&str; 3] = ["run", "attach", "span"];

/// The code for a command line that clap did not accept; help and version are a success.
pub fn of_usage(error: &clap::Error, arguments: &[OsString]) -> u8 {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => 0,
        _ if passes_on(arguments) => OURS,
        _ => USAGE,
    }
}

/// The code when rprof fails before the subcommand begins: help cannot be written, or a setting is wrong.
pub fn of_early_failure(arguments: &[OsString]) -> u8 {
    if passes_on(arguments) { OURS } else { FAULT }
}

/// True if the subcommand passes on the exit code of a command.
fn passes_on(arguments: &[OsString]) -> bool {
    arguments.get(1).is_some_and(|word| PASSING_ON.iter().any(|name| word == name))
}

/// The code for a failure: that of env(1) when a command cannot be started, otherwise `fault`.
pub fn of_error(error: &anyhow::Error, fault: u8) -> u8 {
    if error.is::<Usage>() {
        return if fault == FAULT { USAGE } else { fault };
    }
    match error.downcast_ref() {
        Some(Error::NotFound { .. }) => NOT_FOUND,
        Some(Error::NotExecutable { .. }) => NOT_EXECUTABLE,
        Some(_) => OURS,
        None => fault,
    }
}

/// The code for a finished session; 0 when the recorded process was not our child.
pub fn of_outcome(outcome: &Outcome) -> u8 {
    match outcome.exit_status {
        _ if outcome.limit.is_some() => LIMIT,
        Some(status) => of_status(status),
        None => 0,
    }
}

/// The command's own code, or 128 plus the number of the signal that killed it.
pub fn of_status(status: ExitStatus) -> u8 {
    match status {
        ExitStatus::Exited(code) => code as u8,
        ExitStatus::Killed(number) | ExitStatus::Stopped(number) => 128u8.saturating_add(number as u8),
    }
}
