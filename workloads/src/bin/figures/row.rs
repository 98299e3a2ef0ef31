//! The results of one example, and the format of its sizes.

use rprof_workloads::report::{Report, gigabytes};

use crate::example::Example;
use crate::trace::Trace;

/// The results of one example: a row of the table.
#[derive(Debug)]
pub struct Row {
    /// The example.
    pub example: &'static Example,
    /// The number of slices of the run.
    pub depth: usize,
    /// The report of the workload.
    pub report: Report,
    /// The measurements of rprof.
    pub trace: Trace,
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
    use crate::example::EXAMPLES;
    use crate::trace::{read, tests};

    static EXAMPLE: [Example; 5] = EXAMPLES;

    /// Returns the row of an example with the given report and a fixed trace.
    pub fn row(index: usize, depth: usize, report: &str) -> Row {
        let trace = read(tests::TRACE, tests::PEAKS).expect("a trace");
        Row { example: &EXAMPLE[index], depth, report: report.parse().expect("a report"), trace }
    }

    #[test]
    fn sizes_have_the_units_of_the_article() {
        let sizes = [104_000_000, 999_400_000, 8_060_000_000].map(size);
        assert_eq!(sizes, ["104 MB", "999 MB", "8.06 GB"]);
    }
}
