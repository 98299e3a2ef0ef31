//! memory_profiler's own tests and examples, and its decorator in every form, under `rprof run`, `mprof run` and plain
//! Python: the output, the files and the exit codes agree.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::python::script;
use crate::support::{Done, Place, done, skip};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");

/// The outcome of a program. Numbers that differ from run to run are replaced.
#[derive(Debug, PartialEq)]
struct Seen {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    files: BTreeMap<String, String>,
}

fn with_memory_profiler() -> Option<PathBuf> {
    let python = super::peers::python();
    if python.is_none() {
        skip(
            "no Python with memory_profiler (`make peers` makes one): its own tests and examples are not run",
        );
    }
    python
}

/// A text without blanks at the ends of words and without the numbers, times and temporary paths in it.
fn settled(text: &str, place: &Place) -> String {
    let here = place.dir.path().canonicalize().unwrap();
    let mut text = text.to_owned();
    for here in [&here, place.dir.path()] {
        text = text.replace(&format!("{}/", here.display()), "");
    }
    let is_number = |word: &str| {
        let word = word.trim_end_matches(['s', ',']);
        word.contains(['.', ':', '-'])
            && word.contains(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || ".,:-".contains(c))
    };
    let settle = |word: &str| match word {
        word if is_number(word) => "N".to_owned(),
        word if word.contains("/tmp") || word.contains("0x") => "TEMPORARY".to_owned(),
        word => word.to_owned(),
    };
    let lines = text.lines().map(|line| line.split_whitespace().map(settle).collect::<Vec<_>>().join(" "));
    // mprof's own lines.
    let own = ["Sampling memory every", "running new process", "running as a Python program", "ERROR:mprof:"];
    lines.filter(|line| !own.iter().any(|own| line.contains(own))).collect::<Vec<_>>().join("\n")
}

/// A place with the data: `test/`, `examples/` and our own scripts.
fn place_with_data() -> Place {
    let place = crate::python::place();
    let copied = Command::new("cp")
        .arg("-R")
        .args(["memory_profiler/test", "memory_profiler/examples", "imported_profile.py", "memory_usage.py"])
        .arg(place.dir.path())
        .current_dir(DATA)
        .status();
    assert!(copied.unwrap().success());
    place
}

/// The files that a program wrote, by name. A name with digits is made at run time: mprof's own tests write traces.
fn files(place: &Place) -> BTreeMap<String, String> {
    let names = std::fs::read_dir(place.dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let written = names.filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        path.is_file()
            && !name.ends_with(".py")
            && !name.contains(|c: char| c.is_ascii_digit())
            && name != "t.dat"
    });
    let read = |path: PathBuf| {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        (path.file_name().unwrap().to_string_lossy().into_owned(), settled(&text, place))
    };
    written.map(read).collect()
}

fn seen(place: &Place, command: &mut Command) -> Seen {
    command.current_dir(place.dir.path()).env("XDG_CACHE_HOME", place.path("cache"));
    command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PYTHONPATH").env_remove("RPROF_TRACE");
    command.env_remove("PYTHONUNBUFFERED").stdin(Stdio::null());
    let Done { code, stdout, stderr } = done(command.output().unwrap());
    let (stdout, stderr) = (settled(&stdout, place), settled(&stderr, place));
    Seen { code, stdout, stderr, files: files(place) }
}

fn under_python(python: &Path, words: &[&str]) -> Seen {
    let place = place_with_data();
    seen(&place, Command::new(python).args(words))
}

fn under_mprof(python: &Path, words: &[&str]) -> Seen {
    let place = place_with_data();
    let mut command = Command::new(python);
    command.args(["-c", "import sys, mprof; sys.exit(mprof.main())", "run", "-E", "-o", "t.dat"]);
    if words[0].starts_with('-') {
        command.arg("--nopython").arg(python);
    }
    seen(&place, command.args(words))
}

/// The output under rprof, and the number of spans.
fn under_rprof(python: &Path, words: &[&str]) -> (Seen, usize) {
    let place = place_with_data();
    let mut command = place.rprof(["run", "-q", "-o", "t.dat", "--python"]);
    let seen = seen(&place, command.arg(python).args(words));
    (seen, place.trace().lines().filter(|line| line.starts_with("SPAN end ")).count())
}

/// Runs a check on each item, four at a time: the programs mostly sleep.
fn for_each<T: Send>(items: Vec<T>, check: impl Fn(T) + Sync) {
    let left = Mutex::new(items);
    let take = || left.lock().unwrap().pop();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(item) = take() {
                    check(item);
                }
            });
        }
    });
}

