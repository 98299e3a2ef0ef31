//! The data of figures beside the curve: whole ticks, bounds, address spaces and programs, from traces of real programs.

use std::path::PathBuf;

use rprof_trace::{Part, Point, Profile, ProfileOptions, Seconds, read_profiles};

fn read(name: &str, options: &ProfileOptions) -> Profile {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../plots/gallery").join(name);
    let (mut profiles, warnings) = read_profiles(path, options).unwrap();
    assert!(warnings.is_empty(), "{name}: {warnings:?}");
    profiles.remove(0)
}

fn all() -> ProfileOptions {
    ProfileOptions { ticks: true, programs: 1000, ..ProfileOptions::default() }
}

/// The value at a time, after a step at that time.
fn value_at(curve: &[Point], time: Seconds) -> f64 {
    let after = curve.partition_point(|point| point.time <= time);
    let value = |at: usize| curve[at].value.0 as f64;
    match (after.checked_sub(1), curve.get(after)) {
        (Some(at), Some(next)) => {
            let part = (time.0 - curve[at].time.0) / (next.time.0 - curve[at].time.0);
            value(at) + (value(after) - value(at)) * part
        }
        (Some(at), None) if curve[at].time >= time => value(at),
        _ => 0.0,
    }
}

#[test]
fn the_programs_of_a_tick_add_up_to_the_tree() {
    for name in ["make.dat", "postgres.dat", "chromium.dat"] {
        let profile = read(name, &all());
        assert!(profile.programs.len() > 3 && profile.ticks.len() > 50, "{name}");
        // A process alone has no samples of its own, and one that has ended has its last one until its parent waits for it.
        let off = profile.ticks.iter().filter(|tick| {
            let sum: f64 = profile.programs.iter().map(|program| value_at(&program.curve, tick.time)).sum();
            (sum - tick.value.0 as f64).abs() > 8192.0
        });
        let times: Vec<Seconds> = off.map(|tick| tick.time).collect();
        assert!(times.len() < 6, "{name}: {times:?}");
        let processes: u64 = profile.programs.iter().map(|program| program.processes).sum();
        assert!(processes >= profile.process_count, "{name}: a process may run several programs");
    }
}

#[test]
fn a_tick_has_the_kinds_that_add_up_to_its_rss() {
    let profile = read("postgres.dat", &all());
    assert_eq!(profile.ticks.len() as u64, profile.samples);
    for tick in &profile.ticks {
        let kinds = [Part::Anon, Part::File, Part::Shmem].map(|part| tick.memory.get(part).unwrap().0);
        let sum: u64 = kinds.iter().sum();
        assert!(sum.abs_diff(tick.value.0) < 64 << 10, "{kinds:?} {:?}", tick.value);
    }
    let highest = profile.ticks.iter().map(|tick| tick.value).max();
    assert_eq!(highest, profile.peak.map(|peak| peak.value));
    let largest = |part| profile.ticks.iter().filter_map(|tick| tick.memory.get(part)).max();
    assert_eq!(profile.requested.iter().map(|point| point.value).max(), largest(Part::Vsz));
    for bound in &profile.upper {
        assert!(bound.value.0 as f64 >= value_at(&profile.total, bound.time), "{bound:?}");
    }
}

#[test]
fn nothing_is_kept_without_request() {
    let plain = read("postgres.dat", &ProfileOptions::default());
    assert!(plain.ticks.is_empty() && plain.upper.is_empty() && plain.requested.is_empty());
    assert!(plain.programs.is_empty());
    let two = read("postgres.dat", &ProfileOptions { programs: 2, ..ProfileOptions::default() });
    let with_curves = two.programs.iter().filter(|program| !program.curve.is_empty());
    assert_eq!(with_curves.count(), 2);
    let window = Some((Seconds(1.0), Seconds(2.0)));
    let part = read("postgres.dat", &ProfileOptions { window, ..all() });
    assert!(part.ticks.len() < plain.samples as usize / 2, "{}", part.ticks.len());
    // One tick on either side lets a curve reach the edges.
    assert!(part.ticks[0].time < Seconds(1.0) && part.ticks[part.ticks.len() - 1].time > Seconds(2.0));
}
