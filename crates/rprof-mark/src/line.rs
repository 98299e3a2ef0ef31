//! The builder of a record's line: it escapes the fields and keeps the line short enough for one write.

use std::time::{SystemTime, UNIX_EPOCH};

/// A line without its newline has fewer bytes. The kernel never splits one write of at most a page (4096 bytes).
const LONGEST: usize = 4095;

/// A line under construction.
pub struct Line(Vec<u8>);

impl Line {
    /// Starts a line with its keyword.
    pub fn new(begin: &str) -> Self {
        Self(begin.as_bytes().to_vec())
    }

    /// Appends a blank and a time: seconds since 1970-01-01 UTC with six digits after the point.
    pub fn time(self, time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.plain(&format!("{}.{:06}", since.as_secs(), since.subsec_micros()))
    }

    /// Appends a blank and a field that is one word already.
    pub fn plain(mut self, field: &str) -> Self {
        self.0.push(b' ');
        self.0.extend_from_slice(field.as_bytes());
        self
    }

    /// Appends a blank and a text as one word: blanks and control characters become `_`, an empty text becomes `?`.
    /// A long text is cut so that `room` bytes remain for later fields.
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

    /// Appends a blank and a text that ends the line, with `\\` for a backslash and `\n` and the like for control
    /// characters. A text that is too long for the line is cut.
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

    /// Returns the bytes of the line with its newline.
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
    fn fields_are_separated_by_one_blank() {
        let time = UNIX_EPOCH + Duration::from_micros(1_795_380_798_000_042);
        let line = Line::new("SPAN begin").plain("7.7.1").time(time).text(" a\\b\nc\t\u{1b}ä ");
        assert_eq!(written(line), "SPAN begin 7.7.1 1795380798.000042  a\\\\b\\nc\\t\\u{1b}ä \n");
        assert_eq!(written(Line::new("NOTE").word("a b\u{a0}c", 0).text("")), "NOTE a_b_c \n");
        assert_eq!(written(Line::new("NOTE").word("", 0)), "NOTE ?\n");
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_escapes() {
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
