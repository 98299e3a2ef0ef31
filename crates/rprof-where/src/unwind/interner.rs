//! The ids of modules, frames and stacks. Each is written once, before its first use.

use std::collections::HashMap;

use crate::model::{Frame, Node, Record};

/// All modules, frames and stacks so far.
#[derive(Debug, Default)]
pub struct Interner {
    modules: HashMap<String, u32>,
    /// The paths of the modules, in the order of their ids.
    pub paths: Vec<String>,
    frames: HashMap<Frame, u32>,
    /// The frames in the order of their ids.
    pub list: Vec<Frame>,
    nodes: HashMap<Node, u32>,
}

impl Interner {
    /// The id of a module.
    pub fn module(&mut self, path: &str, out: &mut dyn FnMut(Record)) -> u32 {
        if let Some(id) = self.modules.get(path) {
            return *id;
        }
        let id = self.modules.len() as u32;
        self.modules.insert(path.to_owned(), id);
        self.paths.push(path.to_owned());
        out(Record::Module(path.to_owned()));
        id
    }

    /// The id of a stack, whose innermost frame is the first.
    pub fn stack(&mut self, frames: &[Frame], out: &mut dyn FnMut(Record)) -> u32 {
        let mut parent = 0;
        for frame in frames.iter().rev() {
            let frame = self.frame(*frame, out);
            let next = self.nodes.len() as u32 + 1;
            let node = Node { parent, frame };
            parent = *self.nodes.entry(node).or_insert_with(|| {
                out(Record::Node(node));
                next
            });
        }
        parent
    }

    fn frame(&mut self, frame: Frame, out: &mut dyn FnMut(Record)) -> u32 {
        let next = self.frames.len() as u32;
        *self.frames.entry(frame).or_insert_with(|| {
            self.list.push(frame);
            out(Record::Frame(frame));
            next
        })
    }
}
