//! The decoder of `.dat` lines. It allocates nothing for `MEM` and `CHLD`.

#![expect(clippy::inline_always, reason = "measured: a sixth fewer instructions per line of a trace")]

use serde::de::DeserializeOwned;

use crate::format::number::{Time, field, integer, read_mib, read_time};
use crate::format::raw::{Columns, Line};
use crate::units::Bytes;
use crate::warning::WarningKind;

type Parsed<T> = Result<T, WarningKind>;

/// Decodes one line without its newline.
///
/// # Errors
/// The kind of fault.
#[inline(always)]
pub(crate) fn decode(line: &[u8]) -> Parsed<Line<'_>> {
    if let Some(rest) = line.strip_prefix(b"MEM ") {
        return tick(rest);
    }
    if let Some(rest) = line.strip_prefix(b"CHLD ") {
        return sample(rest);
    }
    other(line)
}

#[inline(never)]
fn other(line: &[u8]) -> Parsed<Line<'_>> {
    let at = line.iter().position(|b| *b == b' ').ok_or(WarningKind::Malformed)?;
    let (keyword, rest) = (&line[..at], &line[at + 1..]);
    Ok(match keyword {
        b"RPROF" => Line::Header(json(rest)?),
        b"CMDLINE" => Line::Command(rest),
        b"PSS" => {
            let (value, time, _) = value(rest)?;
            Line::Pss { value, time }
        }
        b"CGROUP" => {
            let (at, what) = read_time(rest)?;
            Line::Cgroup { at: at.nanos, group: json(what)? }
        }
        b"PROC" => {
            let (id, at, what) = process(rest)?;
            Line::Born { id, at, born: json(what)? }
        }
        b"EXIT" => {
            let (id, at, what) = process(rest)?;
            Line::Exit { id, at, exit: json(what)? }
        }
        b"FUNC" => span(rest)?,
        b"GAP" => {
            let (from, rest) = read_time(rest)?;
            Line::Gap(from.nanos, read_time(rest)?.0.nanos)
        }
        b"SPAN" => span_event(rest)?,
        b"MARK" => {
            let (time, label) = read_time(rest)?;
            Line::Mark { time, label }
        }
        b"NOTE" => note(rest)?,
        b"INDEX" => Line::Index(json(rest)?),
        b"END" => Line::End(json(rest)?),
        _ if is_keyword(keyword) => Line::Other,
        _ => return Err(WarningKind::Malformed),
    })
}

/// `true` for a word that may start a record of another program: `FREE`, `GPU_0`, or `#` for a comment.
fn is_keyword(word: &[u8]) -> bool {
    word.first().is_some_and(|b| b.is_ascii_uppercase() || *b == b'#')
        && word.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'_' | b'#'))
}

#[inline(always)]
fn tick(rest: &[u8]) -> Parsed<Line<'_>> {
    let (value, time, rest) = value(rest)?;
    match rest.strip_prefix(b"^ ") {
        None => Ok(Line::Tick { value, time, columns: Columns::Fields(rest) }),
        Some(rest) => {
            let (from, rest) = read_time(rest)?;
            let (to, _) = read_time(rest)?;
            Ok(Line::Proven { value, time, within: (from.nanos, to.nanos) })
        }
    }
}

#[inline(always)]
fn sample(rest: &[u8]) -> Parsed<Line<'_>> {
    let (id, rest) = field(rest);
    if id.is_empty() {
        return Err(WarningKind::Malformed);
    }
    let (value, time, rest) = value(rest)?;
    if id == b"0" && value == Bytes(0) {
        return Err(WarningKind::LostChild);
    }
    Ok(Line::Sample { id, value, time, columns: Columns::Fields(rest) })
}

#[inline(always)]
fn value(rest: &[u8]) -> Parsed<(Bytes, Time, &[u8])> {
    let (value, rest) = read_mib(rest)?;
    let (time, rest) = read_time(rest)?;
    Ok((value, time, rest))
}

fn process(rest: &[u8]) -> Parsed<(&[u8], i64, &[u8])> {
    let (id, rest) = field(rest);
    let (at, rest) = read_time(rest)?;
    if id.is_empty() { Err(WarningKind::Malformed) } else { Ok((id, at.nanos, rest)) }
}

/// `begin ID TIME NAME` or `end ID TIME`.
fn span_event(rest: &[u8]) -> Parsed<Line<'_>> {
    let (what, rest) = field(rest);
    let (id, rest) = field(rest);
    let (time, name) = read_time(rest)?;
    match what {
        _ if id.is_empty() => Err(WarningKind::Malformed),
        b"begin" => Ok(Line::SpanBegin { id, time, name }),
        b"end" => Ok(Line::SpanEnd { id, time }),
        _ => Err(WarningKind::Malformed),
    }
}

/// `KEY VALUE`, in `.csv` too.
pub(crate) fn note(rest: &[u8]) -> Parsed<Line<'_>> {
    let (key, value) = field(rest);
    if key.is_empty() { Err(WarningKind::Malformed) } else { Ok(Line::Note(key, value)) }
}

fn json<T: DeserializeOwned>(text: &[u8]) -> Parsed<T> {
    serde_json::from_slice(text).map_err(|_| WarningKind::Malformed)
}

/// A complete span. mprof's `timestamp("two words")` writes names with spaces: then the fields are counted from the right.
fn span(rest: &[u8]) -> Parsed<Line<'_>> {
    let (name, fields) = field(rest);
    let fault = match span_fields(name, fields) {
        Err(WarningKind::Malformed) => WarningKind::Malformed,
        whole => return whole,
    };
    for fields in [5, 4] {
        let blank = rest.iter().enumerate().rev().filter(|(_, b)| **b == b' ').nth(fields - 1);
        if let Some((at, _)) = blank
            && let Ok(line) = span_fields(&rest[..at], &rest[at + 1..])
        {
            return Ok(line);
        }
    }
    Err(fault)
}

fn span_fields<'a>(name: &'a [u8], fields: &'a [u8]) -> Parsed<Line<'a>> {
    let (enter_value, enter, fields) = value(fields)?;
    let (leave_value, leave, fields) = value(fields)?;
    let level = integer(field(fields).0).and_then(|n| u32::try_from(n).ok());
    if name.is_empty() {
        return Err(WarningKind::Malformed);
    }
    Ok(Line::Span { name, enter: (enter, enter_value), leave: (leave, leave_value), level })
}
