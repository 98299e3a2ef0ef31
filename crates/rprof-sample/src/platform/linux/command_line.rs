//! Command lines in `/proc/PID/cmdline`, of any length.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileExt;

use crate::parse::CommandLine;
use crate::parse::command_line::{HEAD, MOST, TAIL};

/// The current command line of a process, one element per argument; a process may change its own.
///
/// Empty for a kernel thread.
pub fn command_of(pid: u32) -> Vec<OsString> {
    let text = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = text.strip_suffix(b"\0").unwrap_or(&text).split(|byte| *byte == 0);
    words.filter(|_| !text.is_empty()).map(|word| OsString::from_vec(word.to_vec())).collect()
}

/// Reads a command line, of a long one only its two ends.
///
/// # Errors
/// The error of read.
pub fn read(file: &File) -> io::Result<CommandLine> {
    let mut text = [0; MOST + 1];
    let length = file.read_at(&mut text, 0)?;
    if length <= MOST {
        return Ok(CommandLine::new(&text[..length]));
    }
    let mut tail = [0; TAIL];
    let from = length_of(file).saturating_sub(TAIL as u64);
    let length = file.read_at(&mut tail, from)?;
    Ok(CommandLine::cut(&text[..HEAD], &tail[..length]))
}

/// The length of a text of more than `MOST` bytes. A search by halves costs some twenty calls of a microsecond, where
/// reading two megabytes takes a millisecond.
fn length_of(file: &File) -> u64 {
    /// More than a command line can have.
    const BEYOND: u64 = 1 << 32;
    let has = |at: u64| matches!(file.read_at(&mut [0], at), Ok(1));
    let (mut present, mut absent) = (MOST as u64, 2 * MOST as u64);
    while absent < BEYOND && has(absent) {
        (present, absent) = (absent, 2 * absent);
    }
    while absent - present > 1 {
        let middle = u64::midpoint(present, absent);
        if has(middle) {
            present = middle;
        } else {
            absent = middle;
        }
    }
    absent
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use rprof_trace::Arg;

    use super::*;

    /// The command line of a shell with these arguments.
    fn read_of(args: &[String]) -> CommandLine {
        // The shell waits for its input, so its command line is there until the pipe is closed.
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo; read line", "sh"]).args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = shell.spawn().expect("a shell");
        let mut begun = [0];
        io::Read::read_exact(child.stdout.as_mut().expect("a pipe"), &mut begun).expect("a line");
        let file = File::open(format!("/proc/{}/cmdline", child.id())).expect("a process");
        let line = read(&file).expect("a command line");
        assert_eq!(command_of(child.id()).len(), args.len() + 4);
        drop(child.stdin.take());
        child.wait().expect("a child");
        line
    }

    #[test]
    fn a_command_line_of_any_length_is_read() {
        let text = |arg: &str| Arg::Text(arg.to_owned());
        let line = read_of(&["a b".to_owned(), String::new(), "c".to_owned()]);
        let wanted = ["sh", "-c", "echo; read line", "sh", "a b", "", "c"].map(text);
        assert_eq!(line, CommandLine { args: wanted.into(), truncated: false });
        for count in [300, 1000, 50_000] {
            let args: Vec<String> = (0..count).map(|number| format!("argument-{number}")).collect();
            let line = read_of(&args);
            assert_eq!(line.truncated, count > 300);
            assert_eq!(line.args[..2], ["sh", "-c"].map(text));
            assert_eq!(line.args.last(), Some(&text(&format!("argument-{}", count - 1))));
        }
    }
}
