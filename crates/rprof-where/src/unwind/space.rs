//! The code of one process: which file is mapped where, and the unwinding through it.

use std::collections::{BTreeMap, HashMap};

use framehop::{FrameAddress, Unwinder as _};

use super::arch::{Cache, Unwinder, start, trampoline};
use super::image::Image;
use crate::model::Frame;

/// Frames of one stack at most: more are a recursion, whose outer part is cut.
const DEEPEST: usize = 512;

/// The files with code that were seen, and the rules that were found in them.
#[derive(Default)]
pub struct Images {
    by_file: HashMap<(String, u64), Option<Image>>,
    cache: Cache,
}

/// A mapping of code.
#[derive(Debug, Clone)]
pub struct CodeMap {
    /// The first address.
    pub start: u64,
    /// The address behind the last.
    pub end: u64,
    /// The offset in the file.
    pub offset: u64,
    /// The number of the file; 0 if unknown.
    pub inode: u64,
    /// The path; empty for generated code.
    pub path: String,
    /// The id of the module.
    pub module: u32,
}

/// The code of one process.
#[derive(Clone, Default)]
pub struct CodeSpace {
    maps: BTreeMap<u64, CodeMap>,
    unwinder: Unwinder,
    is_python: bool,
}

impl CodeSpace {
    /// Adds a mapping of code; what was at its addresses before is gone.
    pub fn add(&mut self, map: CodeMap, images: &mut Images) {
        let gone: Vec<u64> = self
            .maps
            .range(..map.end)
            .rev()
            .take_while(|(_, old)| old.end > map.start)
            .map(|(start, _)| *start)
            .collect();
        for start in gone {
            self.maps.remove(&start);
            self.unwinder.remove_module(start);
        }
        if !map.path.is_empty() {
            let name = map.path.rsplit('/').next().unwrap_or_default();
            self.is_python |= name.starts_with("python3") || name.starts_with("libpython3");
            let key = (map.path.clone(), map.inode);
            let image = images.by_file.entry(key).or_insert_with(|| Image::open(&map.path, map.inode));
            let module = image.as_ref().and_then(|image| image.module(name, map.start, map.end, map.offset));
            if let Some(module) = module {
                self.unwinder.add_module(module);
            }
        }
        self.maps.insert(map.start, map);
    }

    /// Gives the generated code to another module: that of a forked process.
    pub fn relabel(&mut self, module: u32) {
        for map in self.maps.values_mut().filter(|map| map.path.is_empty()) {
            map.module = module;
        }
    }

    fn at(&self, address: u64) -> Option<&CodeMap> {
        let (_, map) = self.maps.range(..=address).next_back()?;
        (address < map.end).then_some(map)
    }

    /// The frames of a stack, the innermost first. `unknown` is the module of addresses outside of all mappings.
    pub fn unwind(
        &self,
        registers: &[u64],
        stack: &[u8],
        unknown: u32,
        images: &mut Images,
        frames: &mut Vec<Frame>,
    ) {
        frames.clear();
        let highest = self.maps.last_key_value().map_or(0, |(_, map)| map.end);
        let Some((pc, bottom, mut regs)) = start(registers, highest) else { return };
        let mut read = |address: u64| {
            let at = usize::try_from(address.checked_sub(bottom).ok_or(())?).map_err(drop)?;
            let word = stack.get(at..at.checked_add(8).ok_or(())?).ok_or(())?;
            Ok(u64::from_ne_bytes(word.try_into().map_err(drop)?))
        };
        let mut address = FrameAddress::from_instruction_pointer(pc);
        while frames.len() < DEEPEST {
            let lookup = address.address_for_lookup();
            let map = self.at(lookup);
            frames.push(match map {
                Some(map) if map.path.is_empty() => Frame { module: map.module, offset: lookup },
                Some(map) => Frame { module: map.module, offset: lookup - map.start + map.offset },
                None => Frame { module: unknown, offset: 0 },
            });
            let generated = map.is_some_and(|map| map.path.is_empty());
            let back = if generated && self.is_python && address.is_return_address() {
                trampoline(&mut regs, &mut read)
            } else {
                None
            };
            let back = back.or_else(|| {
                self.unwinder.unwind_frame(address, &mut regs, &mut images.cache, &mut read).ok().flatten()
            });
            let Some(next) = back.and_then(FrameAddress::from_return_address) else { break };
            address = next;
        }
        // A word of the stack that is no code ends a stack that could not be unwound further.
        while frames.len() > 1 && frames.last().is_some_and(|frame| frame.module == unknown) {
            frames.pop();
        }
    }
}
