//! The pages of docs/: every console block is run by a test, and every link between pages leads to a heading.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Place, done, skip, truth, with_default_settings, with_default_signals};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

/// Pages whose console blocks are run here, all in one directory and in the order of the page.
const RUN_HERE: [&str; 9] = [
    "index.md",
    "page.md",
    "for-scientists.md",
    "for-engineers.md",
    "for-ci.md",
    "for-clusters.md",
    "configuration.md",
    "python.md",
    "marks.md",
];
/// Pages whose console blocks are run by a test of their own.
const RUN_ELSEWHERE: [&str; 3] = ["bench.md", "ci.md", "compare.md"];

/// Pages whose console blocks are not run, and why.
const NOT_RUN: [(&str, &str); 1] = [(
    "where.md",
    "they need rights that not every machine gives; `origins.rs` runs these commands where it has them",
)];

/// The names and the texts of all pages.
fn pages() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(DOCS).unwrap().map(|entry| entry.unwrap().path());
    let pages = entries.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut pages: Vec<_> = pages
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    pages.sort();
    pages
}

/// The commands of the console blocks: the lines after the prompt.
fn commands(text: &str) -> Vec<&str> {
    let mut is_console = false;
    let mut commands = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_console = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| is_console) {
            commands.push(command);
        }
    }
    commands
}

/// A directory with the programs that the pages name.
fn project() -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path("bin")).unwrap();
    let program = |name: &str, text: &str| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::write(place.path(name), text).unwrap();
        std::fs::set_permissions(place.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    // Its options make it a little smaller.
    let truth = truth().display().to_string();
    program("simulate", &format!("#!/bin/sh\nexec '{truth}' touch $((60 - 10 * ($# / 3)))MiB hold 200ms\n"));
    program(
        "build.sh",
        "rprof note compiler cc\nrprof span 'build and link' -- sleep 0.1\nrprof span train -- true\nrprof mark done\n",
    );
    program(
        "script.py",
        "@profile\ndef train():\n    return bytearray(20 << 20)\n\nwith profile.timestamp('load data'):\n    train()\n",
    );
    place
}

/// Writes the traces of docs/page.md: three runs of half a minute. Its commands are alternatives, with one page.
fn long_runs(place: &Place) {
    for (name, peak) in [("t.dat", 200), ("before.dat", 300), ("after.dat", 250)] {
        let mut text = String::from(
            "RPROF {\"format\":1,\"command\":[\"./simulate\"],\"start_s\":1795380798.0,\"interval_s\":1.0,\
             \"metric\":\"rss\",\"tree\":true,\"columns\":[\"anon\",\"file\",\"shmem\",\"processes\"]}\nCMDLINE ./simulate\n",
        );
        for second in 0..30_u32 {
            let anon = peak * second / 30;
            let time = 1_795_380_798 + second;
            text += &format!("MEM {}.0 {time}.000000 {} 8192 0 1\n", anon + 8, anon << 10);
        }
        std::fs::write(place.path(name), text).unwrap();
    }
}

/// Runs a command as a user types it, with rprof in PATH.
fn typed(place: &Place, command: &str) -> crate::support::Done {
    let binary = Path::new(env!("CARGO_BIN_EXE_rprof")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = [binary].into_iter().chain(std::env::split_paths(&path));
    let mut shell = Command::new("bash");
    shell.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", command]);
    shell
        .current_dir(place.dir.path())
        .stdin(Stdio::null())
        .env("PATH", std::env::join_paths(paths).unwrap());
    shell.env("XDG_CACHE_HOME", place.path("cache")).env_remove("RPROF_TRACE").env_remove("GITHUB_ACTIONS");
    with_default_signals(&mut shell);
    with_default_settings(&mut shell);
    done(shell.output().expect("bash"))
}

#[test]
fn every_console_block_is_run() {
    if Command::new("bash").arg("--version").output().is_err() {
        return skip("no bash: the console blocks of docs/ are not run");
    }
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    let mut count = 0;
    for (name, text) in pages() {
        let commands = commands(&text);
        if commands.is_empty() || RUN_ELSEWHERE.contains(&name.as_str()) {
            continue;
        }
        if let Some((_, reason)) = NOT_RUN.iter().find(|(page, _)| *page == name) {
            skip(&format!("the console blocks of docs/{name}: {reason}"));
            continue;
        }
        if !RUN_HERE.contains(&name.as_str()) {
            skip(&format!(
                "docs/{name} is in no list of tests/end_to_end/pages.rs: its console blocks are not run here"
            ));
            continue;
        }
        let place = project();
        if name == "page.md" {
            long_runs(&place);
        }
        for command in commands {
            if name == "page.md" {
                _ = std::fs::remove_file(place.path("t.html"));
                // `origins.rs` runs those that need a right.
                if command.contains("where") {
                    continue;
                }
            }
            if command.contains("script.py") && !has_python {
                skip(&format!("no python3: `{command}` of docs/{name} is not run"));
                break;
            }
            let done = typed(&place, command);
            assert_eq!(done.code, Some(0), "docs/{name}: {command}\n{}{}", done.stdout, done.stderr);
            count += 1;
        }
    }
    assert!(count > 25, "{count} commands");
}

/// The anchors of a page, as mdBook and the hosts of repositories make them of headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut is_code = false;
    let mut anchors = BTreeSet::new();
    for line in text.lines() {
        is_code ^= line.starts_with("```");
        let Some(heading) = line.strip_prefix('#').filter(|_| !is_code) else { continue };
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || ['-', '_', ' '].contains(c));
        anchors.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
    }
    anchors
}

#[test]
fn every_link_between_pages_leads_to_a_heading() {
    let pages = pages();
    let mut count = 0;
    for (name, text) in &pages {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.contains(' ') {
                continue;
            }
            let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = PathBuf::from(DOCS).join(if path.is_empty() { name } else { path });
            // `make gallery` writes it.
            if path.ends_with("plots/gallery.md") && !target.exists() {
                skip("plots/gallery.md is not there: links to it are not followed");
                continue;
            }
            assert!(target.exists(), "docs/{name}: {link}: no such file");
            if !fragment.is_empty() && target.extension().is_some_and(|extension| extension == "md") {
                let text = std::fs::read_to_string(&target).unwrap();
                assert!(anchors(&text).contains(fragment), "docs/{name}: {link}: no such heading");
            }
            count += 1;
        }
    }
    assert!(count > 60, "{count} links");
}
