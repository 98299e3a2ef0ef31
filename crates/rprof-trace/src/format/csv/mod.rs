//! The `.csv` format: the same records as rows of one tidy table. Every row is complete in itself.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::model::Part;
use crate::units::Bytes;

pub(crate) mod decode;
mod encode;

pub use encode::CsvWriter;

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Record,
    Time,
    Process,
    Value,
    Part(Part),
    Upper,
    Processes,
    From,
    To,
    Detail,
}

/// The number of columns before the parts, and of those after them.
const BEFORE: usize = 4;
const AFTER: usize = 5;

impl Cell {
    const COUNT: usize = BEFORE + Part::ALL.len() + AFTER;

    /// All columns in the order of the table.
    fn all() -> impl Iterator<Item = Self> {
        let before: [Self; BEFORE] = [Self::Record, Self::Time, Self::Process, Self::Value];
        let after: [Self; AFTER] = [Self::Upper, Self::Processes, Self::From, Self::To, Self::Detail];
        before.into_iter().chain(Part::ALL.map(Self::Part)).chain(after)
    }

    /// The position in the table, from 0.
    const fn place(self) -> usize {
        let parts_end = BEFORE + Part::ALL.len();
        match self {
            Self::Record => 0,
            Self::Time => 1,
            Self::Process => 2,
            Self::Value => 3,
            Self::Part(part) => BEFORE + part as usize,
            Self::Upper => parts_end,
            Self::Processes => parts_end + 1,
            Self::From => parts_end + 2,
            Self::To => parts_end + 3,
            Self::Detail => parts_end + 4,
        }
    }

    /// The name of the column, with its unit.
    fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Record => "record",
            Self::Time => "time_s",
            Self::Process => "process",
            Self::Value => "value_bytes",
            Self::Part(part) => return Cow::Owned(format!("{}_bytes", part.name())),
            Self::Upper => "upper_bytes",
            Self::Processes => "processes",
            Self::From => "from_s",
            Self::To => "to_s",
            Self::Detail => "detail",
        })
    }
}

/// The names of the columns, in order. Each name ends in its unit.
pub fn columns() -> Vec<String> {
    Cell::all().map(|cell| cell.name().into_owned()).collect()
}

/// The values of the column `record`.
pub const RECORDS: [&str; 16] = [
    "run",
    "command",
    "tree",
    "proven",
    "process",
    "pss",
    "cgroup",
    "born",
    "exit",
    "function",
    "span_begin",
    "span_end",
    "mark",
    "gap",
    "note",
    "end",
];

/// The text as a cell that no spreadsheet runs: with a `'` before it if it would be taken for a formula.
pub fn guarded(text: &str) -> String {
    if is_formula(text.as_bytes()) { format!("'{text}") } else { text.to_owned() }
}

/// `true` if a spreadsheet takes a cell with this text for a formula. A text that begins as a guarded one does counts too,
/// so that the guard can always be removed.
fn is_formula(text: &[u8]) -> bool {
    let rest = text.iter().position(|b| *b != b'\'').map_or(&[][..], |at| &text[at..]);
    matches!(rest.first(), Some(b'=' | b'+' | b'-' | b'@'))
}

/// The JSON in the column `detail` of a complete span. Its times are in `from_s` and `to_s`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct SpanDetail {
    name: String,
    enter_bytes: Bytes,
    leave_bytes: Bytes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_and_guarded_formulas_are_recognized() {
        for formula in ["=1", "+1", "-1", "@x", "'=1", "''-"] {
            assert!(is_formula(formula.as_bytes()), "{formula}");
        }
        for plain in ["", "'", "x=1", "'x", "1", "'a b' -c"] {
            assert!(!is_formula(plain.as_bytes()), "{plain}");
        }
    }

    #[test]
    fn every_cell_has_its_place_in_the_table() {
        assert!(Cell::all().map(Cell::place).eq(0..Cell::COUNT));
    }
}
