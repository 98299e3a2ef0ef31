//! Whether what the article says of HDF5 holds here: that it beats the mapped file and zarr in time and memory.
//! Sentences made from the numbers, whatever they are.

use crate::row::{Row, size};

/// Elapsed times closer than this are called the same: two runs of one program differ as much.
const SAME_TIME: f64 = 0.05;

/// What to say below the table; nothing when an example it needs is missing.
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
        "\nThe article says that `numpy.memmap` and zarr were tried too, without figures, and that HDF5 had the better \
         time and memory. That {verdict}: {}; {}.{}\n",
        verdicts[0].2,
        verdicts[1].2,
        droppable(memmap)
    ))
}

/// One number against another.
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

/// Another example's time and memory beside those of hdf5.
fn compared(hdf5: &Row, other: &Row) -> String {
    let times = seconds(other) / seconds(hdf5);
    let long = match Order::of(seconds(hdf5), seconds(other), SAME_TIME) {
        Order::Same => "as long".to_owned(),
        _ => format!("{times:.2} times as long"),
    };
    format!(
        "`{}` took {:.2} s to hdf5's {:.2} s, {long}, with a peak of {} to hdf5's {}",
        other.example.name,
        seconds(other),
        seconds(hdf5),
        size(other.trace.peak.bytes),
        size(hdf5.trace.peak.bytes)
    )
}

/// That a mapped file's memory is no need of memory.
fn droppable(memmap: &Row) -> String {
    match (memmap.trace.at_peak.anonymous, memmap.trace.at_peak.file) {
        (Some(anonymous), Some(file)) => format!(
            " At memmap's largest tick {} are file-backed: resident, but the kernel writes them back and drops them \
             when another program needs the memory; {} are the program's own.",
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
        assert!(holds.contains("`memmap` took 2.00 s to hdf5's 1.00 s, 2.00 times as long"), "{holds}");
        assert!(holds.contains("a peak of 8.00 GB to hdf5's 20 MB"), "{holds}");
        let partly = said([1.0, 2.0, 0.9], [20_000_000, 8_000_000_000, 40_000_000]);
        assert!(partly.contains("That holds here only in part: "), "{partly}");
        let same = said([1.0, 2.0, 1.01], [20, 80, 40]);
        assert!(same.contains("in part") && same.contains("hdf5's 1.00 s, as long, "), "{same}");
        let not = said([2.0, 3.0, 1.0], [40, 80, 20]);
        assert!(not.contains("That does not hold here: "), "{not}");
    }

    #[test]
    fn nothing_is_said_of_what_was_not_run() {
        assert_eq!(text(&rows([1.0; 3], [1; 3])[..2]), None);
    }
}
