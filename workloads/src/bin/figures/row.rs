//! The results of the runs of one example, and the format of its sizes.

use std::path::PathBuf;
use std::time::Duration;

use rprof_workloads::report::{Report, gigabytes};

use crate::example::Example;
use crate::trace::Trace;

/// The results of one example: a row of the table.
#[derive(Debug)]
pub struct Row {
    /// The example.
    pub example: &'static Example,
    /// The number of slices of the runs.
    pub depth: usize,
    /// The runs in the order of their elapsed times; at least one.
    runs: Vec<Run>,
}

/// One run of an example.
#[derive(Debug)]
pub struct Run {
    /// The file of the trace.
    pub path: PathBuf,
    /// The report of the workload.
    pub report: Report,
    /// The measurements of rprof.
    pub trace: Trace,
}

impl Row {
    /// Sorts the runs of an example; `None` without a run.
    pub fn new(example: &'static Example, depth: usize, mut runs: Vec<Run>) -> Option<Self> {
        runs.sort_by_key(|run| run.report.elapsed);
        (!runs.is_empty()).then_some(Self { example, depth, runs })
    }

    /// The run with the median elapsed time; of an even number the faster one of the two in the middle.
    pub fn median(&self) -> &Run {
        &self.runs[(self.runs.len() - 1) / 2]
    }

    /// The shortest and the longest elapsed time.
    pub fn spread(&self) -> (Duration, Duration) {
        (self.runs[0].report.elapsed, self.runs[self.runs.len() - 1].report.elapsed)
    }

    /// The smallest and the largest peak in bytes.
    pub fn peaks(&self) -> (u64, u64) {
        let peaks = || self.runs.iter().map(|run| run.trace.peak.bytes);
        (peaks().min().unwrap_or(0), peaks().max().unwrap_or(0))
    }

    /// The number of runs.
    pub fn count(&self) -> usize {
        self.runs.len()
    }
}

/// Formats bytes as GB or MB, with as many digits as the article.
pub fn size(bytes: u64) -> String {
    let gigabytes = gigabytes(bytes);
    if gigabytes < 1.0 { format!("{:.0} MB", gigabytes * 1e3) } else { format!("{gigabytes:.2} GB") }
}

/// Formats bytes as GiB of 2^30 bytes.
pub fn gibibytes(bytes: u64) -> String {
    format!("{:.3}", bytes as f64 / (1024.0 * 1024.0 * 1024.0))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::example::{EXAMPLES, SIDE};
    use crate::trace::{read, tests};

    static EXAMPLE: [Example; 5] = EXAMPLES;

    /// Returns the row of an example with a run of a fixed trace for each elapsed time and peak.
    pub fn row(index: usize, depth: usize, runs: &[(f64, u64)]) -> Row {
        let run = |(number, (elapsed, peak)): (usize, &(f64, u64))| {
            let mut trace = read(tests::TRACE, tests::PEAKS).expect("a trace");
            trace.peak.bytes = *peak;
            let example = &EXAMPLE[index];
            let width = if example.value == "float64" { 8 } else { 4 };
            let (elapsed, bytes) = (Duration::from_secs_f64(*elapsed), width * (depth * SIDE * SIDE) as u64);
            let report = Report { elapsed, calculated: bytes, file: example.file.map(|_| bytes) };
            Run { path: format!("{number}.dat").into(), report, trace }
        };
        Row::new(&EXAMPLE[index], depth, runs.iter().enumerate().map(run).collect()).expect("a run")
    }

    #[test]
    fn a_row_has_the_median_run_and_the_spread() {
        let row = row(0, 500, &[(9.0, 3), (7.0, 5), (8.0, 4)]);
        assert_eq!((row.median().report.elapsed.as_secs(), row.count()), (8, 3));
        assert_eq!(row.median().path, PathBuf::from("2.dat"));
        assert_eq!(row.spread(), (Duration::from_secs(7), Duration::from_secs(9)));
        assert_eq!(row.peaks(), (3, 5));
        assert!(Row::new(row.example, 500, Vec::new()).is_none());
    }

    #[test]
    fn sizes_have_the_units_of_the_article() {
        let sizes = [104_000_000, 999_400_000, 8_060_000_000].map(size);
        assert_eq!(sizes, ["104 MB", "999 MB", "8.06 GB"]);
    }
}
