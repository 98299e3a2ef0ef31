//! Keys from the bytes that a terminal sends (ECMA-48 and the usual sequences of xterm).

use rprof_watch::Key;

/// The longest sequence of a key that is read.
const LONGEST: usize = 16;

/// The bytes that are not yet a key.
#[derive(Debug, Default)]
pub struct Keys(Vec<u8>);

/// One step of reading.
enum Step {
    /// A key of this many bytes; `None` for a sequence without a meaning here.
    Key(usize, Option<Key>),
    /// More bytes are needed.
    More,
}

impl Keys {
    /// Takes bytes and returns the keys that are complete.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Key> {
        self.0.extend_from_slice(bytes);
        let mut keys = Vec::new();
        while !self.0.is_empty() {
            match step(&self.0) {
                Step::Key(length, key) => {
                    keys.extend(key);
                    self.0.drain(..length.min(self.0.len()));
                }
                Step::More if self.0.len() > LONGEST => self.0.clear(),
                Step::More => break,
            }
        }
        keys
    }

    /// The key that is left when no more bytes come: Escape, which begins all sequences.
    pub fn rest(&mut self) -> Option<Key> {
        let is_escape = self.0.first() == Some(&0x1b);
        self.0.clear();
        is_escape.then_some(Key::Escape)
    }

    /// True if bytes are left.
    pub fn has_rest(&self) -> bool {
        !self.0.is_empty()
    }
}

fn step(bytes: &[u8]) -> Step {
    match bytes {
        [0x1b, b'[' | b'O', rest @ ..] => sequence(rest),
        [] | [0x1b] => Step::More,
        [0x1b, 0x1b, ..] => Step::Key(1, Some(Key::Escape)),
        [b'\r' | b'\n', ..] => Step::Key(1, Some(Key::Enter)),
        [b'\t', ..] => Step::Key(1, Some(Key::Tab)),
        [0x7f | 0x08, ..] => Step::Key(1, Some(Key::Backspace)),
        [byte @ 1..=26, ..] => Step::Key(1, Some(Key::Ctrl(char::from(byte - 1 + b'a')))),
        // Alt and a key is Escape and the key: the key counts.
        [0..=0x1f, ..] => Step::Key(1, None),
        [first, ..] => character(bytes, *first),
    }
}

/// A key after `ESC [` or `ESC O`.
fn sequence(rest: &[u8]) -> Step {
    let Some(end) = rest.iter().position(|byte| (0x40..=0x7e).contains(byte)) else { return Step::More };
    // A modifier, as in `1;5C`, does not change the key.
    let number = rest[..end].split(|byte| *byte == b';').next().unwrap_or_default();
    let key = match (rest[end], number) {
        (b'A', _) => Some(Key::Up),
        (b'B', _) => Some(Key::Down),
        (b'C', _) => Some(Key::Right),
        (b'D', _) => Some(Key::Left),
        (b'H', _) | (b'~', b"1" | b"7") => Some(Key::Home),
        (b'F', _) | (b'~', b"4" | b"8") => Some(Key::End),
        (b'Z', _) => Some(Key::BackTab),
        (b'~', b"5") => Some(Key::PageUp),
        (b'~', b"6") => Some(Key::PageDown),
        _ => None,
    };
    Step::Key(end + 3, key)
}

/// A character of UTF-8.
fn character(bytes: &[u8], first: u8) -> Step {
    let length = match first {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => 1,
    };
    let Some(whole) = bytes.get(..length) else { return Step::More };
    let key = std::str::from_utf8(whole).ok().and_then(|text| text.chars().next()).map(Key::Char);
    Step::Key(if key.is_some() { length } else { 1 }, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_known_in_one_piece_and_byte_by_byte() {
        let bytes = b"q\x1b[A\x1bOB\x1b[1;5C\x1b[5~\x1b[6~\x1b[H\x1b[4~\x1b[Z\t\r\x7f\x03\xc3\xa9+\x1b[200~";
        let keys = vec![
            Key::Char('q'),
            Key::Up,
            Key::Down,
            Key::Right,
            Key::PageUp,
            Key::PageDown,
            Key::Home,
            Key::End,
            Key::BackTab,
            Key::Tab,
            Key::Enter,
            Key::Backspace,
            Key::Ctrl('c'),
            Key::Char('é'),
            Key::Char('+'),
        ];
        assert_eq!(Keys::default().take(bytes), keys);
        let mut slow = Keys::default();
        let found: Vec<Key> = bytes.iter().flat_map(|byte| slow.take(&[*byte])).collect();
        assert_eq!(found, keys);
    }

    #[test]
    fn escape_alone_is_a_key_when_nothing_follows() {
        let mut keys = Keys::default();
        assert!(keys.take(b"\x1b").is_empty() && keys.has_rest());
        assert_eq!(keys.rest(), Some(Key::Escape));
        assert_eq!(keys.take(b"\x1b\x1b[A"), [Key::Escape, Key::Up]);
    }

    #[test]
    fn no_bytes_stop_the_keys_after_them() {
        let mut keys = Keys::default();
        keys.take(&[0xff, 0xc3, 0x28, 0x1b, b'[', 0x1b]);
        keys.take(&[b';'; 100]);
        keys.rest();
        assert_eq!(keys.take(b"q"), [Key::Char('q')]);
    }
}
