//! The figure of all commands: their peaks and curves, handed to rprof-plot.

use std::path::{Path, PathBuf};

use rprof_plot::{Options, Repeats, repeats};

use super::commands::BenchCommand;
use super::measurement::Metric;
use super::runs::CommandRuns;
use crate::figure_format::{FigureFormat, PNG_SCALE};
use crate::{figure_file, missing_glyphs};

/// Checks before the runs that the figure may be written.
///
/// # Errors
/// When the extension is none of a figure, or the file is another one.
pub fn check(path: &Path, commands: &[BenchCommand], force: bool) -> anyhow::Result<()> {
    FigureFormat::from_path(path)?;
    let lines = lines(commands.iter());
    figure_file::check(path, &lines.iter().map(PathBuf::as_path).collect::<Vec<_>>(), force)
}

/// The command lines. The mark of a figure names what it shows: files elsewhere, commands here.
fn lines<'a>(commands: impl Iterator<Item = &'a BenchCommand>) -> Vec<PathBuf> {
    commands.map(|command| PathBuf::from(&command.line)).collect()
}

/// Draws the figure and writes it. It replaces an older figure of the same commands, and any other file with `force`.
///
/// # Errors
/// When there is nothing to draw, or the file cannot be written.
pub fn write(path: &Path, results: &[CommandRuns], force: bool) -> anyhow::Result<()> {
    let names: Vec<String> = results.iter().map(|result| result.command.shown()).collect();
    let groups: Vec<Repeats<'_>> =
        results.iter().zip(&names).filter_map(|(result, name)| group(result, name)).collect();
    let svg = repeats(&Options::default(), &groups)?;
    missing_glyphs::print(&svg);
    let figure = FigureFormat::from_path(path)?.render(&svg, PNG_SCALE)?;
    let lines = lines(results.iter().map(|result| &result.command));
    let lines: Vec<&Path> = lines.iter().map(PathBuf::as_path).collect();
    figure_file::write(path, figure, &lines, force)
}

fn group<'a>(result: &'a CommandRuns, name: &'a str) -> Option<Repeats<'a>> {
    let found = Metric::Tree.summary(&result.runs)?;
    Some(Repeats {
        label: name,
        peaks: Metric::Tree.values(&result.runs),
        mean: (found.mean, found.stddev),
        curves: result.runs.iter().map(|run| &run.curve).collect(),
    })
}
