//! The natural order of names: `r2` before `r10`. A shell expands `r*.dat` to the order of characters, `r10` before `r2`.

use std::cmp::Ordering;
use std::path::PathBuf;

/// Sorts the paths naturally if they are in the order of a shell's `*`. Any other order is one that the user chose, and
/// stays.
pub fn sort(paths: &mut [PathBuf]) {
    if paths.is_sorted() {
        paths.sort_by(|a, b| compare(a.as_os_str().as_encoded_bytes(), b.as_os_str().as_encoded_bytes()));
    }
}

/// Compares two names. Digits that follow one another are a number.
fn compare(mut a: &[u8], mut b: &[u8]) -> Ordering {
    let whole = (a, b);
    loop {
        let (from_a, from_b) = (number(a), number(b));
        let order = match (from_a, from_b) {
            ([], _) | (_, []) => a.first().cmp(&b.first()),
            // Without zeros at its start, the number with more digits is larger.
            _ => {
                let (value_a, value_b) = (significant(from_a), significant(from_b));
                value_a.len().cmp(&value_b.len()).then(value_a.cmp(value_b))
            }
        };
        if order != Ordering::Equal || a.is_empty() {
            return order.then(whole.0.cmp(whole.1));
        }
        let (skip_a, skip_b) =
            if from_a.is_empty() || from_b.is_empty() { (1, 1) } else { (from_a.len(), from_b.len()) };
        (a, b) = (&a[skip_a..], &b[skip_b..]);
    }
}

/// The digits at the start.
fn number(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

fn significant(digits: &[u8]) -> &[u8] {
    let start = digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len());
    &digits[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut paths: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
        sort(&mut paths);
        paths.iter().map(|path| path.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn numbers_in_names_are_in_order() {
        assert_eq!(sorted(&["r1.dat", "r10.dat", "r2.dat"]), ["r1.dat", "r2.dat", "r10.dat"]);
        assert_eq!(sorted(&["a/10", "a/9b", "b/1"]), ["a/9b", "a/10", "b/1"]);
        assert_eq!(sorted(&["r01", "r010", "r1"]), ["r01", "r1", "r010"]);
        assert_eq!(sorted(&["r", "r1", "ra"]), ["r", "r1", "ra"]);
        assert_eq!(sorted(&["r0", "r00"]), ["r0", "r00"]);
    }

    /// `before after` is the order that the user wants, though not that of the alphabet.
    #[test]
    fn an_order_that_is_no_shells_stays() {
        for names in [["before.dat", "after.dat"], ["r10.dat", "r1.dat"]] {
            assert_eq!(sorted(&names), names);
        }
    }
}
