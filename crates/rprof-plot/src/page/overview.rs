//! The overview of a run: its curve in few points, which a page draws before it has unpacked the others.

use rprof_trace::{Curve, Profile, Slices};
use serde_json::{Value, json};

/// The most slices of the overviews of all runs.
const MOST_SLICES: usize = 600;
const LEAST_SLICES: usize = 40;

/// The overview of one of so many runs: times in seconds, values in bytes.
pub fn overview(profile: &Profile, runs: usize) -> Value {
    let slices = (MOST_SLICES / runs.max(1)).max(LEAST_SLICES);
    let curve: Curve = Slices::covering(profile.elapsed, slices).thin(&profile.total);
    let times: Vec<f64> = curve.iter().map(|point| (point.time.0 * 1e6).round() / 1e6).collect();
    let values: Vec<u64> = curve.iter().map(|point| point.value.0).collect();
    json!({ "times": times, "values": values })
}
