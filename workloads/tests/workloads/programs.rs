//! The output of the programs: the report of a run, and the refusal of a run that has no room.

use crate::common::{BASIC, FLOAT32, HDF5, MEMMAP, ZARR, done, refused};
use std::process::Command;

/// The options for a shape of 3 x 1000 x 1000.
const SMALL: [&str; 6] = ["--depth", "3", "--rows", "1000", "--cols", "1000"];
/// The options for slices of 8 or 4 TB, for which no machine has memory or disk.
const VAST_SLICES: [&str; 4] = ["--rows", "1000000", "--cols", "1000000"];

/// Runs a program and returns the lines of its report: name, value and unit.
fn report(command: &mut Command) -> Vec<(String, f64, String)> {
    let reported = done(command);
    assert_eq!((reported.code, reported.stderr.as_str()), (Some(0), ""));
    let text = reported.stdout;
    let line = |line: &str| {
        let (name, value) = line.split_once(" = ")?;
        let (number, unit) = value.split_once(' ')?;
        Some((name.to_owned(), number.parse().ok()?, unit.to_owned()))
    };
    text.lines().map(|text| line(text).unwrap_or_else(|| panic!("not a line of a report: {text}"))).collect()
}

/// Asserts that the report of the small shape has its lines; `gigabytes` is the calculated storage.
fn assert_report(lines: &[(String, f64, String)], gigabytes: f64) {
    assert_eq!((lines[0].0.as_str(), lines[0].2.as_str()), ("elapsed time", "sec"));
    assert!((0.0..600.0).contains(&lines[0].1), "{lines:?}");
    assert_eq!((lines[1].0.as_str(), lines[1].2.as_str()), ("calculated storage", "GB"));
    assert!((lines[1].1 - gigabytes).abs() < 1e-9, "{lines:?}");
}

#[test]
fn basic_reports_time_and_storage() {
    let lines = report(Command::new(BASIC).args(SMALL));
    assert_report(&lines, 0.024);
    assert_eq!(lines.len(), 2);
}

#[test]
fn float32_needs_half_of_the_storage() {
    let lines = report(Command::new(FLOAT32).args(SMALL));
    assert_report(&lines, 0.012);
    assert_eq!(lines.len(), 2);
}

#[test]
fn hdf5_reports_the_size_of_its_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let lines = report(Command::new(HDF5).current_dir(&directory).args(SMALL));
    assert_report(&lines, 0.012);
    assert_eq!((lines[2].0.as_str(), lines[2].2.as_str()), ("file storage", "GB"));
    let size = directory.path().join("data.hdf5").metadata().expect("the default file").len();
    assert!((12_000_000..12_010_000).contains(&size), "{size} bytes");
    assert!((lines[2].1 - 0.012).abs() < 1e-9, "{lines:?}");
}

#[test]
fn memmap_reports_the_size_of_its_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let lines = report(Command::new(MEMMAP).current_dir(&directory).args(SMALL));
    assert_report(&lines, 0.012);
    assert_eq!((lines[2].0.as_str(), lines[2].2.as_str()), ("file storage", "GB"));
    let size = directory.path().join("data.npy").metadata().expect("the default file").len();
    assert_eq!(size, 12_000_128);
}

#[test]
fn zarr_reports_the_size_of_all_its_files() {
    let directory = tempfile::tempdir().expect("a directory");
    let lines = report(Command::new(ZARR).current_dir(&directory).args(SMALL));
    assert_report(&lines, 0.012);
    assert_eq!((lines[2].0.as_str(), lines[2].2.as_str()), ("file storage", "GB"));
    assert!((lines[2].1 - 0.012).abs() < 1e-9, "{lines:?}");
    assert_eq!(directory.path().join("data.zarr/c").read_dir().expect("chunks").count(), 3);
}

/// The figures show these spans below their curves: one for the allocation or the creation of the file, and one for the
/// loop.
#[test]
fn each_program_records_its_two_steps_as_spans() {
    for (program, first) in [
        (BASIC, "allocate"),
        (FLOAT32, "allocate"),
        (HDF5, "create file"),
        (MEMMAP, "create file"),
        (ZARR, "create store"),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let trace = directory.path().join("t.dat");
        std::fs::write(&trace, "").expect("an empty trace");
        let run = done(Command::new(program).current_dir(&directory).args(SMALL).env("RPROF_TRACE", &trace));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let text = std::fs::read_to_string(&trace).expect("the trace");
        // SPAN begin ID TIME NAME, SPAN end ID TIME
        let spans: Vec<_> = text
            .lines()
            .filter_map(|line| line.strip_prefix("SPAN "))
            .map(|line| line.splitn(4, ' ').enumerate().filter(|(i, _)| i % 3 == 0).map(|(_, word)| word))
            .map(|words| words.collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(spans, [format!("begin {first}").as_str(), "end", "begin fill", "end"], "{text}");
    }
}

#[test]
fn an_array_that_is_too_deep_is_refused_with_a_depth_that_fits() {
    for program in [BASIC, FLOAT32] {
        let refused = done(Command::new(program).args(["--depth", "1000000"]));
        let said = refused.stderr;
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""), "{said}");
        assert!(said.contains(": not enough memory: "), "{said}");
        let depth = fitting_depth(&said);
        assert!((1..1_000_000).contains(&depth), "{said}");
    }
}

#[test]
fn an_array_too_large_for_the_disk_is_refused_and_no_file_is_created() {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, program, needed) in
        [("hdf5", HDF5, "16000000.001"), ("npy", MEMMAP, "16000000.001"), ("zarr", ZARR, "16011264.001")]
    {
        let said = refused(Command::new(program).current_dir(&directory).args(["--depth", "1000000000"]));
        let start = format!(": not enough disk for `data.{name}`: {needed} GB needed, ");
        assert!(said.contains(&start), "{said}");
        assert!(fitting_depth(&said) < 1_000_000_000, "{said}");
        assert!(!directory.path().join(format!("data.{name}")).exists());
    }
}

#[test]
fn slices_too_large_for_any_depth_are_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    for program in [BASIC, FLOAT32, HDF5, MEMMAP, ZARR] {
        let said = refused(Command::new(program).current_dir(&directory).args(VAST_SLICES));
        assert!(said.contains("not even `--depth 1` fits"), "{said}");
    }
    assert_eq!(directory.path().read_dir().expect("a directory").count(), 0);
}

#[test]
fn a_missing_directory_is_named() {
    for (name, program) in [("hdf5", HDF5), ("memmap", MEMMAP), ("zarr", ZARR)] {
        let said = refused(Command::new(program).args(["--depth", "1", "--file", "/no/such/directory/data"]));
        let start = format!("{name}: cannot read the free space of `/no/such/directory`: ");
        assert!(said.starts_with(&start), "{said}");
    }
}

#[test]
fn invalid_options_are_a_usage_error() {
    assert_eq!(done(Command::new(BASIC).args(["--depth", "0"])).code, Some(2));
    assert_eq!(done(Command::new(BASIC).args(["--file", "data.hdf5"])).code, Some(2));
}

/// Returns the number in "use `--depth N` or less".
fn fitting_depth(said: &str) -> u64 {
    let (_, rest) = said.split_once("use `--depth ").unwrap_or_else(|| panic!("no depth in: {said}"));
    let (depth, _) = rest.split_once('`').expect("a closing backtick");
    depth.parse().expect("a number")
}
