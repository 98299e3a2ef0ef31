//! The imports of other profilers' files, a file and a match arm for each tool. A tool is recognized by the content of its
//! file, which becomes a `.dat` trace line by line. What a tool did not measure is unknown, never 0.

mod con_duct;
mod denet;
mod gnu_time;
mod lines;
mod prmon;
mod psrecord;
mod rizsotto_rprof;
mod trace;

use std::fmt;
use std::io::{Read, Write};

use rprof_trace::Warnings;

use self::lines::Lines;
use self::trace::TraceWriter;
use crate::error::Error;

/// The bytes at the start of a file in which a tool is recognized.
const HEAD: usize = 64 << 10;
/// The bytes of the first line that are looked at: keys of a JSON object stand near its start.
const FIRST: usize = 4 << 10;

/// A tool whose files can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// `psrecord --log`, plain or CSV.
    Psrecord,
    /// con-duct's `usage.jsonl`.
    ConDuct,
    /// con-duct's `info.json`, which has the peak of a run but no curve.
    ConDuctInfo,
    /// denet's JSON lines.
    Denet,
    /// JSON lines of rizsotto's rprof, which has only the name in common with this one.
    RizsottoRprof,
    /// prmon's text.
    Prmon,
    /// The text of GNU `time -v`.
    GnuTime,
}

impl Peer {
    /// All tools.
    pub const ALL: [Self; 7] = [
        Self::Psrecord,
        Self::ConDuct,
        Self::ConDuctInfo,
        Self::Denet,
        Self::RizsottoRprof,
        Self::Prmon,
        Self::GnuTime,
    ];

    /// The tool that wrote a file with these first bytes; `None` if none of them did.
    pub fn detect(head: &[u8]) -> Option<Self> {
        let head = Head::new(head);
        Self::ALL.into_iter().find(|peer| match peer {
            Self::Psrecord => psrecord::is_log(&head),
            Self::ConDuct => con_duct::is_usage(&head),
            Self::ConDuctInfo => con_duct::is_info(&head),
            Self::Denet => denet::is_samples(&head),
            Self::RizsottoRprof => rizsotto_rprof::is_report(&head),
            Self::Prmon => prmon::is_text(&head),
            Self::GnuTime => gnu_time::is_text(&head),
        })
    }

    /// The name of the tool.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Psrecord => "psrecord",
            Self::ConDuct | Self::ConDuctInfo => "con-duct",
            Self::Denet => "denet",
            Self::RizsottoRprof => "rizsotto/rprof",
            Self::Prmon => "prmon",
            Self::GnuTime => "GNU time",
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Writes the file of a tool as a `.dat` trace, in memory that does not grow with its length. `info` is the content of
/// con-duct's `info.json` that belongs to its `usage.jsonl`; no other tool has a second file.
///
/// Returns the faults of single lines.
///
/// # Errors
/// If the input cannot be read or the output cannot be written.
pub fn import(
    peer: Peer,
    input: &mut dyn Read,
    info: Option<&[u8]>,
    out: &mut dyn Write,
) -> Result<Warnings, Error> {
    let (mut lines, mut trace) = (Lines::new(input), TraceWriter::new(out));
    match peer {
        Peer::Psrecord => psrecord::import(&mut lines, &mut trace)?,
        Peer::ConDuct => con_duct::import_usage(&mut lines, info, &mut trace)?,
        Peer::ConDuctInfo => con_duct::import_info(&mut lines, &mut trace)?,
        Peer::Denet => denet::import(&mut lines, &mut trace)?,
        Peer::RizsottoRprof => rizsotto_rprof::import(&mut lines, &mut trace)?,
        Peer::Prmon => prmon::import(&mut lines, &mut trace)?,
        Peer::GnuTime => gnu_time::import(&mut lines, &mut trace)?,
    }
    trace.finish()
}

/// The start of a file.
struct Head<'a> {
    bytes: &'a [u8],
    /// The first line that is not blank, without its blanks.
    first: Vec<u8>,
}

impl<'a> Head<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(HEAD)];
        let first =
            bytes.split(|b| *b == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
        let first = &first[..first.len().min(FIRST)];
        Self { bytes, first: first.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect() }
    }

    /// `true` if the first line is a JSON object with all of these keys near its start.
    fn has_keys(&self, keys: &[&str]) -> bool {
        let has = |key: &&str| memchr::memmem::find(&self.first, format!("\"{key}\":").as_bytes()).is_some();
        self.first.first() == Some(&b'{') && keys.iter().all(has)
    }

    /// The lines, without blanks around them. The last one may be cut.
    fn lines(&self) -> impl Iterator<Item = &'a [u8]> {
        self.bytes.split(|b| *b == b'\n').map(<[u8]>::trim_ascii)
    }
}

/// The name of a process with this command line: the last part of the path of its program.
fn program_name(command: &str) -> &str {
    let program = command.split_whitespace().next().unwrap_or_default();
    // `[kworker/0:1]` is a name of the kernel, not a path.
    if program.starts_with('[') { program } else { program.rsplit('/').next().unwrap_or(program) }
}

/// An RFC 3339 time as seconds since 1970. A time without an offset counts as one of UTC: the differences are the same.
fn seconds_since_1970(text: &str) -> Option<f64> {
    let time = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let time: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(time).ok()
    })?;
    Some(time.as_microsecond() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_recognized_by_the_first_line() {
        let detect = |text: &str| Peer::detect(text.as_bytes());
        assert_eq!(detect("# Elapsed time   CPU (%)     Real (MB)   Virtual (MB)\n"), Some(Peer::Psrecord));
        assert_eq!(detect("elapsed_time,nproc,cpu,mem_real,mem_virtual\n"), Some(Peer::Psrecord));
        assert_eq!(detect("\n{\"ts_ms\": 1, \"mem_rss_kb\": 5}\n"), Some(Peer::Denet));
        assert_eq!(detect("Time\tpss\trss\twtime\n"), Some(Peer::Prmon));
        assert_eq!(detect("{\"record\":\"run\",\"run\":0}\n"), None);
        for none in ["", "\n\n", "hello\n", "{}", "time_s,process,value\n", "CMDLINE x\nMEM 1 2\n"] {
            assert_eq!(detect(none), None, "{none}");
        }
    }

    #[test]
    fn a_time_may_have_no_offset() {
        assert_eq!(seconds_since_1970("2026-11-27T01:55:28.5+01:00"), Some(1_795_740_928.5));
        assert_eq!(seconds_since_1970("2026-11-27T00:55:28.5"), Some(1_795_740_928.5));
        assert_eq!(seconds_since_1970("yesterday"), None);
    }

    #[test]
    fn the_name_of_a_process_is_that_of_its_program() {
        for (command, name) in [
            ("/usr/bin/python3 -S x/y.py", "python3"),
            ("[kworker/0:1]", "[kworker/0:1]"),
            ("", ""),
            ("a/", ""),
        ] {
            assert_eq!(program_name(command), name);
        }
    }
}
