//! The names of the traces that are kept, one for each measured run.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rprof_trace::shown;

use super::commands::BenchCommand;

/// The longest part of a command in a name.
const LONGEST: usize = 32;

/// The directory of the traces, and the beginning of the names of each command's.
#[derive(Debug)]
pub struct TraceNames {
    place: PathBuf,
    beginnings: Vec<String>,
}

impl TraceNames {
    /// Creates the directory if it is not there.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn new(place: &Path, commands: &[BenchCommand]) -> anyhow::Result<Self> {
        std::fs::create_dir_all(place)
            .with_context(|| format!("cannot create the directory `{}`", shown(place)))?;
        let beginnings =
            commands.iter().zip(1..).map(|(command, number): (_, usize)| beginning(number, command));
        Ok(Self { place: place.to_owned(), beginnings: beginnings.collect() })
    }

    /// The trace of a run, numbered from 0; in the name it is numbered from 1.
    pub fn path(&self, command: usize, run: u64) -> PathBuf {
        self.place.join(format!("{}-{:04}.dat", self.beginnings[command], run + 1))
    }
}

/// `2-sort_a.txt`: the number keeps names apart, the words say what it is.
fn beginning(number: usize, command: &BenchCommand) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '=');
    let plain: String =
        command.name().chars().map(|c| if is_plain(&c) { c } else { '_' }).take(LONGEST).collect();
    format!("{number}-{}", plain.trim_matches(['_', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_and_sorted_by_run() {
        let command =
            |line: &str| BenchCommand { line: line.to_owned(), name: None, ..BenchCommand::default() };
        let found = [command("sort -k 2 'a b'"), command("../x\u{1b}/y"), command("$(rm)")];
        let names: Vec<String> = found.iter().zip(1..).map(|(one, number)| beginning(number, one)).collect();
        assert_eq!(names, ["1-sort_-k_2__a_b", "2-x__y", "3-rm"]);
        let place = tempfile::tempdir().expect("a place");
        let traces = TraceNames::new(&place.path().join("a/b"), &found).expect("a directory");
        assert!(traces.path(0, 8).ends_with("1-sort_-k_2__a_b-0009.dat"));
        assert!(place.path().join("a/b").is_dir());
    }
}
