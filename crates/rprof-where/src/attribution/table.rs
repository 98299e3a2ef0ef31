//! Tables of a view: bytes by function, source line, library or process.

use std::collections::{HashMap, HashSet};

use super::Class;
use super::names::{Call, Names};
use super::owner::{native_owner, owner};
use super::replay::{Share, View};
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
    /// The bytes of each class: exact, huge, estimated, unseen.
    pub classes: [u64; 4],
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
        let mut rows: HashMap<(String, String), Entry> = HashMap::new();
        for share in &view.shares {
            table.bytes = table.bytes.saturating_add(share.bytes);
            let class = &mut table.classes[share.class as usize];
            *class = class.saturating_add(share.bytes);
            let keys = keys(share, view, names.stack(log, share.node), by);
            let mut seen = HashSet::new();
            for entry in keys.others.into_iter().chain(keys.own.clone()) {
                let key = (entry.name.clone(), entry.library.clone());
                if seen.insert(key.clone()) {
                    let row = rows.entry(key).or_insert(entry);
                    row.total_bytes = row.total_bytes.saturating_add(share.bytes);
                }
            }
            if let Some(own) = keys.own
                && let Some(row) = rows.get_mut(&(own.name, own.library))
            {
                row.self_bytes = row.self_bytes.saturating_add(share.bytes);
            }
        }
        table.entries = rows.into_values().collect();
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
}

/// The rows of one share.
struct Keys {
    own: Option<Entry>,
    others: Vec<Entry>,
}

fn keys(share: &Share, view: &View, stack: Vec<&Call>, by: By) -> Keys {
    if by == By::Process {
        let process = view.processes.get(share.process as usize);
        let name = process.map_or("?".to_owned(), |process| format!("{} ({})", process.name, process.pid));
        return Keys { own: Some(Entry { name, ..Entry::default() }), others: Vec::new() };
    }
    let own = match by {
        By::Library => native_owner(&stack),
        _ => owner(&stack),
    };
    let own = own.filter(|_| share.class != Class::Unseen).map(|call| entry(call, by));
    let own = own.unwrap_or_else(|| Entry {
        name: if share.class == Class::Unseen { unseen_label(share) } else { "[no stack]".to_owned() },
        unseen: true,
        ..Entry::default()
    });
    Keys { own: Some(own), others: stack.into_iter().map(|call| entry(call, by)).collect() }
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
