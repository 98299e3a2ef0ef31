//! The reading of numbers: MiB, decimal seconds and integers. Common forms are read without floating point, which is
//! faster and exact.

#![expect(clippy::inline_always, reason = "measured: a sixth fewer instructions per line of a trace")]

use crate::units::Bytes;
use crate::warning::WarningKind;

pub(super) const MIB_BITS: u32 = 20;
/// Digits after the point that are used. More digits do not change the nearest byte.
const MAX_DIGITS: u32 = 12;
const POWERS: [u64; 13] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    100_000_000_000,
    1_000_000_000_000,
];

/// A time in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time {
    /// Nanoseconds since the zero of the trace's clock.
    pub nanos: i64,
    /// Digits after the point. A time that was cut short has fewer than its neighbours.
    pub digits: u32,
}

/// The parts of `123.456`.
struct Decimal {
    whole: u64,
    fraction: u64,
    digits: u32,
}

/// Reads the unsigned decimal at the start of a text, up to a blank or the end of the line. Returns it and the rest
/// after the blank; a newline stays in the rest. `None` for any other form of number, even a valid one.
#[inline(always)]
fn decimal(text: &[u8]) -> Option<(Decimal, &[u8])> {
    let (whole, count) = digits(text)?;
    if count == 0 {
        return None;
    }
    let mut rest = &text[count..];
    let (mut fraction, mut digits_after) = (0, 0);
    if let [b'.', after @ ..] = rest {
        (fraction, digits_after, rest) = after_point(after);
    }
    Some((Decimal { whole, fraction, digits: digits_after }, after_number(rest)?))
}

/// The rest after the blank behind a number, or the end of the line.
#[inline(always)]
fn after_number(rest: &[u8]) -> Option<&[u8]> {
    match rest {
        [b' ', rest @ ..] => Some(rest),
        [] | [b'\n', ..] => Some(rest),
        _ => None,
    }
}

/// The digits after a point: their value, their number (at most 12), and the rest after all digits.
#[inline(always)]
fn after_point(text: &[u8]) -> (u64, u32, &[u8]) {
    let (value, count) = up_to_eight(text);
    if count < 8 {
        return (value, count as u32, &text[count..]);
    }
    let (next, more) = up_to_eight(&text[8..]);
    let mut rest = &text[8 + more..];
    while let [b'0'..=b'9', after @ ..] = rest {
        rest = after;
    }
    let surplus = more.saturating_sub(MAX_DIGITS as usize - 8);
    let kept = more - surplus;
    (value * POWERS[kept] + next / POWERS[surplus], 8 + kept as u32, rest)
}

/// The value and the number of the digits at the start of a text; `None` beyond 18 digits.
/// Reads eight at a time, because a branch for each digit costs more than the digit.
#[inline(always)]
fn digits(text: &[u8]) -> Option<(u64, usize)> {
    let (value, count) = up_to_eight(text);
    if count < 8 {
        return Some((value, count));
    }
    let (next, more) = up_to_eight(&text[8..]);
    let value = value * POWERS[more] + next;
    if more < 8 {
        return Some((value, 8 + more));
    }
    let (last, more) = up_to_eight(&text[16..]);
    (more <= 2).then(|| (value * POWERS[more] + last, 16 + more))
}

/// The value and the number of up to eight digits at the start of a text, computed in one machine word.
/// After Lemire, "Quickly parsing eight digits", 2018, extended to fewer digits.
#[inline(always)]
fn up_to_eight(text: &[u8]) -> (u64, usize) {
    let word = match (text.first_chunk(), text.first_chunk(), text.last_chunk()) {
        (Some(eight), ..) => u64::from_le_bytes(*eight),
        // Four to seven bytes are read as two overlapping fours.
        (None, Some(four), Some(last)) => {
            let (four, last) = (u32::from_le_bytes(*four), u32::from_le_bytes(*last));
            u64::from(four) | u64::from(last) << (8 * (text.len() - 4))
        }
        _ => text.iter().rev().fold(0, |word, b| word << 8 | u64::from(*b)),
    };
    let values = word ^ 0x3030_3030_3030_3030;
    // Sets the high bit of each byte that is not a digit. A carry reaches only bytes after the first such byte.
    let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
    let count = others.trailing_zeros() / 8;
    if count == 0 {
        return (0, 0);
    }
    // Puts zeros before the number, then joins digits to pairs, fours and eights.
    let values = values << (64 - 8 * count);
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8);
    let low = (pairs & 0xff_0000_00ff).wrapping_mul(100 + (1_000_000 << 32));
    let high = ((pairs >> 16) & 0xff_0000_00ff).wrapping_mul(1 + (10_000 << 32));
    (low.wrapping_add(high) >> 32, count as usize)
}

