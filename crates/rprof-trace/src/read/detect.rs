//! The detection of a trace and its format from the first bytes of a file.

use crate::format::Decoder;
use crate::format::csv::decode::Rows;
use crate::format::dat::decode::decode;
use crate::read::resolve::is_epoch;
use crate::warning::shorten;

/// The number of bytes in which a trace must show a record.
pub(crate) const EVIDENCE_WITHIN: usize = 64 << 10;

/// The format of a file, found from its first bytes.
#[derive(Debug)]
pub(crate) enum Detected {
    /// A trace. `epoch`: `true` if its times count from 1970; `None` if there is no time yet.
    Trace { decoder: Decoder, epoch: Option<bool> },
    /// Not a trace. The first line that is not blank: its number from 1, and its text for a message.
    Neither { line: u64, found: String },
    /// No line that is not blank.
    Blank { found: &'static str },
}

/// Detects the format from the first bytes of a file. `all` is `true` if the file has no more bytes.
pub(crate) fn detect(head: &[u8], all: bool) -> Detected {
    let all = all && head.len() <= EVIDENCE_WITHIN;
    let head = &head[..head.len().min(EVIDENCE_WITHIN)];
    let lines = || {
        let whole = if all { head.len() } else { memchr::memrchr(b'\n', head).unwrap_or(head.len()) };
        head[..whole].split(|b| *b == b'\n').map(trim_line)
    };
    let first = lines().enumerate().find(|(_, line)| !line.is_empty());
    if let Some(rows) = first.and_then(|(_, line)| Rows::from_heading(line)) {
        return Detected::Trace { decoder: Decoder::Csv(Box::new(rows)), epoch: None };
    }
    let (mut evidence, mut epoch) = (false, None);
    for line in lines().filter_map(|line| decode(line).ok()) {
        evidence |= line.is_evidence();
        if let Some(time) = line.time() {
            epoch = Some(epoch == Some(true) || is_epoch(time));
            if epoch == Some(true) {
                break;
            }
        }
    }
    // A first line that is longer than the bytes at hand: a very long command line.
    let long = !all && (head.starts_with(b"RPROF {") || head.starts_with(b"CMDLINE "));
    match first {
        _ if evidence || long => Detected::Trace { decoder: Decoder::Dat, epoch },
        Some((at, line)) => Detected::Neither { line: at as u64 + 1, found: shorten(line) },
        None if head.is_empty() => Detected::Blank { found: "it is empty" },
        None if all => Detected::Blank { found: "it has only blank lines" },
        None => Detected::Blank { found: "its first 64 KiB are blank lines" },
    }
}

/// The line without carriage returns at its end. A blank line becomes empty.
pub(crate) fn trim_line(mut line: &[u8]) -> &[u8] {
    while let [rest @ .., b'\r'] = line {
        line = rest;
    }
    if line.first().is_some_and(|b| *b <= b' ') && line.iter().all(u8::is_ascii_whitespace) {
        &[]
    } else {
        line
    }
}

/// The line without NUL bytes around it, which a power loss can leave.
pub(crate) fn trim_nul(mut line: &[u8]) -> &[u8] {
    while let [0, rest @ ..] | [rest @ .., 0] = line {
        line = rest;
    }
    trim_line(line)
}
