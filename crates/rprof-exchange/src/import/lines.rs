//! The lines of another tool's file, in bounded memory.

use std::io::{self, BufRead, BufReader, Read};

use crate::error::Error;

/// Length of the longest line in bytes: a sample of con-duct with ten thousand processes.
const LONGEST: usize = 8 << 20;
/// Bytes read at once.
const BLOCK: usize = 256 << 10;

/// The lines of an input.
pub(super) struct Lines<'a> {
    input: BufReader<&'a mut dyn Read>,
    bytes: Vec<u8>,
    number: u64,
}

/// A line of an input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Its bytes, without blanks around them.
    pub bytes: &'a [u8],
    /// `true` if a newline follows.
    pub is_ended: bool,
    /// `true` if this is only the start of a line that is too long.
    pub is_too_long: bool,
}

impl<'a> Lines<'a> {
    pub fn new(input: &'a mut dyn Read) -> Self {
        Self { input: BufReader::with_capacity(BLOCK, input), bytes: Vec::new(), number: 0 }
    }

    /// The next line that is not blank; `None` at the end.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn next(&mut self) -> Result<Option<Line<'_>>, Error> {
        loop {
            let (is_ended, is_too_long) = self.read().map_err(Error::Read)?;
            let is_blank = self.bytes.trim_ascii().is_empty();
            if !is_ended && is_blank {
                return Ok(None);
            }
            self.number += 1;
            if !is_blank {
                let (number, bytes) = (self.number, self.bytes.trim_ascii());
                return Ok(Some(Line { number, bytes, is_ended, is_too_long }));
            }
        }
    }

    /// Reads one line into the buffer, or the start of a line that is too long.
    fn read(&mut self) -> io::Result<(bool, bool)> {
        self.bytes.clear();
        let mut is_too_long = false;
        loop {
            let ahead = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                ahead => ahead?,
            };
            let newline = memchr::memchr(b'\n', ahead);
            let part = &ahead[..newline.unwrap_or(ahead.len())];
            is_too_long |= self.bytes.len() + part.len() > LONGEST;
            if !is_too_long {
                self.bytes.extend_from_slice(part);
            }
            let (used, is_end) = (part.len() + usize::from(newline.is_some()), ahead.is_empty());
            self.input.consume(used);
            if newline.is_some() || is_end {
                return Ok((newline.is_some(), is_too_long));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_blank_ones_are_skipped() {
        let mut input = &b"one\n\n \r\n  two\r\ncut"[..];
        let mut lines = Lines::new(&mut input);
        let mut found = Vec::new();
        while let Some(line) = lines.next().expect("no fault") {
            found.push((line.number, String::from_utf8_lossy(line.bytes).into_owned(), line.is_ended));
        }
        assert_eq!(
            found,
            [(1, "one".to_owned(), true), (4, "two".to_owned(), true), (5, "cut".to_owned(), false)]
        );
    }

    #[test]
    fn memory_for_an_endless_line_is_bounded() {
        let mut input = io::repeat(b'x').take(3 * LONGEST as u64).chain(&b"\nnext\n"[..]);
        let mut lines = Lines::new(&mut input);
        let long = lines.next().expect("no fault").expect("a line");
        assert!(long.is_too_long && long.bytes.len() <= LONGEST);
        let next = lines.next().expect("no fault").expect("a line");
        assert_eq!((next.bytes, next.number), (&b"next"[..], 2));
    }
}
