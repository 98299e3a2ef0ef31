//! The trace file of the current run: opened once, then appended to line by line.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::time::SystemTime;

use crate::line::Line;

/// The name of the environment variable that holds the path of the trace.
pub const VARIABLE: &str = "RPROF_TRACE";

/// A trace that is open for appending.
///
/// The functions of this crate write to the trace of the environment and ignore errors. Use this type to write to
/// another trace, or to learn whether a record was written.
///
/// ```
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("run.dat");
/// # std::fs::write(&path, "")?;
/// let trace = rprof_mark::Trace::open(&path)?;
/// trace.mark("ready")?;
/// trace.span("load").end();
/// # assert!(std::fs::read_to_string(&path)?.starts_with("MARK "));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Trace(File);

impl Trace {
    /// Opens an existing trace. A missing file is not created.
    ///
    /// # Errors
    /// If the file cannot be opened for appending.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        OpenOptions::new().append(true).open(path).map(Self)
    }

    /// Opens the trace that `RPROF_TRACE` names. Returns `None` if the variable is unset or empty.
    ///
    /// # Errors
    /// If the file cannot be opened for appending.
    pub fn from_environment() -> Option<io::Result<Self>> {
        let path = std::env::var_os(VARIABLE).filter(|path| path != OsStr::new(""))?;
        Some(Self::open(path))
    }

    /// Records an instant.
    ///
    /// # Errors
    /// If the record cannot be written.
    pub fn mark(&self, label: &str) -> io::Result<()> {
        self.write(Line::new("MARK").time(SystemTime::now()).text(label))
    }

    /// Records a value under a key. Blanks in the key become `_`.
    ///
    /// # Errors
    /// If the record cannot be written.
    pub fn note(&self, key: &str, value: &str) -> io::Result<()> {
        self.write(Line::new("NOTE").word(key, 64).text(value))
    }

    pub(crate) fn begin(&self, id: &str, time: SystemTime, name: &str) -> io::Result<()> {
        self.write(Line::new("SPAN begin").plain(id).time(time).text(name))
    }

    pub(crate) fn end(&self, id: &str, time: SystemTime) -> io::Result<()> {
        self.write(Line::new("SPAN end").plain(id).time(time))
    }

    /// Records an ended span as mprof's FUNC line, with the memory in MiB at both ends.
    pub(crate) fn func(
        &self,
        name: &str,
        enter: (SystemTime, f64),
        leave: (SystemTime, f64),
        level: u32,
    ) -> io::Result<()> {
        let line = Line::new("FUNC").word(name, 128);
        let line = line.plain(&format!("{:.6}", enter.1)).time(enter.0);
        let line = line.plain(&format!("{:.6}", leave.1)).time(leave.0);
        self.write(line.plain(&level.to_string()))
    }

    /// Appends one whole line with one write. The kernel puts it at the end of the file in one piece.
    fn write(&self, line: Line) -> io::Result<()> {
        let bytes = line.finish();
        loop {
            match (&self.0).write(&bytes) {
                Ok(written) if written == bytes.len() => return Ok(()),
                // The rest must not be written later: it could land behind the line of another writer.
                Ok(_) => return Err(ErrorKind::WriteZero.into()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Returns the trace of this program; `None` if it does not run under rprof. One atomic load after the first call.
#[inline]
pub(crate) fn current() -> Option<&'static Trace> {
    static TRACE: OnceLock<Option<Trace>> = OnceLock::new();
    // A program must not fail because it is measured, so a trace that cannot be opened counts as no trace.
    TRACE.get_or_init(|| Trace::from_environment()?.ok()).as_ref()
}

/// True if this program runs under rprof and its records are kept. One atomic load after the first call.
#[inline]
pub fn is_active() -> bool {
    current().is_some()
}
