//! What a run took, by `rprof peak --json` and by the trace's first and last record, which tell of the machine and of
//! CPU time. Only the fields the table needs are read.

use crate::split::{self, Split};
use anyhow::Context;
use serde::Deserialize;

/// What rprof says of a run.
#[derive(Debug, PartialEq)]
pub struct Trace {
    /// From `rprof peak --json`.
    pub peak: Peak,
    /// From the record `RPROF`.
    pub header: Header,
    /// From the records `MEM`.
    pub at_peak: Split,
    /// From the record `END`.
    pub end: End,
}

/// The peak and its time.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Peak {
    /// The largest value that rprof vouches for, in bytes.
    #[serde(rename = "peak_bytes")]
    pub bytes: u64,
    /// A bound when more cannot be ruled out, in bytes.
    #[serde(rename = "peak_upper_bytes")]
    pub upper_bytes: Option<u64>,
    /// Seconds since the start.
    #[serde(rename = "peak_time_s")]
    pub time_s: f64,
    /// The seconds between which the peak fell, when its time is not known better.
    #[serde(rename = "peak_within_s")]
    pub within_s: Option<[f64; 2]>,
    /// Seconds from start to end of the process.
    pub elapsed_s: f64,
    /// Number of samples.
    pub samples: u64,
}

/// How and where it was measured.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Header {
    /// Wall clock at the start, RFC 3339.
    pub start: String,
    /// Kernel, its version, and the processor's architecture.
    pub os: String,
    /// What measured.
    pub writer: String,
    /// Seconds wanted between two ticks.
    pub interval_s: f64,
    /// The columns of `MEM`.
    #[serde(default)]
    pub columns: Vec<String>,
}

/// How it ended.
#[derive(Debug, PartialEq, Deserialize)]
pub struct End {
    /// Seconds of CPU time in the program; `None` when not told.
    pub user_s: Option<f64>,
    /// Seconds of CPU time in the kernel; `None` when not told.
    pub system_s: Option<f64>,
}

/// Reads the text of a trace of one run, and what `rprof peak --json` printed of it.
pub fn read(trace: &str, peaks: &str) -> anyhow::Result<Trace> {
    let [peak] =
        serde_json::from_str::<[Peak; 1]>(peaks).context("cannot read what `rprof peak --json` printed")?;
    let record = |name: &str| {
        let found = trace.lines().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found.with_context(|| format!("no record `{name}`"))
    };
    let header: Header = serde_json::from_str(record("RPROF")?).context("cannot read the record `RPROF`")?;
    let end = serde_json::from_str(record("END")?).context("cannot read the record `END`")?;
    let at_peak = split::read(trace, &header.columns);
    Ok(Trace { peak, header, at_peak, end })
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A trace as rprof writes it.
    pub const TRACE: &str = r#"RPROF {"format":1,"writer":"rprof 0.1.0","command":["float32","--depth","20"],"start":"2026-11-22T23:55:13.866740155+00:00","start_s":1795391713.8667402,"host":"vm","os":"Linux 6.18.44 x86_64","page_size":4096,"interval_s":0.1,"metric":"rss","columns":["anon","file"]}
CMDLINE float32 --depth 20
MEM 308.1796875 1795391714.495582 313504 2072
MEM 322.5546875 1795391714.511876 ^ 0.628842 0.661429
EXIT 6440:float32 0.661429 {"hwm_bytes":323149824,"exit_code":0}
END {"elapsed_s":0.661444456,"exit_code":0,"signal":null,"user_s":0.195574,"system_s":0.376978,"ticks":13}
"#;

    /// What rprof says of it.
    pub const PEAKS: &str = r#"[{"command": "float32 --depth 20", "elapsed_s": 0.661444456, "exact": true,
        "peak_bytes": 338223104, "peak_time_s": 0.645136, "peak_upper_bytes": null,
        "peak_within_s": [0.628842, 0.661429], "samples": 13}]"#;

    #[test]
    fn what_the_table_needs_is_found() {
        let trace = read(TRACE, PEAKS).expect("a trace");
        assert_eq!((trace.peak.bytes, trace.peak.samples), (338_223_104, 13));
        assert_eq!(trace.peak.within_s, Some([0.628_842, 0.661_429]));
        assert_eq!((trace.end.user_s, trace.end.system_s), (Some(0.195_574), Some(0.376_978)));
        assert_eq!(trace.header.os, "Linux 6.18.44 x86_64");
        assert_eq!(trace.at_peak, Split { anonymous: Some(313_504 * 1024), file: Some(2072 * 1024) });
    }

    #[test]
    fn what_is_missing_is_named() {
        let (without_end, _) = TRACE.split_once("END").expect("an end");
        let said = |trace, peaks| format!("{:#}", read(trace, peaks).expect_err("incomplete"));
        assert_eq!(said(without_end, PEAKS), "no record `END`");
        assert_eq!(said("", PEAKS), "no record `RPROF`");
        assert!(said(TRACE, "[]").starts_with("cannot read what `rprof peak --json` printed: "));
        let unmeasured = PEAKS.replace("338223104", "null");
        assert!(said(TRACE, &unmeasured).starts_with("cannot read what `rprof peak --json` printed: "));
    }
}
