//! What a workload says at its end, in the article's words: seconds, and GB of 10^9 bytes.

use crate::Error;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

/// Bytes of a GB, as the article counts.
const GB: f64 = 1e9;

/// Bytes as GB of 10^9 bytes.
pub fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / GB
}

/// What a finished workload took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Time for allocating and filling the array, on the monotonic clock.
    pub elapsed: Duration,
    /// Bytes of the array's values.
    pub calculated: u64,
    /// Bytes of the file written, `None` for an array in memory.
    pub file: Option<u64>,
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        writeln!(out, "elapsed time = {:.2} sec", self.elapsed.as_secs_f64())?;
        writeln!(out, "calculated storage = {:.3} GB", gigabytes(self.calculated))?;
        if let Some(bytes) = self.file {
            writeln!(out, "file storage = {:.3} GB", gigabytes(bytes))?;
        }
        Ok(())
    }
}

impl FromStr for Report {
    type Err = Error;

    /// Reads back what was printed, to the digits that were; lines of other programs are passed over.
    fn from_str(text: &str) -> Result<Self, Error> {
        let missing = |name, unit| Error::NotAReport { name, unit, text: text.to_owned() };
        let elapsed = number(text, "elapsed time", "sec")
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .ok_or_else(|| missing("elapsed time", "sec"))?;
        let bytes = |name| number(text, name, "GB").map(|gigabytes| (gigabytes * GB).round() as u64);
        let calculated = bytes("calculated storage").ok_or_else(|| missing("calculated storage", "GB"))?;
        Ok(Self { elapsed, calculated, file: bytes("file storage") })
    }
}

/// The N of the line `name = N unit`.
fn number(text: &str, name: &str, unit: &str) -> Option<f64> {
    text.lines().find_map(|line| {
        line.strip_prefix(name)?.strip_prefix(" = ")?.strip_suffix(unit)?.strip_suffix(' ')?.parse().ok()
    })
}

/// Prints how a program went: its report, or on stderr why there is none. The exit code is 0 or 1.
/// A reader who has gone (a broken pipe) is no fault.
pub fn conclude(program: &str, outcome: anyhow::Result<Report>) -> ExitCode {
    let printed = outcome.and_then(|report| match write!(io::stdout(), "{report}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot print the report; the array was made all the same"))
        }
        _ => Ok(()),
    });
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{program}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wording_is_the_article_s() {
        let report =
            Report { elapsed: Duration::from_millis(16_564), calculated: 16_000_000_000, file: None };
        assert_eq!(report.to_string(), "elapsed time = 16.56 sec\ncalculated storage = 16.000 GB\n");
        let report = Report { file: Some(8_000_002_048), ..report };
        assert!(report.to_string().ends_with("GB\nfile storage = 8.000 GB\n"));
    }

    #[test]
    fn what_was_printed_is_read_back() {
        let report =
            Report { elapsed: Duration::from_millis(16_560), calculated: 16_000_000_000, file: None };
        let with_file = Report { calculated: 8_000_000_000, file: Some(8_020_000_000), ..report };
        for report in [report, with_file] {
            let text = format!("some other words\n{report}");
            assert_eq!(text.parse::<Report>().expect("a report"), report);
        }
    }

    #[test]
    fn a_report_cut_short_is_refused_with_what_is_missing() {
        for (text, missing) in [
            ("", "`elapsed time = N sec`"),
            ("elapsed time = -1 sec\ncalculated storage = 1 GB\n", "`elapsed time = N sec`"),
            ("elapsed time = 16.56 sec\ncalculated stor", "`calculated storage = N GB`"),
        ] {
            let said = text.parse::<Report>().expect_err("cut short").to_string();
            assert!(said.starts_with(&format!("{missing} is missing")), "{said}");
        }
    }
}
