//! Spans and marks of Python programs: functions of every kind, multiprocessing, and concurrent writers.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::python::{any_python, place, pythons, run, script};
use crate::support::{Place, done, patience};

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
            assert!(
                ended - span.begun >= least && ended - span.begun < patience().as_secs_f64(),
                "3.{minor}: {span:?}"
            );
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

/// The hint was also printed where memory_profiler is installed, and under `-q`.
#[test]
fn importing_memory_profiler_gives_spans_and_a_hint_only_without_it() {
    let text = "from memory_profiler import profile\nimport multiprocessing\n@profile(precision=4)\ndef f(): pass\n\
        if __name__ == '__main__':\n f()\n p = multiprocessing.get_context('spawn').Process(target=f)\n p.start()\n p.join()\n";
    let pythons = pythons().into_values().chain(super::peers::python());
    for (python, quiet) in pythons.flat_map(|python| [(python.clone(), true), (python, false)]) {
        let place = place();
        script(&place, "s.py", text);
        let mut command = place.rprof(["run", "-o", "t.dat"]);
        command.args(quiet.then_some("-q")).arg("--python").arg(&python).arg("s.py");
        let done = done(command.env("XDG_CACHE_HOME", place.path("cache")).output().unwrap());
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        assert_eq!(names(&spans(&place)), BTreeMap::from([("__main__.f", 2)]));
        let installed = has_memory_profiler(&python);
        assert_eq!(
            done.stdout.matches("Filename: ").count(),
            if installed { 2 } else { 0 },
            "{}",
            done.stdout
        );
        let hints = done.stderr.matches("memory_profiler is not installed").count();
        assert_eq!(hints, usize::from(!installed && !quiet), "{}", done.stderr);
        assert!(!quiet || done.stderr.is_empty(), "{}", done.stderr);
    }
}

fn has_memory_profiler(python: &Path) -> bool {
    let asked = Command::new(python).args(["-c", "import memory_profiler"]).stderr(Stdio::null()).status();
    asked.unwrap().success()
}

const WITHOUT: &str = r#"
import importlib, importlib.util, os
assert importlib.util.find_spec("memory_profiler") is None
try:
    import memory_profiler
except ImportError as error:
    print(error)
try:
    from memory_profiler import profile, memory_usage
except ImportError as error:
    print(error)
try:
    importlib.import_module("memory_profiler")
except ImportError as error:
    print(error)
"#;

/// A program that can also work without memory_profiler got a module without `memory_usage`.
#[test]
fn other_imports_of_a_missing_memory_profiler_fail_as_without_rprof() {
    for python in pythons().into_values().filter(|python| !has_memory_profiler(python)) {
        let place = place();
        // So many constants that the bytecode needs a longer form of the import.
        let constants = (300..900).map(|n| format!("x = {n}")).collect::<Vec<_>>().join("\n");
        let text = format!(
            "{WITHOUT}{constants}\nfrom memory_profiler import profile as p\nassert p is profile\n\
             assert 'RPROF_QUIET' not in os.environ\n@p\ndef f(): pass\nf()\n"
        );
        script(&place, "s.py", &text);
        let done = run(&place, &python, &["s.py"]);
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""), "{}", python.display());
        assert_eq!(done.stdout, "No module named 'memory_profiler'\n".repeat(3), "{}", python.display());
        assert_eq!(names(&spans(&place)), BTreeMap::from([("__main__.f", 1)]));
    }
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
