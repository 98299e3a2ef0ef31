//! A harness that runs an ignored test of the same binary as a separate process with a trace.
#![allow(dead_code, clippy::unwrap_used)]

use std::process::Command;

/// Returns the lines that the test `name` writes to its trace, and true if the test succeeded.
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

/// Returns each line without times and memory, as in `begin 1 load`. Equal ids become equal numbers.
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
