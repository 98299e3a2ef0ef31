//! The definition of the command line, as it is parsed, shown and completed: that of the derived structs, with the
//! examples at the end of each page and with defaults that the user has set.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Args, Command, CommandFactory, FromArgMatches};

use super::{AttachArgs, Cli, PlotArgs, RunArgs};

const EXAMPLES: &str = "\n\nExamples:\n";

/// The definition. The long help of each command ends with its examples, which is the part that a terminal still shows.
pub fn definition() -> Command {
    examples_last(Cli::command()).mut_subcommands(examples_last)
}

/// A command with its options, which clap would add when it is used, so that they can be changed.
pub fn with_options(command: Command) -> Command {
    let add = match command.get_name() {
        "run" => RunArgs::augment_args,
        "attach" => AttachArgs::augment_args,
        "plot" => PlotArgs::augment_args,
        _ => return command,
    };
    add(command.defer(|command| command))
}

/// Moves the examples of the long help behind the options, and behind the exit codes.
fn examples_last(command: Command) -> Command {
    let Some(text) = command.get_long_about().map(ToString::to_string) else { return command };
    let Some((about, examples)) = text.split_once(EXAMPLES) else { return command };
    let before = command.get_after_long_help().or_else(|| command.get_after_help()).map(ToString::to_string);
    let end = before.unwrap_or_default() + EXAMPLES + examples;
    command.long_about(about.to_owned()).after_long_help(end.trim_start().to_owned())
}

/// Parses arguments, the name of the program first.
///
/// # Errors
/// A command line that clap does not accept, or a request for help or the version.
pub fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    use ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand};
    match parse_with(Cli::command(), arguments) {
        // Only pages need the whole definition.
        Err(error) if matches!(error.kind(), DisplayHelp | DisplayHelpOnMissingArgumentOrSubcommand) => {
            parse_with(definition(), arguments)
        }
        parsed => parsed,
    }
}

/// Parses arguments by a definition whose defaults may be others.
///
/// # Errors
/// As for [`parse`].
pub fn parse_with(mut definition: Command, arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let matches = definition.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut definition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_come_last() {
        for mut command in definition().get_subcommands().cloned().chain([definition()]) {
            let page = command.render_long_help().to_string();
            let (before, examples) = page.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{page}"));
            assert!(before.contains("\nUsage: "), "{page}");
            assert!(examples.lines().all(|line| line.is_empty() || line.starts_with("  ")), "{page}");
        }
    }
}