/// The first field, and the rest after its blank.
pub(crate) fn field(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|b| *b == b' ') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &[]),
    }
}

/// Reads MiB as bytes, rounded to the nearest. `None` unless [`decimal`] reads the number.
#[inline(always)]
pub(crate) fn plain_mib(text: &[u8]) -> Option<(Bytes, &[u8])> {
    let (decimal, rest) = decimal(text)?;
    let fits = decimal.whole < 1 << (64 - MIB_BITS - 1);
    fits.then(|| (Bytes((decimal.whole << MIB_BITS) + fraction_of_mib(&decimal)), rest))
}

/// Reads MiB in any form as bytes, rounded to the nearest.
#[inline(always)]
pub(crate) fn read_mib(text: &[u8]) -> Result<(Bytes, &[u8]), WarningKind> {
    if let Some(plain) = plain_mib(text) {
        return Ok(plain);
    }
    let (number, rest) = slow_number(text)?;
    let bytes = number * f64::from(1 << MIB_BITS);
    if number < 0.0 {
        Err(WarningKind::Negative)
    } else if bytes < 9.2e18 {
        Ok((Bytes(bytes.round() as u64), rest))
    } else {
        Err(WarningKind::Malformed)
    }
}

/// The bytes of a fraction of a MiB.
///
/// mprof rounds to four or six digits, which loses the last bytes. Memory comes in whole KiB, so the KiB that mprof would
/// write as these digits is taken.
#[inline(always)]
fn fraction_of_mib(decimal: &Decimal) -> u64 {
    let Decimal { fraction, digits, .. } = *decimal;
    let scaled = fraction << MIB_BITS;
    let kib = |unit: u64| {
        let bytes = (((fraction << 10) + unit / 2) / unit) << 10;
        (bytes * unit).abs_diff(scaled) <= 1 << (MIB_BITS - 1)
    };
    match digits {
        6 if kib(1_000_000) => (((fraction << 10) + 500_000) / 1_000_000) << 10,
        4 if kib(10_000) => (((fraction << 10) + 5_000) / 10_000) << 10,
        8 => (scaled + 50_000_000) / 100_000_000,
        _ => {
            let unit = POWERS[digits as usize];
            (scaled + unit / 2) / unit
        }
    }
}

/// Reads seconds as nanoseconds. `None` unless [`decimal`] reads the number.
#[inline(always)]
pub(crate) fn plain_time(text: &[u8]) -> Option<(Time, &[u8])> {
    let (Decimal { whole, fraction, digits }, rest) = decimal(text)?;
    if whole >= 9_000_000_000 {
        return None;
    }
    let nanos = match digits {
        4 => fraction * 100_000,
        6 => fraction * 1_000,
        0..=9 => fraction * POWERS[9 - digits as usize],
        _ => fraction / POWERS[digits as usize - 9],
    };
    Some((Time { nanos: (whole * 1_000_000_000 + nanos).cast_signed(), digits }, rest))
}

/// Reads seconds in any form as nanoseconds. Digits beyond the ninth after the point are ignored.
#[inline(always)]
pub(crate) fn read_time(text: &[u8]) -> Result<(Time, &[u8]), WarningKind> {
    if let Some(plain) = plain_time(text) {
        return Ok(plain);
    }
    // One sign only: a line may hold as many dashes as a child likes.
    if let Some((time, rest)) = text.strip_prefix(b"-").and_then(plain_time) {
        return Ok((Time { nanos: -time.nanos, ..time }, rest));
    }
    let (number, rest) = slow_number(text)?;
    if number.abs() < 9e9 {
        Ok((Time { nanos: (number * 1e9).round() as i64, digits: 0 }, rest))
    } else {
        Err(WarningKind::Malformed)
    }
}

/// Reads any other float that Python accepts: with sign, exponent, or blanks before it.
#[cold]
fn slow_number(text: &[u8]) -> Result<(f64, &[u8]), WarningKind> {
    let (word, rest) = field(text.trim_ascii_start());
    let number = std::str::from_utf8(word).ok().and_then(|w| w.parse::<f64>().ok());
    match number {
        None => Err(WarningKind::Malformed),
        Some(n) if n.is_finite() => Ok((n, rest)),
        Some(_) => Err(WarningKind::NotFinite),
    }
}

