//! The command line of a process: its arguments in the bytes that the kernel keeps, cut to the size that a trace takes.

use std::hash::{DefaultHasher, Hash, Hasher};

use rprof_trace::Arg;

/// The most bytes of a command line in a trace, with the zero byte after each argument.
pub const MOST: usize = 4096;
/// The bytes that are kept at the start and at the end of a longer one. The end often has the file that a compiler reads.
pub const HEAD: usize = 3072;
pub const TAIL: usize = MOST - HEAD;

/// The command line of a process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandLine {
    /// The arguments; empty when they are not known.
    pub args: Vec<Arg>,
    /// True if it was too long: `…` then stands for its middle.
    pub truncated: bool,
}

impl CommandLine {
    /// From the whole text, in which a zero byte ends each argument.
    pub fn new(text: &[u8]) -> Self {
        if text.len() > MOST {
            return Self::cut(&text[..HEAD], &text[text.len() - TAIL..]);
        }
        Self { args: split(text), truncated: false }
    }

    /// From the start and the end of a text that is too long.
    pub fn cut(head: &[u8], tail: &[u8]) -> Self {
        // Half a character would make the whole argument one that is not UTF-8.
        let broken = head.utf8_chunks().last().map_or(0, |chunk| chunk.invalid().len());
        let whole = tail.iter().take(3).position(|byte| byte & 0xc0 != 0x80).unwrap_or(0);
        let text = [&head[..head.len() - broken], "…".as_bytes(), &tail[whole..]].concat();
        Self { args: split(&text), truncated: true }
    }

    /// A number that is the same for equal command lines.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.args.iter().for_each(|arg| arg.as_bytes().hash(&mut hasher));
        hasher.finish()
    }
}

/// The arguments in a text.
fn split(text: &[u8]) -> Vec<Arg> {
    /// More zero bytes than this at the end are the room that a program left when it changed its title.
    const EMPTY_ARGS: usize = 3;
    let zeros = text.iter().rev().take_while(|byte| **byte == 0).count();
    let end = text.len() - if zeros > EMPTY_ARGS { zeros } else { zeros.min(1) };
    let words = text[..end].split(|byte| *byte == 0);
    words.filter(|_| !text.is_empty()).map(Arg::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &CommandLine) -> Vec<String> {
        line.args.iter().map(|arg| String::from_utf8_lossy(arg.as_bytes()).into_owned()).collect()
    }

    #[test]
    fn a_zero_byte_ends_each_argument() {
        assert_eq!(words(&CommandLine::new(b"cc\0-c\0a b.c\0")), ["cc", "-c", "a b.c"]);
        assert_eq!(words(&CommandLine::new(b"sh\0-c\0\0x\0\0")), ["sh", "-c", "", "x", ""]);
        assert_eq!(CommandLine::new(b""), CommandLine::default());
        // Programs that change their title leave the rest of the room as it is, or fill it with zeros.
        assert_eq!(words(&CommandLine::new(b"nginx: worker process")), ["nginx: worker process"]);
        assert_eq!(words(&CommandLine::new(b"postgres: idle\0\0\0\0\0\0\0")), ["postgres: idle"]);
        assert_eq!(CommandLine::new(b"a\0\xff\0").args[1], Arg::Bytes { bytes: vec![255] });
    }

    #[test]
    fn a_long_command_line_keeps_both_ends() {
        let whole = format!("cc1\0{}big.c\0", "-Iinclude\0".repeat(400));
        assert_eq!(CommandLine::new(whole.as_bytes()).args.len(), 402);
        let long = format!("cc1\0{}big.c\0-o\0x.s\0", "-Iinclude/größe\0".repeat(4000));
        for shift in 0..20 {
            let line = CommandLine::new(format!("{}{long}", "x".repeat(shift)).as_bytes());
            let all = words(&line);
            assert!(line.truncated && all[0].ends_with("cc1"));
            assert_eq!(all[all.len() - 3..], ["big.c", "-o", "x.s"]);
            assert_eq!(all.iter().filter(|word| word.contains('…')).count(), 1);
            assert!(line.args.iter().all(|arg| matches!(arg, Arg::Text(_))), "{all:?}");
            assert!(all.iter().map(|word| word.len() + 1).sum::<usize>() <= MOST + 3);
        }
    }

    #[test]
    fn one_long_argument_is_cut_too() {
        let line = CommandLine::new(format!("sh\0-c\0{}\0", "é".repeat(9000)).as_bytes());
        assert_eq!(line.args.len(), 3);
        assert!(matches!(&line.args[2], Arg::Text(text) if text.contains("é…é")));
    }
}
