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
    let mut times: Vec<(u64, bool)> = Vec::new();
    let mut bands: HashMap<(String, String), HashMap<u64, u64>> = HashMap::new();
    let end = moments(log).last().map_or(0, |(time, _)| time);
    series(log, end / POINTS + 1, &mut |view| {
        times.push((view.time, view.rss == 0));
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
        points: points(&times, &values),
    };
    bands.into_iter().take(most).map(band).collect()
}

/// The points of a curve. `times` has the moments, and true for one at which no memory was left.
///
/// The memory of a process that ends is there until then: a line from the last moment before would show a slow fall.
fn points(times: &[(u64, bool)], values: &HashMap<u64, u64>) -> Vec<(u64, u64)> {
    let mut points: Vec<(u64, u64)> = Vec::new();
    for &(time, is_end) in times {
        if let Some(&(_, held)) = points.last().filter(|(_, held)| is_end && *held > 0) {
            points.push((time.saturating_sub(1), held));
        }
        points.push((time, values.get(&time).copied().unwrap_or(0)));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The peak of a run was after the last moment: a function that held 2.95 GiB until the end had 1.11 GiB there.
    #[test]
    fn memory_stays_until_the_end_of_the_process() {
        let values = HashMap::from([(10, 5), (20, 9)]);
        let times = [(10, false), (20, false), (90, true)];
        assert_eq!(points(&times, &values), [(10, 5), (20, 9), (89, 9), (90, 0)]);
        // One that gives its memory back in between does so slowly.
        let times = [(10, false), (20, false), (90, false)];
        assert_eq!(points(&times, &values), [(10, 5), (20, 9), (90, 0)]);
    }
}
