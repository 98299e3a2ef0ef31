//! The measurements of a run: peak and notes from `rprof peak --json`, the machine from the first record of the trace,
//! and the CPU time from the last. The module reads only the fields that the table needs.

use crate::split::{self, Split};
use anyhow::Context;
use rprof_workloads::report::{NOTE, Report};
use serde::Deserialize;

/// The measurements of a run.
#[derive(Debug, PartialEq)]
pub struct Trace {
    /// The peak, from `rprof peak --json`.
    pub peak: Peak,
    /// The header, from the record `RPROF`.
    pub header: Header,
    /// The parts of the memory, from the records `MEM`.
    pub at_peak: Split,
    /// The end, from the record `END`.
    pub end: End,
}

/// The peak and its time.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Peak {
    /// The peak in bytes: the lower bound if the peak is not exact.
    #[serde(rename = "peak_bytes")]
    pub bytes: u64,
    /// The upper bound in bytes; `None` if the peak is exact.
    #[serde(rename = "peak_upper_bytes")]
    pub upper_bytes: Option<u64>,
    /// The time of the peak in seconds since the start.
    #[serde(rename = "peak_time_s")]
    pub time_s: f64,
    /// The interval that contains the peak, in seconds since the start; `None` if the time is exact.
    #[serde(rename = "peak_within_s")]
    pub within_s: Option<[f64; 2]>,
    /// The seconds from start to end of the process.
    pub elapsed_s: f64,
    /// The number of samples.
    pub samples: u64,
    /// The values that the workload wrote.
    pub notes: Vec<Note>,
}

/// A value that a workload wrote to the trace.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Note {
    /// The name.
    pub key: String,
    /// The text.
    pub value: String,
}

/// The conditions of the measurement.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Header {
    /// The wall clock at the start, in RFC 3339.
    pub start: String,
    /// The kernel, its version, and the processor's architecture.
    pub os: String,
    /// The name and version of the program that measured.
    pub writer: String,
    /// The interval in seconds.
    pub interval_s: f64,
    /// The columns of `MEM`.
    #[serde(default)]
    pub columns: Vec<String>,
}

/// The end of the run.
#[derive(Debug, PartialEq, Deserialize)]
pub struct End {
    /// The user CPU time in seconds; `None` if it was not recorded.
    pub user_s: Option<f64>,
    /// The system CPU time in seconds; `None` if it was not recorded.
    pub system_s: Option<f64>,
}

impl Trace {
    /// The report that the workload noted.
    ///
    /// # Errors
    /// If there is none.
    pub fn report(&self) -> anyhow::Result<Report> {
        let note = self.peak.notes.iter().find(|note| note.key == NOTE);
        let text = &note.context("the workload did not note its report; build it again")?.value;
        Ok(text.parse()?)
    }
}

/// Reads the text of a trace of one run, and the output of `rprof peak --json` for it.
pub fn read(trace: &str, peaks: &str) -> anyhow::Result<Trace> {
    let [peak] =
        serde_json::from_str::<[Peak; 1]>(peaks).context("cannot read the output of `rprof peak --json`")?;
    let record = |name: &str| {
        let found = trace.lines().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found.with_context(|| format!("the trace has no record `{name}`"))
    };
    let header: Header = serde_json::from_str(record("RPROF")?).context("cannot read the record `RPROF`")?;
    let end = serde_json::from_str(record("END")?).context("cannot read the record `END`")?;
    let at_peak = split::read(trace, &header.columns);
    Ok(Trace { peak, header, at_peak, end })
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A trace in the format of rprof.
    pub const TRACE: &str = r#"RPROF {"format":1,"writer":"rprof 0.1.0","command":["float32","--depth","20"],"start":"2026-11-22T23:55:13.866740155+00:00","start_s":1795391713.8667402,"host":"vm","os":"Linux 6.18.44 x86_64","page_size":4096,"interval_s":0.1,"metric":"rss","columns":["anon","file"]}
CMDLINE float32 --depth 20
MEM 308.1796875 1795391714.495582 313504 2072
MEM 322.5546875 1795391714.511876 ^ 0.628842 0.661429
EXIT 6440:float32 0.661429 {"hwm_bytes":323149824,"exit_code":0}
END {"elapsed_s":0.661444456,"exit_code":0,"signal":null,"user_s":0.195574,"system_s":0.376978,"ticks":13}
"#;

    /// The output of `rprof peak --json` for it.
    pub const PEAKS: &str = r#"[{"command": "float32 --depth 20", "elapsed_s": 0.661444456, "exact": true,
        "peak_bytes": 338223104, "peak_time_s": 0.645136, "peak_upper_bytes": null,
        "peak_within_s": [0.628842, 0.661429], "samples": 13,
        "notes": [{"key": "report", "value": "elapsed time = 0.62 sec\ncalculated storage = 0.320 GB\n"}]}]"#;

    #[test]
    fn the_fields_of_the_table_are_read() {
        let trace = read(TRACE, PEAKS).expect("a trace");
        assert_eq!((trace.peak.bytes, trace.peak.samples), (338_223_104, 13));
        assert_eq!(trace.peak.within_s, Some([0.628_842, 0.661_429]));
        assert_eq!((trace.end.user_s, trace.end.system_s), (Some(0.195_574), Some(0.376_978)));
        assert_eq!(trace.header.os, "Linux 6.18.44 x86_64");
        assert_eq!(trace.at_peak, Split { anonymous: Some(313_504 * 1024), file: Some(2072 * 1024) });
    }

    #[test]
    fn the_report_is_read_from_its_note() {
        let mut trace = read(TRACE, PEAKS).expect("a trace");
        let report = trace.report().expect("a report");
        assert_eq!((report.elapsed.as_millis(), report.calculated, report.file), (620, 320_000_000, None));
        trace.peak.notes[0].key = "other".to_owned();
        assert!(
            trace.report().expect_err("none").to_string().starts_with("the workload did not note its report")
        );
    }

    #[test]
    fn a_missing_record_or_field_is_named() {
        let (without_end, _) = TRACE.split_once("END").expect("an end");
        let said = |trace, peaks| format!("{:#}", read(trace, peaks).expect_err("incomplete"));
        assert_eq!(said(without_end, PEAKS), "the trace has no record `END`");
        assert_eq!(said("", PEAKS), "the trace has no record `RPROF`");
        assert!(said(TRACE, "[]").starts_with("cannot read the output of `rprof peak --json`: "));
        let unmeasured = PEAKS.replace("338223104", "null");
        assert!(said(TRACE, &unmeasured).starts_with("cannot read the output of `rprof peak --json`: "));
    }
}
