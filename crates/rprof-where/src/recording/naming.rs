//! The names of all frames at the end of a recording, while the files are still those that ran.

use std::collections::{BTreeMap, HashMap};
use std::fs;

use crate::model::{Record, Symbol};
use crate::symbols::{Files, PerfMap, path_of};
use crate::unwind::Interner;

/// Writes the functions of every frame that has a name, and removes the maps that the interpreters left.
pub fn name_all(
    interner: &Interner,
    generators: &HashMap<u32, (u32, Option<u32>)>,
    write: &mut dyn FnMut(Record),
) {
    let mut by_module: BTreeMap<u32, Vec<(u32, u64)>> = BTreeMap::new();
    for (id, frame) in (0..).zip(&interner.list) {
        by_module.entry(frame.module).or_default().push((id, frame.offset));
    }
    let files = Files::new();
    let mut maps: HashMap<u32, PerfMap> = HashMap::new();
    for (module, frames) in by_module {
        let Some(path) = interner.paths.get(module as usize) else { continue };
        let offsets: Vec<u64> = frames.iter().map(|(_, offset)| *offset).collect();
        let names = match generators.get(&module) {
            Some(processes) => generated(*processes, &offsets, &mut maps),
            None if path.starts_with('/') => files.symbols(path, &offsets),
            None => continue,
        };
        for ((frame, _), symbols) in frames.into_iter().zip(names) {
            if !symbols.is_empty() {
                write(Record::Symbols { frame, symbols });
            }
        }
    }
    for (pid, _) in generators.values() {
        remove_map(*pid);
    }
}

/// The names of generated code. A forked process has the code of its parent, too.
fn generated(
    (pid, parent): (u32, Option<u32>),
    addresses: &[u64],
    maps: &mut HashMap<u32, PerfMap>,
) -> Vec<Vec<Symbol>> {
    for pid in [Some(pid), parent].into_iter().flatten() {
        maps.entry(pid).or_insert_with(|| PerfMap::read(pid));
    }
    let name = |address: &u64| {
        let of = |pid: u32| maps.get(&pid).and_then(|map| map.name(*address));
        of(pid).or_else(|| of(parent?)).map(str::to_owned)
    };
    addresses
        .iter()
        .map(|address| name(address).map(|name| Symbol { name, ..Symbol::default() }).into_iter().collect())
        .collect()
}

/// Removes the map that a process has written because rprof asked for it.
fn remove_map(pid: u32) {
    let path = path_of(pid);
    let is_file = fs::symlink_metadata(&path).is_ok_and(|data| data.is_file());
    if is_file {
        let _ = fs::remove_file(path);
    }
}
