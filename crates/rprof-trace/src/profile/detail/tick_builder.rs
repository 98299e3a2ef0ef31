//! The building of the table of ticks while a trace is read: idle times become two rows, and above a limit of rows the table
//! is thinned.

use crate::format::column::Column;
use crate::model::{Part, Tick};
use crate::profile::detail::slices::Slices;
use crate::profile::detail::ticks::{TickColumn, TickTable, UNKNOWN};
use crate::units::{Bytes, Seconds};

/// The largest number of changes of all columns for each row that is allowed.
const CHANGES: usize = 3;
/// The sum of the changes is not worth computing for every row.
const CHECKED: usize = 1024;
/// The largest number of ticks out of order that are kept.
const MOST_LATE: usize = 1 << 16;

/// Collects the ticks of a run. Their times are those of the records.
#[derive(Debug)]
pub(super) struct TickTableBuilder {
    table: TickTable,
    /// The largest number of rows.
    most: usize,
    slices: Slices,
    /// The present value of each of [`Column::ALL`].
    now: [u64; Column::ALL.len()],
    /// `true` if the last row repeats the one before it, so that an equal one may take its place.
    is_idle: bool,
    /// `true` if the next row must stay: it ends a gap.
    is_fixed: bool,
    /// Ticks that came out of order.
    late: Vec<(f64, u64)>,
}

impl TickTableBuilder {
    /// No ticks. A table of more than `most` rows is thinned, of which at least 4096 are allowed.
    pub fn new(most: usize) -> Self {
        let columns = Column::ALL.into_iter().map(TickColumn::new).collect();
        Self {
            table: TickTable { columns, ..TickTable::default() },
            most: most.max(4 * CHECKED),
            slices: Slices::NARROWEST,
            now: [UNKNOWN; Column::ALL.len()],
            is_idle: false,
            is_fixed: false,
            late: Vec::new(),
        }
    }

    /// Adds a tick.
    pub fn tick(&mut self, tick: &Tick) {
        let value = |column: Column| match column {
            // The mark of the largest process says nothing of the tree.
            Column::Part(Part::Hwm) => None,
            Column::Part(part) => tick.memory.get(part).map(|Bytes(bytes)| bytes),
            Column::Upper => tick.upper.map(|Bytes(bytes)| bytes),
            Column::Processes => tick.processes.map(u64::from),
        };
        let now = Column::ALL.map(|column| value(column).unwrap_or(UNKNOWN));
        self.row(tick.time, tick.value, now);
    }

    /// Adds a peak that was proven between two ticks. The other columns are not known there, and stay as they are.
    pub fn proven(&mut self, time: Seconds, value: Bytes) {
        self.row(time, value, self.now);
    }

    /// A gap follows the last row.
    pub fn gap(&mut self) {
        (self.is_idle, self.is_fixed) = (false, true);
    }

    fn row(&mut self, Seconds(time): Seconds, Bytes(value): Bytes, now: [u64; Column::ALL.len()]) {
        if !time.is_finite() {
            return;
        }
        if self.table.times.last().is_some_and(|last| time < *last) {
            if self.late.len() < MOST_LATE {
                self.late.push((time, value));
            }
            return;
        }
        let is_same = self.table.values.last() == Some(&value) && self.now == now;
        if is_same && self.is_idle && !self.is_fixed {
            if let Some(last) = self.table.times.last_mut() {
                *last = time;
            }
            return;
        }
        let row = self.table.times.len();
        self.table.times.push(time);
        self.table.values.push(value);
        for (column, value) in self.table.columns.iter_mut().zip(now) {
            column.push(row, value);
        }
        self.now = now;
        self.is_idle = is_same && !self.is_fixed;
        self.is_fixed = false;
        self.fit();
    }

    /// Makes room if the table is full.
    fn fit(&mut self) {
        let changes = |table: &TickTable| table.columns.iter().map(TickColumn::len).sum::<usize>();
        let most = self.most;
        let is_above =
            |table: &TickTable, most: usize| table.times.len() > most || changes(table) > CHANGES * most;
        if !self.table.times.len().is_multiple_of(CHECKED) || !is_above(&self.table, most) {
            return;
        }
        while is_above(&self.table, most / 2) {
            self.slices = self.slices.widened();
            self.table = self.table.thinned(self.slices);
        }
        self.is_idle = false;
    }

