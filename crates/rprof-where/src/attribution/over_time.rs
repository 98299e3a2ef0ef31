//! The memory of the largest functions over time: a curve for each, with a point at every moment.

use std::collections::HashMap;

use super::names::Names;
use super::replay::{moments, series};
use super::table::{By, Table};
use crate::file::Log;

/// Points of each curve at most.
const POINTS: u64 = 300;

/// The memory of one function over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// The function, and its library if it has one.
    pub name: String,
    /// Nanoseconds since the start, and self bytes.
    pub points: Vec<(u64, u64)>,
}

/// The curves of the `most` functions that ever held most, the largest first.
pub fn over_time(log: &Log, names: &Names, most: usize) -> Vec<Band> {
    let mut times = Vec::new();
    let mut bands: HashMap<(String, String), HashMap<u64, u64>> = HashMap::new();
    let end = moments(log).last().map_or(0, |(time, _)| time);
    series(log, end / POINTS + 1, &mut |view| {
        times.push(view.time);
        let table = Table::new(&view, log, names, By::Function);
        for entry in table.entries.into_iter().filter(|entry| entry.self_bytes > 0) {
            bands.entry((entry.name, entry.library)).or_default().insert(view.time, entry.self_bytes);
        }
    });
    let largest = |values: &HashMap<u64, u64>| values.values().copied().max().unwrap_or(0);
    let mut bands: Vec<_> = bands.into_iter().collect();
    bands.sort_by(|(a, x), (b, y)| (largest(y), a).cmp(&(largest(x), b)));
    let band = |((name, library), values): ((String, String), HashMap<u64, u64>)| Band {
        name: if library.is_empty() { name } else { format!("{name} ({library})") },
        points: times.iter().map(|time| (*time, values.get(time).copied().unwrap_or(0))).collect(),
    };
    bands.into_iter().take(most).map(band).collect()
}
