//! The control group of a run, reduced: its limit, its peak, its parts at the largest reading, and its OOM kills.

use crate::model::{Cgroup, OomKill};
use crate::units::{Bytes, Seconds};

/// The largest number of kills that are kept.
const MAX_KILLED: usize = 4096;

/// The control group of the command.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CgroupProfile {
    /// The path below the root of the hierarchy; `None` if it is not known.
    pub path: Option<String>,
    /// Version of the hierarchy; 0 if the group is not known.
    pub version: u8,
    /// `true` if every reading found only processes of the tree in the group.
    pub own: bool,
    /// The largest memory of the group: the kernel's own maximum if it reports one, else the largest reading. `None` for
    /// a group shared with other processes.
    pub peak: Option<Bytes>,
    /// `true` if `peak` is the kernel's own maximum, which no reading can miss.
    pub is_kernel_peak: bool,
    /// Time and parts of the largest reading; `None` for a group shared with other processes.
    pub largest: Option<(Seconds, Cgroup)>,
    /// The smallest limit of the group and its ancestors; `None` without a limit.
    pub limit: Option<Bytes>,
    /// The processes of the tree that the OOM killer killed.
    pub killed: Vec<OomKill>,
}

impl CgroupProfile {
    /// Adds a record of the run. A record with another path starts the account of another group: the command has moved.
    pub(crate) fn add(&mut self, time: Seconds, group: &Cgroup) {
        let moved = group.path.is_some() && group.path != self.path;
        if moved {
            let killed = std::mem::take(&mut self.killed);
            *self = Self { path: group.path.clone(), own: group.own, killed, ..Self::default() };
        }
        if group.version > 0 {
            self.version = group.version;
            self.limit = group.max_bytes.or(self.limit);
        }
        let room = MAX_KILLED.saturating_sub(self.killed.len());
        self.killed.extend(group.killed.iter().take(room).cloned());
        self.own &= group.own || group.version == 0;
        if !self.own {
            (self.peak, self.largest, self.is_kernel_peak) = (None, None, false);
            return;
        }
        let is_larger = |(_, largest): &(Seconds, Cgroup)| group.current_bytes > largest.current_bytes;
        if group.current_bytes.is_some() && self.largest.as_ref().is_none_or(is_larger) {
            self.largest = Some((time, Cgroup { killed: Vec::new(), ..group.clone() }));
        }
        self.is_kernel_peak |= group.peak_bytes.is_some();
        self.peak = self.peak.max(group.peak_bytes).max(group.current_bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(path: Option<&str>, own: bool, current: u64, peak: Option<u64>) -> Cgroup {
        let (current_bytes, peak_bytes) = (Some(Bytes(current)), peak.map(Bytes));
        let path = path.map(str::to_owned);
        Cgroup { path, version: 2, own, current_bytes, peak_bytes, ..Cgroup::default() }
    }

    #[test]
    fn the_kernels_maximum_counts_and_the_largest_reading_has_the_parts() {
        let mut profile = CgroupProfile::default();
        for (time, group) in [
            (0.0, reading(Some("/a"), true, 5, None)),
            (0.1, reading(None, true, 9, None)),
            (0.2, reading(Some("/a"), true, 2, Some(12))),
        ] {
            profile.add(Seconds(time), &group);
        }
        assert_eq!((profile.peak, profile.is_kernel_peak), (Some(Bytes(12)), true));
        assert_eq!(profile.largest.map(|(time, _)| time), Some(Seconds(0.1)));
    }

    /// The memory of a group that a stranger joins is no longer the command's, not even that of earlier readings.
    #[test]
    fn a_shared_group_has_no_peak() {
        let mut profile = CgroupProfile::default();
        profile.add(Seconds(0.0), &reading(Some("/a"), true, 5, None));
        profile.add(Seconds(0.1), &reading(None, false, 99, None));
        assert_eq!((profile.own, profile.peak, profile.largest), (false, None, None));
    }

    #[test]
    fn a_command_that_moves_starts_the_account_anew() {
        let mut profile = CgroupProfile::default();
        profile.add(Seconds(0.0), &reading(Some("/shared"), false, 99, None));
        profile.add(Seconds(0.1), &reading(Some("/own"), true, 5, None));
        assert_eq!((profile.own, profile.peak), (true, Some(Bytes(5))));
    }

    #[test]
    fn kills_without_a_known_group_are_kept() {
        let mut profile = CgroupProfile::default();
        let killed = vec![OomKill { process: Some("1:a".to_owned()), ..OomKill::default() }];
        profile.add(Seconds(1.0), &Cgroup { killed, ..Cgroup::default() });
        assert_eq!((profile.killed.len(), profile.path, profile.limit), (1, None, None));
    }
}