    /// The table, with the columns that are known.
    pub fn finish(mut self) -> TickTable {
        self.table.columns.retain(|column| !column.is_empty());
        // Only traces without columns have ticks out of order: the clock of mprof can be set back.
        if !self.late.is_empty() && self.table.columns.is_empty() {
            let rows = self.table.times.iter().copied().zip(self.table.values.iter().copied());
            let mut rows: Vec<(f64, u64)> = rows.chain(self.late).collect();
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
            (self.table.times, self.table.values) = rows.into_iter().unzip();
        }
        self.table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Memory;

    fn tick(time: f64, value: u64, anon: Option<u64>, processes: Option<u32>) -> Tick {
        let mut memory = Memory::default();
        memory.set(Part::Anon, anon.map(Bytes));
        Tick { time: Seconds(time), value: Bytes(value), memory, upper: None, processes }
    }

    fn table(ticks: &[Tick]) -> TickTable {
        let mut builder = TickTableBuilder::new(1 << 20);
        ticks.iter().for_each(|tick| builder.tick(tick));
        builder.finish()
    }

    /// The value of a column in every row.
    fn column(table: &TickTable, wanted: Column) -> Vec<Option<u64>> {
        let found = table.columns.iter().find(|column| column.column == wanted).expect("a column");
        let mut values = vec![None; table.times.len()];
        for (row, value) in found.changes() {
            values[row..].fill(value);
        }
        values
    }

    #[test]
    fn columns_are_kept_where_they_change() {
        let anon = Column::Part(Part::Anon);
        let table = table(&[
            tick(0.0, 5, None, Some(1)),
            tick(1.0, 6, Some(3), Some(1)),
            tick(2.0, 7, Some(3), Some(2)),
            tick(3.0, 8, None, Some(2)),
        ]);
        assert_eq!(column(&table, anon), [None, Some(3), Some(3), None]);
        assert_eq!(column(&table, Column::Processes), [1, 1, 2, 2].map(Some));
        assert_eq!(table.columns.len(), 2, "the others are not known");
        assert_eq!(table.slice, None);
    }

    #[test]
    fn an_idle_time_is_two_rows_but_a_gap_keeps_its_edges() {
        let idle: Vec<Tick> = (0..1000).map(|at| tick(f64::from(at), 5, None, None)).collect();
        assert_eq!(table(&idle).times, [0.0, 999.0]);
        let mut builder = TickTableBuilder::new(1 << 20);
        idle[..10].iter().for_each(|tick| builder.tick(tick));
        builder.gap();
        idle[500..].iter().for_each(|tick| builder.tick(tick));
        assert_eq!(builder.finish().times, [0.0, 9.0, 500.0, 999.0]);
    }

    #[test]
    fn thinned_rows_have_the_extremes_of_every_column() {
        let random = |at: u64, by: u64| (at * by) >> 5 & 255;
        let ticks: Vec<Tick> = (0..4000_u64)
            .map(|at| {
                tick(at as f64 * 0.01, 1000 + random(at, 2_654_435_761), Some(random(at, 40_503)), None)
            })
            .collect();
        let all = table(&ticks);
        let slices = Slices::covering(Seconds(40.0), 40);
        let thinned = all.thinned(slices);
        assert_eq!(thinned.slice, Some(slices.width()));
        assert!(thinned.times.len() <= 6 * 41, "{}", thinned.times.len());
        let anon = Column::Part(Part::Anon);
        let range = |table: &TickTable, values: &[Option<u64>], number: i64| {
            let inside = (0..values.len()).filter(|row| slices.of(table.times[*row]) == number);
            let inside: Vec<u64> = inside.filter_map(|row| values[row]).collect();
            (inside.iter().min().copied(), inside.iter().max().copied())
        };
        let value = |table: &TickTable| table.values.iter().copied().map(Some).collect::<Vec<_>>();
        for number in 0..=slices.of(39.99) {
            let of = |table: &TickTable| {
                [range(table, &value(table), number), range(table, &column(table, anon), number)]
            };
            assert_eq!(of(&all), of(&thinned), "slice {number}");
        }
        assert_eq!(all.thinned(Slices::NARROWEST), all, "each row has a slice of its own");
    }

    #[test]
    fn a_clock_that_was_set_back_leaves_the_rows_in_order() {
        let table = table(&[5.0, 6.0, 2.0, f64::NAN, 7.0].map(|time| tick(time, time as u64, None, None)));
        assert_eq!(table.times, [2.0, 5.0, 6.0, 7.0]);
        assert_eq!(table.values, [2, 5, 6, 7]);
    }

    #[test]
    fn a_proven_peak_changes_the_value_only() {
        let mut builder = TickTableBuilder::new(1 << 20);
        builder.tick(&tick(0.0, 5, Some(4), None));
        builder.proven(Seconds(0.5), Bytes(9));
        builder.tick(&tick(1.0, 5, Some(4), None));
        let table = builder.finish();
        assert_eq!(table.values, [5, 9, 5]);
        assert_eq!(table.columns[0].len(), 1);
    }
}
