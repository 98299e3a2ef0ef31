//! The reason why a command is not found: what it looks like, and what to type instead.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rprof_sample::{Error, find_program};

/// Builtins of shells that are no programs of their own on most systems.
const BUILTINS: [&str; 13] = [
    ".", "alias", "bind", "cd", "eval", "exec", "export", "set", "shopt", "source", "ulimit", "umask",
    "unset",
];

/// Adds what is known of the command to an error that it was not found; returns any other error as it is.
pub fn explained(mut error: Error, command: &[OsString]) -> Error {
    if let Error::NotFound { program, reason } = &mut error
        // The program that rprof runs for a script has another name.
        && command.first().is_some_and(|word| word.to_string_lossy() == *program)
    {
        *reason = better_reason(program, reason).unwrap_or_else(|| std::mem::take(reason));
    }
    error
}

fn better_reason(program: &str, reason: &str) -> Option<String> {
    if program.is_empty() {
        return Some("its name is empty; name a program (is a variable of the shell unset?)".to_owned());
    }
    // The file is there, but what the kernel needs to run it is not.
    if let Ok(path) = find_program(program.as_ref()) {
        return Some(missing_interpreter(&path));
    }
    Some(format!("{reason}; {}", hint(program)?))
}

/// The interpreter in the `#!` line of a script, or the loader of a binary.
fn missing_interpreter(path: &Path) -> String {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(256).read_to_end(&mut head));
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match first.strip_prefix(b"#!").filter(|_| read.is_ok()) {
        Some(line) if line.ends_with(b"\r") => {
            "its `#!` line ends in a carriage return; convert the file to Unix line ends".to_owned()
        }
        Some(line) => {
            let line = String::from_utf8_lossy(line);
            let interpreter = line.split_whitespace().next().unwrap_or_default();
            format!("the interpreter `{interpreter}` of its `#!` line is not found; correct that line")
        }
        None => "the file is there, but its loader is not found; was it built for another system?".to_owned(),
    }
}

/// The probable mistake in the command, and the remedy.
fn hint(program: &str) -> Option<String> {
    let in_shell = format!("sh -c '{}'", program.replace('\'', r"'\''"));
    if is_assignment(program) {
        Some(format!("it looks like a variable assignment: use `env {program} COMMAND`"))
    } else if program.contains(['|', '&', ';', '<', '>', '(', '`']) {
        Some(format!("it looks like a line for a shell: use `{in_shell}`"))
    } else if program.contains(['$', '*']) || program.starts_with('~') {
        Some(format!("only a shell expands `$`, `*` and `~`: use no quotes, or `{in_shell}`"))
    } else if program.contains(char::is_whitespace) {
        Some(format!("it looks like a command and its arguments in one word: use no quotes, or `{in_shell}`"))
    } else if BUILTINS.contains(&program) {
        Some("it is a builtin of the shell: use `sh -c '…'`".to_owned())
    } else if !program.contains('/') && PathBuf::from(program).is_file() {
        Some(format!("for the file in this directory use `./{program}`"))
    } else {
        None
    }
}

/// True for `NAME=value`.
fn is_assignment(word: &str) -> bool {
    let is_name = |name: &str| {
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !name.starts_with(|c: char| c.is_ascii_digit())
    };
    word.split_once('=').is_some_and(|(name, _)| !name.is_empty() && is_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_is_a_name_before_an_equals_sign() {
        for word in ["FOO=1", "_a9=", "A=b=c"] {
            assert!(is_assignment(word), "{word}");
        }
        for word in ["=1", "9a=1", "a-b=1", "./a=b", "FOO"] {
            assert!(!is_assignment(word), "{word}");
        }
    }
}
