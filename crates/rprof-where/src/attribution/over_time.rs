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
    /// The moments in order; those without memory are skipped.
    pub points: Vec<Point>,
}

/// The part of a function at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Nanoseconds since the start.
    pub time: u64,
    /// The RSS of the tree in bytes.
    pub rss: u64,
    /// The share of the function, 0 to 1.
    pub share: f64,
}

impl Band {
    /// The share at a time in nanoseconds at which the tree has this RSS; 0 without a moment.
    ///
    /// It lies between those of the moments around it: as far along as the RSS is, because memory is often freed at once,
    /// or as the time is, if both moments have about the same RSS.
    pub fn share_at(&self, time: u64, rss: u64) -> f64 {
        let after = self.points.partition_point(|point| point.time < time);
        match (after.checked_sub(1).and_then(|before| self.points.get(before)), self.points.get(after)) {
            (Some(one), Some(next)) => {
                let way = if one.rss.abs_diff(next.rss) > one.rss.max(next.rss) / 100 {
                    (rss as f64 - one.rss as f64) / (next.rss as f64 - one.rss as f64)
                } else {
                    (time - one.time) as f64 / (next.time - one.time) as f64
                };
                one.share + (next.share - one.share) * way.clamp(0.0, 1.0)
            }
            (Some(only), None) | (None, Some(only)) => only.share,
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
        let point = |&(time, rss): &(u64, u64)| {
            let share = values.get(&time).copied().unwrap_or(0) as f64 / rss as f64;
            Point { time, rss, share }
        };
        Band {
            name: if library.is_empty() { name } else { format!("{name} ({library})") },
            points: times.iter().map(point).collect(),
        }
    };
    bands.into_iter().take(most).map(band).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(points: &[(u64, u64, f64)]) -> Band {
        let point = |&(time, rss, share): &(u64, u64, f64)| Point { time, rss, share };
        Band { name: "f".to_owned(), points: points.iter().map(point).collect() }
    }

    fn percent(band: &Band, time: u64, rss: u64) -> u32 {
        (band.share_at(time, rss) * 100.0) as u32
    }

    #[test]
    fn a_share_lies_between_those_of_the_moments_around_it() {
        let level = band(&[(10, 800, 0.5), (20, 800, 1.0)]);
        let shares = [0, 10, 15, 20, 200].map(|time| percent(&level, time, 800));
        assert_eq!(shares, [50, 50, 75, 100, 100]);
        assert_eq!(percent(&band(&[]), 7, 800), 0);
    }

    /// The peak was shortly before the end: a function that held 2.95 GiB until then had 1.11 GiB there.
    #[test]
    fn memory_that_is_freed_at_once_is_there_until_then() {
        let freed = band(&[(10, 2950, 1.0), (90, 30, 0.0)]);
        let shares = [(85, 3000), (86, 1490), (87, 30)].map(|(time, rss)| percent(&freed, time, rss));
        assert_eq!(shares, [100, 50, 0]);
    }
}
