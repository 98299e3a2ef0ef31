//! The verdict on the article's statement that HDF5 is better than the mapped file and zarr in time and memory. The
//! sentences follow from the measured numbers.

use crate::row::{Row, size};

/// Elapsed times that differ by less count as the same. Two runs of one program differ as much.
const SAME_TIME: f64 = 0.05;

/// Returns the text below the table; `None` if hdf5, memmap or zarr was not run.
pub fn text(rows: &[Row]) -> Option<String> {
    let find = |name| rows.iter().find(|row| row.example.name == name);
    let (hdf5, memmap, zarr) = (find("hdf5")?, find("memmap")?, find("zarr")?);
    let verdicts = [memmap, zarr].map(|other| {
        (
            Order::of(seconds(hdf5), seconds(other), SAME_TIME),
            Order::of(peak(hdf5), peak(other), 0.0),
            compared(hdf5, other),
        )
    });
    let holds = verdicts.iter().all(|(time, memory, _)| *time == Order::Less && *memory == Order::Less);
    let ruled_out = verdicts.iter().any(|(time, memory, _)| *time == Order::More && *memory == Order::More);
    let verdict = match (holds, ruled_out) {
        (true, _) => "holds here",
        (_, true) => "does not hold here",
        _ => "holds here only in part",
    };
    Some(format!(
        "\nThe article mentions that `numpy.memmap` and zarr were tried, gives no figures for them, and states that HDF5 \
         was better in time and memory. That {verdict}: {}; {}.{}\n",
        verdicts[0].2,
        verdicts[1].2,
        droppable(memmap)
    ))
}

/// The order of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Less,
    Same,
    More,
}

impl Order {
    fn of(one: f64, other: f64, tolerance: f64) -> Self {
        if (one - other).abs() <= tolerance * other {
            Self::Same
        } else if one < other {
            Self::Less
        } else {
            Self::More
        }
    }
}

/// Returns a comparison of another example with hdf5, in time and memory.
fn compared(hdf5: &Row, other: &Row) -> String {
    let times = seconds(other) / seconds(hdf5);
    let long = match Order::of(seconds(hdf5), seconds(other), SAME_TIME) {
        Order::Same => "as long".to_owned(),
        _ => format!("{times:.2} times as long"),
    };
    format!(
        "`{}` took {long} as hdf5 ({:.2} s against {:.2} s), with a peak of {} against {}",
        other.example.name,
        seconds(other),
        seconds(hdf5),
        size(other.trace.peak.bytes),
        size(hdf5.trace.peak.bytes)
    )
}

/// Returns a sentence on the memory of the mapped file, most of which the kernel can drop.
fn droppable(memmap: &Row) -> String {
    match (memmap.trace.at_peak.anonymous, memmap.trace.at_peak.file) {
        (Some(anonymous), Some(file)) => format!(
            " At memmap's largest tick, {} are file-backed. They are resident, but the kernel writes them back and drops \
             them when another program needs the memory. {} are anonymous.",
            size(file),
            size(anonymous)
        ),
        _ => String::new(),
    }
}

fn seconds(row: &Row) -> f64 {
    row.report.elapsed.as_secs_f64()
}

fn peak(row: &Row) -> f64 {
    row.trace.peak.bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::tests::row;

    fn rows(times: [f64; 3], peaks: [u64; 3]) -> Vec<Row> {
        let mut rows = Vec::new();
        for (index, (time, peak)) in times.into_iter().zip(peaks).enumerate() {
            let report = format!(
                "elapsed time = {time:.2} sec\ncalculated storage = 8.000 GB\nfile storage = 8.000 GB\n"
            );
            let mut row = row(2 + index, 500, &report);
            row.trace.peak.bytes = peak;
            rows.push(row);
        }
        rows
    }

    fn said(times: [f64; 3], peaks: [u64; 3]) -> String {
        text(&rows(times, peaks)).expect("a verdict")
    }

    #[test]
    fn the_verdict_follows_the_numbers() {
        let holds = said([1.0, 2.0, 1.5], [20_000_000, 8_000_000_000, 40_000_000]);
        assert!(holds.contains("That holds here: "), "{holds}");
        assert!(
            holds.contains("`memmap` took 2.00 times as long as hdf5 (2.00 s against 1.00 s)"),
            "{holds}"
        );
        assert!(holds.contains("a peak of 8.00 GB against 20 MB"), "{holds}");
        let partly = said([1.0, 2.0, 0.9], [20_000_000, 8_000_000_000, 40_000_000]);
        assert!(partly.contains("That holds here only in part: "), "{partly}");
        let same = said([1.0, 2.0, 1.01], [20, 80, 40]);
        assert!(
            same.contains("in part") && same.contains("took as long as hdf5 (1.01 s against 1.00 s), "),
            "{same}"
        );
        let not = said([2.0, 3.0, 1.0], [40, 80, 20]);
        assert!(not.contains("That does not hold here: "), "{not}");
    }

    #[test]
    fn there_is_no_verdict_without_all_examples() {
        assert_eq!(text(&rows([1.0; 3], [1; 3])[..2]), None);
    }
}
