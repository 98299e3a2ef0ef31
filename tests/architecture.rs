//! The contract of `docs/architecture.md`: every path that it names exists, and its table has every room of every crate.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document() -> String {
    fs::read_to_string(root().join("docs/architecture.md")).unwrap()
}

/// The texts in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_path_exists() {
    let document = document();
    let is_path = |text: &&str| text.contains('/') && !text.starts_with('/') && !text.contains(' ');
    let paths: BTreeSet<&str> = quoted(&document).filter(is_path).collect();
    assert!(paths.len() > 40, "only {} paths were found", paths.len());
    let missing: Vec<_> = paths.into_iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "docs/architecture.md names paths that do not exist: {missing:?}");
}

#[test]
fn every_room_is_in_the_table_and_no_other() {
    let document = document();
    let section = document.split("\n## Rooms\n").nth(1).unwrap().split("\n## ").next().unwrap();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let start = format!("| `{name}` |");
        let row = section.lines().find_map(|line| line.strip_prefix(start.as_str()));
        let named: BTreeSet<String> =
            quoted(row.unwrap_or_else(|| panic!("{name} has no row"))).map(str::to_owned).collect();
        let rooms: BTreeSet<String> = fs::read_dir(root().join("crates").join(&name).join("src"))
            .unwrap()
            .map(|room| room.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|room| room != "lib" && room != "main")
            .collect();
        assert_eq!(named, rooms, "the rooms of {name} in docs/architecture.md, and those in its src");
    }
}
