//! What an example came to, and its sizes in the article's words.

use rprof_workloads::report::{Report, gigabytes};

use crate::example::Example;
use crate::trace::Trace;

/// What an example came to.
#[derive(Debug)]
pub struct Row {
    /// Which example.
    pub example: &'static Example,
    /// Slices it was run with.
    pub depth: usize,
    /// What the workload said.
    pub report: Report,
    /// What rprof said.
    pub trace: Trace,
}

/// GB or MB, with the article's digits.
pub fn size(bytes: u64) -> String {
    let gigabytes = gigabytes(bytes);
    if gigabytes < 1.0 { format!("{:.0} MB", gigabytes * 1e3) } else { format!("{gigabytes:.2} GB") }
}

/// GiB of 2^30 bytes.
pub fn gibibytes(bytes: u64) -> String {
    format!("{:.3}", bytes as f64 / (1024.0 * 1024.0 * 1024.0))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::example::EXAMPLES;
    use crate::trace::{read, tests};

    static EXAMPLE: [Example; 5] = EXAMPLES;

    /// An example as it came out, with the trace of another.
    pub fn row(index: usize, depth: usize, report: &str) -> Row {
        let trace = read(tests::TRACE, tests::PEAKS).expect("a trace");
        Row { example: &EXAMPLE[index], depth, report: report.parse().expect("a report"), trace }
    }

    #[test]
    fn sizes_have_the_article_s_units() {
        let sizes = [104_000_000, 999_400_000, 8_060_000_000].map(size);
        assert_eq!(sizes, ["104 MB", "999 MB", "8.06 GB"]);
    }
}
