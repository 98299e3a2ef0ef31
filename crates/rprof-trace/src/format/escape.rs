//! The escaping of text so that it fits on one line: visible escapes for people, and a lossless escape for names and
//! notes.

/// Appends text with visible escapes for control characters. With `dollars`, each `$` becomes `\$`, because matplotlib
/// reads text between two `$` as a formula.
pub(crate) fn push_visible(out: &mut Vec<u8>, text: &str, dollars: bool) {
    for c in text.chars() {
        match c {
            '$' if dollars => out.extend_from_slice(b"\\$"),
            c if c.is_control() => out.extend(c.escape_default().map(|c| c as u8)),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Appends text as one word: blanks and control characters become `_`, an empty text becomes `?`.
pub(crate) fn push_word(out: &mut Vec<u8>, text: &str) {
    if is_word(text) {
        out.extend_from_slice(text.as_bytes());
    } else if text.is_empty() {
        out.push(b'?');
    } else {
        for c in text.chars() {
            let c = if breaks_word(c) { '_' } else { c };
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// `true` if the text is one word.
pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(breaks_word)
}

fn breaks_word(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Appends text on one line without loss. [`unescape`] reverses it.
pub(crate) fn push_escaped(out: &mut Vec<u8>, text: &str) {
    for c in text.chars() {
        match c {
            '\\' => out.extend_from_slice(b"\\\\"),
            c if c.is_control() => out.extend(c.escape_default().map(|c| c as u8)),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Reverses [`push_escaped`]. An escape that it never writes stays as it is.
pub(crate) fn unescape(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        into.push_str(&rest[..at]);
        let (c, len) = escape_at(&rest[at..]).unwrap_or(('\\', 1));
        into.push(c);
        rest = &rest[at + len..];
    }
    into.push_str(rest);
}

/// Hexadecimal digits of the longest escape.
const MAX_HEX: usize = 6;

/// The character of an escape, and the length of the escape in bytes.
fn escape_at(text: &str) -> Option<(char, usize)> {
    match text.as_bytes().get(1)? {
        b'\\' => Some(('\\', 2)),
        b'n' => Some(('\n', 2)),
        b'r' => Some(('\r', 2)),
        b't' => Some(('\t', 2)),
        b'u' => {
            let rest = text.get(2..)?.strip_prefix('{')?;
            // Only so many digits are looked at: a text of many unclosed braces must not be searched once for each.
            let length = rest.bytes().take(MAX_HEX + 1).position(|b| b == b'}')?;
            let hex = &rest[..length];
            Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, hex.len() + 4))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unescaped_text_equals_the_original() {
        for text in ["", "plain", "a\nb\r\t", "\\n is not a newline", "c:\\u{zz}\\", "\u{1b}[1m\u{85}ä\u{0}"]
        {
            let mut out = Vec::new();
            push_escaped(&mut out, text);
            assert!(!out.iter().any(u8::is_ascii_control));
            let mut back = String::new();
            unescape(std::str::from_utf8(&out).expect("UTF-8"), &mut back);
            assert_eq!(back, text);
        }
    }
}
