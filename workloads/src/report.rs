//! What a workload says at its end, in the article's words: seconds, and GB of 10^9 bytes.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
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
}
