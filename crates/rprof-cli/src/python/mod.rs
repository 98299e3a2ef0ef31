//! Python programs: the interpreter for a script or module, and the environment in which it finds `profile`.
//! The interpreter's own arguments are not changed, so the script is `__main__` as without rprof. Python imports the
//! `sitecustomize` of `module_cache`, because its directory comes first in PYTHONPATH.

mod module_cache;

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rprof_sample::find_program;

use self::module_cache::ModuleCache;

/// The rule by which a command counts as a Python program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The default: a first word that ends in `.py` is a script.
    ByName,
    /// `--python`: every command is.
    Always,
    /// `--nopython`: no command is. A script still gets an interpreter, but no module.
    Never,
}

/// A command that Python runs, and the module it imports.
pub struct Program {
    /// The interpreter and its arguments.
    pub argv: Vec<OsString>,
    /// Kept while the program runs: a temporary copy is deleted on drop. `None` under `--nopython`.
    module: Option<ModuleCache>,
}

impl Program {
    /// The command as a Python program; `None` when it is another program.
    ///
    /// # Errors
    /// When the module cannot be written to any directory.
    pub fn new(command: &[OsString], mode: Mode) -> anyhow::Result<Option<Self>> {
        let Some(argv) = interpreted(command, mode) else { return Ok(None) };
        let module = if mode == Mode::Never { None } else { Some(ModuleCache::new()?) };
        Ok(Some(Self { argv, module }))
    }

    /// The environment variables to set: the module's directory before the user's own PYTHONPATH, and the wish for no
    /// hints, which the module removes again.
    pub fn env(&self, quiet: bool) -> Vec<(OsString, OsString)> {
        let Some(module) = self.module.as_ref().filter(|_| self.isolating_option().is_none()) else {
            return Vec::new();
        };
        let mut path = OsString::from(&module.path);
        if let Some(before) = std::env::var_os("PYTHONPATH").filter(|before| !before.is_empty()) {
            path.push(":");
            path.push(before);
        }
        let mut variables = vec![("PYTHONPATH".into(), path)];
        if quiet {
            variables.push(("RPROF_QUIET".into(), "1".into()));
        }
        variables
    }

    /// True if the program gets rprof's module, unless an `isolating_option` prevents it.
    pub fn has_module(&self) -> bool {
        self.module.is_some()
    }

    /// The interpreter's option that keeps the module out (`-I`, `-E` or `-S`), if there is one.
    pub fn isolating_option(&self) -> Option<&str> {
        isolating_option(&self.argv)
    }
}

/// The interpreter and its arguments; `None` when the command is no Python program.
///
/// mprof's `--python` accepts an interpreter, a script or a module. A program in PATH wins over a module of its name.
/// Under `--nopython` too, a script that the system cannot execute gets an interpreter.
fn interpreted(command: &[OsString], mode: Mode) -> Option<Vec<OsString>> {
    let first = command.first()?;
    let script = first.as_bytes().ends_with(b".py");
    match mode {
        Mode::ByName | Mode::Never if !script => None,
        _ if script && runs_itself(first) => Some(command.to_vec()),
        _ if script => Some(preceded_by(&[interpreter()], command)),
        _ if find_program(first).is_ok() => Some(command.to_vec()),
        // Many systems have `python3` but no `python`.
        _ if first == "python" => Some(preceded_by(&[interpreter()], &command[1..])),
        _ if is_module(first) => Some(preceded_by(&[interpreter(), OsStr::new("-m")], command)),
        _ => Some(command.to_vec()),
    }
}

fn preceded_by(before: &[&OsStr], command: &[OsString]) -> Vec<OsString> {
    before.iter().map(|word| (*word).to_owned()).chain(command.iter().cloned()).collect()
}

/// The first of `python3` and `python` in PATH; `python3` when there is neither, for the error message.
fn interpreter() -> &'static OsStr {
    let names = ["python3", "python"].map(OsStr::new);
    names.into_iter().find(|name| find_program(name).is_ok()).unwrap_or(names[0])
}

/// True if the system can execute a script: by its path, executable and with `#!`, or by a name in PATH.
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

/// True for a dotted module name such as `pkg.mod`.
fn is_module(name: &OsStr) -> bool {
    let is_word = |part: &str| {
        part.chars().all(|c| c == '_' || c.is_alphanumeric()) && !part.starts_with(|c: char| c.is_numeric())
    };
    name.to_str().is_some_and(|name| name.split('.').all(|part| !part.is_empty() && is_word(part)))
}

/// The option of a Python interpreter that ignores PYTHONPATH (`-I`, `-E`) or `sitecustomize` (`-S`).
///
/// Letters may be joined (`-bE`). The words after `-c`, `-m` or the script belong to the program and are not read.
fn isolating_option(argv: &[OsString]) -> Option<&str> {
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
                // These take a value: the rest of the word, or the next word.
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
        interpreted(&os(line), mode).map(|argv| argv.join(OsStr::new(" ")).to_string_lossy().into_owned())
    }

    #[test]
    fn scripts_and_modules_get_an_interpreter() {
        let python = interpreter().to_string_lossy();
        assert_eq!(shown("no/such.py -v", Mode::ByName), Some(format!("{python} no/such.py -v")));
        assert_eq!(shown("no/such.py -v", Mode::Never), Some(format!("{python} no/such.py -v")));
        assert_eq!(shown("python3 x.py", Mode::Never), None);
        assert_eq!(shown("sh x.py", Mode::ByName), None);
        assert_eq!(shown("sh x.py", Mode::Always), Some("sh x.py".into()));
        assert_eq!(shown("no_such.module -1", Mode::Always), Some(format!("{python} -m no_such.module -1")));
        assert_eq!(shown("/no/such/python x.py", Mode::Always), Some("/no/such/python x.py".into()));
    }

    #[test]
    fn an_option_that_keeps_the_module_out_is_found() {
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
            assert_eq!(isolating_option(&os(line)), found, "{line}");
        }
    }
}
