//! The bounds of what a row of a table holds: bytes that are certainly its own, and those that may be as well.

/// The least and the most bytes that a row may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// The least.
    pub lower: u64,
    /// The most.
    pub upper: u64,
}

/// The rows, by their positions, to which bytes belong.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// The row of their owner.
    pub own: usize,
    /// All rows that have them in their totals, sorted.
    pub all: Vec<usize>,
}

/// Bytes of one row: certain ones, and those that another row may have instead.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    certain: u64,
    disputed: u64,
}

/// The sums from which the bounds of all rows follow.
#[derive(Debug, Default)]
pub struct Sums {
    own: Vec<Held>,
    total: Vec<Held>,
    /// Bytes that may belong to any row: without a recorded fault, without its stack, or moved.
    anyone: u64,
}

impl Sums {
    /// Adds bytes that may be anyone's.
    pub fn add_unknown(&mut self, bytes: u64) {
        self.anyone = self.anyone.saturating_add(bytes);
    }

    /// Adds bytes of some rows; `rival` are the rows that they may belong to instead.
    pub fn add(&mut self, bytes: u64, rows: &Rows, rival: &Rows) {
        add(&mut self.own, bytes, &[rows.own], &[rival.own]);
        add(&mut self.total, bytes, &rows.all, &rival.all);
    }

    /// The bounds of the self bytes and of the total bytes of a row.
    pub fn of(&self, row: usize) -> (Bounds, Bounds) {
        (self.bounds(&self.own, row), self.bounds(&self.total, row))
    }

    fn bounds(&self, held: &[Held], row: usize) -> Bounds {
        let Held { certain, disputed } = held.get(row).copied().unwrap_or_default();
        let upper = certain.saturating_add(disputed).saturating_add(self.anyone);
        Bounds { lower: certain, upper }
    }
}

/// Adds bytes as certain to the rows that both sides have, and as disputed to the others.
fn add(held: &mut Vec<Held>, bytes: u64, rows: &[usize], rivals: &[usize]) {
    let highest = rows.iter().chain(rivals).copied().max().unwrap_or(0);
    if held.len() <= highest {
        held.resize(highest + 1, Held::default());
    }
    for row in rows {
        let held = &mut held[*row];
        let is_certain = rivals.binary_search(row).is_ok();
        let sum = if is_certain { &mut held.certain } else { &mut held.disputed };
        *sum = sum.saturating_add(bytes);
    }
    for row in rivals.iter().filter(|row| rows.binary_search(row).is_err()) {
        held[*row].disputed = held[*row].disputed.saturating_add(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_between_two_owners_are_certain_for_what_both_have() {
        let mut sums = Sums::default();
        let (main, left, right) = (0, 1, 2);
        let rows = |own| Rows { own, all: vec![main, own] };
        sums.add(100, &rows(left), &rows(left));
        sums.add(10, &rows(left), &rows(right));
        sums.add_unknown(1);
        let bounds = |lower, upper| Bounds { lower, upper };
        assert_eq!(sums.of(left), (bounds(100, 111), bounds(100, 111)));
        assert_eq!(sums.of(right), (bounds(0, 11), bounds(0, 11)));
        assert_eq!(sums.of(main), (bounds(0, 1), bounds(110, 111)), "main has them in any case");
        assert_eq!(sums.of(9).0, bounds(0, 1), "a row without bytes");
    }
}
