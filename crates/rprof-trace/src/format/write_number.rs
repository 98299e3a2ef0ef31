//! The writing of numbers: MiB, decimal seconds and integers. It is exact and needs no floating point.

use crate::format::number::MIB_BITS;
use crate::units::Bytes;

/// Appends an integer.
pub(crate) fn push_integer(out: &mut Vec<u8>, mut n: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends bytes as MiB, exactly: at least one digit after the point, at most 20, no zeros at the end.
pub(crate) fn push_mib(out: &mut Vec<u8>, bytes: Bytes) {
    push_integer(out, bytes.0 >> MIB_BITS);
    out.push(b'.');
    let mut fraction = bytes.0 & ((1 << MIB_BITS) - 1);
    loop {
        fraction *= 10;
        out.push(b'0' + (fraction >> MIB_BITS) as u8);
        fraction &= (1 << MIB_BITS) - 1;
        if fraction == 0 {
            break;
        }
    }
}

/// Appends microseconds as seconds with six digits after the point.
pub(crate) fn push_micros(out: &mut Vec<u8>, micros: i64) {
    if micros < 0 {
        out.push(b'-');
    }
    let micros = micros.unsigned_abs();
    push_integer(out, micros / 1_000_000);
    let mut fraction = (micros % 1_000_000) as u32;
    let mut digits = *b".000000";
    for digit in digits[1..].iter_mut().rev() {
        *digit += (fraction % 10) as u8;
        fraction /= 10;
    }
    out.extend_from_slice(&digits);
}
