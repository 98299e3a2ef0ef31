//! `rprof run script.py`: `profile` is defined without an installation, and nothing else changes for the script.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::support::{Done, Place, done, finish, skip, with_default_settings};

const PYTHON_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../python");

/// The Pythons from 3.9 on this machine, by minor version: from PATH or from pyenv's directories. A shim of pyenv in PATH
/// may exist for a version that it cannot run.
pub fn pythons() -> BTreeMap<u32, PathBuf> {
    static FOUND: OnceLock<BTreeMap<u32, PathBuf>> = OnceLock::new();
    FOUND.get_or_init(search).clone()
}

fn search() -> BTreeMap<u32, PathBuf> {
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")));
    let versions = root.and_then(|root| std::fs::read_dir(root.join("versions")).ok());
    let of_pyenv: Vec<PathBuf> = versions.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    let mut found = BTreeMap::new();
    for minor in 9..=15 {
        let name = format!("python3.{minor}");
        let candidates =
            std::iter::once(PathBuf::from(&name)).chain(of_pyenv.iter().map(|v| v.join("bin").join(&name)));
        let runs = |python: &PathBuf| {
            let asked =
                Command::new(python).args(["-c", "import sys; print(sys.executable)"]).output().ok()?;
            asked.status.success().then(|| String::from_utf8_lossy(&asked.stdout).trim().into())
        };
        if let Some(python) = candidates.into_iter().find_map(|python| runs(&python)) {
            found.insert(minor, python);
        } else if minor <= 13 {
            skip(&format!("there is no {name}: the Python module is not tested with it"));
        }
    }
    found
}

pub fn any_python() -> Option<PathBuf> {
    let newest = pythons().pop_last().map(|(_, python)| python);
    if newest.is_none() {
        skip("there is no Python 3.9 or later");
    }
    newest
}

/// A place with a cache directory of its own.
pub fn place() -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path("cache")).unwrap();
    place
}

pub fn script(place: &Place, name: &str, text: &str) {
    std::fs::write(place.path(name), text).unwrap();
}

fn rprof(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.rprof(arguments);
    command.env("XDG_CACHE_HOME", place.path("cache")).env_remove("PYTHONPATH").env_remove("RPROF_TRACE");
    command
}

/// Runs `rprof run -o t.dat --python PYTHON WORDS`.
pub fn run(place: &Place, python: &Path, words: &[&str]) -> Done {
    let mut command = rprof(place, &["run", "-q", "--force", "-o", "t.dat", "--python"]);
    command.arg(python).args(words).stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command.spawn().unwrap())
}

