//! `rprof run script.py`: `profile` is defined without an installation, and nothing else changes for the script.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Done, Place, done, finish, skip};

const PYTHON_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../python");

/// The Pythons from 3.9 on this machine, by minor version: from PATH or from pyenv's directories. A shim of pyenv in PATH
/// may exist for a version that it cannot run.
fn pythons() -> BTreeMap<u32, PathBuf> {
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

fn any_python() -> Option<PathBuf> {
    let newest = pythons().pop_last().map(|(_, python)| python);
    if newest.is_none() {
        skip("there is no Python 3.9 or later");
    }
    newest
}

/// A place with a cache directory of its own.
fn place() -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path("cache")).unwrap();
    place
}

fn script(place: &Place, name: &str, text: &str) {
    std::fs::write(place.path(name), text).unwrap();
}

fn rprof(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.rprof(arguments);
    command.env("XDG_CACHE_HOME", place.path("cache")).env_remove("PYTHONPATH").env_remove("RPROF_TRACE");
    command
}

/// Runs `rprof run -o t.dat --python PYTHON WORDS`.
fn run(place: &Place, python: &Path, words: &[&str]) -> Done {
    let mut command = rprof(place, &["run", "-q", "--force", "-o", "t.dat", "--python"]);
    command.arg(python).args(words).stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command.spawn().unwrap())
}

/// A span, read from the SPAN lines of the trace.
#[derive(Debug, Clone, PartialEq)]
struct Span {
    name: String,
    pid: String,
    begun: f64,
    ended: Option<f64>,
}

/// The spans of the trace in the order of their begin.
fn spans(place: &Place) -> Vec<Span> {
    let mut spans: Vec<(String, Span)> = Vec::new();
    for line in place.trace().lines() {
        let words: Vec<&str> = line.splitn(5, ' ').collect();
        match words[..] {
            ["SPAN", "begin", id, time, name] => {
                let pid = id.split('.').next().unwrap().to_owned();
                let span = Span { name: name.to_owned(), pid, begun: time.parse().unwrap(), ended: None };
                spans.push((id.to_owned(), span));
            }
            ["SPAN", "end", id, time] => {
                let open = spans.iter_mut().find(|(known, _)| known == id).expect("a begin");
                open.1.ended = Some(time.parse().unwrap());
            }
            _ => assert!(words[0] != "SPAN", "{line}"),
        }
    }
    spans.into_iter().map(|(_, span)| span).collect()
}

fn names(spans: &[Span]) -> BTreeMap<&str, usize> {
    let mut names = BTreeMap::new();
    for span in spans {
        *names.entry(span.name.as_str()).or_default() += 1;
    }
    names
}

#[test]
fn the_modules_own_tests_pass_on_every_python() {
    for (minor, python) in pythons() {
        let mut command = Command::new(&python);
        command.args(["-B", "-m", "unittest", "discover", "-s", "tests", "-t", "."]).current_dir(PYTHON_DIR);
        let done = done(command.env_remove("RPROF_TRACE").output().unwrap());
        assert_eq!(done.code, Some(0), "3.{minor}: {}", done.stderr);
        assert!(done.stderr.contains("Ran ") && !done.stderr.contains("Ran 0"), "{}", done.stderr);
    }
}

const KINDS: &str = r#"
import asyncio, os, threading, time
@profile
def plain():
    time.sleep(0.03)
@profile
def fails():
    raise KeyError
@profile
async def coroutine():
    await asyncio.sleep(0.03)
@profile
def generator():
    for i in range(3):
        yield i
@profile
async def async_generator():
    for i in range(3):
        await asyncio.sleep(0.01)
        yield i
async def consume():
    await asyncio.gather(coroutine(), coroutine())
    async for _ in async_generator():
        pass
class Thing:
    @profile
    def method(self):
        pass
@profile
def killed():
    time.sleep(0.01)
    os.kill(os.getpid(), 9)
os.chdir("/")
plain()
try:
    fails()
except KeyError:
    pass
for _ in generator():
    time.sleep(0.01)
