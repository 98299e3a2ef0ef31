//! The mappings of a process, as far as the kernel reported them: separate buffers stay apart, even where the kernel merges
//! their areas.

use std::collections::BTreeMap;

use crate::ranges::uncovered;

/// A mapping that was made at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object {
    /// The first address.
    pub start: u64,
    /// The address behind the last.
    pub end: u64,
    /// The stacks of the last fault of its thread before it was made, and of the first one after; 0 if unknown.
    pub around: (u32, u32),
}

/// Disjoint mappings in the order of their addresses.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    by_start: BTreeMap<u64, Object>,
}

impl Objects {
    /// The mapping at an address.
    pub fn at(&self, address: u64) -> Option<&Object> {
        let (_, object) = self.by_start.range(..=address).next_back()?;
        (address < object.end).then_some(object)
    }

    /// The first mapping that starts behind an address.
    pub fn after(&self, address: u64) -> Option<&Object> {
        self.by_start.range(address.saturating_add(1)..).next().map(|(_, object)| object)
    }

    pub fn at_mut(&mut self, address: u64) -> Option<&mut Object> {
        let (_, object) = self.by_start.range_mut(..=address).next_back()?;
        (address < object.end).then_some(object)
    }

    /// The parts of a range that belong to no mapping yet.
    ///
    /// The kernel reports a whole area, also if it is a new mapping merged with older ones, or if the access to old ones
    /// changed. So only the rest is new.
    pub fn uncovered(&self, start: u64, end: u64) -> Vec<(u64, u64)> {
        let first = self.at(start).map_or(start, |object| object.start);
        uncovered((start, end), self.by_start.range(first..).map(|(_, object)| (object.start, object.end)))
    }

    /// Adds a mapping in a range that is uncovered.
    pub fn insert(&mut self, object: Object) {
        self.by_start.insert(object.start, object);
    }

    /// Removes what lies outside of the areas, which are in order: it has been unmapped.
    pub fn retain_within(&mut self, areas: &[(u64, u64)]) {
        let old = std::mem::take(&mut self.by_start);
        for object in old.into_values() {
            let first = areas.partition_point(|(_, end)| *end <= object.start);
            for (start, end) in areas[first..].iter().take_while(|(start, _)| *start < object.end) {
                let part = Object { start: object.start.max(*start), end: object.end.min(*end), ..object };
                self.by_start.insert(part.start, part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(ranges: &[(u64, u64)]) -> Objects {
        let mut objects = Objects::default();
        for (start, end) in ranges {
            objects.insert(Object { start: *start, end: *end, around: (0, 0) });
        }
        objects
    }

    #[test]
    fn only_the_rest_of_a_merged_area_is_new() {
        let objects = objects(&[(10, 20), (30, 40)]);
        assert_eq!(objects.uncovered(5, 45), [(5, 10), (20, 30), (40, 45)]);
        assert_eq!(objects.uncovered(10, 20), []);
        assert_eq!(objects.uncovered(12, 35), [(20, 30)]);
    }

    #[test]
    fn what_was_unmapped_is_forgotten() {
        let mut objects = objects(&[(10, 40), (50, 60)]);
        objects.retain_within(&[(0, 15), (20, 30)]);
        assert_eq!(objects.at(12).map(|object| object.end), Some(15));
        assert_eq!(objects.at(16), None);
        assert_eq!(objects.at(25).map(|object| object.start), Some(20));
        assert_eq!(objects.at(55), None);
    }
}
