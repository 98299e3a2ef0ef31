//! The buffer before an output: bytes are collected, and written in large blocks.

use std::io::Write;

use crate::error::Error;

/// Bytes written at once.
const BLOCK: usize = 256 << 10;

/// A buffer before an output. Bytes are appended to [`bytes`](Self::bytes).
pub(crate) struct Buffered<'w> {
    /// The bytes that are not written yet.
    pub bytes: Vec<u8>,
    out: &'w mut dyn Write,
}

impl<'w> Buffered<'w> {
    /// An empty buffer.
    pub fn new(out: &'w mut dyn Write) -> Self {
        Self { bytes: Vec::with_capacity(BLOCK + (BLOCK >> 2)), out }
    }

    /// Writes the bytes if there are enough for a block.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn spill(&mut self) -> Result<(), Error> {
        if self.bytes.len() >= BLOCK { self.write() } else { Ok(()) }
    }

    /// Writes all bytes.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn finish(mut self) -> Result<(), Error> {
        self.write()?;
        self.out.flush().map_err(Error::Write)
    }

    fn write(&mut self) -> Result<(), Error> {
        self.out.write_all(&self.bytes).map_err(Error::Write)?;
        self.bytes.clear();
        Ok(())
    }
}
