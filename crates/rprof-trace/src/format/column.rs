//! The extra columns of MEM and CHLD records: their names and order, and one row of them.

#![expect(clippy::inline_always, reason = "measured: called for each line of a trace")]

use crate::format::number::read_count;
use crate::model::{Memory, Metric, Tick};
use crate::units::Bytes;

/// A field that may follow the time in MEM and CHLD records. All are in KiB but `processes`, a plain count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Resident set size.
    Rss,
    /// Footprint of a macOS task.
    Footprint,
    /// Anonymous pages in RAM.
    Anon,
    /// High-water mark of one process; in MEM the largest of them.
    Hwm,
    /// The tree was not larger than this since the previous tick; MEM only.
    Upper,
    /// File-backed pages in RAM.
    File,
    /// Address space.
    Vsz,
    /// Shared memory in RAM.
    Shmem,
    /// Swapped-out memory.
    Swap,
    /// Processes in the sum; MEM only.
    Processes,
}

/// How many columns there are.
const COUNT: usize = 10;

impl Column {
    /// All, what changes most often first: what stands at the end and has not changed is left out of a line.
    pub const ALL: [Self; COUNT] = [
        Self::Rss,
        Self::Footprint,
        Self::Anon,
        Self::Hwm,
        Self::Upper,
        Self::File,
        Self::Vsz,
        Self::Shmem,
        Self::Swap,
        Self::Processes,
    ];

    /// The name in a header's list of columns.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Footprint => "footprint",
            Self::Anon => "anon",
            Self::Hwm => "hwm",
            Self::Upper => "upper",
            Self::File => "file",
            Self::Vsz => "vsz",
            Self::Shmem => "shmem",
            Self::Swap => "swap",
            Self::Processes => "processes",
        }
    }

    /// The column of this name; `None` when a later version has to know it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}

/// The columns of a run's header: those of `available`, in the order of [`Column::ALL`], without the one that is the
/// metric itself, since the value of MEM and CHLD is that already.
pub fn columns(metric: Metric, available: &[Column]) -> Vec<String> {
    let metric = match metric {
        Metric::Rss => Some(Column::Rss),
        Metric::Footprint => Some(Column::Footprint),
        Metric::Pss | Metric::Uss => None,
    };
    let wanted = |c: &Column| available.contains(c) && Some(*c) != metric;
    Column::ALL.into_iter().filter(wanted).map(|c| c.name().to_owned()).collect()
}

/// One row: a value per column, in KiB or a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row([u64; COUNT]);

/// Stands for `None` in a row.
const UNKNOWN: u64 = u64::MAX;

impl Default for Row {
    fn default() -> Self {
        Self([UNKNOWN; COUNT])
    }
}

impl Row {
    pub fn of(memory: &Memory, upper: Option<Bytes>, processes: Option<u32>) -> Self {
        let kib = |part: Option<Bytes>| part.map_or(UNKNOWN, Bytes::kib);
        let mut row = Self::default();
        row.0[Column::Rss as usize] = kib(memory.rss);
        row.0[Column::Footprint as usize] = kib(memory.footprint);
        row.0[Column::Anon as usize] = kib(memory.anon);
        row.0[Column::Hwm as usize] = kib(memory.hwm);
        // A bound is rounded up, or it would be none.
        row.0[Column::Upper as usize] = upper.map_or(UNKNOWN, |b| b.0.div_ceil(1024));
        row.0[Column::File as usize] = kib(memory.file);
        row.0[Column::Vsz as usize] = kib(memory.vsz);
        row.0[Column::Shmem as usize] = kib(memory.shmem);
        row.0[Column::Swap as usize] = kib(memory.swap);
        row.0[Column::Processes as usize] = processes.map_or(UNKNOWN, u64::from);
        row
    }

    pub fn at(&self, column: Column) -> Option<u64> {
        let value = self.0[column as usize];
        (value != UNKNOWN).then_some(value)
    }
}

impl Memory {
    /// Sets the part of this column, in KiB; a column that is no part of one process's memory is left out.
    pub(crate) fn set(&mut self, column: Column, kib: Option<u64>) {
        let part = match column {
            Column::Rss => &mut self.rss,
            Column::Footprint => &mut self.footprint,
            Column::Anon => &mut self.anon,
            Column::Hwm => &mut self.hwm,
            Column::File => &mut self.file,
            Column::Vsz => &mut self.vsz,
            Column::Shmem => &mut self.shmem,
            Column::Swap => &mut self.swap,
            Column::Upper | Column::Processes => return,
        };
        *part = kib.map(Bytes::from_kib);
    }

    /// Of a metric that is a part itself, the part is the value.
    pub(crate) fn set_metric(&mut self, metric: Metric, value: Bytes) {
        match metric {
            Metric::Rss => self.rss = Some(value),
            Metric::Footprint => self.footprint = Some(value),
            Metric::Pss | Metric::Uss => {}
        }
    }
}

impl Tick {
    /// Sets what this column tells of the whole tree, in KiB or as a count.
    pub(crate) fn set(&mut self, column: Column, value: Option<u64>) {
        match column {
            Column::Upper => self.upper = value.map(Bytes::from_kib),
            Column::Processes => self.processes = value.and_then(|n| u32::try_from(n).ok()),
            part => self.memory.set(part, value),
        }
    }
}

/// The columns of one run, as its header lists them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    pub metric: Metric,
    /// `None` for a column this version does not know.
    pub columns: Vec<Option<Column>>,
}

/// Columns that are read at most; more than there are, for those of later versions.
const MOST_COLUMNS: usize = 16;

/// The columns one line gives: the first so many of its layout.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    values: [u64; MOST_COLUMNS],
    given: usize,
}

impl Layout {
    pub fn new(metric: Metric, names: &[String]) -> Self {
        let columns = names.iter().take(MOST_COLUMNS).map(|n| Column::from_name(n)).collect();
        Self { metric, columns }
    }

    /// Reads the columns at the head of a text, and gives what follows them; `None` when one of them is no number.
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

    /// What a line gives, by name, without columns that are not known.
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
        let available = [Column::Processes, Column::Rss, Column::Anon, Column::Footprint];
        assert_eq!(columns(Metric::Rss, &available), ["footprint", "anon", "processes"]);
        assert_eq!(columns(Metric::Footprint, &available), ["rss", "anon", "processes"]);
        assert_eq!(columns(Metric::Pss, &available), ["rss", "footprint", "anon", "processes"]);
    }

    #[test]
    fn an_upper_bound_is_never_rounded_down() {
        let row = Row::of(&Memory::default(), Some(Bytes(1025)), None);
        assert_eq!(row.at(Column::Upper), Some(2));
    }
}
