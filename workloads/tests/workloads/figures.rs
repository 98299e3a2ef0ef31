//! `make figures` on two slices with a real rprof. It must write every file and the figures of the table, and it must
//! remove the files of the workloads, even after a failure. The tests are skipped with a message if there is no rprof.

use crate::common::{done, refused};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const FIGURES: &str = env!("CARGO_BIN_EXE_figures");

/// Creates a scratch directory and returns the command of the program that uses it.
fn figures(directory: &Path) -> Command {
    fs::create_dir(directory.join("scratch")).expect("a directory");
    let mut command = Command::new(FIGURES);
    command.current_dir(directory).args(["--depth", "2", "--scratch", "scratch"]);
    command.env("RPROF_CONFIG", "");
    command
}

/// Returns the rprof to test with: from the variable `RPROF`, or else the rprof beside the workloads.
fn rprof(test: &str) -> Option<PathBuf> {
    let beside = Path::new(FIGURES).with_file_name("rprof");
    let named = std::env::var_os("RPROF").map(PathBuf::from);
    let found = named.or_else(|| beside.exists().then(|| beside.clone()));
    if found.is_none() {
        // Directly to stderr, because the test harness hides the output of a passing test.
        let reason = format!("there is no `{}`; build rprof, or set RPROF to its path", beside.display());
        writeln!(io::stderr(), "skipped: {test}: {reason}").expect("stderr");
    }
    found
}

