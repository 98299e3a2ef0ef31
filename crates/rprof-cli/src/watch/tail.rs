//! The latest lines of a growing file: the output of a recorded command.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The number of lines that are kept, and the characters of each.
const LINES: usize = 1000;
const LONGEST: usize = 1000;
/// The bytes at the end of a long file that are read.
const LATEST: u64 = 64 << 10;
/// The most bytes that are read at once, so that a flood of output does not stop the screen.
const MOST: u64 = 256 << 10;

/// The end of a file.
#[derive(Debug)]
pub struct Tail {
    file: File,
    /// The bytes of a line without an end.
    open: Vec<u8>,
    lines: VecDeque<String>,
}

impl Tail {
    /// The file at a path; `None` if there is none.
    pub fn open(path: &Path) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let length = file.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LATEST))).ok()?;
        Some(Self { file, open: Vec::new(), lines: VecDeque::new() })
    }

    /// Reads what was appended; true if there was any.
    pub fn read(&mut self) -> bool {
        self.skip_flood();
        let mut bytes = Vec::new();
        let count = Read::by_ref(&mut self.file).take(MOST).read_to_end(&mut bytes).unwrap_or(0);
        for byte in bytes {
            if byte == b'\n' {
                self.end_line();
            } else if self.open.len() < 4 * LONGEST || byte == b'\r' {
                self.open.push(byte);
            }
        }
        count > 0
    }

    /// Skips output that comes faster than it can be shown.
    fn skip_flood(&mut self) {
        let length = self.file.metadata().map_or(0, |found| found.len());
        if self.file.stream_position().is_ok_and(|at| length.saturating_sub(at) > MOST) {
            let _ = self.file.seek(SeekFrom::Start(length - LATEST));
            self.open.clear();
        }
    }

    fn end_line(&mut self) {
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(plain(&self.open));
        self.open.clear();
    }

    /// The lines, the last one also if it has no end yet.
    pub fn lines(&self) -> Vec<String> {
        let open = (!self.open.is_empty()).then(|| plain(&self.open));
        self.lines.iter().cloned().chain(open).collect()
    }
}

/// A line as a terminal would show it in the end: after a carriage return it is written over, and escape sequences are no
/// text.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches('\r');
    let text = text.rsplit('\r').next().unwrap_or_default();
    let mut shown = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\x1b' {
            shown.push(c);
        } else if chars.next_if_eq(&'[').is_some() {
            while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {}
        }
    }
    shown.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn lines_arrive_as_they_are_written() {
        let place = tempfile::tempdir().expect("a place");
        let path = place.path().join("t.out");
        let mut file = File::create(&path).expect("room");
        let mut tail = Tail::open(&path).expect("a file");
        assert!(!tail.read() && tail.lines().is_empty());
        file.write_all(b"one\n10 %\r50 %\r\ntw").expect("room");
        assert!(tail.read());
        assert_eq!(tail.lines(), ["one", "50 %", "tw"]);
        file.write_all(b"o\n\x1b[31mred\x1b[0m\n").expect("room");
        assert!(tail.read());
        assert_eq!(tail.lines(), ["one", "50 %", "two", "red"]);
    }

    #[test]
    fn a_flood_keeps_its_latest_lines_in_bounded_space() {
        let place = tempfile::tempdir().expect("a place");
        let path = place.path().join("t.out");
        let mut tail = File::create(&path).map(|_| Tail::open(&path)).expect("room").expect("a file");
        let lines: Vec<String> = (0..200_000).map(|i| format!("line {i}\n")).collect();
        std::fs::write(&path, lines.concat() + &"x".repeat(100_000)).expect("room");
        while tail.read() {}
        let lines = tail.lines();
        assert!(lines.len() <= LINES + 1);
        assert!(lines.last().is_some_and(|line| line.len() == LONGEST && line.starts_with("xxx")));
        assert!(Tail::open(Path::new("/nonexistent")).is_none());
    }
}
