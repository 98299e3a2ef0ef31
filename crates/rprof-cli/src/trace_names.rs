//! Which traces are meant: mprof's names in the working directory, by index or by file name.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// The traces of this directory, oldest first: `mprofile_` and 14 digits, as mprof and rprof name them.
///
/// # Errors
/// When the directory cannot be read.
pub fn in_directory() -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(".").context("cannot read the working directory")?;
    let mut traces: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_default_name))
        .map(|entry| PathBuf::from(entry.file_name()))
        .collect();
    traces.sort();
    Ok(traces)
}

fn is_default_name(name: &str) -> bool {
    time_of(name).is_some()
}

/// The 14 digits of a default name.
pub fn time_of(name: &str) -> Option<&str> {
    let digits = name.strip_prefix("mprofile_")?.strip_suffix(".dat")?;
    (digits.len() == 14 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// What the arguments mean: an existing file of that name, else an index; the newest when there is none. One that is
/// named twice is there once.
///
/// # Errors
/// When an argument is neither, or nothing is there to choose from.
pub fn resolve(arguments: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    if arguments.is_empty() {
        let newest = in_directory()?.pop();
        return Ok(vec![newest.context("no trace mprofile_*.dat in this directory; name one")?]);
    }
    let mut traces: Vec<PathBuf> = Vec::new();
    for argument in arguments {
        let trace = resolve_one(argument)?;
        if !traces.contains(&trace) {
            traces.push(trace);
        }
    }
    Ok(traces)
}

fn resolve_one(argument: &Path) -> anyhow::Result<PathBuf> {
    let index = argument.to_str().and_then(|text| text.parse::<i64>().ok());
    match index {
        Some(index) if !argument.exists() => by_index(index),
        _ if argument.exists() => Ok(argument.to_owned()),
        _ => bail!("no trace `{}`: no such file, and not an index (see `rprof list`)", argument.display()),
    }
}

fn by_index(index: i64) -> anyhow::Result<PathBuf> {
    let mut traces = in_directory()?;
    let count = traces.len();
    let at = if index < 0 {
        usize::try_from(index.unsigned_abs()).ok().and_then(|back| count.checked_sub(back))
    } else {
        usize::try_from(index).ok().filter(|at| *at < count)
    };
    match at {
        Some(at) => Ok(traces.swap_remove(at)),
        None if count == 0 => bail!("no trace with index {index}: no mprofile_*.dat in this directory"),
        None => {
            bail!("no trace with index {index}: there are {count}, 0 to {} (see `rprof list`)", count - 1)
        }
    }
}
