//! Text from outside in a form that is safe to show: names of files and processes, and texts that programs wrote. All
//! printers and all messages use this one escape.

use std::fmt::{self, Display, Write as _};
use std::path::Path;

/// The text with visible escapes for characters that would act on a terminal instead of being shown, or that would hide
/// or reorder the text around them: control characters, line separators, and marks of direction.
///
/// ```
/// assert_eq!(rprof_trace::visible("a\u{1b}[31m\u{202e}b"), "a\\x1b[31m\\u{202e}b");
/// ```
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut shown, c);
    }
    shown
}

/// A path in a message, as [`visible`] text. Bytes that are not UTF-8 are replaced.
pub fn shown<P: AsRef<Path> + ?Sized>(path: &P) -> impl Display + '_ {
    Shown(path.as_ref())
}

struct Shown<'a>(&'a Path);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.0.to_string_lossy()))
    }
}

/// Appends a character in its visible form.
pub(crate) fn push(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        c if c.is_ascii_control() => _ = write!(shown, "\\x{:02x}", c as u32),
        c if is_hidden(c) => _ = write!(shown, "\\u{{{:x}}}", c as u32),
        c => shown.push(c),
    }
}

/// `true` for a character that is not shown, or that changes how others are.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e0fff}')
        // No character: U+FFFE, U+FFFF, and the same in the other planes.
        || (c as u32) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped_and_the_rest_is_not() {
        for plain in ["", "größe 数 🦀", "c:\\x \"q\" 'r'", "e\u{301}"] {
            assert_eq!(visible(plain), plain);
        }
        let hidden =
            "\u{0}\u{1b}\u{7f}\u{9b}\u{61c}\u{200f}\u{2028}\u{202e}\u{2066}\u{2069}\u{feff}\u{e0041}";
        assert!(hidden.chars().all(is_hidden));
        assert!(!visible(hidden).chars().any(is_hidden));
        assert_eq!(visible("\u{1b}]0;x\u{7}\n"), "\\x1b]0;x\\x07\\n");
        assert_eq!(shown("a\nb").to_string(), "a\\nb");
    }
}