asyncio.run(consume())
Thing().method()
threads = [threading.Thread(target=plain) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
with profile.timestamp("a block"):
    killed()
"#;

/// memory_profiler timed the creation of a coroutine or generator, not its run. It wrote its file at the end, so a kill lost
/// all, and a script that changed its directory wrote to another file.
#[test]
fn every_kind_of_function_gets_spans_in_an_empty_venv() {
    for (minor, python) in pythons() {
        let place = place();
        script(&place, "kinds.py", KINDS);
        let mut venv = Command::new(&python);
        venv.args(["-m", "venv", "--without-pip", "venv"]).current_dir(place.dir.path());
        let python = match venv.output() {
            Ok(made) if made.status.success() => place.path("venv/bin/python"),
            _ => python,
        };
        let done = run(&place, &python, &["kinds.py"]);
        assert_eq!(done.code, Some(137), "3.{minor}: {}", done.stderr);
        let spans = spans(&place);
        let found: Vec<(&str, usize)> = names(&spans).into_iter().collect();
        let expected = [
            ("__main__.Thing.method", 1),
            ("__main__.async_generator", 1),
            ("__main__.coroutine", 2),
            ("__main__.fails", 1),
            ("__main__.generator", 1),
            ("__main__.killed", 1),
            ("__main__.plain", 3),
            ("a block", 1),
        ];
        assert_eq!(found, expected, "3.{minor}");
        for span in &spans {
            let least = match span.name.as_str() {
                "a block" | "__main__.killed" => {
                    assert_eq!(span.ended, None, "3.{minor}: {span:?}");
                    continue;
                }
                "__main__.fails" | "__main__.Thing.method" => 0.0,
                _ => 0.028,
            };
            let ended = span.ended.unwrap_or_else(|| panic!("3.{minor}: {span:?}"));
            assert!(ended - span.begun >= least && ended - span.begun < 5.0, "3.{minor}: {span:?}");
        }
    }
}

const CHILDREN: &str = r#"
import multiprocessing, os, subprocess, sys, time
@profile
def work(n):
    time.sleep(0.02)
    return os.getpid()
if __name__ == "__main__":
    before = dict(os.environ)
    os.environ["PYTHONPATH"] = "/nowhere"
    for method in sys.argv[1:]:
        processes = [multiprocessing.get_context(method).Process(target=work, args=(n,)) for n in range(2)]
        for process in processes: process.start()
        for process in processes: process.join()
        assert all(process.exitcode == 0 for process in processes), method
    assert subprocess.check_output("echo $PYTHONPATH", shell=True) == b"/nowhere\n"
    del os.environ["PYTHONPATH"]
    assert subprocess.check_output("echo $PYTHONPATH", shell=True) == b"\n"
    assert dict(os.environ) == before
"#;

/// memory_profiler recorded no functions in the processes of multiprocessing.
#[test]
fn the_processes_of_multiprocessing_have_spans_of_their_own() {
    for (minor, python) in pythons() {
        let place = place();
        script(&place, "children.py", CHILDREN);
        let done = run(&place, &python, &["children.py", "fork", "spawn", "forkserver"]);
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "3.{minor}");
        let spans = spans(&place);
        assert_eq!(names(&spans), BTreeMap::from([("__main__.work", 6)]), "3.{minor}");
        let pids: std::collections::BTreeSet<_> = spans.iter().map(|span| &span.pid).collect();
        assert_eq!(pids.len(), 6, "3.{minor}: {spans:?}");
        assert!(spans.iter().all(|span| span.ended.is_some_and(|ended| ended - span.begun >= 0.019)));
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
    for (minor, python) in pythons() {
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
        for form in forms {
            for path in [None, Some("lib"), Some("lib:/nowhere")] {
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
fn importing_memory_profiler_gives_spans_and_one_hint() {
    let Some(python) = any_python() else { return };
    let text = "from memory_profiler import profile\nimport multiprocessing\n@profile(precision=4)\ndef f(): pass\n\
        if __name__ == '__main__':\n f()\n p = multiprocessing.get_context('spawn').Process(target=f)\n p.start()\n p.join()\n";
    for python in [Some(python), super::peers::python()].into_iter().flatten() {
        let place = place();
        script(&place, "s.py", text);
        let done = run(&place, &python, &["s.py"]);
        assert_eq!((done.code, done.stdout.as_str()), (Some(0), ""), "{}", done.stderr);
        assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
        assert!(done.stderr.starts_with("rprof: ") && done.stderr.contains("not needed"), "{}", done.stderr);
        assert_eq!(names(&spans(&place)), BTreeMap::from([("__main__.f", 2)]));
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
}

#[test]
fn the_reason_for_missing_spans_is_printed() {
    let Some(python) = any_python() else { return };
    let place = place();
    script(&place, "s.py", "print('profile' in dir(__builtins__))");
    for (options, words, found, message) in [
        (&["-o", "a.dat"][..], &["-I", "s.py"][..], "False\n", "`-I` keeps rprof's module out"),
        (&["-o", "b.csv"], &["s.py"], "True\n", ".dat traces only"),
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

#[test]
fn concurrent_writers_lose_and_mix_no_line() {
    let Some(python) = any_python() else { return };
    let place = place();
    let text = "import os, rprof\nfor _ in range(20):\n if os.fork() == 0:\n  for i in range(200):\n   \
        rprof.mark('x' * i)\n  os._exit(0)\nfor _ in range(20): os.wait()\n";
    script(&place, "s.py", text);
    assert_eq!(run(&place, &python, &["s.py"]).code, Some(0));
    let trace = place.trace();
    let marks: Vec<&str> = trace.lines().filter(|line| line.starts_with("MARK ")).collect();
    assert_eq!(marks.len(), 4000);
    assert!(marks.iter().all(|mark| mark.splitn(3, ' ').nth(2).unwrap().bytes().all(|b| b == b'x')));
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
