//! The verdict on the article's statement that HDF5 is better than the mapped file and zarr in time and memory. The
//! sentences follow from the measured numbers.

use crate::row::{Row, size};

/// Times and peaks that differ by less count as the same, even if no run of one is as large as one of the other.
const SAME: f64 = 0.05;

/// Returns the text below the table; `None` if hdf5, memmap or zarr was not run.
pub fn text(rows: &[Row]) -> Option<String> {
    let find = |name| rows.iter().find(|row| row.example.name == name);
    let (hdf5, memmap, zarr) = (find("hdf5")?, find("memmap")?, find("zarr")?);
    let verdicts = [memmap, zarr].map(|other| {
        (Order::of(times(hdf5), times(other)), Order::of(peaks(hdf5), peaks(other)), compared(hdf5, other))
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
    /// The order of two examples by the smallest and the largest value of their runs. It is `Same` if the two ranges
    /// overlap: a difference that not every run shows is no verdict.
    fn of(one: (f64, f64), other: (f64, f64)) -> Self {
        if one.1 < other.0 * (1.0 - SAME) {
            Self::Less
        } else if one.0 > other.1 * (1.0 + SAME) {
            Self::More
        } else {
            Self::Same
        }
    }
}

/// Returns a comparison of another example with hdf5, in time and memory.
fn compared(hdf5: &Row, other: &Row) -> String {
    let factor = seconds(other) / seconds(hdf5);
    let long = match Order::of(times(hdf5), times(other)) {
        Order::Same => "as long".to_owned(),
        _ => format!("{factor:.2} times as long"),
    };
    format!(
        "`{}` took {long} as hdf5 ({:.2} s against {:.2} s), with a peak of {} against {}",
        other.example.name,
        seconds(other),
        seconds(hdf5),
        size(other.median().trace.peak.bytes),
        size(hdf5.median().trace.peak.bytes)
    )
}

/// Returns a sentence on the memory of the mapped file, most of which the kernel can drop.
fn droppable(memmap: &Row) -> String {
    let at_peak = memmap.median().trace.at_peak;
    match (at_peak.anonymous, at_peak.file) {
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
    row.median().report.elapsed.as_secs_f64()
}

fn times(row: &Row) -> (f64, f64) {
    let (shortest, longest) = row.spread();
    (shortest.as_secs_f64(), longest.as_secs_f64())
}

fn peaks(row: &Row) -> (f64, f64) {
    let (smallest, largest) = row.peaks();
    (smallest as f64, largest as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::tests::row;

    /// Rows of hdf5, memmap and zarr with three runs each, 1 % around the given times.
    fn rows(times: [f64; 3], peaks: [u64; 3]) -> Vec<Row> {
        let runs = |time: f64, peak| [(time * 0.99, peak), (time, peak), (time * 1.01, peak)];
        let rows = times.into_iter().zip(peaks).enumerate();
        rows.map(|(index, (time, peak))| row(2 + index, 500, &runs(time, peak))).collect()
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

    /// A program once took 23 s and then 7 s, because the machine had never used the memory before.
    #[test]
    fn times_that_overlap_are_no_difference() {
        let runs = |times: [f64; 3], peak| times.map(|time| (time, peak));
        let rows = [
            row(2, 500, &runs([7.0, 8.0, 9.0], 20)),
            row(3, 500, &runs([8.5, 10.0, 11.0], 80)),
            row(4, 500, &runs([10.0, 12.0, 14.0], 40)),
        ];
        let text = text(&rows).expect("a verdict");
        assert!(text.contains("holds here only in part: `memmap` took as long as hdf5"), "{text}");
        assert!(text.contains("`zarr` took 1.50 times as long as hdf5"), "{text}");
    }

    #[test]
    fn there_is_no_verdict_without_all_examples() {
        assert_eq!(text(&rows([1.0; 3], [1; 3])[..2]), None);
    }
}
