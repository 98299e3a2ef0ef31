//! The commands to measure: those of the command line, once for each value of each parameter, with names and environment.

use anyhow::{Context, bail};

use super::parameters::{self, Parameter, combinations, is_used, list, range, replace};
use super::shell::is_variable;
use crate::cli::BenchArgs;

/// One command to measure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BenchCommand {
    /// The command line, with all parameters replaced.
    pub line: String,
    /// The name that the user gave, or the line with its environment; `None` if it is just the line.
    pub name: Option<String>,
    /// The parameters that `name` or `line` do not show, as `VAR = value`.
    pub(super) unseen: Vec<String>,
    /// The values of the parameters.
    pub parameters: Vec<Parameter>,
    /// Variables added to the environment.
    pub environment: Vec<(String, String)>,
}

impl BenchCommand {
    /// The name for results.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.line)
    }

    /// The name with the parameters that it does not show.
    pub fn shown(&self) -> String {
        match &self.unseen[..] {
            [] => self.name().to_owned(),
            unseen => format!("{} ({})", self.name(), unseen.join(", ")),
        }
    }
}

/// All commands to measure, in the order of the results.
///
/// # Errors
/// When parameters, names or environments are wrong or do not match the number of commands.
pub fn expand(arguments: &BenchArgs) -> anyhow::Result<Vec<BenchCommand>> {
    let has_parameters =
        !arguments.parameters.parameter_scan.is_empty() || !arguments.parameters.parameter_list.is_empty();
    let mut commands = Vec::new();
    for parameters in combinations(&values(arguments)?)? {
        for line in &arguments.commands {
            commands.push((line, parameters.clone()));
        }
    }
    let names = &arguments.parameters.command_name;
    let count = commands.len();
    if has_parameters && names.len() > 1 && names.len() != count {
        bail!(
            "--command-name is given {} times; give it once, or {count} times, once for each command",
            names.len()
        );
    }
    if !has_parameters && names.len() > count {
        bail!("--command-name is given {} times, but there are {count} commands", names.len());
    }
    let environments =
        arguments.execution.env.iter().map(|text| environment(text)).collect::<anyhow::Result<Vec<_>>>()?;
    one_or_each("--env", environments.len(), count)?;
    let commands = commands.into_iter().enumerate().map(|(at, (line, parameters))| {
        let name = names.get(at).or_else(|| names.first().filter(|_| has_parameters));
        let environment = of_command(&environments, at).map_or(&[][..], Vec::as_slice);
        command(line, name.map(String::as_str), environment, parameters)
    });
    Ok(commands.collect())
}

/// Checks the number of values of an option that is given once for all commands or once for each.
///
/// # Errors
/// When it is given another number of times.
pub fn one_or_each(option: &str, given: usize, commands: usize) -> anyhow::Result<()> {
    if given <= 1 || given == commands {
        return Ok(());
    }
    bail!("{option} is given {given} times; give it once, or {commands} times, once for each command")
}

/// The value of such an option for a command; `None` if it is not given.
pub fn of_command<T>(values: &[T], command: usize) -> Option<&T> {
    if let [only] = values { Some(only) } else { values.get(command) }
}

/// The parameters and their values.
fn values(arguments: &BenchArgs) -> anyhow::Result<Vec<(String, Vec<String>)>> {
    let given = &arguments.parameters;
    if let [name, min, max] = &given.parameter_scan[..] {
        let step = given.parameter_step_size.as_deref();
        return Ok(vec![(name.clone(), range(min, max, step)?)]);
    }
    let pairs = given.parameter_list.chunks_exact(2);
    Ok(pairs.map(|pair| (pair[0].clone(), list(&pair[1]))).collect())
}

