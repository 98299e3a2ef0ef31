//! `rprof list`, `rm` and `clean`: the traces of the working directory. They never delete another file.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rprof_trace::shown;

use crate::cli::{CleanArgs, RmArgs};
use crate::{message, output, trace_names};

/// Prints `INDEX FILE HH:MM:SS DD/MM/YYYY` for each trace, as mprof does.
pub fn list() -> anyhow::Result<()> {
    let mut lines = String::new();
    for (index, path) in trace_names::in_directory()?.iter().enumerate() {
        let name = path.to_string_lossy();
        let t = trace_names::time_of(&name).unwrap_or_default();
        let (hour, minute, second) = (&t[8..10], &t[10..12], &t[12..14]);
        let (day, month, year) = (&t[6..8], &t[4..6], &t[..4]);
        lines += &format!("{index} {name} {hour}:{minute}:{second} {day}/{month}/{year}\n");
    }
    Ok(output::print(&lines)?)
}

/// Deletes the named traces; if one of them is not a trace, none.
pub fn remove(arguments: &RmArgs) -> anyhow::Result<()> {
    let paths = trace_names::resolve(&arguments.traces)?;
    for path in &paths {
        must_be_a_trace(path).context("nothing was deleted")?;
    }
    delete(&paths, arguments.dry_run)
}

/// Deletes all that `list` shows.
pub fn clean(arguments: &CleanArgs) -> anyhow::Result<()> {
    delete(&trace_names::in_directory()?, arguments.dry_run)
}

fn must_be_a_trace(path: &Path) -> anyhow::Result<()> {
    let kind = std::fs::metadata(path).map(|data| data.file_type());
    match kind {
        Ok(kind) if kind.is_dir() => bail!("`{}` is a directory", shown(path)),
        // The file behind /dev/stdin has another name.
        Ok(kind) if !kind.is_file() || path.starts_with("/dev") => {
            bail!("`{}` is not a regular file", shown(path))
        }
        _ => {}
    }
    let name = path.file_name().and_then(|name| name.to_str());
    // A file with a default name may be empty or cut short. Any other file must begin with a record.
    if name.is_some_and(|name| trace_names::time_of(name).is_some()) {
        return Ok(());
    }
    rprof_trace::Reader::open(path)?.next_record()?;
    Ok(())
}

fn delete(paths: &[PathBuf], dry_run: bool) -> anyhow::Result<()> {
    if dry_run {
        // mprof's own words, with its blank at the end.
        let mut lines = "Files to be removed: \n".to_owned();
        paths.iter().for_each(|path| lines += &format!("{}\n", shown(path)));
        return Ok(output::print(&lines)?);
    }
    // One that cannot be deleted does not keep the others.
    let failed: Vec<String> = paths
        .iter()
        .filter_map(|path| delete_one(path).err())
        .map(|error| message::one_line(&error))
        .collect();
    if failed.is_empty() { Ok(()) } else { bail!("{}", failed.join("\n")) }
}

fn delete_one(path: &Path) -> anyhow::Result<()> {
    std::fs::remove_file(path).with_context(|| format!("cannot delete `{}`", shown(path)))?;
    // The stacks of the run are of no use without its trace.
    let mut stacks = path.as_os_str().to_owned();
    stacks.push(".stacks");
    let _ = std::fs::remove_file(stacks);
    Ok(())
}
