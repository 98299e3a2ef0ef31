//! The report of a finished workload, in the article's wording: seconds, and GB of 10^9 bytes.

use crate::Error;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

/// The bytes of a GB, as the article counts.
const GB: f64 = 1e9;

/// Converts bytes to GB of 10^9 bytes.
pub fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / GB
}

/// The time and sizes of a finished workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// The time to allocate and fill the array, on the monotonic clock.
    pub elapsed: Duration,
    /// The size of the array's values in bytes.
    pub calculated: u64,
    /// The size of the written file in bytes; `None` for an array in memory.
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

    /// Reads a printed report, with the precision of its digits. Lines of other programs are skipped.
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

/// Returns the N of the line `name = N unit`.
fn number(text: &str, name: &str, unit: &str) -> Option<f64> {
    text.lines().find_map(|line| {
        line.strip_prefix(name)?.strip_prefix(" = ")?.strip_suffix(unit)?.strip_suffix(' ')?.parse().ok()
    })
}

/// The key of the note with the report, in the trace of a program that runs under rprof.
pub const NOTE: &str = "report";

/// Prints the report of a program and notes it in the trace, or prints its error on stderr. Returns the exit code 0 or 1.
/// A broken pipe (the reader has gone) is not an error.
pub fn conclude(program: &str, outcome: anyhow::Result<Report>) -> ExitCode {
    if let Ok(report) = &outcome {
        rprof_mark::note(NOTE, &report.to_string());
    }
    let printed = outcome.and_then(|report| match write!(io::stdout(), "{report}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot print the report; the array is complete"))
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
    fn a_report_has_the_wording_of_the_article() {
        let report =
            Report { elapsed: Duration::from_millis(16_564), calculated: 16_000_000_000, file: None };
        assert_eq!(report.to_string(), "elapsed time = 16.56 sec\ncalculated storage = 16.000 GB\n");
        let report = Report { file: Some(8_000_002_048), ..report };
        assert!(report.to_string().ends_with("GB\nfile storage = 8.000 GB\n"));
    }

    #[test]
    fn a_printed_report_can_be_read_back() {
        let report =
            Report { elapsed: Duration::from_millis(16_560), calculated: 16_000_000_000, file: None };
        let with_file = Report { calculated: 8_000_000_000, file: Some(8_020_000_000), ..report };
        for report in [report, with_file] {
            let text = format!("some other words\n{report}");
            assert_eq!(text.parse::<Report>().expect("a report"), report);
        }
    }

    #[test]
    fn an_incomplete_report_is_refused_and_the_missing_line_is_named() {
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
