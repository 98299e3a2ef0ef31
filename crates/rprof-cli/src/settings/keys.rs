//! The keys: few, and each is an option whose default a user may want to change for good.

use clap::ValueEnum;

use crate::cli::values::interval;
use crate::cli::{MetricName, ThemeName};

/// A key of the configuration file, and the environment variable beside it.
#[derive(Debug)]
pub struct Key {
    /// The name in the file.
    pub name: &'static str,
    /// The environment variable.
    pub variable: &'static str,
    /// clap's name of the option.
    pub argument: &'static str,
    /// The commands that have the option.
    pub commands: &'static [&'static str],
    /// The default without a setting, in words.
    pub usual: &'static str,
    /// An example, for the remedy of an error.
    pub example: &'static str,
    /// Checks a value; an error has the reason and the remedy.
    pub check: fn(&str) -> Result<(), String>,
}

const RECORDING: &[&str] = &["run", "attach"];

/// All keys.
pub const KEYS: [Key; 4] = [
    Key {
        name: "interval",
        variable: "RPROF_INTERVAL",
        argument: "interval",
        commands: RECORDING,
        usual: "0.1",
        example: "interval = \"10ms\"",
        check: |text| interval(text).map(drop),
    },
    Key {
        name: "metric",
        variable: "RPROF_METRIC",
        argument: "metric",
        commands: RECORDING,
        usual: "rss",
        example: "metric = \"pss\"",
        check: one_of::<MetricName>,
    },
    Key {
        name: "output",
        variable: "RPROF_OUTPUT",
        argument: "trace",
        commands: RECORDING,
        usual: "mprofile_<time>.dat",
        example: "output = \"{name}-{time}.dat\"",
        check: |text| if text.is_empty() { Err("empty; use the name of a trace".to_owned()) } else { Ok(()) },
    },
    Key {
        name: "theme",
        variable: "RPROF_THEME",
        argument: "theme",
        commands: &["plot"],
        usual: "light",
        example: "theme = \"dark\"",
        check: one_of::<ThemeName>,
    },
];

fn one_of<T: ValueEnum>(text: &str) -> Result<(), String> {
    let names = T::value_variants().iter().filter_map(T::to_possible_value);
    let names: Vec<String> = names.map(|value| value.get_name().to_owned()).collect();
    if names.iter().any(|name| name == text) {
        return Ok(());
    }
    Err(format!("unknown value; use {}", names.join(", ")))
}
