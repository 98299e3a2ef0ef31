//! The trace of the run this program is in: opened once, appended to line by line.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::time::SystemTime;

use crate::line::Line;

/// The environment variable that holds the trace's path.
pub const VARIABLE: &str = "RPROF_TRACE";

/// A trace to append to. The functions of this crate write to that of the environment; this is for another, or for a
/// program that wants to know whether a record was written.
#[derive(Debug)]
pub struct Trace(File);

impl Trace {
    /// Opens a trace; it is not made when it is not there.
    ///
    /// # Errors
    /// When it cannot be opened for appending.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        OpenOptions::new().append(true).open(path).map(Self)
    }

    /// The trace that the environment names; `None` when it names none.
    ///
    /// # Errors
    /// When it cannot be opened for appending.
    pub fn from_environment() -> Option<io::Result<Self>> {
        let path = std::env::var_os(VARIABLE).filter(|path| path != OsStr::new(""))?;
        Some(Self::open(path))
    }

    /// Records an instant.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn mark(&self, label: &str) -> io::Result<()> {
        self.write(Line::new("MARK").time(SystemTime::now()).text(label))
    }

    /// Records a value under a key, whose blanks become `_`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note(&self, key: &str, value: &str) -> io::Result<()> {
        self.write(Line::new("NOTE").word(key, 64).text(value))
    }

    pub(crate) fn begin(&self, id: &str, time: SystemTime, name: &str) -> io::Result<()> {
        self.write(Line::new("SPAN begin").plain(id).time(time).text(name))
    }

    pub(crate) fn end(&self, id: &str, time: SystemTime) -> io::Result<()> {
        self.write(Line::new("SPAN end").plain(id).time(time))
    }

    /// The same span for mprof's readers.
    pub(crate) fn function(
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

    /// One write of one whole line, which the kernel puts at the end of the file in one piece.
    fn write(&self, line: Line) -> io::Result<()> {
        let bytes = line.finish();
        loop {
            match (&self.0).write(&bytes) {
                Ok(written) if written == bytes.len() => return Ok(()),
                // The rest, written later, could land behind another's line.
                Ok(_) => return Err(ErrorKind::WriteZero.into()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The trace of this program; `None` when it does not run under rprof. One atomic load after the first call.
#[inline]
pub(crate) fn current() -> Option<&'static Trace> {
    static TRACE: OnceLock<Option<Trace>> = OnceLock::new();
    // A program must not fail because it is measured: a trace that cannot be written to is none.
    TRACE.get_or_init(|| Trace::from_environment()?.ok()).as_ref()
}

/// Whether this program runs under rprof and its records are kept. One atomic load after the first call.
#[inline]
pub fn is_active() -> bool {
    current().is_some()
}
