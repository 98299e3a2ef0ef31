//! The trace file that is written: created before the command starts, never over another file without `--force`. A trace
//! that `--force` replaces stays until the start is certain.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rprof_trace::shown;

/// The permissions of a file that anybody may read, less the umask.
const PUBLIC: u32 = 0o666;
/// The permissions of a file for its owner alone.
const PRIVATE: u32 = 0o600;

/// The choices for a new trace.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choices {
    /// Replace an existing file.
    pub force: bool,
    /// Let only the owner read it.
    pub private: bool,
}

/// A trace that was created. Until [`keep`](Self::keep), the file that it replaces can be restored.
#[derive(Debug)]
pub struct TraceFile {
    /// The name that was given or chosen.
    pub path: PathBuf,
    /// Device and inode.
    identity: (u64, u64),
    /// The file that it replaces, under another name.
    replaced: Option<PathBuf>,
    /// False for `/dev/null`.
    is_kept: bool,
}

impl TraceFile {
    /// Creates the trace for appending: `given`, or a new `mprofile_<time>.dat` in the working directory, which
    /// `mprof list` finds too.
    ///
    /// # Errors
    /// When the file exists and may not be replaced, or it cannot be created.
    pub fn create(given: Option<&Path>, choices: Choices, start: Timestamp) -> anyhow::Result<(Self, File)> {
        match given {
            Some(path) => Self::create_named(path, choices),
            None => next_free(start, choices),
        }
    }

    /// Creates a trace of this name for appending.
    ///
    /// # Errors
    /// When the file exists and may not be replaced, or it cannot be created.
    pub fn create_named(path: &Path, choices: Choices) -> anyhow::Result<(Self, File)> {
        let existing = std::fs::metadata(path).ok();
        if let Some(existing) = &existing {
            if is_null(path) {
                let file = OpenOptions::new().write(true).open(path).with_context(|| cannot_write(path))?;
                return Self::of(path.to_owned(), file, None, false);
            }
            must_be_file(path, existing)?;
            if choices.force {
                return Self::replace(path, choices);
            }
            bail!("`{}` exists; use another name, or --force to overwrite it", shown(path));
        }
        match new_file(path, choices) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                bail!("`{}` is a link to a missing file; use another name", shown(path))
            }
            file => Self::of(path.to_owned(), file.with_context(|| cannot_write(path))?, None, true),
        }
    }

    /// Moves an existing trace aside and creates a new one in its place.
    fn replace(path: &Path, choices: Choices) -> anyhow::Result<(Self, File)> {
        let failed = || cannot_write(path);
        // A link stays a link: the file that it names is replaced.
        let target = path.canonicalize().with_context(failed)?;
        // The right to write the file itself is asked for, as the shell's `>` does.
        OpenOptions::new().append(true).open(&target).with_context(failed)?;
        let aside = beside(&target);
        match std::fs::rename(&target, &aside) {
            Ok(()) => {}
            // Only the file may be written, not its directory: it is emptied in place.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                let file = OpenOptions::new().append(true).open(&target).with_context(failed)?;
                file.set_len(0).with_context(failed)?;
                return Self::of(path.to_owned(), file, None, true);
            }
            Err(error) => return Err(error).with_context(failed),
        }
        match new_file(&target, choices) {
            Ok(file) => Self::of(path.to_owned(), file, Some(aside), true),
            Err(error) => {
                let _ = std::fs::rename(&aside, &target);
                Err(error).with_context(failed)
            }
        }
    }

    fn of(
        path: PathBuf,
        file: File,
        replaced: Option<PathBuf>,
        is_kept: bool,
    ) -> anyhow::Result<(Self, File)> {
        let identity = file.metadata().map(|data| identity(&data)).with_context(|| cannot_write(&path))?;
        Ok((Self { path, identity, replaced, is_kept }, file))
    }

    /// Gives up the file that the trace replaces: the command runs, or the copy is complete.
    pub fn keep(&mut self) {
        if let Some(replaced) = self.replaced.take() {
            let _ = std::fs::remove_file(replaced);
        }
    }

    /// Deletes the trace and restores the file that it replaces.
    pub fn abandon(&mut self) {
        if !self.is_kept {
            return;
        }
        match self.replaced.take() {
            Some(replaced) => {
                let target = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
                let _ = std::fs::rename(replaced, target);
            }
            None => _ = std::fs::remove_file(&self.path),
        }
    }

    /// True if there is a trace to read later: not for `/dev/null`.
    pub fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// Why the name of the trace does not lead to it any more; `None` if it does.
    pub fn missing(&self) -> Option<String> {
        let found = std::fs::metadata(&self.path).ok().map(|data| identity(&data));
        match found {
            _ if !self.is_kept => None,
            Some(found) if found == self.identity => None,
            Some(_) => {
                Some(format!("another file has replaced the trace `{}` during the run", shown(&self.path)))
            }
            None => Some(format!("the trace `{}` was deleted or moved during the run", shown(&self.path))),
        }
    }
}

/// The context of a failed write.
pub fn cannot_write(path: &Path) -> String {
    format!("cannot write the trace `{}`", shown(path))
}

/// True for `/dev/null`, which means no trace.
pub fn is_null(path: &Path) -> bool {
    path.canonicalize().is_ok_and(|path| path == Path::new("/dev/null"))
}

/// Refuses what is no regular file. A trace has positions, and other programs open it by its name.
fn must_be_file(path: &Path, found: &Metadata) -> anyhow::Result<()> {
    let kind = found.file_type();
    let what = if kind.is_dir() {
        "a directory"
    } else if kind.is_fifo() {
        "a FIFO or pipe"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_file() {
        return Ok(());
    } else {
        "a device"
    };
    bail!(
        "`{}` is {what}, and a trace must be a regular file: measured programs append to it; \
         write to a file and follow it with `tail -f`, or use /dev/null for no trace",
        shown(path)
    )
}

fn identity(data: &Metadata) -> (u64, u64) {
    (data.dev(), data.ino())
}

/// A free name in the directory of a file.
fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.replaced", std::process::id()));
    path.with_file_name(name)
}

fn new_file(path: &Path, choices: Choices) -> io::Result<File> {
    let mode = if choices.private { PRIVATE } else { PUBLIC };
    OpenOptions::new().append(true).create_new(true).mode(mode).open(path)
}

/// A default name that no file has, for a recording that starts now.
///
/// # Errors
/// When there is none within the next hour.
pub fn free_name() -> anyhow::Result<PathBuf> {
    let start = Timestamp::now().to_zoned_datetime(TimeZone::system());
    for later in 0..3600 {
        let time = start
            .checked_add(jiff::Span::new().seconds(later))
            .context("the system clock is out of range")?;
        let path = default_name(time.strftime(DIGITS));
        if !path.exists() {
            return Ok(path);
        }
    }
    bail!("no free name `mprofile_<time>.dat` within the next hour; name the trace with -o")
}

fn default_name(digits: impl std::fmt::Display) -> PathBuf {
    PathBuf::from(format!("mprofile_{digits}.dat"))
}

/// The digits of a default name.
const DIGITS: &str = "%Y%m%d%H%M%S";

/// Creates a trace with the default name.
///
/// The name resolves seconds only: when two runs start in the same second, the later one takes the next free second.
fn next_free(start: Timestamp, choices: Choices) -> anyhow::Result<(TraceFile, File)> {
    let mut time = start.to_zoned_datetime(TimeZone::system());
    for _ in 0..3600 {
        let path = default_name(time.strftime(DIGITS));
        match new_file(&path, choices) {
            Ok(file) => return TraceFile::of(path, file, None, true),
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
