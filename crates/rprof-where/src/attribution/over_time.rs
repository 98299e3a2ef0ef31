//! The shares of the largest functions in the memory over time, with a point at every moment.

use std::collections::HashMap;

use super::names::Names;
use super::replay::{moments, series};
use super::table::{By, Table};
use crate::file::Log;

/// Points of each function at most.
const POINTS: u64 = 300;

/// The part of one function in the memory over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// The function, and its library if it has one.
    pub name: String,
    /// Nanoseconds since the start, and the share of the RSS, 0 to 1. Moments without memory are skipped.
    pub points: Vec<(u64, f64)>,
}

impl Band {
    /// The share at a time in nanoseconds, on a line between the moments around it; 0 without a moment.
    ///
    /// A share changes slowly, while the memory of a process that ends falls at once.
    pub fn share_at(&self, time: u64) -> f64 {
        let after = self.points.partition_point(|(at, _)| *at < time);
        match (after.checked_sub(1).and_then(|before| self.points.get(before)), self.points.get(after)) {
            (Some(&(t0, before)), Some(&(t1, next))) => {
                before + (next - before) * (time - t0) as f64 / (t1 - t0) as f64
            }
            (Some(&(_, only)), None) | (None, Some(&(_, only))) => only,
            (None, None) => 0.0,
        }
    }
}

/// The parts of the `most` functions that ever held most, the largest first.
pub fn over_time(log: &Log, names: &Names, most: usize) -> Vec<Band> {
    let mut times: Vec<(u64, u64)> = Vec::new();
    let mut bands: HashMap<(String, String), HashMap<u64, u64>> = HashMap::new();
    let end = moments(log).last().map_or(0, |(time, _)| time);
    series(log, end / POINTS + 1, &mut |view| {
        if view.rss == 0 {
            return;
        }
        let table = Table::new(&view, log, names, By::Function);
        times.push((view.time, table.bytes.max(1)));
        for entry in table.entries.into_iter().filter(|entry| entry.self_bytes > 0) {
            bands.entry((entry.name, entry.library)).or_default().insert(view.time, entry.self_bytes);
        }
    });
    let largest = |values: &HashMap<u64, u64>| values.values().copied().max().unwrap_or(0);
    let mut bands: Vec<_> = bands.into_iter().collect();
    bands.sort_by(|(a, x), (b, y)| (largest(y), a).cmp(&(largest(x), b)));
    let band = |((name, library), values): ((String, String), HashMap<u64, u64>)| {
        let share =
            |(time, all): &(u64, u64)| (*time, values.get(time).copied().unwrap_or(0) as f64 / *all as f64);
        Band {
            name: if library.is_empty() { name } else { format!("{name} ({library})") },
            points: times.iter().map(share).collect(),
        }
    };
    bands.into_iter().take(most).map(band).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The peak of a run was after the last moment but one: a function that held 2.95 GiB until the end had 1.11 GiB there.
    #[test]
    fn the_share_is_kept_between_moments() {
        let band = Band { name: "f".to_owned(), points: vec![(10, 0.5), (20, 1.0), (90, 0.0)] };
        let percent = [0, 10, 15, 20, 55, 90, 200].map(|time| (band.share_at(time) * 100.0) as u32);
        assert_eq!(percent, [50, 50, 75, 100, 50, 0, 0]);
        assert!(Band { name: String::new(), points: Vec::new() }.share_at(7).abs() < f64::EPSILON);
    }
}
