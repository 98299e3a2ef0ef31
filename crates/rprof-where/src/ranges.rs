//! Ranges of addresses: the first one, and the one behind the last.

/// The parts of a range that none of the others covers. These are disjoint, in order, and end behind the start of the range.
pub fn uncovered((start, end): (u64, u64), others: impl IntoIterator<Item = (u64, u64)>) -> Vec<(u64, u64)> {
    let mut parts = Vec::new();
    let mut at = start;
    for (from, to) in others.into_iter().take_while(|(from, _)| *from < end) {
        if at < from {
            parts.push((at, from));
        }
        at = to;
    }
    if at < end {
        parts.push((at, end));
    }
    parts
}
