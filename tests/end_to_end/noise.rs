//! Baselines and noise, with real runs: a rise of 6 % is found and noise of ± 2 % is not, in every round.
//! `make check-noise` plays 100 rounds, `make test` a few of them.

use std::ffi::OsString;

use crate::support::{Done, Place, done, truth};

/// The memory of a run without noise. The kernel's own error is 1 % of it at most.
const SIZE: f64 = 64.0 * 1_048_576.0;
const NOISE: f64 = 0.02;
const RISE: f64 = 1.06;
/// Runs in a baseline, and new runs in a check.
const BASELINE: usize = 10;
const NEW: usize = 5;
/// Between the noise of a median and the rise.
const TOLERANCE: &str = "3%";
const SEED: u64 = 20_261_127;

/// A generator of numbers from 0 to 1: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The memory of one run, in bytes.
    fn size(&mut self, level: f64) -> u64 {
        (SIZE * level * (1.0 + NOISE * (2.0 * self.next() - 1.0))) as u64
    }
}

/// Records runs at a level, each with noise of its own, and returns their traces.
fn record(place: &Place, random: &mut Random, name: &str, runs: usize, level: f64) -> Vec<OsString> {
    let mut traces = Vec::new();
    for run in 0..runs {
        let trace = place.path(&format!("{name}{run}.dat"));
        let mut command = place.rprof(["run", "-q", "--force", "-o"]);
        command.arg(&trace).arg(truth()).args(["touch", &format!("{}B", random.size(level))]);
        assert!(command.output().unwrap().status.success());
        traces.push(trace.into());
    }
    traces
}

fn check(place: &Place, options: &[&str], traces: Vec<OsString>) -> Done {
    let mut command = place.rprof(["check", "--name", "noisy"]);
    command.args(options).args(traces).env_remove("GITHUB_ACTIONS");
    done(command.output().unwrap())
}

#[test]
fn a_rise_of_6_per_cent_is_found_and_noise_of_2_per_cent_is_not() {
    let rounds: u32 =
        std::env::var("RPROF_NOISE_ROUNDS").map_or(3, |rounds| rounds.parse().expect("a number"));
    let place = Place::new();
    let mut random = Random(SEED);
    let (mut passed, mut caught, mut wrong) = (0, 0, Vec::new());
    for round in 0..rounds {
        let base = record(&place, &mut random, "base", BASELINE, 1.0);
        let saved = check(&place, &["--save-baseline", "mem.json"], base);
        assert_eq!(saved.code, Some(0), "{}", saved.stderr);
        let against = ["--baseline", "mem.json", "--tolerance", TOLERANCE];
        let same = record(&place, &mut random, "same", NEW, 1.0);
        let same = check(&place, &against, same);
        let more = record(&place, &mut random, "more", NEW, RISE);
        let more = check(&place, &against, more);
        passed += u32::from(same.code == Some(0));
        caught += u32::from(more.code == Some(3));
        if (same.code, more.code) != (Some(0), Some(3)) {
            wrong.push(format!("round {round}: {}{}", same.stdout, more.stdout));
        }
    }
    println!("noise passed in {passed} of {rounds} rounds, a rise of 6 % caught in {caught} of {rounds}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
