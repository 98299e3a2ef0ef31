//! The columns of `MEM` and `CHLD` lines: their names, their order, and the values of one line.

#![expect(clippy::inline_always, reason = "measured: called for each line of a trace")]

use crate::format::number::read_count;
use crate::model::{Memory, Metric, Part, Tick};
use crate::units::Bytes;

/// A value that may follow the time in `MEM` and `CHLD` lines. All are in KiB but `processes`, a plain count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// A part of the memory.
    Part(Part),
    /// Upper bound of the tree's memory since the previous tick; only in `MEM` lines.
    Upper,
    /// Processes in the sum; only in `MEM` lines.
    Processes,
}

impl Column {
    /// All columns. Those that change most often come first, because a line ends with its last changed column.
    pub const ALL: [Self; Part::ALL.len() + 2] = [
        Self::Part(Part::Rss),
        Self::Part(Part::Footprint),
        Self::Part(Part::Anon),
        Self::Part(Part::Hwm),
        Self::Upper,
        Self::Part(Part::PageTables),
        Self::Part(Part::File),
        Self::Part(Part::Vsz),
        Self::Part(Part::Shmem),
        Self::Part(Part::Swap),
        Self::Part(Part::Hugetlb),
        Self::Processes,
        Self::Part(Part::Gpu),
    ];

    /// The name in a header's list of columns.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Part(part) => part.name(),
            Self::Upper => "upper",
            Self::Processes => "processes",
        }
    }

    /// The column of this name; `None` for a column of a later version.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}

/// The column names of a run's header: the columns in `available`, in the order of [`Column::ALL`].
///
/// The metric itself is no column, because the value of `MEM` and `CHLD` lines is the metric.
pub fn columns(metric: Metric, available: &[Column]) -> Vec<String> {
    let metric = metric.part().map(Column::Part);
    let wanted = |c: &Column| available.contains(c) && Some(*c) != metric;
    Column::ALL.into_iter().filter(wanted).map(|c| c.name().to_owned()).collect()
}

/// The values of all columns of one tick or sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ColumnValues {
    pub memory: Memory,
    pub upper: Option<Bytes>,
    pub processes: Option<u32>,
}

impl ColumnValues {
    /// The value of a column as a line shows it: in KiB, or a count.
    pub fn at(&self, column: Column) -> Option<u64> {
        match column {
            Column::Part(part) => self.memory.get(part).map(Bytes::kib),
            // An upper bound is rounded up: rounded down it would not be a bound.
            Column::Upper => self.upper.map(|b| b.0.div_ceil(1024)),
            Column::Processes => self.processes.map(u64::from),
        }
    }
}

impl From<Memory> for ColumnValues {
    /// The values of a sample, which has no bound and no count.
    fn from(memory: Memory) -> Self {
        Self { memory, upper: None, processes: None }
    }
}

impl Memory {
    /// Sets the part of this column, in KiB. A column that is not a part is ignored.
    pub(crate) fn set_column(&mut self, column: Column, kib: Option<u64>) {
        if let Column::Part(part) = column {
            self.set(part, kib.map(Bytes::from_kib));
        }
    }

    /// Sets the part with the same value as the metric, if there is one.
    pub(crate) fn set_metric(&mut self, metric: Metric, value: Bytes) {
        if let Some(part) = metric.part() {
            self.set(part, Some(value));
        }
    }
}

impl Tick {
    /// Sets the value of a column, in KiB or as a count.
    pub(crate) fn set_column(&mut self, column: Column, value: Option<u64>) {
        match column {
            Column::Part(part) => self.memory.set(part, value.map(Bytes::from_kib)),
            Column::Upper => self.upper = value.map(Bytes::from_kib),
            Column::Processes => self.processes = value.and_then(|n| u32::try_from(n).ok()),
        }
    }
}

/// The columns of one run, in the order of its header.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldOrder {
    pub metric: Metric,
    /// `None` for a column of a later version.
    pub columns: Vec<Option<Column>>,
}

/// The largest number of columns that is read. It exceeds the known columns, to leave room for later versions.
const MOST_COLUMNS: usize = 32;

/// The columns of one line: a prefix of the run's [`FieldOrder`].
#[derive(Debug, Default)]
pub(crate) struct Fields {
    values: [u64; MOST_COLUMNS],
    given: usize,
}

/// A `-` in a line.
const UNKNOWN: u64 = u64::MAX;

impl FieldOrder {
    pub fn new(metric: Metric, names: &[String]) -> Self {
        let columns = names.iter().take(MOST_COLUMNS).map(|n| Column::from_name(n)).collect();
        Self { metric, columns }
    }

    /// Reads the columns at the start of a text and returns the rest of it; `None` if one of them is not a number.
    #[inline(always)]
    pub fn read<'a>(&self, text: &'a [u8], fields: &mut Fields) -> Option<&'a [u8]> {
        let mut rest = text;
        fields.given = 0;
        for value in fields.values.iter_mut().take(self.columns.len()) {
            if matches!(rest, [] | [b'\n', ..]) {
                break;
            }
            let (count, after) = read_count(rest)?;
            (*value, rest) = (count.unwrap_or(UNKNOWN), after);
            fields.given += 1;
        }
        Some(rest)
    }

    /// The columns of a line with their values, without the unknown columns.
    #[inline(always)]
    pub fn named(&self, fields: &Fields) -> impl Iterator<Item = (Column, Option<u64>)> {
        let values = self.columns.iter().zip(&fields.values).take(fields.given);
        values.filter_map(|(column, value)| Some(((*column)?, (*value != UNKNOWN).then_some(*value))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metric_itself_is_no_column() {
        let available = [Part::Rss, Part::Anon, Part::Footprint].map(Column::Part);
        let available = [&available[..], &[Column::Processes]].concat();
        assert_eq!(columns(Metric::Rss, &available), ["footprint", "anon", "processes"]);
        assert_eq!(columns(Metric::Footprint, &available), ["rss", "anon", "processes"]);
        assert_eq!(columns(Metric::Pss, &available), ["rss", "footprint", "anon", "processes"]);
    }

    #[test]
    fn every_part_is_a_column() {
        for part in Part::ALL {
            assert_eq!(Column::from_name(part.name()), Some(Column::Part(part)));
        }
    }

    #[test]
    fn an_upper_bound_is_never_rounded_down() {
        let values = ColumnValues { upper: Some(Bytes(1025)), ..ColumnValues::default() };
        assert_eq!(values.at(Column::Upper), Some(2));
    }
}
