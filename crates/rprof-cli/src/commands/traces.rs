//! `rprof list`, `rm` and `clean`: the traces of a directory, and never another file.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::cli::{CleanArgs, RmArgs};
use crate::trace_names;

/// Prints `INDEX FILE HH:MM:SS DD/MM/YYYY` for each trace, as mprof does.
pub fn list() -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for (index, path) in trace_names::in_directory()?.iter().enumerate() {
        let name = path.to_string_lossy();
        let t = trace_names::time_of(&name).unwrap_or_default();
        let (hour, minute, second) = (&t[8..10], &t[10..12], &t[12..14]);
        let (day, month, year) = (&t[6..8], &t[4..6], &t[..4]);
        writeln!(out, "{index} {name} {hour}:{minute}:{second} {day}/{month}/{year}")?;
    }
    Ok(())
}

/// Deletes the named traces, or none of them.
pub fn remove(arguments: &RmArgs) -> anyhow::Result<()> {
    let paths = trace_names::resolve(&arguments.traces)?;
    for path in &paths {
        // A file under a trace's own name may be empty or cut short; any other must prove to be one.
        let named_as_trace =
            path.file_name().and_then(|n| n.to_str()).is_some_and(|n| trace_names::time_of(n).is_some());
        if path.is_dir() {
            bail!("`{}` is a directory; nothing was deleted", path.display());
        }
        if !named_as_trace {
            let first = rprof_trace::Reader::open(path).and_then(|mut reader| reader.next_record().map(drop));
            first.context("nothing was deleted")?;
        }
    }
    delete(&paths, arguments.dry_run)
}

/// Deletes all that `list` shows.
pub fn clean(arguments: &CleanArgs) -> anyhow::Result<()> {
    delete(&trace_names::in_directory()?, arguments.dry_run)
}

fn delete(paths: &[PathBuf], dry_run: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if dry_run {
        writeln!(out, "Files to be removed: ")?;
        for path in paths {
            writeln!(out, "{}", path.display())?;
        }
        return Ok(());
    }
    paths.iter().try_for_each(|path| delete_one(path))
}

fn delete_one(path: &Path) -> anyhow::Result<()> {
    std::fs::remove_file(path).with_context(|| format!("cannot delete `{}`", path.display()))
}