/// Reads a text that is an unsigned integer.
pub(crate) fn integer(text: &[u8]) -> Option<u64> {
    match digits(text) {
        Some((value, count)) => (count > 0 && count == text.len()).then_some(value),
        None => std::str::from_utf8(text).ok()?.parse().ok(),
    }
}

/// Reads an unsigned integer, or `-` for none, with the same end as [`decimal`].
#[inline(always)]
pub(crate) fn read_count(text: &[u8]) -> Option<(Option<u64>, &[u8])> {
    let (value, rest) = if let [b'-', rest @ ..] = text {
        (None, rest)
    } else {
        let (value, count) = digits(text).filter(|(_, count)| *count > 0)?;
        (Some(value), &text[count..])
    };
    Some((value, after_number(rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::write_number::{push_mib, push_micros};

    fn mib(bytes: u64) -> String {
        let mut out = Vec::new();
        push_mib(&mut out, Bytes(bytes));
        String::from_utf8(out).expect("ASCII")
    }

    fn bytes(text: &str) -> Result<u64, WarningKind> {
        read_mib(text.as_bytes()).map(|(b, _)| b.0)
    }

    #[test]
    fn mib_are_written_exactly_and_without_surplus_digits() {
        let shown = [0, 1 << 20, 4096, 3 << 19, 15306 << 20, 1].map(mib);
        assert_eq!(shown, ["0.0", "1.0", "0.00390625", "1.5", "15306.0", "0.00000095367431640625"]);
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow")]
    fn every_byte_count_survives_writing_and_reading() {
        for n in (0..1 << 21).chain([u64::MAX >> 1, (1 << 50) + 1, 0xdead_beef]) {
            assert_eq!(bytes(&mib(n)), Ok(n));
        }
    }

    #[test]
    fn any_number_of_digits_is_read_whatever_follows() {
        for count in 0..=18 {
            for tail in ["", " ", ".5", "/", ":12345678", "\u{ff}"] {
                let text = format!("{}{tail}", &"918273645546372819"[..count]);
                let wanted = text[..count].parse().unwrap_or(0);
                assert_eq!(digits(text.as_bytes()), Some((wanted, count)), "{text}");
            }
        }
        assert_eq!(digits(b"1234567890123456789"), None);
        assert_eq!(integer(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(read_count(b"- 7"), Some((None, &b"7"[..])));
        assert_eq!((read_count(b""), read_count(b"1x"), read_count(b"--")), (None, None, None));
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow")]
    fn a_size_that_mprof_rounded_is_read_as_whole_pages() {
        for pages in 0..100_000u64 {
            let six = format!("{:.6}", pages as f64 / 256.0);
            let four = format!("{:.4}", pages as f64 / 256.0);
            assert_eq!((bytes(&six), bytes(&four)), (Ok(pages * 4096), Ok(pages * 4096)), "{six} {four}");
        }
    }

    #[test]
    fn other_floats_of_python_are_read_too() {
        assert_eq!(bytes("1e3"), Ok(1000 << 20));
        assert_eq!(bytes("1."), Ok(1 << 20));
        assert_eq!(bytes("-1.000000"), Err(WarningKind::Negative));
        assert_eq!(bytes("nan"), Err(WarningKind::NotFinite));
        assert_eq!(bytes("-inf"), Err(WarningKind::NotFinite));
        for bad in ["", "x", "1x", "1.2.3", "99999999999999999999999"] {
            assert_eq!(bytes(bad), Err(WarningKind::Malformed), "{bad}");
        }
    }

    #[test]
    fn times_keep_every_digit() {
        let nanos = |t: &str| read_time(t.as_bytes()).map(|(t, _)| t.nanos);
        assert_eq!(nanos("1795380798.1462"), Ok(1_795_380_798_146_200_000));
        assert_eq!(nanos("-0.5"), Ok(-500_000_000));
        assert_eq!(nanos("1e2"), Ok(100_000_000_000));
        assert_eq!(nanos("0.1234567891234567"), Ok(123_456_789));
        assert_eq!(nanos("99999999999"), Err(WarningKind::Malformed));
        assert_eq!(nanos("--5"), Err(WarningKind::Malformed));
        for micros in [0, 1, -1, 1_795_380_798_146_213, -12_345_678] {
            let mut out = Vec::new();
            push_micros(&mut out, micros);
            assert_eq!(read_time(&out).map(|(t, _)| t.nanos), Ok(micros * 1000));
        }
    }
}
