//! The parts that the tests share: a run of a program, a small run of a workload, the values that it must write, and a check
//! in Python.

use rprof_workloads::random::Random;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

/// The programs.
pub const BASIC: &str = env!("CARGO_BIN_EXE_basic");
pub const FLOAT32: &str = env!("CARGO_BIN_EXE_float32");
pub const HDF5: &str = env!("CARGO_BIN_EXE_hdf5");
pub const MEMMAP: &str = env!("CARGO_BIN_EXE_memmap");
pub const ZARR: &str = env!("CARGO_BIN_EXE_zarr");

const SEED: u64 = 20_230_204;
/// The shape of the test arrays: small, and no length is a power of two.
pub const SHAPE: [usize; 3] = [5, 70, 50];

/// A program that has ended.
#[derive(Debug)]
pub struct Done {
    /// Its exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// Runs a program to its end.
pub fn done(command: &mut Command) -> Done {
    let output = command.output().expect("a program that can be started");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Done { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs a program that must refuse, with exit code 1, and returns what it says.
pub fn refused(command: &mut Command) -> String {
    let done = done(command);
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    done.stderr
}

/// Runs the workload `program` on a small shape.
pub fn write(program: &str, file: &Path) {
    let [depth, rows, cols] = SHAPE.map(|length| length.to_string());
    let seed = SEED.to_string();
    let mut command = Command::new(program);
    command.args(["--depth", &depth, "--rows", &rows, "--cols", &cols, "--seed", &seed, "--file"]).arg(file);
    assert_eq!(done(&mut command).code, Some(0));
}

/// Returns the slices that the workload must write.
pub fn slices() -> Vec<Vec<f32>> {
    let [depth, rows, cols] = SHAPE;
    let mut random = Random::new(SEED);
    (0..depth).map(|_| random.normal(rows * cols)).collect()
}

/// Returns the same slices as bytes, without a header.
pub fn raw() -> Vec<u8> {
    slices().concat().into_iter().flat_map(f32::to_le_bytes).collect()
}

/// Returns the bits of the values, which compare exactly.
pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Runs the Python code `check` on the file that a workload writes. Its arguments are the file, a file of the raw
/// values, and the shape. The test is skipped if Python or one of its `modules` is missing. The message goes directly
/// to stderr, because the test harness hides the output of a passing test.
pub fn ask_python(test: &str, modules: &str, check: &str, program: &str) {
    let python = std::env::var("RPROF_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let reason = match Command::new(&python).args(["-c", &format!("import {modules}")]).output() {
        Ok(output) if output.status.success() => None,
        Ok(_) => Some(format!("`{python}` cannot import {modules}")),
        Err(error) => Some(format!("cannot run `{python}`: {error}")),
    };
    if let Some(reason) = reason {
        let remedy = format!("set RPROF_PYTHON to a Python that has {modules}");
        writeln!(io::stderr(), "skipped: {test}: {reason}; {remedy}").expect("stderr");
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let (path, expected) = (directory.path().join("small"), directory.path().join("expected.raw"));
    write(program, &path);
    std::fs::write(&expected, raw()).expect("a file of raw values");
    let output = Command::new(&python)
        .args(["-c", check])
        .args([&path, &expected])
        .args(SHAPE.map(|length| length.to_string()))
        .output()
        .expect("Python, which ran just now");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