fn command(
    line: &str,
    name: Option<&str>,
    environment: &[(String, String)],
    parameters: Vec<Parameter>,
) -> BenchCommand {
    let is_unseen = |parameter: &&Parameter| {
        !is_used(line, parameter) && environment.iter().all(|(_, value)| !is_used(value, parameter))
    };
    let unseen = parameters.iter().filter(is_unseen);
    let unseen = unseen.map(|Parameter { name, value }| format!("{name} = {value}")).collect();
    let replaced = |text: &str| parameters::replace(text, &parameters);
    let environment: Vec<(String, String)> =
        environment.iter().map(|(name, value)| (name.clone(), replaced(value))).collect();
    let line = replaced(line);
    let automatic = || {
        let assignments =
            environment.iter().map(|(name, value)| format!("{name}={} ", shell_words::quote(value)));
        (!environment.is_empty()).then(|| assignments.collect::<String>() + &line)
    };
    let name = name.map(replaced).or_else(automatic).filter(|name| *name != line);
    BenchCommand { line, name, unseen, parameters, environment }
}

/// The variables of one `--env`. The last value of a name counts.
fn environment(text: &str) -> anyhow::Result<Vec<(String, String)>> {
    let words =
        shell_words::split(text).with_context(|| format!("cannot read the words of --env `{text}`"))?;
    let mut variables: Vec<(String, String)> = Vec::new();
    for word in words {
        let assignment = word.split_once('=').filter(|(name, _)| is_variable(name));
        let Some((name, value)) = assignment else {
            bail!("`{word}` in --env is no assignment; use NAME=value or NAME=\"two words\"");
        };
        variables.retain(|(other, _)| other != name);
        variables.push((name.to_owned(), value.to_owned()));
    }
    Ok(variables)
}

/// The text of a command around the runs, for one of the commands.
pub fn hook(text: &str, command: &BenchCommand) -> String {
    replace(text, &command.parameters)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn expanded(words: &[&str]) -> anyhow::Result<Vec<BenchCommand>> {
        let words = ["rprof", "bench"].iter().chain(words);
        match Cli::try_parse_from(words)?.command {
            Command::Bench(arguments) => expand(&arguments),
            other => panic!("{other:?}"),
        }
    }

    fn lines(words: &[&str]) -> Vec<String> {
        expanded(words).expect("commands").into_iter().map(|command| command.line).collect()
    }

    /// The order is hyperfine's, so that its scripts see the same commands.
    #[test]
    fn each_value_is_measured_with_each_command() {
        assert_eq!(lines(&["-P", "n", "1", "2", "a {n}", "b"]), ["a 1", "b", "a 2", "b"]);
        assert_eq!(lines(&["-L", "x", "1,2", "-L", "y", "z,w", "{x}{y}"]), ["1z", "2z", "1w", "2w"]);
        assert_eq!(lines(&["true", "false"]), ["true", "false"]);
    }

    #[test]
    fn names_show_parameters_and_environment() {
        let shown = |words: &[&str]| -> Vec<String> {
            expanded(words).expect("commands").iter().map(BenchCommand::shown).collect()
        };
        assert_eq!(shown(&["-P", "n", "1", "2", "-n", "run {n}", "x {n}"]), ["run 1", "run 2"]);
        assert_eq!(shown(&["-L", "b", "main,new", "make"]), ["make (b = main)", "make (b = new)"]);
        assert_eq!(shown(&["--env", "A='1 2'", "-n", "one", "x", "y"]), ["one", "A='1 2' y"]);
        assert_eq!(shown(&["-P", "n", "1", "1", "--env", "N={n}", "x"]), ["N=1 x"]);
    }

    #[test]
    fn options_for_each_command_must_match_their_number() {
        for words in [
            &["-n", "a", "-n", "b", "x"][..],
            &["-P", "n", "1", "3", "-n", "a", "-n", "b", "x"],
            &["--env", "A=1", "--env", "A=2", "x"],
            &["--env", "1A=1", "x"],
            &["--env", "A", "x"],
            &["--env", "A='1", "x"],
            &["-L", "a", "1", "-L", "a", "2", "x"],
        ] {
            assert!(expanded(words).is_err(), "{words:?}");
        }
        assert!(expanded(&["--env", "", "x"]).expect("commands")[0].environment.is_empty());
    }
}