/// Returns the cells of the first row whose first cell is `start`.
fn cells(summary: &str, start: &str) -> Vec<String> {
    let row = summary.lines().find(|line| line.starts_with(&format!("| {start} |")));
    let row = row.unwrap_or_else(|| panic!("no row {start} in:\n{summary}"));
    row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// Returns our number in a cell like `16.05 GB† / **64 MB**` or `… / **9 s (8 to 10)**`, in the given unit.
fn ours(cell: &str, unit: &str) -> f64 {
    let (article, ours) = cell.split_once(" / ").unwrap_or_else(|| panic!("no two figures: {cell}"));
    assert!(article.ends_with('†'), "not marked as of another depth: {cell}");
    // The times of all runs stand in brackets.
    let median = ours.trim_matches('*').split(" (").next().unwrap_or_default();
    let number = median.strip_suffix(unit).unwrap_or_else(|| panic!("not in {unit}: {cell}"));
    number.trim().parse().unwrap_or_else(|_| panic!("no number: {cell}"))
}

fn assert_no_file_remains(directory: &Path) {
    let left: Vec<_> = fs::read_dir(directory.join("scratch")).expect("scratch").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn every_file_is_written_and_the_table_is_correct() {
    let Some(rprof) = rprof("every_file_is_written_and_the_table_is_correct") else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let drawn = done(figures(directory.path()).arg("--rprof").arg(rprof));
    assert_eq!(drawn.code, Some(0), "{}", drawn.stderr);
    let plots = directory.path().join("plots");
    for name in ["basic", "float32", "hdf5", "memmap", "zarr", "all", "five"] {
        for (kind, magic) in [("svg", "<svg"), ("pdf", "%PDF"), ("png", "\u{fffd}PNG")] {
            let path = plots.join(format!("{name}.{kind}"));
            let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(String::from_utf8_lossy(&bytes).starts_with(magic), "{}", path.display());
        }
    }
    for name in ["basic", "float32", "hdf5", "memmap", "zarr"] {
        let trace = fs::read_to_string(plots.join(format!("{name}.dat"))).expect("a trace");
        assert!(trace.contains(&format!("\nCMDLINE {name} --depth 2\n")), "{trace}");
    }
    let summary = fs::read_to_string(plots.join("summary.md")).expect("a table");
    for (row, storage) in [("1 basic", 64.0), ("2 float32", 32.0), ("3 hdf5", 32.0)] {
        let cells = cells(&summary, row);
        assert!(cells[1].starts_with("2 × 2000 × 2000 float"), "{cells:?}");
        assert!((0.0..600.0).contains(&ours(&cells[2], "s")), "{cells:?}");
        assert!((ours(&cells[3], "MB") - storage).abs() < 0.5, "{cells:?}");
        let (megabytes, gibibytes) = (ours(&cells[4], "MB"), ours(&cells[5], ""));
        assert!((megabytes * 1e6 - gibibytes * 1_073_741_824.0).abs() < 1.1e6, "{cells:?}");
        // The slice that is being generated is always in memory. Twice the array never is.
        assert!((16.0..storage * 2.0).contains(&megabytes), "{cells:?}");
    }
    for row in ["4 memmap", "5 zarr"] {
        let cells = cells(&summary, row);
        assert!(cells[2].starts_with("not given / **"), "{cells:?}");
        assert_eq!(cells[6], "not given / **32 MB**");
    }
    if cfg!(target_os = "linux") {
        let megabytes = |cell: &str| -> f64 {
            let number = cell.trim_matches('*').strip_suffix(" MB").and_then(|number| number.parse().ok());
            number.unwrap_or_else(|| panic!("not in MB: {cell}"))
        };
        let mut most = 0.0;
        for row in ["1 basic", "2 float32", "3 hdf5", "4 memmap", "5 zarr"] {
            let cells = cells(&summary, row);
            let (_, peak) = cells[4].split_once(" / ").expect("two figures");
            let (anonymous, file) = (megabytes(&cells[7]), megabytes(&cells[8]));
            // These are parts of the largest tick. With only two slices it may be far below the peak:
            // where it is the first tick, the program has no anonymous memory yet.
            assert!(anonymous >= 0.0 && file >= 0.0, "{cells:?}");
            assert!(anonymous + file < megabytes(peak) + 2.0, "{cells:?}");
            most = f64::max(most, anonymous + file);
        }
        // The first tick of a program shows tens of kilobytes. Not all of the five have no other tick.
        assert!(most > 0.0, "{summary}");
        assert!(
            summary.contains("\nThe article mentions that `numpy.memmap` and zarr were tried"),
            "{summary}"
        );
    }
    assert_eq!(cells(&summary, "1 basic")[6], "n/a");
    assert!((ours(&cells(&summary, "3 hdf5")[6], "MB") - 32.0).abs() < 0.5, "{summary}");
    assert_no_file_remains(directory.path());
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_the_program_and_no_file_remains() {
    let Some(rprof) = rprof("a_signal_ends_the_program_and_no_file_remains") else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let scratch = directory.path().join("scratch");
    fs::create_dir(&scratch).expect("a directory");
    let mut program = Command::new(FIGURES)
        .current_dir(&directory)
        .args(["--depth", "12", "--scratch", "scratch", "--rprof"])
        .arg(rprof)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("started");
    let written = || {
        let place = fs::read_dir(&scratch).ok()?.next()?.ok()?.path();
        place.join("data.hdf5").metadata().ok().filter(|file| file.len() > 1 << 20)
    };
    let deadline = std::time::Instant::now() + Duration::from_mins(1);
    while written().is_none() {
        assert!(std::time::Instant::now() < deadline, "no HDF5 file was written");
        std::thread::sleep(Duration::from_millis(2));
    }
    let id = nix::unistd::Pid::from_raw(program.id().cast_signed());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).expect("sent");
    let mut said = String::new();
    io::Read::read_to_string(&mut program.stderr.take().expect("piped"), &mut said).expect("text");
    assert_eq!(program.wait().expect("ended").code(), Some(1), "{said}");
    assert!(said.contains("figures: stopped by SIGTERM; "), "{said}");
    assert_no_file_remains(directory.path());
}

#[test]
fn an_error_names_the_failed_step_and_a_remedy() {
    for (rprof, complaint) in [
        ("false", "recording the examples failed: rprof ended with exit status: 1; "),
        ("no-such-rprof", "cannot start `no-such-rprof`; build it, or name it with `--rprof`: "),
        ("./no-such-rprof", "cannot find `./no-such-rprof`; name an rprof with `--rprof`: "),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let said = refused(figures(directory.path()).args(["--rprof", rprof]));
        assert!(said.contains(&format!("figures: {complaint}")), "{said}");
        assert!(!directory.path().join("plots/summary.md").exists());
        assert_no_file_remains(directory.path());
    }
}

#[test]
fn a_missing_scratch_directory_and_a_depth_of_zero_are_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let said = refused(Command::new(FIGURES).current_dir(&directory).args(["--scratch", "none"]));
    assert!(said.starts_with("figures: cannot use `none` for the workloads' files; "), "{said}");
    assert_eq!(done(Command::new(FIGURES).args(["--depth", "0"])).code, Some(2));
}
