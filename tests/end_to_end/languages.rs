//! Annotations from programs in other languages: C and C++ with `rprof.h`, and the recipes of `docs/marks.md` for each
//! interpreter on this machine.

use std::path::PathBuf;
use std::process::Command;

use rprof_trace::{Profile, ProfileOptions};

use crate::support::{Place, done, patience, skip};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A program of two files, so that a definition in the header would be a duplicate. It has threads, a fork, a span that
/// ends twice and one that never ends.
const MAIN: &str = r#"
#include "rprof.h"
#include <pthread.h>
#include <sys/wait.h>

void step(int n);

static void *worker(void *name) {
    rprof_span span = rprof_span_begin((const char *)name);
    for (int n = 0; n < 100; n++) rprof_mark("in a thread");
    rprof_span_end(&span);
    return NULL;
}

int main(void) {
    pthread_t threads[4];
    rprof_span whole = rprof_span_begin("whole run");
    rprof_note("a key", "two\nlines \\ and\ta tab");
    step(1);
    step(2);
    for (int n = 0; n < 4; n++) pthread_create(&threads[n], NULL, worker, (void *)"worker");
    for (int n = 0; n < 4; n++) pthread_join(threads[n], NULL);
    if (fork() == 0) { rprof_span_end(&whole); _exit(0); }
    wait(NULL);
    rprof_span_end(&whole);
    rprof_span_end(&whole);
    char name[1000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    rprof_span longest = rprof_span_begin(name);
    rprof_span_end(&longest);
    rprof_span_begin("left open");
    return 0;
}
"#;

const STEP: &str = r#"
#include "rprof.h"

#ifdef __cplusplus
void step(int n) {
    rprof::span span(n == 1 ? "step 1" : "step 2");
}
#else
void step(int n);
void step(int n) {
    rprof_span span = rprof_span_begin(n == 1 ? "step 1" : "step 2");
    rprof_span_end(&span);
}
#endif
"#;

/// Builds the program; `None` if the machine does not have the compiler.
fn build(place: &Place, compiler: &str, standard: &str, extension: &str) -> Option<PathBuf> {
    let files = [("main", MAIN), ("step", STEP)].map(|(name, text)| {
        let path = place.path(&format!("{name}.{extension}"));
        std::fs::write(&path, text).unwrap();
        path
    });
    let program = place.path("program");
    let mut command = Command::new(compiler);
    command
        .args([standard, "-Wall", "-Wextra", "-Werror", "-O1", "-pthread"])
        .arg(format!("-I{ROOT}/include"));
    match command.args(&files).arg("-o").arg(&program).output() {
        Err(_) => {
            skip(&format!("no `{compiler}`: rprof.h is not compiled with {standard}"));
            None
        }
        Ok(output) => {
            assert!(
                output.status.success(),
                "{compiler} {standard}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            Some(program)
        }
    }
}

fn profile(place: &Place) -> Profile {
    let (mut runs, warnings) =
        rprof_trace::read_profiles(place.path("t.dat"), &ProfileOptions::default()).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    runs.remove(0)
}

#[test]
fn programs_in_c_and_cpp_write_annotations_with_the_header() {
    for (compiler, standard, extension) in [
        ("cc", "-std=gnu99", "c"),
        ("cc", "-std=gnu17", "c"),
        ("c++", "-std=c++11", "cc"),
        ("c++", "-std=c++20", "cc"),
    ] {
        let place = Place::new();
        let Some(program) = build(&place, compiler, standard, extension) else { continue };
        let run = done(place.rprof(["run", "-q", "-o", "t.dat"]).arg(program).output().unwrap());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let profile = profile(&place);
        let found: Vec<_> =
            profile.spans.iter().map(|span| (span.name.as_str(), span.level, span.is_open())).collect();
        assert_eq!(
            found[..3],
            [("whole run", Some(0), false), ("step 1", Some(1), false), ("step 2", Some(1), false)]
        );
        assert_eq!(found[3..7], [("worker", Some(0), false); 4]);
        assert!(found[7].0.len() == 255 && found[7].1 == Some(0), "{found:?}");
        assert_eq!(found[8..], [("left open", Some(0), true)]);
        assert_eq!(profile.marks.len(), 400);
        assert_eq!(
            (profile.notes[0].key.as_str(), profile.notes[0].value.as_str()),
            ("a_key", "two\nlines \\ and\ta tab")
        );
        assert_eq!(place.trace().lines().filter(|line| line.starts_with("FUNC ")).count(), 8, "{standard}");
        // Without rprof the header does nothing.
        let alone = Command::new(place.path("program")).env_remove("RPROF_TRACE").output().unwrap();
        assert!(alone.status.success());
    }
}

/// The example in `docs/marks.md` for a language: a note, a mark, and a span `load data` around a sleep.
fn recipe(language: &str) -> String {
    let document = std::fs::read_to_string(format!("{ROOT}/docs/marks.md")).unwrap();
    let start = document.split_once(&format!("```{language}\n")).unwrap_or_else(|| panic!("no {language}")).1;
    start.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_recipes_for_other_languages_write_spans_marks_and_notes() {
    for (language, command) in [
        ("sh", &["sh"][..]),
        ("js", &["node"]),
        ("julia", &["julia"]),
        ("r", &["Rscript"]),
        ("go", &["go", "run"]),
    ] {
        let place = Place::new();
        let program = place.path(&format!("program.{language}"));
        std::fs::write(&program, recipe(language)).unwrap();
        if is_missing(command[0]) {
            skip(&format!("no `{}`: the recipe of docs/marks.md for it is not run", command[0]));
            continue;
        }
        let program_under = |mut command: Command, arguments: &[&str]| {
            command.args(arguments).arg(&program).current_dir(place.dir.path());
            // The user who runs the tests may have no home directory for a cache.
            command.env("GOCACHE", place.path("cache"));
            command
        };
        let mut run = program_under(place.rprof(["run", "-q", "-o", "t.dat"]), command);
        let run = done(run.output().unwrap());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{language}");
        let profile = profile(&place);
        let span = profile
            .spans
            .iter()
            .find(|span| span.name == "load data")
            .unwrap_or_else(|| panic!("{language}"));
        let seconds = span.leave.unwrap().0.0 - span.enter.0.0;
        assert!((0.1..patience().as_secs_f64()).contains(&seconds), "{language}: {seconds} s");
        assert!(profile.marks.iter().any(|mark| mark.label == "ready"), "{language}: {:?}", profile.marks);
        assert!(profile.notes.iter().any(|note| note.key == "rows" && note.value == "1000"), "{language}");
        // A deleted trace is not created again, and the program does not fail.
        let gone = place.path("gone.dat");
        let mut late = program_under(Command::new(command[0]), &command[1..]);
        let late = done(late.env("RPROF_TRACE", &gone).output().unwrap());
        assert_eq!((late.code, late.stderr.as_str()), (Some(0), ""), "{language} with a deleted trace");
        assert!(!gone.exists(), "{language} created a trace");
        // Without rprof the program records nothing.
        let mut alone = program_under(Command::new(command[0]), &command[1..]);
        let alone = done(alone.env_remove("RPROF_TRACE").output().unwrap());
        assert_eq!((alone.code, alone.stderr.as_str()), (Some(0), ""), "{language} without rprof");
    }
}

fn is_missing(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    !std::env::split_paths(&paths).any(|path| path.join(program).is_file())
}
