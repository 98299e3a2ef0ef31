//! `rprof bench`: the runs of commands, their statistics and the verdict between them, in words and in files.
//! The statistics are those of rprof-findings; this room schedules, measures and words.

mod commands;
mod export;
mod failure;
mod figure;
mod launches;
mod measure;
mod measurement;
mod numbers;
mod parameters;
mod progress;
mod report;
mod runs;
mod schedule;
mod shell;
mod streams;
mod traces;
mod verdict;
mod warnings;

use anyhow::{Context, bail};
use jiff::Timestamp;

use self::commands::BenchCommand;
use self::export::{Exports, Results};
use self::runs::{CommandRuns, Runner, Stop};
use crate::cli::{BenchArgs, Style};
use crate::exit_code::Usage;
use crate::{message, output};

/// Makes all runs, prints the report and writes the files. Returns the exit code.
///
/// # Errors
/// When an option is wrong, a command fails or cannot be started, or a file cannot be written. The results so far are
/// printed and written before.
pub fn bench(arguments: &BenchArgs) -> anyhow::Result<u8> {
    let (runner, reference) = plan(arguments).map_err(|error| Usage(message::one_line(&error)))?;
    let has_shell = runner.has_shell();
    let exports = Exports::open(&arguments.output)?;
    let start = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let (results, stop) = runner.run();
    // A command that had no run yet when the runs stopped has no results.
    let before = results[..reference].iter().filter(|result| !result.runs.is_empty()).count();
    let reference = if results[reference].runs.is_empty() { 0 } else { before };
    let results: Vec<CommandRuns> = results.into_iter().filter(|result| !result.runs.is_empty()).collect();
    if !results.is_empty() {
        let found = Results { commands: &results, reference, start: &start };
        // The files come first: a reader of the report that has seen enough must not cost them.
        let written = write(arguments, &exports, &found);
        report(arguments, &results, reference, has_shell)?;
        exports.print(&found)?;
        written?;
    }
    match stop {
        None => Ok(0),
        Some(Stop::Failed(error)) => Err(error),
        Some(Stop::Interrupted(signal)) => {
            let runs: usize = results.iter().map(|result| result.runs.len()).sum();
            message::print(&format!("interrupted; the results are those of {runs} complete runs"));
            Ok(128_u8.saturating_add(u8::try_from(signal).unwrap_or(0)))
        }
    }
}

/// Checks all options: the runs that they ask for, and the place of the command that the others are compared with.
fn plan(arguments: &BenchArgs) -> anyhow::Result<(Runner<'_>, usize)> {
    let commands = commands::expand(arguments)?;
    let reference = reference(arguments.runs.reference.as_deref(), &commands)?;
    if let Some(path) = &arguments.output.figure {
        figure::check(path, &commands, arguments.output.force)?;
    }
    Ok((Runner::new(arguments, commands)?, reference))
}

/// Writes all files of results.
fn write(arguments: &BenchArgs, exports: &Exports, results: &Results<'_>) -> anyhow::Result<()> {
    exports.write(results)?;
    match &arguments.output.figure {
        Some(path) => figure::write(path, results.commands, arguments.output.force),
        None => Ok(()),
    }
}

fn report(
    arguments: &BenchArgs,
    results: &[CommandRuns],
    reference: usize,
    has_shell: bool,
) -> anyhow::Result<()> {
    let has_colours = match arguments.output.style {
        Style::None => return Ok(()),
        Style::Full | Style::Color => true,
        Style::Basic | Style::Nocolor => false,
        Style::Auto => output::has_colours(),
    };
    output::print_lines(&report::lines(results, reference), has_colours)
        .context("cannot write the report")?;
    for warning in warnings::warnings(results, arguments, has_shell) {
        message::print(&warning);
    }
    Ok(())
}

/// The place of the command that the others are compared with.
fn reference(wanted: Option<&str>, commands: &[BenchCommand]) -> anyhow::Result<usize> {
    let Some(wanted) = wanted else { return Ok(0) };
    let named = commands.iter().position(|command| {
        [command.shown().as_str(), command.name(), command.line.as_str()].contains(&wanted)
    });
    let numbered =
        || wanted.parse().ok().and_then(|n: usize| n.checked_sub(1)).filter(|at| *at < commands.len());
    if let Some(at) = named.or_else(numbered) {
        return Ok(at);
    }
    let names: Vec<String> = commands.iter().map(|command| format!("`{}`", command.shown())).collect();
    bail!(
        "no command is named `{wanted}`; --reference takes a number from 1 to {}, or one of {}",
        commands.len(),
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_a_name_or_a_number() {
        let command = |line: &str| BenchCommand { line: line.to_owned(), ..BenchCommand::default() };
        let commands = [command("a"), command("3"), command("b")];
        assert_eq!(reference(None, &commands).expect("the first"), 0);
        assert_eq!(reference(Some("b"), &commands).expect("a name"), 2);
        assert_eq!(reference(Some("2"), &commands).expect("a number"), 1);
        assert_eq!(reference(Some("3"), &commands).expect("a name that is a number"), 1);
        for bad in ["0", "4", "c", ""] {
            assert!(reference(Some(bad), &commands).expect_err(bad).to_string().contains("`b`"));
        }
    }
}
