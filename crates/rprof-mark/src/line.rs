//! A record as one line of bytes: escaped, and short enough to be written in one piece.

use std::time::{SystemTime, UNIX_EPOCH};

/// A line with its newline is shorter: one write of a page is never split.
const LONGEST: usize = 4095;

/// A line being put together.
pub struct Line(Vec<u8>);

impl Line {
    /// A line that begins so.
    pub fn new(begin: &str) -> Self {
        Self(begin.as_bytes().to_vec())
    }

    /// A blank, and a time since 1970-01-01 UTC in seconds with six digits after the point.
    pub fn time(self, time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.plain(&format!("{}.{:06}", since.as_secs(), since.subsec_micros()))
    }

    /// A blank, and a field that is one word as it stands.
    pub fn plain(mut self, field: &str) -> Self {
        self.0.push(b' ');
        self.0.extend_from_slice(field.as_bytes());
        self
    }

    /// A blank, and a text as one word: blanks and control characters become `_`, nothing becomes `?`.
    /// It is cut so that `room` bytes are left.
    pub fn word(mut self, text: &str, room: usize) -> Self {
        self.0.push(b' ');
        if text.is_empty() {
            self.0.push(b'?');
        }
        for c in text.chars() {
            let c = if c.is_whitespace() || c.is_control() { '_' } else { c };
            if self.0.len() + c.len_utf8() + room >= LONGEST {
                break;
            }
            self.0.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        self
    }

    /// A blank, and a text to the end of the line: `\\` for a backslash, `\n` and the like for control characters.
    /// What would make the line too long is left out.
    pub fn text(mut self, text: &str) -> Self {
        self.0.push(b' ');
        for c in text.chars() {
            let before = self.0.len();
            match c {
                '\\' => self.0.extend_from_slice(b"\\\\"),
                c if c.is_control() => self.0.extend(c.escape_default().map(|c| c as u8)),
                c => self.0.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            if self.0.len() >= LONGEST {
                self.0.truncate(before);
                break;
            }
        }
        self
    }

    /// The bytes with the newline.
    pub fn finish(mut self) -> Vec<u8> {
        self.0.push(b'\n');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn written(line: Line) -> String {
        String::from_utf8(line.finish()).expect("UTF-8")
    }

    #[test]
    fn fields_have_one_blank_between_them() {
        let time = UNIX_EPOCH + Duration::from_micros(1_795_380_798_000_042);
        let line = Line::new("SPAN begin").plain("7.7.1").time(time).text(" a\\b\nc\t\u{1b}ä ");
        assert_eq!(written(line), "SPAN begin 7.7.1 1795380798.000042  a\\\\b\\nc\\t\\u{1b}ä \n");
        assert_eq!(written(Line::new("NOTE").word("a b\u{a0}c", 0).text("")), "NOTE a_b_c \n");
        assert_eq!(written(Line::new("NOTE").word("", 0)), "NOTE ?\n");
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters_and_escapes() {
        for unit in ["x", "ä", "\\", "\n", "\u{1b}", "😀"] {
            let text = written(Line::new("MARK").text(&unit.repeat(5000)));
            assert!(
                text.len() < 4096 && text.len() > 4080 && text.ends_with('\n'),
                "{unit:?}: {}",
                text.len()
            );
            let word = written(Line::new("FUNC").word(&unit.repeat(5000), 100));
            assert!(word.len() < 4000, "{unit:?}: {}", word.len());
        }
    }
}
