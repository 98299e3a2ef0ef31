//! The shell of the commands, or none, and the words of a command that runs without one.

use std::ffi::OsString;

use anyhow::{Context, bail};

use crate::cli::ExecutionArgs;

/// The shell that `default` stands for.
const DEFAULT: &str = "sh";
/// Words of a shell that a command without a shell would get as arguments, most likely by mistake.
const OPERATORS: [&str; 7] = ["&&", "||", "|", ";", ">", ">>", "<"];

/// The way to run a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shell {
    /// Its words are a program and its arguments. Unless `chosen` by the user, a line for a shell is refused.
    None {
        /// True if the user asked for no shell.
        chosen: bool,
    },
    /// The program and the arguments of a shell, which gets `-c` and the line.
    Words(Vec<String>),
}

impl Shell {
    /// The shell that the options name.
    ///
    /// # Errors
    /// When the name of the shell is empty or has an open quote.
    pub fn choose(arguments: &ExecutionArgs) -> anyhow::Result<Self> {
        match arguments.shell.as_deref() {
            _ if arguments.default_shell => Ok(Self::default_shell()),
            _ if arguments.no_shell => Ok(Self::None { chosen: true }),
            None => Ok(Self::None { chosen: false }),
            Some("none") => Ok(Self::None { chosen: true }),
            Some("default") => Ok(Self::default_shell()),
            Some(line) => {
                let words = shell_words::split(line)
                    .with_context(|| format!("cannot read the words of --shell `{line}`"))?;
                if words.first().is_none_or(String::is_empty) {
                    bail!("--shell is empty; name a shell, `default` or `none`");
                }
                Ok(Self::Words(words))
            }
        }
    }

    fn default_shell() -> Self {
        Self::Words(vec![DEFAULT.to_owned()])
    }

    /// The shell for the commands around the runs, which always have one.
    pub fn for_hooks(&self) -> Self {
        match self {
            Self::None { .. } => Self::default_shell(),
            shell @ Self::Words(_) => shell.clone(),
        }
    }

    /// True if a command runs in a shell.
    pub fn is_some(&self) -> bool {
        matches!(self, Self::Words(_))
    }

    /// The program and the arguments that run a command line.
    ///
    /// # Errors
    /// When the line is empty, has an open quote, or is one for a shell and none was chosen.
    pub fn argv(&self, line: &str) -> anyhow::Result<Vec<OsString>> {
        match self {
            Self::Words(words) => {
                Ok(words.iter().map(String::as_str).chain(["-c", line]).map(OsString::from).collect())
            }
            Self::None { chosen } => {
                if !chosen {
                    refuse_shell_syntax(line)?;
                }
                let words = shell_words::split(line)
                    .with_context(|| format!("cannot read the words of the command `{line}`"))?;
                if words.first().is_none_or(String::is_empty) {
                    bail!("the command `{line}` has no program");
                }
                Ok(words.into_iter().map(OsString::from).collect())
            }
        }
    }
}

/// Refuses a line that only a shell understands.
fn refuse_shell_syntax(line: &str) -> anyhow::Result<()> {
    let words = quoted_words(line);
    if words.first().is_some_and(|word| is_assignment(word)) {
        bail!(
            "the command `{line}` begins with a variable; use --env to set it, or -S to run the command in a shell"
        );
    }
    if let Some(operator) = words.iter().find(|word| OPERATORS.contains(word)) {
        bail!(
            "the command `{line}` has `{operator}`, which only a shell understands; use -S to run it in a shell, or -N \
             to pass `{operator}` as an argument"
        );
    }
    Ok(())
}

/// The words of a line with their quotes and backslashes.
fn quoted_words(line: &str) -> Vec<&str> {
    let (mut words, mut start, mut quote, mut escaped) = (Vec::new(), None, None, false);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('"') | None, '\\') => {
                start = start.or(Some(at));
                escaped = true;
            }
            (Some(_), _) => {}
            (None, ' ' | '\t' | '\n') => words.extend(start.take().map(|start| &line[start..at])),
            (None, _) => {
                start = start.or(Some(at));
                quote = Some(c).filter(|c| matches!(c, '\'' | '"'));
            }
        }
    }
    words.extend(start.map(|start| &line[start..]));
    words
}

/// True for `NAME=…`.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| is_variable(name))
}

/// True for the name of an environment variable.
pub fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNCHOSEN: Shell = Shell::None { chosen: false };

    fn words(line: &str) -> Vec<OsString> {
        UNCHOSEN.argv(line).expect("words")
    }

    #[test]
    fn a_command_without_a_shell_is_split_as_a_shell_would() {
        assert_eq!(words(r#"grep -i 'to do' "a b" c\ d"#), ["grep", "-i", "to do", "a b", "c d"]);
        for bad in ["", "  ", "echo 'open", "''"] {
            assert!(UNCHOSEN.argv(bad).is_err(), "{bad}");
        }
    }

    /// Without the check `sleep 1 && true` would sleep for "1", "&&" and "true" and fail.
    #[test]
    fn a_line_for_a_shell_is_refused_unless_quoted_or_chosen() {
        for line in ["a && b", "a | b", "cat < f", "a > f", "a ;", "X=1 cmd"] {
            let error = UNCHOSEN.argv(line).expect_err(line).to_string();
            assert!(error.contains("-S"), "{error}");
            assert!(Shell::None { chosen: true }.argv(line).is_ok(), "{line}");
        }
        for line in ["a '&&' b", r"a \| b", "a ';'", "a \"X=1\"", "env X=1 cmd", "a b;c", "'X=1' c"] {
            assert!(UNCHOSEN.argv(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn a_shell_gets_the_line_as_it_is() {
        let bash = Shell::Words(vec!["bash".to_owned(), "--norc".to_owned()]);
        assert_eq!(bash.argv("a | b").expect("words"), ["bash", "--norc", "-c", "a | b"]);
        assert_eq!(UNCHOSEN.for_hooks().argv("a | b").expect("words"), ["sh", "-c", "a | b"]);
        assert_eq!(bash.for_hooks(), bash);
    }
}
