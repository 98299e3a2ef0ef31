//! The example program for embedders, run with numbers of another tool.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io::Write;
use std::process::{Command, Stdio};

#[test]
fn draw_figure_draws_the_numbers_of_another_tool() {
    let program = std::env::current_exe().unwrap().with_file_name("").join("../examples/draw_figure");
    let draw = |lines: &str| {
        let mut run = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        run.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        run.wait_with_output().unwrap()
    };
    let drawn = draw("0.0 1000000\n1.5 300000000\n3.0 20000000\n");
    let svg = String::from_utf8(drawn.stdout).unwrap();
    assert!(drawn.status.success() && svg.starts_with("<svg") && svg.contains("memory of my tool"), "{svg}");
    assert!(svg.contains("286"), "the peak of 286.1 MiB is not in the figure");
    assert!(!draw("0.0\n").status.success());
}
