//! The recording on systems that have no page-fault events.

use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::time::Duration;

use crate::error::Error;

/// A recording, which does not exist on this system.
#[derive(Debug)]
pub struct Recording(Infallible);

impl Recording {
    /// Reports that this system has no page-fault events.
    ///
    /// # Errors
    /// Always.
    pub fn begin<W: Write + Send + 'static>(
        _: impl FnOnce() -> std::io::Result<W>,
        _: Duration,
        _: &str,
    ) -> Result<Self, Error> {
        Err(Error::Unsupported("page-fault events need Linux on x86-64 or arm64".to_owned()))
    }

    /// Is never called.
    ///
    /// # Errors
    /// Never.
    pub fn finish(self) -> Result<(), Error> {
        match self.0 {}
    }
}

/// The variables to set for the command: none.
pub fn environment(_: Option<&OsStr>, _: Option<&OsStr>) -> Vec<(OsString, OsString)> {
    Vec::new()
}
