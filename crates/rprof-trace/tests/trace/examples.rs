//! The example program for embedders, run on a trace.

use std::process::Command;

#[test]
fn read_trace_prints_peaks_and_spans() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.dat");
    let trace = "CMDLINE ./simulate\nMEM 12.5 100.0\nFUNC load 12.5 100.0 40.0 100.5 0\nMEM 40.0 100.5\nMEM x 100.6\n";
    std::fs::write(&path, trace).unwrap();
    let program = std::env::current_exe().unwrap().with_file_name("").join("../examples/read_trace");
    let run = Command::new(program).arg(&path).output().unwrap();
    let text = String::from_utf8(run.stdout).unwrap();
    assert_eq!(text, "./simulate\npeak 40.0 MiB at 0.50 s\nspan load: 1 calls, 0.50 s\n");
    assert!(String::from_utf8(run.stderr).unwrap().contains("line 5"));
    assert!(run.status.success());
}