/// `make test-python` runs them with every Python.
#[test]
fn the_modules_own_tests_pass_on_the_oldest_and_the_newest_python() {
    let start = |(minor, python)| {
        let mut command = Command::new(python);
        command.args(["-B", "-m", "unittest", "discover", "-s", "tests", "-t", "."]).current_dir(PYTHON_DIR);
        with_default_settings(&mut command);
        command.env("RPROF_BIN", env!("CARGO_BIN_EXE_rprof"));
        (minor, command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    };
    let mut pythons = pythons();
    let newest = pythons.pop_last();
    // Both at once: one after the other they take longer than any other test.
    let started: Vec<_> = pythons.into_iter().take(1).chain(newest).map(start).collect();
    for (minor, child) in started {
        let done = done(child.wait_with_output().unwrap());
        assert_eq!(done.code, Some(0), "3.{minor}: {}", done.stderr);
        if let Some((_, count)) = done.stderr.split_once("OK (skipped=") {
            let count = count.trim_end().trim_end_matches(')');
            skip(&format!(
                "Python 3.{minor} without pytest or IPython: {count} tests; `make test-python` runs them"
            ));
        }
        assert!(done.stderr.contains("Ran ") && !done.stderr.contains("Ran 0"), "{}", done.stderr);
    }
}

/// Prints all that a script can see of its interpreter. Modules that rprof's module imports are omitted, and
/// `encodings.ascii`, which `-X dev` imports before any module in C.
const ASK: &str = r#"
import os, pickle, sys
class Thing: pass
assert type(pickle.loads(pickle.dumps(Thing()))) is Thing
here = sys.modules["__main__"]
print(sys.argv, sys.path, __name__, globals().get("__file__"), __spec__ and __spec__.name, type(__loader__), __package__)
print(sys.flags, sys.warnoptions, sys._xoptions, sys.dont_write_bytecode, sys.executable, sys.path_importer_cache.keys())
print(sorted(k for k in os.environ if k not in ("RPROF_TRACE", "XDG_CACHE_HOME", "_")), os.environ.get("PYTHONPATH"))
needed = ("contextvars", "_contextvars", "itertools", "__future__", "encodings.ascii")
print(sorted(m for m in sys.modules if "rprof" not in m and m not in needed))
print("stdin", sys.stdin.read())
if len(sys.argv) > 1: exec(sys.argv[1])
"#;

#[test]
fn a_script_is_main_as_without_rprof() {
    let paths = [None, Some("lib"), Some("lib:/nowhere")];
    let pythons = pythons();
    let newest = pythons.keys().next_back().copied();
    for (minor, python) in pythons {
        let place = place();
        script(&place, "ask.py", ASK);
        std::fs::create_dir_all(place.path("pkg")).unwrap();
        script(&place, "pkg/__main__.py", "from . import x\n");
        script(&place, "pkg/x.py", ASK);
        std::fs::create_dir_all(place.path("lib")).unwrap();
        let forms: [&[&str]; 12] = [
            &["ask.py"],
            &["./ask.py", "import sys; sys.exit(7)", "--", "-x"],
            &["ask.py", "raise ValueError('seen')"],
            &["ask.py", "import sys; sys.exit('words')"],
            &["ask.py", "import os; os.kill(os.getpid(), 15)"],
            &["-m", "ask", "1/0"],
            &["-m", "pkg"],
            &["-u", "-X", "dev", "-W", "ignore", "-B", "-O", "ask.py", "a = 1"],
            &["-c", "import sys; print(sys.argv, sys.path); 1/0", "x"],
            &["-i", "ask.py", "raise ValueError"],
            &["-"],
            &["no_such_script.py"],
        ];
        for (number, form) in forms.into_iter().enumerate() {
            // The newest Python takes each form with each path, the others take the paths in turn.
            let turn = (number + minor as usize) % paths.len();
            let tried = if Some(minor) == newest { &paths[..] } else { &paths[turn..=turn] };
            for path in tried {
                let ask = |mut command: Command| {
                    path.map(|path| command.env("PYTHONPATH", path));
                    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
                    let mut child = command.spawn().unwrap();
                    drop(
                        child
                            .stdin
                            .take()
                            .map(|mut stdin| std::io::Write::write_all(&mut stdin, b"print(40 + 2)\n")),
                    );
                    let done = finish(child);
                    (done.code, done.stdout, done.stderr)
                };
                let mut plain = rprof(&place, &["run", "-q", "--force", "-o", "p.dat", "--nopython"]);
                plain.arg(&python).args(form);
                let mut watched = rprof(&place, &["run", "-q", "--force", "-o", "p.dat", "--python"]);
                watched.arg(&python).args(form);
                assert_eq!(ask(plain), ask(watched), "3.{minor} {form:?} PYTHONPATH={path:?}");
            }
        }
    }
}

#[test]
fn an_existing_sitecustomize_still_runs() {
    let Some(python) = any_python() else { return };
    let place = place();
    script(&place, "s.py", "import sys; print('script', sys.modules['sitecustomize'].__file__, profile)");
    std::fs::create_dir(place.path("site")).unwrap();
    for (text, expected) in [("print('mine')", "mine\nscript "), ("raise ValueError('mine')", "")] {
        script(&place, "site/sitecustomize.py", text);
        let mut command = rprof(&place, &["run", "-q", "--force", "-o", "t.dat", "--python"]);
        command.arg(&python).arg("s.py").env("PYTHONPATH", place.path("site"));
        let done = done(command.output().unwrap());
        assert!(done.stdout.starts_with(expected), "{} {}", done.stdout, done.stderr);
        assert!(expected.is_empty() == done.stderr.contains("mine"), "{}", done.stderr);
    }
}

#[test]
fn which_interpreter_runs_what() {
    let Some(python) = any_python() else { return };
    let place = place();
    let text = "import sys; profile; print(sys.argv)";
    script(&place, "s.py", text);
    script(&place, "m.py", text);
    let shebang = format!("#!{}\n{text}", python.display());
    script(&place, "x.py", &shebang);
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(place.path("x.py"), executable).unwrap();
    // A PATH with nothing but this Python, under one of the two names.
    let bin = |name: &str| {
        let bin = place.path(&format!("bin-{name}"));
        std::fs::create_dir_all(&bin).unwrap();
        let text = format!("#!/bin/sh\nexec {} \"$@\"\n", python.display());
        std::fs::write(bin.join(name), text).unwrap();
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(bin.join(name), executable).unwrap();
        bin
    };
    for path in [bin("python3"), bin("python")] {
        for (line, expected) in [
            ("s.py -1 --x", "['s.py', '-1', '--x']"),
            ("--python s.py", "['s.py']"),
            ("./x.py a", "['./x.py', 'a']"),
            ("--python python s.py b", "['s.py', 'b']"),
            ("--python m b", "m.py', 'b']"),
        ] {
            let mut command = rprof(&place, &["run", "-q", "--force", "-o", "t.dat"]);
            let done = done(command.args(line.split(' ')).env("PATH", &path).output().unwrap());
            assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
            assert!(done.stdout.trim_end().ends_with(expected), "{line}: {}", done.stdout);
        }
    }
    let mut nowhere = rprof(&place, &["run", "-q", "-o", "n.dat", "s.py"]);
    assert_eq!(nowhere.env("PATH", "/nowhere").status().unwrap().code(), Some(127));
    assert_eq!(run(&place, &python, &["x.py"]).code, Some(0));
    let mut plain = rprof(&place, &["run", "-q", "-o", "m.dat", "--nopython", "./x.py"]);
    let plain = done(plain.output().unwrap());
    assert!(plain.code == Some(1) && plain.stderr.contains("NameError"), "{}", plain.stderr);
    // It was "not found in PATH", although a hint named it.
    for (name, text) in [("s.py", "NameError"), ("no_such.py", "can't open file")] {
        let mut plain = rprof(&place, &["run", "--force", "-o", "m.dat", "--nopython", name, "-1"]);
        let plain = done(plain.env("PATH", bin("python3")).output().unwrap());
        assert!(plain.stderr.contains(text) && !plain.stderr.contains("not found"), "{}", plain.stderr);
    }
}

#[test]
fn the_reason_for_missing_spans_is_printed() {
    let Some(python) = any_python() else { return };
    let place = place();
    script(&place, "s.py", "import os; print('profile' in dir(__builtins__), os.environ.get('PYTHONPATH'))");
    for (options, words, found, message) in [
        (&["-o", "a.dat"][..], &["-I", "s.py"][..], "False None\n", "`-I` keeps rprof's module out"),
        (&["-o", "b.csv"], &["s.py"], "True None\n", ".dat traces only"),
    ] {
        let mut command = rprof(&place, &["run"]);
        let done = done(command.args(options).arg("--python").arg(&python).args(words).output().unwrap());
        assert_eq!((done.code, done.stdout.as_str()), (Some(0), found), "{}", done.stderr);
        assert!(done.stderr.contains(message), "{}", done.stderr);
    }
}

#[test]
fn without_a_cache_nothing_is_left_behind() {
    let Some(python) = any_python() else { return };
    let place = place();
    script(&place, "s.py", "profile");
    std::fs::create_dir(place.path("tmp")).unwrap();
    let mut command = rprof(&place, &["run", "-q", "-o", "t.dat", "--python"]);
    command.arg(python).arg("s.py").env("TMPDIR", place.path("tmp")).env("XDG_CACHE_HOME", "/dev/null/x");
    assert_eq!(command.status().unwrap().code(), Some(0));
    assert_eq!(std::fs::read_dir(place.path("tmp")).unwrap().count(), 0);
}

/// A read-only HOME and TMPDIR stopped the run, with neither a path nor a remedy.
#[test]
fn without_home_and_tmpdir_the_module_is_in_another_directory() {
    let Some(python) = any_python() else { return };
    let place = place();
    script(&place, "s.py", "print(profile)");
    let mut command = rprof(&place, &["run", "-q", "-o", "t.dat", "--python"]);
    command.arg(python).arg("s.py").env_remove("XDG_CACHE_HOME").env("HOME", "/dev/null/x");
    let done = done(command.env("TMPDIR", "/dev/null/y").output().unwrap());
    assert_eq!((done.code, done.stdout.as_str()), (Some(0), "<rprof.profile>\n"), "{}", done.stderr);
}

/// A Python that is too old printed its message again in every Python that it started.
#[test]
fn an_old_python_gets_its_environment_back() {
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root =
        root.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv"))).unwrap_or_default();
    let versions = std::fs::read_dir(root.join("versions")).into_iter().flatten().flatten();
    let old = versions.filter(|entry| {
        ["3.8.", "3.7.", "3.6.", "2.7."].iter().any(|v| entry.file_name().to_string_lossy().starts_with(v))
    });
    let old: Vec<_> =
        old.map(|entry| entry.path().join("bin/python")).filter(|python| python.exists()).collect();
    if old.is_empty() {
        skip("pyenv has no Python before 3.9");
    }
    for python in old {
        let place = place();
        script(
            &place,
            "s.py",
            "import os; print(os.environ.get('PYTHONPATH'), os.environ.get('RPROF_QUIET'))",
        );
        let done = run(&place, &python, &["s.py"]);
        assert_eq!(done.code, Some(0), "{}: {}", python.display(), done.stderr);
        assert_eq!(done.stdout.matches("None").count(), 2, "{}", done.stdout);
        assert!(done.stderr.contains("needs Python 3.9 or later"), "{}", done.stderr);
    }
}

/// The module runs inside the measured program, so its memory is part of the peak. It must be small.
#[test]
fn the_module_costs_less_than_a_mebibyte() {
    let place = place();
    script(
        &place,
        "s.py",
        "import os\nprint(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0])\nos._exit(0)",
    );
    // The least of five runs: the page cache and the allocator add memory by chance.
    let least = |python: &Path, mode: &str| {
        let once = |_| {
            let mut command = rprof(&place, &["run", "-q", "--force", "-o", "t.dat", mode]);
            command.arg(python).arg("s.py");
            done(command.output().unwrap()).stdout.trim().parse::<u64>().expect("KiB")
        };
        (0..5).map(once).min().expect("five")
    };
    for (minor, python) in pythons() {
        let kib = least(&python, "--python").saturating_sub(least(&python, "--nopython"));
        assert!(kib < 1024, "3.{minor}: adds {kib} KiB");
    }
}
