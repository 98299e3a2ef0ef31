//! Defaults that the user has set. An environment variable overrides the configuration file, and the command line
//! overrides both. Each value is checked where it is read, so that an error names its place and a remedy.

mod file;
mod keys;

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::bail;
use clap::{Command as Definition, CommandFactory};
use rprof_trace::shown;

use crate::cli::{self, Cli, Command};
use crate::message;
pub use keys::{KEYS, Key};

/// The place where a value is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The line of the configuration file, from 1.
    File(usize),
    /// The key's environment variable.
    Variable,
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The value, as the option takes it.
    pub value: String,
    /// The place.
    pub origin: Origin,
}

/// All settings.
#[derive(Debug)]
pub struct Settings {
    /// The configuration file, which may not exist; `None` if there is no directory for it, or if the user wants none.
    pub path: Option<PathBuf>,
    /// The settings of `KEYS`, in their order; `None` for what has rprof's own default.
    pub found: [Option<Setting>; KEYS.len()],
    /// Why the default file could not be read; `None` if it was, or does not exist.
    pub unread: Option<String>,
}

impl Settings {
    /// Reads the configuration file and the environment.
    ///
    /// # Errors
    /// When the file that `RPROF_CONFIG` names cannot be read, when a file is not valid, or when a variable has no valid
    /// value.
    pub fn load() -> anyhow::Result<Self> {
        let path = file::path();
        let file::FileSettings { mut found, unread } = match &path {
            Some(path) => file::read(path)?,
            None => file::FileSettings::default(),
        };
        for (key, setting) in KEYS.iter().zip(&mut found) {
            if let Some(value) = variable(key)? {
                *setting = Some(Setting { value, origin: Origin::Variable });
            }
        }
        Ok(Self { path, found, unread })
    }

    /// The warning that the default file has no effect; `None` if there is no reason for one.
    fn warning(&self) -> Option<String> {
        let (path, reason) = (self.path.as_deref()?, self.unread.as_deref()?);
        let path = shown(path);
        Some(format!(
            "cannot read the configuration file `{path}`: {reason}; going on without it (`RPROF_CONFIG=` for no file)"
        ))
    }

    /// A definition of the command line that has these settings as its defaults.
    fn applied(&self, definition: Definition) -> Definition {
        let set = KEYS.iter().zip(&self.found).filter_map(|(key, found)| Some((key, found.as_ref()?)));
        set.fold(definition.mut_subcommands(cli::with_options), |definition, (key, setting)| {
            // clap keeps defaults for the life of the program.
            let value: &'static str = setting.value.clone().leak();
            key.commands.iter().fold(definition, |definition, command| {
                definition.mut_subcommand(command, |command| {
                    command.mut_arg(key.argument, |argument| argument.default_value(value))
                })
            })
        })
    }
}

/// The value of a key's environment variable; `None` if it is unset or empty.
fn variable(key: &Key) -> anyhow::Result<Option<String>> {
    let Some(value) = std::env::var_os(key.variable).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let Ok(value) = value.into_string() else {
        bail!("the environment variable {} is not UTF-8; unset it or change it", key.variable);
    };
    if let Err(reason) = (key.check)(&value) {
        bail!("the environment variable {} is `{value}`: {reason}", key.variable);
    }
    Ok(Some(value))
}

/// The command line with the settings as its defaults, if the command uses one of them.
///
/// # Errors
/// As for [`Settings::load`].
pub fn apply(cli: Cli, arguments: &[OsString]) -> anyhow::Result<Cli> {
    let is_quiet = match &cli.command {
        Command::Run(run) => run.output.quiet,
        Command::Attach(attach) => attach.output.quiet,
        Command::Plot(_) => false,
        _ => return Ok(cli),
    };
    let settings = Settings::load()?;
    if let Some(warning) = settings.warning().filter(|_| !is_quiet) {
        message::print(&warning);
    }
    if settings.found.iter().all(Option::is_none) {
        return Ok(cli);
    }
    // The same arguments were accepted before, and every value is valid.
    Ok(cli::parse_with(settings.applied(Cli::command()), arguments)?)
}

/// The words for a place.
pub fn origin_words(setting: Option<&Setting>, key: &Key, path: Option<&std::path::Path>) -> String {
    match (setting.map(|setting| setting.origin), path) {
        (None, _) => "default".to_owned(),
        (Some(Origin::File(line)), Some(path)) => format!("{}, line {line}", shown(path)),
        (Some(Origin::File(line)), None) => format!("line {line}"),
        (Some(Origin::Variable), _) => key.variable.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each key names an option that exists, and its usual value is that of the option.
    #[test]
    fn the_keys_are_options() {
        for key in &KEYS {
            for name in key.commands {
                let definition = cli::definition().mut_subcommands(cli::with_options);
                let command = definition.find_subcommand(name).unwrap_or_else(|| panic!("{name}"));
                let argument = command.get_arguments().find(|argument| argument.get_id() == key.argument);
                let argument = argument.unwrap_or_else(|| panic!("{name} {}", key.argument));
                let default = argument.get_default_values().first().and_then(|value| value.to_str());
                assert!(default.is_none_or(|default| default == key.usual), "{}: {default:?}", key.name);
            }
            assert_eq!(key.variable, format!("RPROF_{}", key.name.to_uppercase()));
        }
    }

    #[test]
    fn a_setting_is_a_default_that_the_command_line_overrides() {
        let mut found: [Option<Setting>; KEYS.len()] = Default::default();
        let values = ["2s", "pss", "t.dat", "dark"];
        for (setting, value) in found.iter_mut().zip(values) {
            *setting = Some(Setting { value: value.to_owned(), origin: Origin::Variable });
        }
        let settings = Settings { path: None, found, unread: None };
        let run = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            match cli::parse_with(settings.applied(cli::definition()), &words).expect("accepted").command {
                Command::Run(run) => (run.sampling.interval.as_millis(), run.output.trace),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(run(&["rprof", "run", "true"]), (2000, Some("t.dat".into())));
        assert_eq!(run(&["rprof", "run", "-T", "1", "-o", "u.dat", "true"]), (1000, Some("u.dat".into())));
        // A default is no option that --backend could contradict.
        assert_eq!(run(&["rprof", "run", "--backend", "psutil", "true"]).0, 2000);
    }
}
