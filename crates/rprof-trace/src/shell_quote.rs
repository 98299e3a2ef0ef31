//! The quoting of a command for a shell, as one line of visible text.

use std::fmt::Write as _;

use crate::model::Arg;

/// The command as a POSIX shell accepts it (for `$'…'` bash), on one line of valid UTF-8.
///
/// Control characters and bytes that are not UTF-8 appear as `\n`, `\x1b`, `\xff` inside `$'…'`.
pub fn shell_quote(command: &[Arg]) -> String {
    let mut line = String::new();
    for arg in command {
        if !line.is_empty() {
            line.push(' ');
        }
        quote(&mut line, arg.as_bytes());
    }
    line
}

fn quote(line: &mut String, arg: &[u8]) {
    match std::str::from_utf8(arg) {
        Ok(text) if !text.is_empty() && text.chars().all(is_plain) => line.push_str(text),
        Ok(text) if !text.chars().any(char::is_control) => {
            line.push('\'');
            line.push_str(&text.replace('\'', r"'\''"));
            line.push('\'');
        }
        _ => {
            line.push_str("$'");
            for chunk in arg.utf8_chunks() {
                chunk.valid().chars().for_each(|c| escape(line, c));
                for byte in chunk.invalid() {
                    let _ = write!(line, "\\x{byte:02x}");
                }
            }
            line.push('\'');
        }
    }
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || "@%+=:,./-_".contains(c)
}

/// A character inside `$'…'`.
fn escape(line: &mut String, c: char) {
    match c {
        '\n' => line.push_str("\\n"),
        '\r' => line.push_str("\\r"),
        '\t' => line.push_str("\\t"),
        '\'' | '\\' => line.extend(['\\', c]),
        c if c.is_ascii_control() => {
            let _ = write!(line, "\\x{:02x}", c as u32);
        }
        c if c.is_control() => {
            let _ = write!(line, "\\u{:04x}", c as u32);
        }
        c => line.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(args: &[&[u8]]) -> String {
        shell_quote(&args.iter().map(|a| Arg::new(a)).collect::<Vec<_>>())
    }

    #[test]
    fn plain_arguments_stay_plain() {
        assert_eq!(
            line(&[b"python3", b"-m", b"a.b", b"--x=1", "größe".as_bytes()]),
            "python3 -m a.b --x=1 größe"
        );
    }

    #[test]
    fn blanks_quotes_and_dollars_are_quoted() {
        assert_eq!(line(&[b"sh", b"-c", b"echo 'a b' $HOME", b""]), r"sh -c 'echo '\''a b'\'' $HOME' ''");
    }

    #[test]
    fn invisible_characters_are_escaped() {
        assert_eq!(
            line(&[b"a\nMEM 1 2", b"\xff'", b"\x1b\xc2\x85"]),
            r"$'a\nMEM 1 2' $'\xff\'' $'\x1b\u0085'"
        );
    }
}
