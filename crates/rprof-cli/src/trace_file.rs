//! Creating the trace file: before the command starts, and never over another file.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Opens the trace for appending: `given`, or a new `mprofile_<time>.dat` here, so that mprof's list finds it too.
///
/// # Errors
/// When the file exists and `force` is not given, or it cannot be made.
pub fn create(given: Option<&Path>, force: bool, start: Timestamp) -> anyhow::Result<(PathBuf, File)> {
    match given {
        Some(path) => Ok((path.to_owned(), create_named(path, force)?)),
        None => next_free(start),
    }
}

/// Opens a trace of this name for appending.
///
/// # Errors
/// When the file exists and `force` is not given, or it cannot be made.
pub fn create_named(path: &Path, force: bool) -> anyhow::Result<File> {
    if force {
        // Truncated apart from the appending descriptor, which must not be opened for truncation.
        let truncated = OpenOptions::new().write(true).create(true).truncate(true).open(path);
        truncated.with_context(|| cannot(path))?;
        return OpenOptions::new().append(true).open(path).with_context(|| cannot(path));
    }
    match new_file(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("`{}` exists; take another name, or --force to overwrite it", path.display())
        }
        file => file.with_context(|| cannot(path)),
    }
}

/// What could not be done.
pub fn cannot(path: &Path) -> String {
    format!("cannot write the trace `{}`", path.display())
}

fn new_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().append(true).create_new(true).open(path)
}

/// The default name has room for seconds only: of two runs begun in one second, the later takes the next one.
fn next_free(start: Timestamp) -> anyhow::Result<(PathBuf, File)> {
    let mut time = start.to_zoned(TimeZone::system());
    for _ in 0..3600 {
        let path = PathBuf::from(format!("mprofile_{}.dat", time.strftime("%Y%m%d%H%M%S")));
        match new_file(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                time = time.checked_add(jiff::Span::new().seconds(1)).context("the clock is at its end")?;
            }
            Err(error) => return Err(error).with_context(|| cannot(&path)),
        }
    }
    bail!("cannot find a free name mprofile_<time>.dat; name the trace with -o")
}
