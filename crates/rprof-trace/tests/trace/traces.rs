//! Real traces of mprof 0.61: their peaks equal the output of `mprof peak`.

use std::path::PathBuf;

use rprof_trace::{Keep, Profile, ProfileOptions, Seconds, read_profiles};

fn profile(name: &str) -> Profile {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(name);
    let options = ProfileOptions { processes: Keep::Largest(2), ..ProfileOptions::default() };
    let (mut profiles, warnings) = read_profiles(path, &options).expect("a trace");
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(profiles.len(), 1);
    profiles.remove(0)
}

/// The peak in the format of `mprof peak`.
fn peak(profile: &Profile) -> String {
    format!("{:.3} MiB", profile.peak.expect("a sample").value.mib())
}

#[test]
fn peaks_equal_those_of_mprof() {
    for (name, wanted) in [
        ("numpy_ex1.dat", "15306.844 MiB"),
        ("numpy_ex2.dat", "7653.527 MiB"),
        ("numpy_ex3.dat", "61.027 MiB"),
        ("mprof_funcs.dat", "502.930 MiB"),
        ("mprof_pool_M.dat", "13.797 MiB"),
        ("mprof_pool_C.dat", "284.637 MiB"),
    ] {
        assert_eq!(peak(&profile(name)), wanted, "{name}");
    }
}

#[test]
fn children_have_peaks_and_the_largest_have_curves() {
    let pool = profile("mprof_pool_M.dat");
    let children: Vec<_> = pool
        .processes
        .iter()
        .map(|p| (p.id.as_str(), format!("{:.3}", p.peak.mib()), p.curve.len()))
        .collect();
    let wanted = [("9854", "130.289", 17), ("9855", "90.289", 17), ("9856", "70.293", 0)];
    assert_eq!(children, wanted.map(|(id, peak, points)| (id, peak.to_owned(), points)));
    assert_eq!(pool.process_count, 4);
}

/// The first FUNC line of this file, before CMDLINE, is 0.2 s later than its first MEM line.
#[test]
fn a_run_starts_at_its_first_tick_or_span() {
    let funcs = profile("mprof_funcs.dat");
    assert_eq!(funcs.total[0].time, Seconds(0.0));
    assert_eq!(funcs.start_s, Some(1_795_382_134.996_1));
    let load = &funcs.spans[0];
    assert_eq!((load.name.as_str(), load.level), ("__main__.load", Some(0)));
    assert!((load.enter.0.0 - 0.1967).abs() < 1e-9, "{load:?}");
    assert_eq!(funcs.spans.len(), 6);
    assert_eq!(funcs.command, "python3 funcs.py");
}
