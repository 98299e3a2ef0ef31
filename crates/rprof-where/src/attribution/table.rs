//! Tables of a view: bytes by function, source line, library or process.

use std::collections::HashMap;

use super::bounds::{Bounds, Rows, Sums};
use super::names::{Call, Names};
use super::owner::{native_owner, owner};
use super::replay::{Share, View};
use super::{Class, Doubt};
use crate::file::Log;

/// The rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// Functions.
    #[default]
    Function,
    /// Source lines.
    Line,
    /// Libraries, programs and scripts.
    Library,
    /// Processes, by the first touch.
    Process,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The function, line, library or process.
    pub name: String,
    /// The library, program or script; empty if the row is one.
    pub library: String,
    /// The source file and line of a function; empty and 0 if unknown.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The bytes that it or the library routines that it called touched.
    pub self_bytes: u64,
    /// The bytes that it or any function that it called touched.
    pub total_bytes: u64,
    /// The bounds of the self bytes.
    pub self_bounds: Bounds,
    /// The bounds of the total bytes.
    pub total_bounds: Bounds,
    /// True for memory without a recorded fault: the row is not code.
    pub unseen: bool,
}

/// A table, the largest self first.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The rows.
    pub entries: Vec<Entry>,
    /// The sum of all bytes.
    pub bytes: u64,
    /// The bytes of each class: exact, huge, estimated, and not attributed.
    pub classes: [u64; 4],
    /// The estimated bytes of faults whose stacks were lost.
    pub inferred: u64,
}

/// The row of memory without a fault.
pub fn unseen_label(share: &Share) -> String {
    match (share.file, share.area.as_str()) {
        (_, "") => "[no fault seen]".to_owned(),
        (true, path) if path.starts_with('/') => format!("[file] {}", super::names::file_name(path)),
        (_, area) => format!("[no fault seen] {area}"),
    }
}

impl Table {
    /// Sums up a view.
    pub fn new(view: &View, log: &Log, names: &Names, by: By) -> Self {
        let mut table = Self::default();
        let mut sums = Sums::default();
        let mut builder = Builder { view, log, names, by, index: HashMap::new(), known: HashMap::new() };
        for share in &view.shares {
            let rows = builder.rows(share, &mut table.entries);
            let rival = share.rival.map(|(process, node)| {
                builder.rows(&Share { process, node, ..share.clone() }, &mut table.entries)
            });
            table.add(share, &rows, share.node == 0);
            if share.has_recorded_stack() {
                sums.add(share.bytes, &rows, rival.as_ref().unwrap_or(&rows));
            } else {
                sums.add_unknown(share.bytes);
            }
        }
        for (row, entry) in table.entries.iter_mut().enumerate() {
            (entry.self_bounds, entry.total_bounds) = sums.of(row);
        }
        table.entries.retain(|entry| entry.total_bytes > 0);
        table.entries.sort_by(|a, b| {
            (b.self_bytes, b.total_bytes, &a.name, &a.library).cmp(&(
                a.self_bytes,
                a.total_bytes,
                &b.name,
                &b.library,
            ))
        });
        table
    }

    /// Adds the bytes of a share to its rows.
    fn add(&mut self, share: &Share, rows: &Rows, is_unowned: bool) {
        let add = |sum: &mut u64| *sum = sum.saturating_add(share.bytes);
        add(&mut self.bytes);
        let class = if is_unowned { Class::Unseen } else { share.class };
        add(&mut self.classes[class as usize]);
        if share.doubt == Doubt::Lost && !is_unowned {
            add(&mut self.inferred);
        }
        rows.all.iter().for_each(|row| add(&mut self.entries[*row].total_bytes));
        add(&mut self.entries[rows.own].self_bytes);
    }
}

/// The rows of the shares of a view.
struct Builder<'a> {
    view: &'a View,
    log: &'a Log,
    names: &'a Names,
    by: By,
    /// The position of each row by name and library.
    index: HashMap<(String, String), usize>,
    /// The rows of each process and stack with a fault.
    known: HashMap<(u32, u32), Rows>,
}

impl Builder<'_> {
    /// The rows of a share. New ones are added to the entries.
    fn rows(&mut self, share: &Share, entries: &mut Vec<Entry>) -> Rows {
        let key = (share.process, share.node);
        let has_fault = share.class != Class::Unseen;
        if has_fault && let Some(rows) = self.known.get(&key) {
            return rows.clone();
        }
        let stack = self.names.stack(self.log, share.node);
        let own = own_row(share, self.view, &stack, self.by);
        let own = self.position(own, entries);
        let mut all = vec![own];
        if self.by != By::Process {
            all.extend(stack.into_iter().map(|call| self.position(entry(call, self.by), entries)));
        }
        all.sort_unstable();
        all.dedup();
        let rows = Rows { own, all };
        if has_fault {
            self.known.insert(key, rows.clone());
        }
        rows
    }

    fn position(&mut self, entry: Entry, entries: &mut Vec<Entry>) -> usize {
        let key = (entry.name.clone(), entry.library.clone());
        *self.index.entry(key).or_insert_with(|| {
            entries.push(entry);
            entries.len() - 1
        })
    }
}

/// The row of the owner of a share.
fn own_row(share: &Share, view: &View, stack: &[&Call], by: By) -> Entry {
    if by == By::Process {
        let process = view.processes.get(share.process as usize);
        let name = process.map_or("?".to_owned(), |process| format!("{} ({})", process.name, process.pid));
        return Entry { name, ..Entry::default() };
    }
    if share.class == Class::Unseen {
        return Entry { name: unseen_label(share), unseen: true, ..Entry::default() };
    }
    let own = if by == By::Library { native_owner(stack) } else { owner(stack) };
    let none = || Entry { name: "[no stack]".to_owned(), unseen: true, ..Entry::default() };
    own.map_or_else(none, |call| entry(call, by))
}

fn entry(call: &Call, by: By) -> Entry {
    let whole = Entry {
        name: call.name.clone(),
        library: call.library.clone(),
        file: call.file.clone(),
        line: call.line,
        ..Entry::default()
    };
    match by {
        By::Library => Entry { name: call.library.clone(), ..Entry::default() },
        By::Line if call.line > 0 => Entry { name: format!("{}:{}", call.file, call.line), ..whole },
        By::Function | By::Line | By::Process => whole,
    }
}
