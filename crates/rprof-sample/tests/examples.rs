//! The example program for embedders, run with a command.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::process::Command;

#[test]
fn sample_child_prints_the_ticks_of_a_command() {
    let program = std::env::current_exe().unwrap().with_file_name("").join("../examples/sample_child");
    let run = Command::new(program).args(["sh", "-c", "echo hello; sleep 0.5; exit 3"]).output().unwrap();
    let text = String::from_utf8(run.stderr).unwrap();
    assert_eq!(String::from_utf8(run.stdout).unwrap(), "hello\n");
    assert!(text.lines().filter(|line| line.ends_with("iB")).count() >= 2, "{text}");
    assert!(text.contains("exit code Some(3), peak of one process Some("), "{text}");
}
