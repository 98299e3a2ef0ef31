//! The difference of two tables: which rows grew.

use std::collections::HashMap;

use super::table::{Entry, Table};

/// One row in two tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The name of the row.
    pub name: String,
    /// The library.
    pub library: String,
    /// Self bytes before and after.
    pub self_bytes: (u64, u64),
    /// Total bytes before and after.
    pub total_bytes: (u64, u64),
}

impl Change {
    /// The growth of the self bytes.
    pub fn growth(&self) -> i128 {
        i128::from(self.self_bytes.1) - i128::from(self.self_bytes.0)
    }
}

/// All rows of both tables, the largest growth first.
pub fn diff(before: &Table, after: &Table) -> Vec<Change> {
    let mut changes: HashMap<(&str, &str), Change> = HashMap::new();
    let mut add = |entry: &'_ Entry, is_after: bool, key| {
        let change = changes.entry(key).or_insert_with(|| Change {
            name: entry.name.clone(),
            library: entry.library.clone(),
            self_bytes: (0, 0),
            total_bytes: (0, 0),
        });
        if is_after {
            (change.self_bytes.1, change.total_bytes.1) = (entry.self_bytes, entry.total_bytes);
        } else {
            (change.self_bytes.0, change.total_bytes.0) = (entry.self_bytes, entry.total_bytes);
        }
    };
    for (table, is_after) in [(before, false), (after, true)] {
        for entry in &table.entries {
            add(entry, is_after, (entry.name.as_str(), entry.library.as_str()));
        }
    }
    let mut changes: Vec<Change> = changes.into_values().collect();
    changes
        .sort_by(|a, b| (b.growth(), b.total_bytes.1, &a.name).cmp(&(a.growth(), a.total_bytes.1, &b.name)));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, u64)]) -> Table {
        let entry = |(name, bytes): &(&str, u64)| Entry {
            name: (*name).into(),
            self_bytes: *bytes,
            total_bytes: *bytes,
            ..Entry::default()
        };
        Table { entries: rows.iter().map(entry).collect(), ..Table::default() }
    }

    #[test]
    fn the_largest_growth_comes_first_and_what_vanished_last() {
        let changes = diff(
            &table(&[("old", 9), ("same", 5), ("up", 1)]),
            &table(&[("new", 3), ("same", 5), ("up", 8)]),
        );
        let names: Vec<_> = changes.iter().map(|change| (change.name.as_str(), change.growth())).collect();
        assert_eq!(names, [("up", 7), ("new", 3), ("same", 0), ("old", -9)]);
    }
}
