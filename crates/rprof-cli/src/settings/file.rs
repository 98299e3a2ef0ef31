//! The configuration file: its place, and its keys. What is not a key is refused, so that a typing error has no silent
//! effect.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use rprof_trace::shown;
use toml::de::{DeTable, DeValue};

use super::{KEYS, Key, Origin, Setting};

/// The variable that names another file.
const VARIABLE: &str = "RPROF_CONFIG";
/// The largest file that is read. One that is larger is no configuration.
const LARGEST: u64 = 1 << 20;

/// The configuration file: what `RPROF_CONFIG` names, or else that of the XDG base directories.
pub fn path() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os(VARIABLE) {
        return Some(PathBuf::from(given)).filter(|path| !path.as_os_str().is_empty());
    }
    // The specification says that a relative path is to be ignored.
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(base.join("rprof").join("config.toml"))
}

/// The settings of a file.
#[derive(Debug, Default)]
pub struct FileSettings {
    /// The settings of `KEYS`, in their order.
    pub found: [Option<Setting>; KEYS.len()],
    /// Why the file could not be read, if the run goes on without it.
    pub unread: Option<String>,
}

/// Reads a file. A file that does not exist has no settings, unless `RPROF_CONFIG` names it.
///
/// Under `sudo -u` and `setpriv`, HOME is often that of root, which another user may not search. A default file that cannot be
/// read is no reason not to run a command.
///
/// # Errors
/// When the named file cannot be read, or when a file is not TOML, has an unknown key or a value that is not valid.
pub fn read(path: &Path) -> anyhow::Result<FileSettings> {
    let cannot_read = || format!("cannot read the configuration file `{}`", shown(path));
    let is_named = std::env::var_os(VARIABLE).is_some();
    let mut bytes = Vec::new();
    let opened = File::open(path);
    match opened.and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)) {
        Ok(_) => {}
        Err(error) if is_named => return Err(error).with_context(cannot_read),
        // HOME may be `/dev/null`, as that of a daemon.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(FileSettings::default());
        }
        Err(error) => return Ok(FileSettings { unread: Some(error.to_string()), ..FileSettings::default() }),
    }
    if bytes.len() as u64 > LARGEST {
        bail!("the configuration file `{}` is larger than 1 MiB; see `rprof help environment`", shown(path));
    }
    let text = String::from_utf8(bytes).with_context(cannot_read)?;
    let found = parse(&text)
        .map_err(|Problem { line, reason }| anyhow!("`{}`, line {line}: {reason}", shown(path)))?;
    Ok(FileSettings { found, unread: None })
}

/// The fault of a line.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    line: usize,
    reason: String,
}

fn parse(text: &str) -> Result<[Option<Setting>; KEYS.len()], Problem> {
    let line_of =
        |position: usize| text.as_bytes().iter().take(position).filter(|byte| **byte == b'\n').count() + 1;
    let table = DeTable::parse(text).map_err(|error| Problem {
        line: error.span().map_or(1, |span| line_of(span.start)),
        reason: format!("not TOML: {}; a line is like {}", error.message(), KEYS[0].example),
    })?;
    let mut found: [Option<Setting>; KEYS.len()] = Default::default();
    // The table is sorted by name. The first problem is that of the first line.
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    for (name, value) in entries {
        let line = line_of(name.span().start);
        let problem = |reason| Problem { line, reason };
        let at = KEYS.iter().position(|key| key.name == name.get_ref().as_ref());
        let at = at.ok_or_else(|| problem(unknown_key(name.get_ref())))?;
        let value = value_of(&KEYS[at], value.get_ref()).map_err(problem)?;
        found[at] = Some(Setting { value, origin: Origin::File(line) });
    }
    Ok(found)
}

fn unknown_key(name: &str) -> String {
    let names: Vec<_> = KEYS.iter().map(|key| key.name).collect();
    format!("unknown key `{name}`; use {}", names.join(", "))
}

/// The text of a value, checked. A number is what an option would take.
fn value_of(key: &Key, value: &DeValue<'_>) -> Result<String, String> {
    let text = match value {
        DeValue::String(text) => text.as_ref(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        _ => return Err(format!("`{}` must be a string, as in {}", key.name, key.example)),
    };
    (key.check)(text).map_err(|reason| format!("{} `{text}`: {reason}", key.name))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_numbers_are_read_with_their_lines() {
        let found = parse("# mine\ninterval = 0.01\n\ntheme = 'dark'\n").expect("valid");
        assert_eq!(found[0], Some(Setting { value: "0.01".to_owned(), origin: Origin::File(2) }));
        assert_eq!(found[3], Some(Setting { value: "dark".to_owned(), origin: Origin::File(4) }));
        assert_eq!(parse(""), Ok(Default::default()));
    }

    #[test]
    fn a_problem_has_its_line_and_a_remedy() {
        for (text, line, reason) in [
            ("\nintervall = 1\n", 2, "unknown key `intervall`; use interval, metric, output, theme"),
            ("interval = 0\n", 1, "interval `0`: out of range; use 100us to 1d"),
            (
                "theme = \"dark\"\nmetric = \"RSS\"\n",
                2,
                "metric `RSS`: unknown value; use rss, pss, uss, footprint",
            ),
            ("output = \"\"\n", 1, "output ``: empty; use the name of a trace"),
            ("interval = [1]\n", 1, "`interval` must be a string, as in interval = \"10ms\""),
            ("[run]\ninterval = 1\n", 1, "unknown key `run`; use interval, metric, output, theme"),
            ("interval = 0x10\n", 1, "`interval` must be a string, as in interval = \"10ms\""),
        ] {
            assert_eq!(parse(text), Err(Problem { line, reason: reason.to_owned() }), "{text}");
        }
        for (text, line) in [
            ("interval\n", 1),
            ("metric = \"pss\"\ninterval = 10ms\n", 2),
            ("theme = 'dark'\ntheme = 'dark'\n", 2),
        ] {
            let problem = parse(text).expect_err(text);
            assert_eq!(problem.line, line, "{text}: {problem:?}");
            assert!(
                problem.reason.starts_with("not TOML: ") && problem.reason.contains("10ms"),
                "{problem:?}"
            );
        }
    }
}
