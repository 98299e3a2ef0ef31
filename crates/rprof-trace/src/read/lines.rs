//! The splitting of an input into lines, in one reused buffer. Knows nothing of the content of a line.

use std::fmt;
use std::io::{self, Read};

/// Bytes read at once.
const BLOCK: usize = 256 << 10;
/// Length of the longest record in bytes: the largest argument list of Linux with every byte escaped.
const LONGEST: usize = 32 << 20;

/// The place of a line in the buffer. It is valid until the next line is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    start: usize,
    end: usize,
    /// `true` if a newline follows; `false` for a last line that was cut short.
    pub ended: bool,
    /// `true` if this is only the start of a line that is too long.
    pub too_long: bool,
}

/// The lines of an input.
pub(crate) struct Lines<'a> {
    // A dynamic call per block costs nothing, and the reader's code is compiled once for all kinds of input.
    input: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    head: usize,
    tail: usize,
    at_end: bool,
    /// `true` if the input may grow: its end is then not the end of a line.
    grows: bool,
    /// Number of the last line, from 1.
    pub number: u64,
}

impl fmt::Debug for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<'a> Lines<'a> {
    pub fn new(input: impl Read + 'a) -> Self {
        let input = Box::new(input);
        Self { input, buffer: Vec::new(), head: 0, tail: 0, at_end: false, grows: false, number: 0 }
    }

    /// From now on, the end of the input is not the end of a line, and is looked for anew at each call.
    pub fn follow(&mut self) {
        self.grows = true;
    }

    /// `true` if the input may grow and no line of it is complete yet.
    pub fn awaits_line(&self) -> bool {
        self.grows && self.at_end && memchr::memchr(b'\n', self.ahead()).is_none()
    }

    /// At least the next `count` bytes, if the input has as many. They stay the next ones.
    pub fn preview(&mut self, count: usize) -> io::Result<&[u8]> {
        self.at_end &= !self.grows;
        while self.tail - self.head < count && !self.at_end {
            self.fill()?;
        }
        Ok(&self.buffer[self.head..self.tail])
    }

    /// `true` if the buffer holds the rest of the input.
    pub fn is_all_here(&self) -> bool {
        self.at_end
    }

    /// Skips the next bytes.
    pub fn skip(&mut self, count: usize) {
        self.head = self.tail.min(self.head + count);
    }

    /// The bytes in the buffer. They may end anywhere.
    #[inline]
    pub fn ahead(&self) -> &[u8] {
        &self.buffer[self.head..self.tail]
    }

    /// Takes the next line, which is in the buffer. `length` includes its newline.
    #[inline]
    pub fn take(&mut self, length: usize) {
        self.head += length;
        self.number += 1;
    }

    /// Takes the next line; `None` at the end.
    #[inline]
    pub fn next(&mut self) -> io::Result<Option<Place>> {
        let place = self.peek()?;
        if let Some(place) = place {
            self.head = place.end + usize::from(place.ended);
            self.number += 1;
            if place.too_long {
                return self.skip_long(place);
            }
        }
        Ok(place)
    }

    /// The next line, without taking it; `None` at the end.
    #[inline]
    pub fn peek(&mut self) -> io::Result<Option<Place>> {
        let mut seen = 0;
        loop {
            let (start, end) = (self.head, self.tail);
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[start + seen..end]) {
                return Ok(Some(Place { start, end: start + seen + at, ended: true, too_long: false }));
            }
            if self.at_end && self.grows {
                self.at_end = false;
                return Ok(None);
            }
            if self.at_end {
                let rest = Place { start, end, ended: false, too_long: false };
                return Ok((start < end).then_some(rest));
            }
            seen = end - start;
            if seen >= LONGEST {
                return Ok(Some(Place { start, end, ended: false, too_long: true }));
            }
            self.fill()?;
        }
    }

    /// The bytes of a line, without its newline.
    #[inline]
    pub fn bytes(&self, place: Place) -> &[u8] {
        &self.buffer[place.start..place.end]
    }

    /// Reads to the end of a line that is too long. Its first bytes are kept for the message.
    fn skip_long(&mut self, place: Place) -> io::Result<Option<Place>> {
        let kept = 256;
        self.buffer.copy_within(place.start..place.start + kept, 0);
        self.buffer.truncate(BLOCK);
        self.buffer.shrink_to_fit();
        loop {
            let read = read_some(&mut self.input, &mut self.buffer[kept..])?;
            let newline = memchr::memchr(b'\n', &self.buffer[kept..kept + read]);
            self.at_end = read == 0;
            if newline.is_some() || read == 0 {
                self.head = kept + newline.map_or(read, |at| at + 1);
                self.tail = kept + read;
                return Ok(Some(Place { start: 0, end: kept, ..place }));
            }
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.head..self.tail, 0);
        self.tail -= self.head;
        self.head = 0;
        if self.tail + BLOCK / 2 > self.buffer.len() {
            self.buffer.resize((self.tail * 2).max(BLOCK), 0);
        }
        let read = read_some(&mut self.input, &mut self.buffer[self.tail..])?;
        self.tail += read;
        self.at_end = read == 0;
        Ok(())
    }
}

fn read_some(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns one byte at a time, as a slow pipe does.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(buffer.len()).min(1);
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn all(input: impl Read) -> Vec<(String, bool)> {
        let mut lines = Lines::new(input);
        let mut all = Vec::new();
        while let Some(place) = lines.next().expect("no fault") {
            all.push((String::from_utf8_lossy(lines.bytes(place)).into_owned(), place.ended));
        }
        all
    }

    #[test]
    fn lines_are_whole_in_whatever_pieces_they_arrive() {
        let text = b"one\n\nthree\ncut";
        let wanted = [("one", true), ("", true), ("three", true), ("cut", false)];
        let wanted: Vec<_> = wanted.map(|(line, ended)| (line.to_owned(), ended)).into();
        assert_eq!(all(&text[..]), wanted);
        assert_eq!(all(Drip(text)), wanted);
    }

    /// An input that grows: each piece is followed by an end.
    struct Growing(Vec<&'static [u8]>);

    impl Read for Growing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let piece = if self.0.is_empty() { &b""[..] } else { self.0.remove(0) };
            buffer[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    #[test]
    fn a_line_of_a_growing_input_waits_for_its_newline() {
        let mut lines = Lines::new(Growing(vec![b"one\ntw", b"", b"o", b"", b"\n", b"", b"cut", b""]));
        lines.follow();
        let mut next = || lines.next().expect("no fault").map(|place| lines.bytes(place).to_owned());
        let found: Vec<_> = (0..6).map(|_| next()).collect();
        let (one, two) = (Some(b"one".to_vec()), Some(b"two".to_vec()));
        assert_eq!(found, [one, None, None, two, None, None]);
    }

    #[test]
    fn memory_for_an_endless_line_is_bounded() {
        let input = io::repeat(b'x').take(3 * LONGEST as u64).chain(&b"\nnext\n"[..]);
        let mut lines = Lines::new(input);
        let long = lines.next().expect("no fault").expect("a line");
        assert!(long.too_long);
        assert!(lines.buffer.len() <= LONGEST * 4);
        let next = lines.next().expect("no fault").expect("a line");
        assert_eq!((lines.bytes(next), lines.number), (&b"next"[..], 2));
    }
}
