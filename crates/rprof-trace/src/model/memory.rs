//! The memory of a process or a tree: its parts, and the metric that a curve shows.
//! A new part is added here, in [`Column::ALL`](crate::Column::ALL) and in the platform that reads it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::units::Bytes;

/// The memory shown by the curve of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// Resident set size: pages in RAM mapped by a process, shared ones in full for each.
    #[default]
    Rss,
    /// Proportional set size: each shared page divided by its sharers.
    Pss,
    /// Unique set size: memory that would be freed if the process exited.
    Uss,
    /// Dirty and compressed memory owned by a macOS task.
    Footprint,
}

impl Metric {
    /// The name on the command line, in messages and on the axis of a figure.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Pss => "PSS",
            Self::Uss => "USS",
            Self::Footprint => "footprint",
        }
    }

    /// The part with the same value as the metric; `None` if no part has it.
    pub const fn part(self) -> Option<Part> {
        match self {
            Self::Rss => Some(Part::Rss),
            Self::Footprint => Some(Part::Footprint),
            Self::Pss | Self::Uss => None,
        }
    }
}

/// One kind of memory of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Resident set size: `anon + file + shmem`. Linux `VmRSS`, macOS `ri_resident_size`.
    Rss,
    /// Anonymous pages in RAM: heap, stacks, private copies. Linux `RssAnon`.
    Anon,
    /// File-backed pages in RAM. Linux `RssFile`.
    File,
    /// Shared memory in RAM. Linux `RssShmem`.
    Shmem,
    /// Anonymous pages swapped out. Linux `VmSwap`.
    Swap,
    /// Address space: requested, not used. Linux `VmSize`, macOS `pti_virtual_size`.
    Vsz,
    /// High-water mark: the kernel's own maximum of one process's RSS. In a tree the largest one, never the sum.
    /// Linux `VmHWM`.
    Hwm,
    /// Dirty and compressed memory of a macOS task. macOS `ri_phys_footprint`.
    Footprint,
    /// Huge pages reserved through hugetlbfs, which RSS does not include. Linux `HugetlbPages`.
    Hugetlb,
    /// Page tables, which RSS does not include. Linux `VmPTE`.
    PageTables,
    /// Memory on GPUs, which RSS does not include. NVML `usedGpuMemory`, Linux DRM `drm-resident-*`.
    Gpu,
}

impl Part {
    /// All parts, in the order of the columns of a `.csv` trace.
    pub const ALL: [Self; 11] = [
        Self::Rss,
        Self::Anon,
        Self::File,
        Self::Shmem,
        Self::Swap,
        Self::Vsz,
        Self::Hwm,
        Self::Footprint,
        Self::Hugetlb,
        Self::PageTables,
        Self::Gpu,
    ];

    /// The name in traces and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Anon => "anon",
            Self::File => "file",
            Self::Shmem => "shmem",
            Self::Swap => "swap",
            Self::Vsz => "vsz",
            Self::Hwm => "hwm",
            Self::Footprint => "footprint",
            Self::Hugetlb => "hugetlb",
            Self::PageTables => "page_tables",
            Self::Gpu => "gpu",
        }
    }
}

/// The memory of one process, or of a tree as the sum over its processes, in bytes.
///
/// A part is `None` if the operating system does not report it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Memory([u64; Part::ALL.len()]);

/// The value of a part that is not known. One word a part, not two, keeps the samples of many processes small.
const UNKNOWN: u64 = u64::MAX;

impl Default for Memory {
    /// No part is known.
    fn default() -> Self {
        Self([UNKNOWN; Part::ALL.len()])
    }
}

impl Memory {
    /// The size of a part; `None` if it is not known.
    #[inline]
    pub const fn get(&self, part: Part) -> Option<Bytes> {
        let bytes = self.0[part as usize];
        if bytes == UNKNOWN { None } else { Some(Bytes(bytes)) }
    }

    /// Sets the size of a part.
    #[inline]
    pub fn set(&mut self, part: Part, size: Option<Bytes>) {
        self.0[part as usize] = size.map_or(UNKNOWN, |bytes| bytes.0);
    }

    /// The memory of a tree of two: sizes add up, and of the high-water marks the larger one stays.
    ///
    /// A sum is unknown if either size is. An unknown high-water mark is ignored.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = Self::default();
        for part in Part::ALL {
            let (one, two) = (self.get(part), other.get(part));
            sum.set(
                part,
                match part {
                    Part::Hwm => one.max(two),
                    _ => one.zip(two).map(|(one, two)| one.plus(two)),
                },
            );
        }
        sum
    }
}

/// The parts that are known; all others are unknown.
impl FromIterator<(Part, Bytes)> for Memory {
    fn from_iter<T: IntoIterator<Item = (Part, Bytes)>>(parts: T) -> Self {
        let mut memory = Self::default();
        parts.into_iter().for_each(|(part, size)| memory.set(part, Some(size)));
        memory
    }
}

/// The parts that are known; all others are unknown.
impl<const N: usize> From<[(Part, Bytes); N]> for Memory {
    fn from(parts: [(Part, Bytes); N]) -> Self {
        parts.into_iter().collect()
    }
}

/// The known parts by name.
impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Part::ALL.into_iter().filter_map(|part| Some((part.name(), self.get(part)?.0)));
        f.debug_map().entries(known).finish()
    }
}

/// The known parts by name, in bytes: `{"rss":4096,"anon":1024}`.
impl Serialize for Memory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Part::ALL.into_iter().filter_map(|part| Some((part.name(), self.get(part)?))))
    }
}

/// Names of parts that this version does not know are skipped.
impl<'de> Deserialize<'de> for Memory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let named = BTreeMap::<String, Bytes>::deserialize(deserializer)?;
        Ok(Part::ALL.into_iter().filter_map(|part| Some((part, *named.get(part.name())?))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_own_place_and_name() {
        for (place, part) in Part::ALL.into_iter().enumerate() {
            assert_eq!(part as usize, place, "{}", part.name());
            assert_eq!(Part::ALL.into_iter().filter(|other| other.name() == part.name()).count(), 1);
        }
    }

    #[test]
    fn a_tree_adds_sizes_and_keeps_the_largest_high_water_mark() {
        let parent = Memory::from([(Part::Rss, Bytes(10)), (Part::Anon, Bytes(4)), (Part::Hwm, Bytes(30))]);
        let child = Memory::from([(Part::Rss, Bytes(5)), (Part::Hwm, Bytes(7))]);
        let tree = Memory::from([(Part::Rss, Bytes(15)), (Part::Hwm, Bytes(30))]);
        assert_eq!(parent.plus(&child), tree);
    }
}
