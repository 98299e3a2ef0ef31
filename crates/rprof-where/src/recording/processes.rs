//! The code of the processes of the tree while they are recorded.

use std::collections::HashMap;

use crate::events::Side;
use crate::model::Record;
use crate::unwind::{CodeMap, CodeSpace, Images, Interner};

/// A process that lives.
#[derive(Clone, Default)]
pub struct Process {
    /// Its code.
    pub code: CodeSpace,
    /// The module of the code that it generates, once it does.
    pub generated: Option<u32>,
}

/// All processes that live.
#[derive(Default)]
pub struct Processes {
    /// By process id.
    pub by_pid: HashMap<u32, Process>,
    /// The process of each module of generated code, and its parent, whose code it may have inherited.
    pub generators: HashMap<u32, (u32, Option<u32>)>,
    images: Images,
}

impl Processes {
    /// Applies an event of a process.
    pub fn apply(&mut self, pid: u32, side: &Side, interner: &mut Interner, out: &mut dyn FnMut(Record)) {
        match side {
            Side::Fork { parent } => self.fork(pid, *parent, interner, out),
            Side::Exit => _ = self.by_pid.remove(&pid),
            Side::Name { exec: true, .. } => {
                self.by_pid.insert(pid, Process::default());
            }
            Side::Name { .. } => _ = self.by_pid.entry(pid).or_default(),
            Side::Map { code: false, .. } => {}
            Side::Map { start, end, offset, inode, path, .. } => {
                let is_file = path.starts_with('/') && !path.starts_with("//");
                let path = if is_file { path.as_str() } else { "" };
                let module = match path {
                    "" => self.generated(pid, interner, out),
                    path => interner.module(path, out),
                };
                let map = CodeMap {
                    start: *start,
                    end: *end,
                    offset: *offset,
                    inode: *inode,
                    path: path.to_owned(),
                    module,
                };
                self.by_pid.entry(pid).or_default().code.add(map, &mut self.images);
            }
        }
    }

    fn fork(&mut self, pid: u32, parent: u32, interner: &mut Interner, out: &mut dyn FnMut(Record)) {
        let mut child = self.by_pid.get(&parent).cloned().unwrap_or_default();
        if child.generated.take().is_some() {
            let module = interner.module(&format!("[generated {pid}]"), out);
            child.code.relabel(module);
            child.generated = Some(module);
            self.generators.insert(module, (pid, Some(parent)));
        }
        self.by_pid.insert(pid, child);
    }

    fn generated(&mut self, pid: u32, interner: &mut Interner, out: &mut dyn FnMut(Record)) -> u32 {
        let module = interner.module(&format!("[generated {pid}]"), out);
        self.by_pid.entry(pid).or_default().generated = Some(module);
        self.generators.entry(module).or_insert((pid, None));
        module
    }

    /// The stack of a fault.
    pub fn unwind(
        &mut self,
        pid: u32,
        (registers, stack): (&[u64], &[u8]),
        unknown: u32,
        frames: &mut Vec<crate::model::Frame>,
    ) {
        let process = self.by_pid.entry(pid).or_default();
        process.code.unwind(registers, stack, unknown, &mut self.images, frames);
    }
}
