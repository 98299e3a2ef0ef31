//! What kind of file this is, from its first bytes.

use crate::format::csv::decode::Rows;
use crate::format::dat::decode::decode;
use crate::format::escape::shorten;
use crate::read::resolve::is_epoch;

/// A file without a record in its first bytes is no trace.
pub(crate) const EVIDENCE_WITHIN: usize = 64 << 10;

/// What the first bytes show.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A `.dat` trace. `epoch`: whether its times count from 1970; `None` when there is no tick yet.
    Dat { epoch: Option<bool> },
    /// A `.csv` trace.
    Csv(Box<Rows>),
    /// No trace; its first line that is not blank.
    Neither { line: u64, found: String },
}

/// Looks at the first bytes of a file. `all`: whether it has no more.
pub(crate) fn sniff(head: &[u8], all: bool) -> Kind {
    let all = all && head.len() <= EVIDENCE_WITHIN;
    let head = &head[..head.len().min(EVIDENCE_WITHIN)];
    let lines = || {
        let whole = if all { head.len() } else { memchr::memrchr(b'\n', head).unwrap_or(head.len()) };
        head[..whole].split(|b| *b == b'\n').map(trim_line)
    };
    let first = lines().enumerate().find(|(_, line)| !line.is_empty());
    if let Some(rows) = first.and_then(|(_, line)| Rows::from_heading(line)) {
        return Kind::Csv(Box::new(rows));
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
    // A first line that is longer than what was looked at: the command line of a giant.
    let giant = !all && (head.starts_with(b"RPROF {") || head.starts_with(b"CMDLINE "));
    match first {
        _ if evidence || giant => Kind::Dat { epoch },
        Some((at, line)) => Kind::Neither { line: at as u64 + 1, found: shorten(line) },
        None => Kind::Neither { line: 1, found: "empty".to_owned() },
    }
}

/// A line without what other systems put at its end and power losses before it; a blank line is empty.
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

/// A line without the NUL bytes around it.
pub(crate) fn trim_nul(mut line: &[u8]) -> &[u8] {
    while let [0, rest @ ..] | [rest @ .., 0] = line {
        line = rest;
    }
    trim_line(line)
}
