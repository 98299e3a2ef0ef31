//! What the tests of the written files share: a small run of a workload, the values it must have written, and a
//! Python to ask.

use rprof_workloads::random::Random;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

const SEED: u64 = 20_230_204;
/// The shape written: small, and no length a power of two.
pub const SHAPE: [usize; 3] = [5, 70, 50];

/// Runs a workload, named by its path, on a small shape.
pub fn write(program: &Path, file: &Path) {
    let [depth, rows, cols] = SHAPE.map(|length| length.to_string());
    let seed = SEED.to_string();
    assert_cmd::Command::new(program)
        .args(["--depth", &depth, "--rows", &rows, "--cols", &cols, "--seed", &seed, "--file"])
        .arg(file)
        .assert()
        .success();
}

/// The slices that the workload must have written.
pub fn slices() -> Vec<Vec<f32>> {
    let [depth, rows, cols] = SHAPE;
    let mut random = Random::new(SEED);
    (0..depth).map(|_| random.normal(rows * cols)).collect()
}

/// The same as the bytes of a file without a header.
pub fn raw() -> Vec<u8> {
    slices().concat().into_iter().flat_map(f32::to_le_bytes).collect()
}

/// Values by their bits, which can be compared.
pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Has a Python that has `modules` run `check` on the file that a workload writes; it gets the file, a file of the raw
/// values, and the shape. Without such a Python the test is skipped, and says so past the test harness, which keeps
/// what a passing test prints.
pub fn ask_python(test: &str, modules: &str, check: &str, program: &Path) {
    let python = std::env::var("RPROF_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let reason = match Command::new(&python).args(["-c", &format!("import {modules}")]).output() {
        Ok(output) if output.status.success() => None,
        Ok(_) => Some(format!("`{python}` cannot import {modules}")),
        Err(error) => Some(format!("cannot run `{python}`: {error}")),
    };
    if let Some(reason) = reason {
        let remedy = format!("name a Python that has {modules} in RPROF_PYTHON");
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
