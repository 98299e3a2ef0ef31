//! The files of results: one file here and one match arm for each format.

mod asciidoc;
mod csv;
mod json;
mod markdown;
mod orgmode;
mod table;

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rprof_trace::shown;

use super::runs::CommandRuns;
use crate::cli::BenchOutputArgs;
use crate::output;

/// A format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExportFormat {
    Json,
    Csv,
    Markdown,
    AsciiDoc,
    OrgMode,
}

/// The results of all commands.
#[derive(Debug, Clone, Copy)]
pub struct Results<'a> {
    /// The commands with their runs.
    pub commands: &'a [CommandRuns],
    /// The place of the command that the others are compared with.
    pub reference: usize,
    /// The time of the start, by RFC 3339.
    pub start: &'a str,
}

impl ExportFormat {
    fn text(self, results: &Results<'_>) -> anyhow::Result<String> {
        match self {
            Self::Json => json::text(results),
            Self::Csv => csv::text(results),
            Self::Markdown => Ok(markdown::text(&table::table(results))),
            Self::AsciiDoc => Ok(asciidoc::text(&table::table(results))),
            Self::OrgMode => Ok(orgmode::text(&table::table(results))),
        }
    }
}

/// The files to write.
#[derive(Debug)]
pub struct Exports(Vec<(ExportFormat, PathBuf)>);

impl Exports {
    /// The files that the options name. Each is created now if it is not there, so that hours of runs are not lost to a
    /// wrong name. An older file stays as it is until the runs are done.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn open(arguments: &BenchOutputArgs) -> anyhow::Result<Self> {
        let named = [
            (ExportFormat::Json, &arguments.export_json),
            (ExportFormat::Csv, &arguments.export_csv),
            (ExportFormat::Markdown, &arguments.export_markdown),
            (ExportFormat::AsciiDoc, &arguments.export_asciidoc),
            (ExportFormat::OrgMode, &arguments.export_orgmode),
        ];
        let files = named.into_iter().filter_map(|(format, path)| Some((format, path.clone()?)));
        let files: Vec<_> = files.collect();
        for (_, path) in files.iter().filter(|(_, path)| !is_stdout(path)) {
            OpenOptions::new().append(true).create(true).open(path).with_context(|| cannot_write(path))?;
        }
        Ok(Self(files))
    }

    /// Writes the results to all files.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, results: &Results<'_>) -> anyhow::Result<()> {
        for (format, path) in self.0.iter().filter(|(_, path)| !is_stdout(path)) {
            std::fs::write(path, format.text(results)?).with_context(|| cannot_write(path))?;
        }
        Ok(())
    }

    /// Prints the results whose file is `-`.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn print(&self, results: &Results<'_>) -> anyhow::Result<()> {
        for (format, _) in self.0.iter().filter(|(_, path)| is_stdout(path)) {
            output::write(format.text(results)?.as_bytes())?;
        }
        Ok(())
    }
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write the results `{}`", shown(path))
}

#[cfg(test)]
pub(super) mod samples {
    use rprof_trace::Bytes;

    use super::super::commands::BenchCommand;
    use super::super::measurement::Measurement;
    use super::super::parameters::Parameter;
    use super::super::runs::CommandRuns;

    /// Two commands with four runs each: the second one is faster, needs more memory and is a tree.
    pub fn two() -> Vec<CommandRuns> {
        let run = |wall: f64, tree: u64, pss: Option<u64>| Measurement {
            wall,
            user: Some(0.001),
            system: Some(0.002),
            resident: Some(Bytes(tree << 19)),
            tree: Some(Bytes(tree << 20)),
            tree_upper: Some(Bytes((tree + 1) << 20)),
            pss: pss.map(|pss| Bytes(pss << 20)),
            minor_faults: Some(150),
            major_faults: Some(0),
            processes: 1 + u64::from(pss.is_some()),
            exit_code: Some(0),
            ..Measurement::default()
        };
        let command = |line: &str, name: Option<&str>, value: &str| BenchCommand {
            line: line.to_owned(),
            name: name.map(str::to_owned),
            parameters: vec![Parameter { name: "n".to_owned(), value: value.to_owned() }],
            environment: vec![("A".to_owned(), "1 2".to_owned())],
            ..BenchCommand::default()
        };
        let slow = [1.0, 1.01, 1.02, 1.03].map(|wall| run(wall, 100, None));
        let fast = [0.5, 0.51, 0.52, 0.53].map(|wall| run(wall, 150, Some(90)));
        let of =
            |command, runs: [Measurement; 4]| CommandRuns { runs: runs.into(), ..CommandRuns::of(command) };
        vec![of(command("a|b `c`", None, "1"), slow), of(command("x, \"y\"", Some("fast"), "2"), fast)]
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    #[test]
    fn a_file_that_cannot_be_written_is_reported_before_the_runs_and_an_old_one_stays_until_then() {
        let place = tempfile::tempdir().expect("a place");
        let old = place.path().join("old.json");
        std::fs::write(&old, "precious").expect("room");
        let open = |path: &Path| {
            let words = ["rprof", "bench", "x", "--export-json", path.to_str().expect("text")];
            let Command::Bench(found) = Cli::try_parse_from(words).expect("accepted").command else {
                panic!()
            };
            Exports::open(&found.output)
        };
        assert!(open(&place.path().join("no/such/x.json")).is_err());
        let exports = open(&old).expect("writable");
        assert_eq!(std::fs::read_to_string(&old).expect("text"), "precious");
        let commands = samples::two();
        exports.write(&Results { commands: &commands, reference: 0, start: "2026" }).expect("room");
        assert!(std::fs::read_to_string(&old).expect("text").starts_with('{'));
    }
}