/// The scripts in a directory of the data, by a part of their text.
fn scripts(directory: &str, has: impl Fn(&str) -> bool) -> Vec<String> {
    let names = std::fs::read_dir(format!("{DATA}/memory_profiler/{directory}")).unwrap();
    let paths = names.map(|entry| format!("{directory}/{}", entry.unwrap().file_name().to_string_lossy()));
    let read = |path: &String| std::fs::read_to_string(format!("{DATA}/memory_profiler/{path}")).unwrap();
    paths.filter(|path| path.strip_suffix(".py").is_some() && has(&read(path))).collect()
}

fn imports(text: &str) -> bool {
    text.contains("import memory_profiler")
        || text.contains("from memory_profiler")
        || text.contains("mprof import")
        || text.contains("import mprof")
}

#[test]
fn its_tests_with_the_builtin_decorator_agree_with_mprof() {
    let Some(python) = with_memory_profiler() else { return };
    let programs = scripts("test", |text| !imports(text));
    assert_eq!(programs.len(), 10);
    for_each(programs, |program| {
        let theirs = under_mprof(&python, &[&program]);
        let (ours, spans) = under_rprof(&python, &[&program]);
        // Two tests are for `python -m memory_profiler` only. They end with a traceback, whose lines differ.
        let for_lines = ["test/test_gen.py", "test/test_nested.py"].contains(&program.as_str());
        assert_eq!(
            (ours.code, &ours.stdout, &ours.files),
            (theirs.code, &theirs.stdout, &theirs.files),
            "{program}"
        );
        assert_eq!(ours.code == Some(1), for_lines, "{program}: {}", ours.stderr);
        assert_eq!(ours.stderr == theirs.stderr, !for_lines, "{program}: {}", ours.stderr);
        assert_eq!(spans > 0, !for_lines && program != "test/test_global.py", "{program}");
    });
}

/// The decorator of the script's own import was replaced: its report was lost, a log file stayed empty, and
/// `test_tracemalloc.py` exited with 1.
#[test]
fn programs_that_import_memory_profiler_keep_their_output() {
    let Some(python) = with_memory_profiler() else { return };
    let mut programs = scripts("test", imports);
    programs.extend(scripts("examples", |_| true));
    programs.extend(["imported_profile.py".to_owned(), "memory_usage.py".to_owned()]);
    assert_eq!(programs.len(), 18);
    for_each(programs, |program| {
        let plain = under_python(&python, &[&program]);
        let (ours, spans) = under_rprof(&python, &[&program]);
        assert_eq!(ours, plain, "{program}");
        let text = std::fs::read_to_string(format!("{DATA}/memory_profiler/{program}")).unwrap_or_default();
        // `test_attributes.py` never calls its function.
        let records =
            text.contains("@profile") && ours.code == Some(0) && program != "test/test_attributes.py";
        assert!(spans > 0 || !records, "{program}: no spans");
        // Under mprof `__main__` is memory_profiler: pickling fails, unittest finds no tests, and recursion has less room.
        if text.contains("unittest") || ["memory_usage.py", "imported_profile.py"].contains(&program.as_str())
        {
            return;
        }
        let theirs = under_mprof(&python, &[&program]);
        assert_eq!((ours.code, ours.stdout), (theirs.code, theirs.stdout), "{program}");
    });
}

#[test]
fn the_line_by_line_command_prints_the_same() {
    let Some(python) = with_memory_profiler() else { return };
    let programs = ["test/test_func.py", "test/test_gen.py", "test/test_nested.py", "examples/example.py"];
    for_each(programs.to_vec(), |program| {
        let words = ["-m", "memory_profiler", program];
        assert_eq!(under_rprof(&python, &words).0, under_python(&python, &words), "{program}");
    });
}

/// `%memit` and `%mprun` replace `profile` in builtins for a while.
#[test]
fn the_builtin_is_the_same_after_another_profiler_replaced_it() {
    let Some(python) = with_memory_profiler() else { return };
    let place = crate::python::place();
    let text = "import builtins, memory_profiler\nours = builtins.profile\n\
        builtins.profile = memory_profiler.LineProfiler()\n@profile\ndef f(): return 1\nassert f() == 1\n\
        builtins.profile = ours\n@profile\ndef g(): return 2\nassert g() == 2\nprint(profile)\n";
    script(&place, "s.py", text);
    let done = crate::python::run(&place, &python, &["s.py"]);
    assert_eq!((done.code, done.stdout.as_str()), (Some(0), "<rprof.profile>\n"), "{}", done.stderr);
}
