//! Runs an ignored test of the same binary as a program of its own, under a trace or not.
#![allow(dead_code, clippy::unwrap_used)]

use std::process::Command;

/// The lines that the test `name` writes into its trace, and whether it ended well.
pub fn lines_of(name: &str) -> (Vec<String>, bool) {
    let place = tempfile::tempdir().unwrap();
    let trace = place.path().join("t.dat");
    std::fs::write(&trace, "").unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", name])
        .env("RPROF_TRACE", &trace)
        .output()
        .unwrap();
    let text = std::fs::read_to_string(&trace).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    (text.lines().map(str::to_owned).collect(), child.status.success())
}

/// A line without its times and its memory: `SPAN begin <id> load`; of ids only whether they are the same.
pub fn shape(lines: &[String]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut number = |id: &str| {
        let at = ids.iter().position(|known| known == id).unwrap_or_else(|| {
            ids.push(id.to_owned());
            ids.len() - 1
        });
        at + 1
    };
    let shape = |line: &String| {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..2] {
            ["SPAN", "begin"] => format!("begin {} {}", number(words[2]), words[4..].join(" ")),
            ["SPAN", "end"] => format!("end {}", number(words[2])),
            ["FUNC", name] => format!("FUNC {name} {}", words[6]),
            ["MARK", _] => format!("MARK {}", words[2..].join(" ")),
            _ => line.clone(),
        }
    };
    lines.iter().map(shape).collect()
}
