//! Import rules: which room of a crate may use which, and which crate may use what, held over the source itself.
//! The tables below are the rules. A failure names the file and the line that breaks one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "import_rules/source.rs"]
mod source;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use source::{File, read_crate};

/// The rooms of each crate on its floors, the lowest first.
///
/// A room is a module below the root of a crate: a file or a directory. It may use the rooms on lower floors, never one
/// on its own floor or above. The root (`lib.rs`, `main.rs`) may use all. Every room must be in the table.
const FLOORS: &[(&str, &[&[&str]])] = &[
    (
        "rprof-trace",
        &[
            &["units", "visible"],
            &["model"],
            &["warning", "error", "shell_quote"],
            &["format"],
            &["read"],
            &["profile"],
        ],
    ),
    (
        "rprof-sample",
        &[
            &["error", "parse"],
            &["platform"],
            &["options", "path_lookup", "job_control", "wakeups"],
            &["tree", "interrupts"],
            &["session"],
            &["wait_only"],
        ],
    ),
    (
        "rprof-plot",
        &[
            &["error", "options"],
            &["data", "sheet"],
            &["layers", "peaks"],
            &["series"],
            &["figure", "repeats", "terminal", "page"],
            &["out"],
        ],
    ),
    (
        "rprof-findings",
        &[
            &["stats", "fit", "targets"],
            &["growth", "top", "baseline", "request"],
            &["numbers"],
            &["compare", "budget", "ranks"],
        ],
    ),
    ("rprof-watch", &[&["state", "view"], &["screen"]]),
    (
        "rprof-where",
        &[
            &["error", "model", "ranges"],
            &["file", "unsupported"],
            &["attribution", "events", "pagemap", "unwind", "symbols"],
            &["export", "recording"],
        ],
    ),
    ("rprof-exchange", &[&["compression", "error", "json"], &["buffered"], &["export", "import"]]),
    (
        "rprof-cli",
        &[
            &[
                "message",
                "not_found",
                "output",
                "header",
                "launcher",
                "recorder",
                "parts_report",
                "span_report",
                "top_report",
                "charset",
                "group_report",
                "daemon_client",
                "trace_file",
                "trace_input",
                "trace_labels",
                "natural_order",
                "figure_file",
                "figure_format",
                "compare_report",
                "trace_names",
                "baseline_file",
            ],
            &["exit_code", "load", "missing_glyphs", "python", "summary", "check_report", "stacks"],
            &["cli", "where_report"],
            &[
                "budgets",
                "bench",
                "settings",
                "request_report",
                "rank_report",
                "text_figure",
                "watch",
                "page_file",
            ],
            &["session"],
            &["commands"],
        ],
    ),
];

/// Rooms whose files do not use each other.
const SEPARATE_FILES: &[(&str, &str)] = &[("rprof-cli", "commands")];

/// Paths that a crate never uses, and the reason.
const NEVER: &[(&str, &[&str], &str)] = &[
    (
        "rprof-trace",
        &["rprof_mark", "rprof_sample", "rprof_plot", "rprof_exchange", "rprof_cli", "libc", "nix"],
        "the model of a trace depends on no other crate of ours and on no system",
    ),
    (
        "rprof-mark",
        &["rprof_trace", "rprof_sample", "rprof_plot", "rprof_exchange", "rprof_cli"],
        "a measured program links the writer of annotations and nothing else",
    ),
    (
        "rprof-sample",
        &["rprof_mark", "rprof_plot", "rprof_exchange", "rprof_cli"],
        "the sampler returns records; it does not draw them",
    ),
    (
        "rprof-findings",
        &[
            "rprof_mark",
            "rprof_sample",
            "rprof_plot",
            "rprof_exchange",
            "rprof_cli",
            "libc",
            "nix",
            "std::fs",
            "std::env",
            "std::io",
            "std::process",
            "std::time",
        ],
        "the same runs give the same findings on every machine",
    ),
    (
        "rprof-watch",
        &[
            "rprof_mark",
            "rprof_sample",
            "rprof_exchange",
            "rprof_cli",
            "libc",
            "nix",
            "std::fs",
            "std::env",
            "std::io",
            "std::process",
            "std::time",
        ],
        "the same records and keys give the same screen on every machine",
    ),
    (
        "rprof-where",
        &[
            "rprof_mark",
            "rprof_trace",
            "rprof_sample",
            "rprof_plot",
            "rprof_findings",
            "rprof_exchange",
            "rprof_cli",
        ],
        "stacks are a file of their own, beside the trace",
    ),
    (
        "rprof-exchange",
        &[
            "rprof_mark",
            "rprof_sample",
            "rprof_plot",
            "rprof_findings",
            "rprof_cli",
            "libc",
            "nix",
            "std::fs",
            "std::env",
            "std::process",
            "std::time",
        ],
        "an export or import is a function of bytes: no files, no clock",
    ),
    (
        "rprof-plot",
        &[
            "rprof_mark",
            "rprof_sample",
            "rprof_cli",
            "libc",
            "nix",
            "std::fs",
            "std::env",
            "std::process",
            "std::time",
        ],
        "the same profile and options give the same bytes on every machine",
    ),
];

