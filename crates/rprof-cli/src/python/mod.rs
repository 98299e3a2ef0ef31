//! Python programs: which interpreter runs them, and what it needs to find `profile`.
//!
//! The command line of the interpreter is left as it is, so that the script is `__main__` as ever. What it finds is the
//! bootstrap of `carried`, first on PYTHONPATH.

mod module_cache;

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rprof_sample::find_program;

use self::module_cache::Carried;

/// What `--python` and `--nopython` say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Neither: a first word that ends in `.py` is a script.
    ByName,
    /// Whatever it is called, Python will read it.
    Always,
    /// A program like any other.
    Never,
}

/// A command that Python runs.
pub struct Program {
    /// The words to start.
    pub argv: Vec<OsString>,
    /// The module on disk, as long as the program runs.
    module: Carried,
}

impl Program {
    /// The command as a Python program; `None` when it is none.
    ///
    /// # Errors
    /// When the module can be written nowhere.
    pub fn new(command: &[OsString], mode: Mode) -> anyhow::Result<Option<Self>> {
        match words(command, mode) {
            Some(argv) => Ok(Some(Self { argv, module: Carried::new()? })),
            None => Ok(None),
        }
    }

    /// What is set in its environment.
    pub fn env(&self) -> Vec<(OsString, OsString)> {
        let mut path = OsString::from(&self.module.path);
        if let Some(before) = std::env::var_os("PYTHONPATH").filter(|before| !before.is_empty()) {
            path.push(":");
            path.push(before);
        }
        vec![("PYTHONPATH".into(), path)]
    }

    /// The option, if there is one, that keeps the interpreter from looking at its environment.
    pub fn deaf(&self) -> Option<&str> {
        deaf(&self.argv)
    }
}

fn words(command: &[OsString], mode: Mode) -> Option<Vec<OsString>> {
    let first = command.first()?;
    let script = first.as_bytes().ends_with(b".py");
    match mode {
        Mode::Never => None,
        Mode::ByName if !script => None,
        _ if script && runs_itself(first) => Some(command.to_vec()),
        _ if script => Some(behind(&[interpreter()], command)),
        _ if find_program(first).is_ok() => Some(command.to_vec()),
        // Many systems have no `python` but `python3`.
        _ if first == "python" => Some(behind(&[interpreter()], &command[1..])),
        _ if is_module(first) => Some(behind(&[interpreter(), OsStr::new("-m")], command)),
        _ => Some(command.to_vec()),
    }
}

fn behind(before: &[&OsStr], command: &[OsString]) -> Vec<OsString> {
    before.iter().map(|word| (*word).to_owned()).chain(command.iter().cloned()).collect()
}

fn interpreter() -> &'static OsStr {
    let names = ["python3", "python"].map(OsStr::new);
    names.into_iter().find(|name| find_program(name).is_ok()).unwrap_or(names[0])
}

/// Whether a script names its own interpreter: executable, with `#!`, and called by a path; or else one in PATH.
fn runs_itself(script: &OsStr) -> bool {
    let path = Path::new(script);
    if !script.as_bytes().contains(&b'/') {
        return !path.exists() && find_program(script).is_ok();
    }
    let executable = path.metadata().is_ok_and(|data| data.permissions().mode() & 0o111 != 0);
    let mut start = [0; 2];
    executable
        && std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && &start == b"#!"
}

/// `pkg.mod`: mprof's `--python` takes a module by its bare name.
fn is_module(name: &OsStr) -> bool {
    let is_word = |part: &str| {
        part.chars().all(|c| c == '_' || c.is_alphanumeric()) && !part.starts_with(|c: char| c.is_numeric())
    };
    name.to_str().is_some_and(|name| name.split('.').all(|part| !part.is_empty() && is_word(part)))
}

fn deaf(argv: &[OsString]) -> Option<&str> {
    let name = Path::new(argv.first()?).file_name()?.to_str()?;
    if !name.starts_with("python") && !name.starts_with("pypy") {
        return None;
    }
    let mut words = argv[1..].iter().map(|word| word.to_str().unwrap_or("-"));
    while let Some(word) = words.next().filter(|word| word.len() > 1 && word.starts_with('-')) {
        if word.starts_with("--") {
            continue;
        }
        for (at, letter) in word.char_indices().skip(1) {
            match letter {
                'I' | 'E' | 'S' => return Some(word),
                'c' | 'm' => return None,
                'W' | 'X' => {
                    if at + 1 == word.len() {
                        words.next();
                    }
                    break;
                }
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn os(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn shown(line: &str, mode: Mode) -> Option<String> {
        words(&os(line), mode).map(|argv| argv.join(OsStr::new(" ")).to_string_lossy().into_owned())
    }

    #[test]
    fn scripts_and_modules_get_an_interpreter() {
        let python = interpreter().to_string_lossy();
        assert_eq!(shown("no/such.py -v", Mode::ByName), Some(format!("{python} no/such.py -v")));
        assert_eq!(shown("no/such.py -v", Mode::Never), None);
        assert_eq!(shown("sh x.py", Mode::ByName), None);
        assert_eq!(shown("sh x.py", Mode::Always), Some("sh x.py".into()));
        assert_eq!(shown("no_such.module -1", Mode::Always), Some(format!("{python} -m no_such.module -1")));
        assert_eq!(shown("/no/such/python x.py", Mode::Always), Some("/no/such/python x.py".into()));
    }

    #[test]
    fn options_that_shut_the_environment_out_are_seen() {
        for (line, found) in [
            ("python3 -I s.py", Some("-I")),
            ("/usr/bin/python3.9 -u -bE s.py", Some("-bE")),
            ("python -X dev -W error -S s.py", Some("-S")),
            ("python3 -Xdev -We -u s.py -I", None),
            ("python3 -c I -I", None),
            ("python3 -mE", None),
            ("python3 --version", None),
            ("sh -I", None),
        ] {
            assert_eq!(deaf(&os(line)), found, "{line}");
        }
    }
}
