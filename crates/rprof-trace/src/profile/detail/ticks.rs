//! The ticks of a run as a table: a row for each tick, the value of the tree in every row, and the other columns where
//! they change. A row that lies on the straight line between its neighbours in every column is not kept.

use crate::format::column::Column;
use crate::profile::detail::slices::{Slices, extremes};
use crate::units::Seconds;

/// The value of a column that is not known.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// The ticks of a run in order of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TickTable {
    /// The time of each row in seconds.
    pub times: Vec<f64>,
    /// The value of the tree in each row, in bytes.
    pub values: Vec<u64>,
    /// The columns that are known somewhere.
    pub columns: Vec<TickColumn>,
    /// The width of the slices of time that were thinned; `None` if every tick can be drawn exactly.
    pub slice: Option<Seconds>,
}

/// A column of the ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct TickColumn {
    /// Its meaning.
    pub column: Column,
    /// The rows at which it changes, in order.
    rows: Vec<u32>,
    /// The value from that row on.
    values: Vec<u64>,
}

impl TickColumn {
    pub(super) fn new(column: Column) -> Self {
        Self { column, rows: Vec::new(), values: Vec::new() }
    }

    /// The rows at which the column changes, and its value from there on: bytes, or a count; `None` if it is not known.
    pub fn changes(&self) -> impl Iterator<Item = (usize, Option<u64>)> + '_ {
        let known = |value: &u64| (*value != UNKNOWN).then_some(*value);
        self.rows.iter().zip(&self.values).map(move |(row, value)| (*row as usize, known(value)))
    }

    /// The number of changes.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// `true` if the column is nowhere known.
    pub fn is_empty(&self) -> bool {
        self.values.iter().all(|value| *value == UNKNOWN)
    }

    pub(super) fn push(&mut self, row: usize, value: u64) {
        if self.values.last().copied().unwrap_or(UNKNOWN) != value {
            self.rows.push(row as u32);
            self.values.push(value);
        }
    }
}

impl TickTable {
    /// The table with the rows that the slices keep: of each slice the first, the last, and those with the lowest and the
    /// highest value of any column.
    #[must_use]
    pub fn thinned(&self, slices: Slices) -> Self {
        let ranges = slices.ranges(&self.times);
        let mut keep = vec![false; self.times.len()];
        for (from, to) in &ranges {
            for at in extremes(self.values[*from..*to].iter().copied()) {
                keep[from + at] = true;
            }
        }
        self.columns.iter().for_each(|column| keep_extremes(column, &ranges, &mut keep));
        let slice = if keep.iter().all(|kept| *kept) { self.slice } else { Some(slices.width()) };
        self.kept(&keep, slice)
    }

    fn kept(&self, keep: &[bool], slice: Option<Seconds>) -> Self {
        let rows: Vec<usize> = (0..keep.len()).filter(|row| keep[*row]).collect();
        let of = |column: &TickColumn| {
            let mut kept = TickColumn::new(column.column);
            let (mut next, mut value) = (0, UNKNOWN);
            for (to, from) in rows.iter().enumerate() {
                while next < column.rows.len() && column.rows[next] as usize <= *from {
                    value = column.values[next];
                    next += 1;
                }
                kept.push(to, value);
            }
            kept
        };
        Self {
            times: rows.iter().map(|row| self.times[*row]).collect(),
            values: rows.iter().map(|row| self.values[*row]).collect(),
            columns: self.columns.iter().map(of).collect(),
            slice,
        }
    }
}

/// Keeps the rows with the lowest and the highest value of a column in each range. Its first row is kept anyway.
fn keep_extremes(column: &TickColumn, ranges: &[(usize, usize)], keep: &mut [bool]) {
    let (mut next, mut value) = (0, UNKNOWN);
    for (from, to) in ranges {
        let (mut low, mut high) = ((*from, UNKNOWN), (*from, 0));
        let mut see = |row: usize, value: u64| {
            // A row at which a column becomes unknown ends its line.
            if value == UNKNOWN {
                keep[row] = true;
                return;
            }
            if value < low.1 {
                low = (row, value);
            }
            if value > high.1 {
                high = (row, value);
            }
        };
        let begins = column.rows.get(next).is_some_and(|row| *row as usize == *from);
        if !begins && value != UNKNOWN {
            see(*from, value);
        }
        while next < column.rows.len() && (column.rows[next] as usize) < *to {
            value = column.values[next];
            see(column.rows[next] as usize, value);
            next += 1;
        }
        (keep[low.0], keep[high.0]) = (true, true);
    }
}
