//! Creation of the trace file: before the command starts, and never over another file without `--force`.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Creates the trace for appending: `given`, or a new `mprofile_<time>.dat` in the working directory, which `mprof list`
/// finds too.
///
/// # Errors
/// When the file exists and `force` is not set, or it cannot be created.
pub fn create(given: Option<&Path>, force: bool, start: Timestamp) -> anyhow::Result<(PathBuf, File)> {
    match given {
        Some(path) => Ok((path.to_owned(), create_named(path, force)?)),
        None => next_free(start),
    }
}

/// Creates a trace of this name for appending.
///
/// # Errors
/// When the file exists and `force` is not set, or it cannot be created.
pub fn create_named(path: &Path, force: bool) -> anyhow::Result<File> {
    if force {
        // O_APPEND and O_TRUNC do not go together in OpenOptions, so the file is truncated by a descriptor of its own.
        let truncated = OpenOptions::new().write(true).create(true).truncate(true).open(path);
        truncated.with_context(|| cannot_write(path))?;
        return OpenOptions::new().append(true).open(path).with_context(|| cannot_write(path));
    }
    match new_file(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("`{}` exists; use another name, or --force to overwrite it", path.display())
        }
        file => file.with_context(|| cannot_write(path)),
    }
}

/// The context of a failed write.
pub fn cannot_write(path: &Path) -> String {
    format!("cannot write the trace `{}`", path.display())
}

fn new_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().append(true).create_new(true).open(path)
}

/// Creates a trace with the default name.
///
/// The name resolves seconds only: when two runs start in the same second, the later one takes the next free second.
fn next_free(start: Timestamp) -> anyhow::Result<(PathBuf, File)> {
    let mut time = start.to_zoned_datetime(TimeZone::system());
    for _ in 0..3600 {
        let path = PathBuf::from(format!("mprofile_{}.dat", time.strftime("%Y%m%d%H%M%S")));
        match new_file(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                time = time
                    .checked_add(jiff::Span::new().seconds(1))
                    .context("the system clock is out of range")?;
            }
            Err(error) => return Err(error).with_context(|| cannot_write(&path)),
        }
    }
    bail!("no free name `mprofile_<time>.dat` within the next hour; name the trace with -o")
}