/// Words that only some crates may use, and the reason. A word with `!` is a macro, one with `::` the end of a path.
const ONLY_IN: &[(&[&str], &[&str], &str)] = &[
    (&["rprof-cli"], &["println!", "eprintln!", "print!", "eprint!", "dbg!"], "only the command prints"),
    (&["rprof-cli"], &["process::exit", "process::abort"], "only the command ends the process"),
    (
        &["rprof-sample", "rprof-where"],
        &["unsafe", "target_os"],
        "only the sampler and the recorder of stacks know the operating system",
    ),
];

/// Lines that may break a rule of `ONLY_IN`: file, word, reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "crates/rprof-mark/src/rss.rs",
    "target_os",
    "a measured program reads its own RSS, on Linux from /proc",
)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The names of all crates under `crates/`.
fn crates() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("crates")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn assert_none(broken: &[String]) {
    assert!(broken.is_empty(), "{} lines break a rule:\n{}", broken.len(), broken.join("\n"));
}

/// The room that a path goes into, if it is a path into the crate itself.
fn target(path: &[String]) -> Option<&str> {
    if path.first().is_some_and(|first| first == "crate") { path.get(1).map(String::as_str) } else { None }
}

#[test]
fn a_room_uses_lower_floors_only() {
    let mut broken = Vec::new();
    for (name, floors) in FLOORS {
        let floor_of = |room: &str| floors.iter().position(|floor| floor.contains(&room));
        for file in read_crate(&root(), name).iter().filter(|file| !file.module.is_empty()) {
            let Some(floor) = floor_of(file.room()) else { continue };
            for (line, path) in &file.paths {
                let Some(room) = target(path).filter(|room| *room != file.room()) else { continue };
                if floor_of(room).is_some_and(|used| used >= floor) {
                    broken.push(format!(
                        "{}:{line}: `{}`: room `{}` may not use `{room}`",
                        file.path,
                        path.join("::"),
                        file.room()
                    ));
                }
            }
        }
    }
    assert_none(&broken);
}

/// A room without files means that the table is out of date, a room without a floor that it has no rule.
#[test]
fn the_table_has_every_room_and_no_other() {
    let mut wrong = Vec::new();
    for (name, floors) in FLOORS {
        let listed: HashSet<&str> = floors.iter().copied().flatten().copied().collect();
        let files = read_crate(&root(), name);
        let rooms: HashSet<&str> = files.iter().map(File::room).filter(|room| !room.is_empty()).collect();
        wrong.extend(listed.difference(&rooms).map(|room| format!("{name}: room `{room}` has no files")));
        wrong.extend(rooms.difference(&listed).map(|room| format!("{name}: room `{room}` is on no floor")));
    }
    wrong.sort();
    assert!(wrong.is_empty(), "FLOORS is out of date:\n{}", wrong.join("\n"));
}

#[test]
fn the_files_of_a_separate_room_do_not_use_each_other() {
    let mut broken = Vec::new();
    for (name, room) in SEPARATE_FILES {
        let files = read_crate(&root(), name);
        let inside: Vec<&File> =
            files.iter().filter(|file| file.room() == *room && file.module.len() > 1).collect();
        assert!(inside.len() > 1, "{name}: room `{room}` has no files");
        for file in &inside {
            let others = file.paths.iter().filter(|(_, path)| {
                target(path) == Some(room) && path.get(2).is_some_and(|other| *other != file.module[1])
            });
            broken.extend(others.map(|(line, path)| {
                format!(
                    "{}:{line}: `{}`: the files of `{room}` do not use each other",
                    file.path,
                    path.join("::")
                )
            }));
        }
    }
    assert_none(&broken);
}

#[test]
fn a_crate_uses_none_of_its_forbidden_paths() {
    let mut broken = Vec::new();
    for (name, forbidden, reason) in NEVER {
        let files = read_crate(&root(), name);
        assert!(!files.is_empty(), "{name} has no files");
        for file in &files {
            for (line, path) in &file.paths {
                let path = path.join("::");
                let is_in = |prefix: &&&str| path == **prefix || path.starts_with(&format!("{prefix}::"));
                if forbidden.iter().any(|prefix| is_in(&prefix)) {
                    broken.push(format!("{}:{line}: `{path}`: {reason}", file.path));
                }
            }
        }
    }
    assert_none(&broken);
}

/// The end of a path, by which a function is usually called: `process::exit` of `std::process::exit`.
fn last_two(path: &[String]) -> String {
    path[path.len().saturating_sub(2)..].join("::")
}

#[test]
fn printing_exiting_and_the_operating_system_have_one_crate_each() {
    let mut broken = Vec::new();
    let mut used = HashSet::new();
    for name in crates() {
        for file in read_crate(&root(), &name) {
            let paths = file.paths.iter().map(|(line, path)| (*line, last_two(path)));
            for (line, word) in file.words.iter().cloned().chain(paths) {
                let rule = ONLY_IN.iter().find(|(homes, words, _)| {
                    !homes.contains(&name.as_str()) && words.contains(&word.as_str())
                });
                let Some((_, _, reason)) = rule else { continue };
                if EXCEPTIONS.iter().any(|(path, excepted, _)| file.path == *path && word == *excepted) {
                    used.insert((file.path.clone(), word));
                    continue;
                }
                broken.push(format!("{}:{line}: `{word}`: {reason}", file.path));
            }
        }
    }
    assert_none(&broken);
    for (path, word, _) in EXCEPTIONS {
        let is_used = used.contains(&((*path).to_owned(), (*word).to_owned()));
        assert!(is_used, "{path}: the exception for `{word}` is not needed any more");
    }
}
