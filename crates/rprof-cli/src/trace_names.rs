//! Names of traces: the default names in the working directory, and arguments by file name or by index.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rprof_trace::{Reader, shown};

/// The traces with a default name (`mprofile_`, 14 digits, `.dat`) in the working directory, oldest first.
///
/// # Errors
/// When the directory cannot be read.
pub fn in_directory() -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(".").context("cannot read the working directory")?;
    let mut traces: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_default_name))
        // A directory may have such a name too, but is no trace.
        .filter(|entry| !entry.path().is_dir())
        .map(|entry| PathBuf::from(entry.file_name()))
        .collect();
    // By start and not by name: a name is in local time, in which an hour may come twice.
    traces.sort_by_cached_key(|trace| (started(trace), trace.clone()));
    Ok(traces)
}

/// The traces in a directory, by name; `None` if the path is no directory.
///
/// # Errors
/// When the directory cannot be read, or has no trace.
pub fn in_folder(path: &Path) -> anyhow::Result<Option<Vec<PathBuf>>> {
    if !path.is_dir() {
        return Ok(None);
    }
    let failed = || format!("cannot read the directory `{}`", shown(path));
    let mut traces = Vec::new();
    for entry in std::fs::read_dir(path).with_context(failed)? {
        let found = entry.with_context(failed)?.path();
        if is_trace_name(&found) && found.is_file() {
            traces.push(found);
        }
    }
    if traces.is_empty() {
        bail!("no trace in the directory `{}`: no file with the extension .dat or .csv", shown(path));
    }
    traces.sort();
    Ok(Some(traces))
}

/// True for the extension of a trace, compressed or not.
fn is_trace_name(path: &Path) -> bool {
    let has = |path: &Path, names: &[&str]| {
        path.extension().is_some_and(|extension| names.iter().any(|name| extension == *name))
    };
    let inner = if has(path, &["gz", "zst"]) { path.with_extension("") } else { path.to_owned() };
    has(&inner, &["dat", "csv"])
}

/// The start of a trace in microseconds since 1970: that of its header or first tick, else that of its name.
fn started(trace: &Path) -> Option<i64> {
    let micros = |seconds: f64| (seconds * 1e6) as i64;
    start_inside(trace).map(micros).or_else(|| {
        let time = time_of(trace.to_str()?)?;
        let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", time).ok()?;
        Some(jiff::tz::TimeZone::system().to_timestamp(time).ok()?.as_microsecond())
    })
}

/// The start that the first lines of a trace give.
fn start_inside(trace: &Path) -> Option<f64> {
    /// Lines of mprof's traces before the first tick: the command, and spans of the first interval.
    const LINES: usize = 100;
    let mut reader = std::fs::metadata(trace).ok()?.is_file().then(|| Reader::open(trace).ok())??;
    for _ in 0..LINES {
        if let Some(start) = reader.next_entry().ok()??.start_s {
            return Some(start);
        }
    }
    None
}

fn is_default_name(name: &str) -> bool {
    time_of(name).is_some()
}

/// The 14 digits `YYYYMMDDhhmmss` of a default name; `None` for any other name.
pub fn time_of(name: &str) -> Option<&str> {
    let digits = name.strip_prefix("mprofile_")?.strip_suffix(".dat")?;
    (digits.len() == 14 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// The traces that the arguments name, each once; the newest without arguments.
///
/// An argument is the name of an existing file, `-` for stdin, a pattern such as `t*.dat`, otherwise an index: 0 is the oldest trace, -1 the newest.
///
/// # Errors
/// When an argument is neither, or the directory has no trace to choose from.
pub fn resolve(arguments: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    if arguments.is_empty() {
        let newest = in_directory()?.pop();
        return Ok(vec![newest.context("no trace `mprofile_*.dat` in this directory; name a file")?]);
    }
    let mut traces: Vec<PathBuf> = Vec::new();
    let mut known = HashSet::new();
    for argument in arguments {
        let found = match by_pattern(argument)? {
            Some(found) => found,
            None => vec![resolve_one(argument)?],
        };
        traces.extend(found.into_iter().filter(|trace| known.insert(trace.clone())));
    }
    Ok(traces)
}

/// The files that a pattern such as `trace-*.dat` matches, by name; `None` if the argument is no pattern. A shell expands
/// such a pattern too, unless it is quoted, as that of a thousand ranks may have to be.
fn by_pattern(argument: &Path) -> anyhow::Result<Option<Vec<PathBuf>>> {
    let pattern = argument.to_str().filter(|text| text.contains(['*', '?', '[']) && !argument.exists());
    let Some(pattern) = pattern else { return Ok(None) };
    // A name that is no pattern does not exist.
    let Ok(found) = glob::glob(pattern) else { return Ok(None) };
    let files: Vec<PathBuf> = found.flatten().filter(|path| !path.is_dir()).collect();
    if files.is_empty() {
        bail!("no file matches the pattern `{}`", shown(argument));
    }
    Ok(Some(files))
}

fn resolve_one(argument: &Path) -> anyhow::Result<PathBuf> {
    if argument == Path::new("-") {
        return Ok(PathBuf::from("/dev/stdin"));
    }
    let index = argument.to_str().and_then(|text| text.parse::<i64>().ok());
    match index {
        Some(index) if !argument.exists() => by_index(index),
        _ if argument.exists() => Ok(argument.to_owned()),
        _ => bail!(
            "no trace `{}`: no such file, and not an index; `rprof list` shows the indices",
            shown(argument)
        ),
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
        None if count == 0 => {
            bail!("no trace with index {index}: no `mprofile_*.dat` in this directory; name a file")
        }
        None => {
            bail!("no trace with index {index}: `rprof list` shows {count}, 0 to {}", count - 1)
        }
    }
}
