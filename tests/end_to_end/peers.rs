//! mprof itself on traces of rprof. `make peers` creates a Python environment with `memory_profiler` for these tests.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::{Place, skip};

/// A Python that has `memory_profiler`: the one in `RPROF_PYTHON`, the one of `make peers`, or the system's.
pub fn python() -> Option<PathBuf> {
    let made = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/peers/bin/python");
    let named = std::env::var_os("RPROF_PYTHON").map(PathBuf::from);
    [named, Some(made.into()), Some("python3".into())].into_iter().flatten().find(|python| {
        let asked = Command::new(python).args(["-c", "import memory_profiler, matplotlib"]).output();
        asked.is_ok_and(|answer| answer.status.success())
    })
}

fn mprof(place: &Place, arguments: &[&str]) -> Option<Output> {
    let Some(python) = python() else {
        skip("no Python with memory_profiler and matplotlib (`make peers` creates one): mprof is not run");
        return None;
    };
    let main = "import sys, mprof; sys.exit(mprof.main())";
    let mut command = Command::new(python);
    command.args(["-c", main]).args(arguments).current_dir(place.dir.path()).env("MPLBACKEND", "agg");
    Some(command.output().expect("python runs"))
}

#[test]
fn mprof_prints_the_peaks_that_we_print() {
    for script in [
        "hold 150ms touch 60MiB free hold 150ms",
        "touch 20MiB fork 3 [ touch 10MiB hold 300ms ] wait",
        "daemon [ touch 30MiB hold 300ms ] hold 400ms exec hold 100ms",
    ] {
        let place = Place::new();
        place.run_truth("-q -T 20ms", script);
        let Some(theirs) = mprof(&place, &["peak", "t.dat"]) else { return };
        assert!(theirs.status.success(), "{}", String::from_utf8_lossy(&theirs.stderr));
        assert_eq!(String::from_utf8_lossy(&theirs.stdout), place.run("peak t.dat").stdout, "{script}");
    }
}

#[test]
fn mprof_prints_the_children_of_peak_all() {
    let place = Place::new();
    place
        .run_truth_until("-q -T 20ms", "fork 12 [ touch 5MiB await go ] wait", |shown| shown.processes == 13);
    let Some(theirs) = mprof(&place, &["peak", "t.dat"]) else { return };
    assert_eq!(String::from_utf8_lossy(&theirs.stdout), place.run("peak --all t.dat").stdout);
    assert!(place.run("peak t.dat").stdout.ends_with("  and 3 more (--all)\n"));
}

#[test]
fn mprof_draws_our_traces_and_lists_them() {
    let place = Place::new();
    assert!(place.run("run -q sh -c $x{\\frac").code.is_some());
    let Some(list) = mprof(&place, &["list"]) else { return };
    assert_eq!(String::from_utf8_lossy(&list.stdout), place.run("list").stdout);
    let plot = mprof(&place, &["plot", "-o", "x.png", "0"]).expect("it ran before");
    assert!(plot.status.success(), "{}", String::from_utf8_lossy(&plot.stderr));
    assert!(place.path("x.png").exists());
}
