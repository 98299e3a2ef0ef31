//! The address space of one process while events are replayed: which fault made which page present.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::Doubt;
use super::moves;
use super::objects::{Object, Objects};
use crate::model::{Fault, Header, Mapped, Run, Scan};

/// The fault that made a page present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// Its position among all faults.
    pub order: u64,
    /// The stack.
    pub node: u32,
    /// The process that touched the page, an index.
    pub process: u32,
    /// The bytes of the page.
    pub size: u64,
    /// The number of faults that it stands for; 0 if it was not recorded but concluded from a move.
    pub weight: u32,
    /// False if its stack was lost.
    pub has_stack: bool,
}

impl Touch {
    /// The reason for which its stack is not certain.
    pub fn doubt(&self) -> Doubt {
        match (self.has_stack, self.weight) {
            (false, _) => Doubt::Lost,
            (true, 0) => Doubt::Moved,
            (true, _) => Doubt::None,
        }
    }
}

/// An address space.
#[derive(Debug, Clone, Default)]
pub struct Space {
    /// The faults by the address of their page.
    pub faults: BTreeMap<u64, Touch>,
    /// The mappings.
    pub objects: Objects,
    /// The last scan.
    pub scan: Option<Rc<Scan>>,
    /// Faults of pages that another mapping has replaced since the last scan.
    replaced: Vec<(u64, Touch)>,
    /// The last stack of each thread.
    last: HashMap<u32, u32>,
    /// The mappings of each thread that wait for its next stack.
    waiting: HashMap<u32, Vec<u64>>,
}

impl Space {
    /// Records a fault. It replaces an older one of the same page.
    pub fn touch(&mut self, fault: &Fault, order: u64, process: u32, header: &Header) {
        let size = fault.size.max(header.page_size);
        let page = fault.address & !(size - 1);
        let Fault { node, weight, has_stack, .. } = *fault;
        self.faults.insert(page, Touch { order, node, process, size, weight, has_stack });
        self.last.insert(fault.tid, fault.node);
        for start in self.waiting.remove(&fault.tid).unwrap_or_default() {
            if let Some(object) = self.objects.at_mut(start) {
                object.around.1 = fault.node;
            }
        }
    }

    /// Records a mapping. What was at its addresses before is gone.
    pub fn map(&mut self, mapped: &Mapped) {
        let before = self.last.get(&mapped.tid).copied().unwrap_or(0);
        let mut parts = self.objects.uncovered(mapped.start, mapped.end);
        // One part is new. Others are memory that grew in place, which the kernel does not report, and have faults.
        let is_unused = |part: &(u64, u64)| self.faults.range(part.0..part.1).next().is_none();
        if parts.iter().any(is_unused) {
            parts.retain(is_unused);
        }
        for (start, end) in parts {
            self.objects.insert(Object { start, end, around: (before, 0) });
            self.forget(start, end);
            self.waiting.entry(mapped.tid).or_default().push(start);
        }
    }

    fn forget(&mut self, start: u64, end: u64) {
        let gone: Vec<(u64, Touch)> =
            self.faults.range(start..end).map(|(page, touch)| (*page, *touch)).collect();
        for (page, _) in &gone {
            self.faults.remove(page);
        }
        self.replaced.extend(gone);
    }

    /// Takes over a scan: faults whose pages are not present any more are forgotten, and moved pages take theirs along.
    pub fn scanned(&mut self, scan: Rc<Scan>, header: &Header) {
        let areas: Vec<(u64, u64)> = scan.areas.iter().map(|area| (area.start, area.end)).collect();
        self.objects.retain_within(&areas);
        let mut gone = std::mem::take(&mut self.replaced);
        self.faults.retain(|page, touch| {
            let present = is_present(&scan.runs, *page, page.saturating_add(touch.size));
            if !present {
                gone.push((*page, *touch));
            }
            present
        });
        gone.sort_unstable_by_key(|(page, touch)| (*page, touch.order));
        moves::follow(self, &scan, &gone, header);
        self.scan = Some(scan);
    }
}

/// True if a present run overlaps the range.
fn is_present(runs: &[Run], start: u64, end: u64) -> bool {
    let first = runs.partition_point(|run| run.end <= start);
    runs.get(first).is_some_and(|run| run.start < end)
}
