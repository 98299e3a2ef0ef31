//! Parsers of the files of control groups, versions 1 and 2: where the group of a process is, its memory and its events.
//! The names of groups and mount points come from `procfs-core`; no path is assumed.

use std::path::PathBuf;

use rprof_trace::{Bytes, Cgroup};

use super::proc::number;

/// The version of a hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// One hierarchy for each controller: files like `memory.usage_in_bytes`.
    One,
    /// One hierarchy for all controllers: files like `memory.current`.
    Two,
}

/// The place of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The version of its hierarchy.
    pub version: Version,
    /// Its path below the root of the hierarchy, as `/proc/PID/cgroup` has it.
    pub path: String,
    /// The mount point that shows it.
    pub mount: PathBuf,
    /// Its directory, at or below `mount`.
    pub directory: PathBuf,
}

/// The mount of a hierarchy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The version of the hierarchy.
    pub version: Version,
    /// The group that stands at the mount point. A bind mount or a container shows a part of the hierarchy only.
    pub root: String,
    /// The mount point.
    pub point: PathBuf,
}

impl Mount {
    /// The mount of a line of `/proc/PID/mountinfo`; `None` if it shows no hierarchy that accounts memory.
    pub fn new<'a>(
        fs_type: &str,
        mut options: impl Iterator<Item = &'a str>,
        root: &str,
        point: &str,
    ) -> Option<Self> {
        let version = match fs_type {
            "cgroup" if options.any(|option| option == "memory") => Version::One,
            "cgroup2" => Version::Two,
            _ => return None,
        };
        Some(Self { version, root: unescape_octal(root), point: unescape_octal(point).into() })
    }
}

/// One line of `/proc/PID/cgroup`: the controllers of the hierarchy, none in version 2, and the path.
pub type Membership<'a> = (&'a [String], &'a str);

/// The places of the group that accounts the memory of a process: one for each mount that shows it, the first is best.
///
/// A hierarchy of version 1 with the memory controller goes first: on a hybrid system version 2 has no memory files.
pub fn places<'a>(memberships: impl Iterator<Item = Membership<'a>> + Clone, mounts: &[Mount]) -> Vec<Place> {
    let is_memory = |(controllers, _): &Membership<'_>| controllers.iter().any(|name| name == "memory");
    let first = memberships.clone().filter(is_memory).map(|(_, path)| (Version::One, path));
    let second = memberships.filter(|(list, _)| list.is_empty()).map(|(_, path)| (Version::Two, path));
    let groups = first.chain(second);
    groups
        .flat_map(|(version, path)| mounts.iter().filter_map(move |mount| place(version, path, mount)))
        .collect()
}

fn place(version: Version, path: &str, mount: &Mount) -> Option<Place> {
    let root = mount.root.trim_end_matches('/');
    let below = path.strip_prefix(root).filter(|below| below.is_empty() || below.starts_with('/'))?;
    // A group outside our cgroup namespace has a path that starts with `/..`; no mount point leads there.
    if mount.version != version || below.split('/').any(|part| part == "..") {
        return None;
    }
    let below = below.trim_start_matches('/');
    let directory = if below.is_empty() { mount.point.clone() } else { mount.point.join(below) };
    Some(Place { version, path: path.to_owned(), mount: mount.point.clone(), directory })
}

/// The text that a field of `/proc/PID/mountinfo` stands for: blank, tab, newline and backslash are written as `\040`.
fn unescape_octal(field: &str) -> String {
    let mut text = Vec::new();
    let mut rest = field.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let octal = (*first == b'\\').then(|| after.get(..3)).flatten();
        let byte = octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        text.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[3..] } else { after };
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// A size as a file of one number has it; `None` for `max` and for the number with which version 1 says "no limit".
pub fn size(text: &[u8]) -> Option<Bytes> {
    // Version 1 has no word for it: the largest multiple of the page size below 2^63.
    const NO_LIMIT: u64 = i64::MAX as u64 - (1 << 16);
    number(text).filter(|size| *size < NO_LIMIT).map(Bytes)
}

impl Version {
    /// The number that the trace shows.
    pub fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// Takes the parts of the memory from the text of `memory.stat`.
    ///
    /// Version 1 counts subgroups only in the keys with `total_`, and calls anonymous memory `rss`.
    pub fn parse_stat(self, text: &[u8], group: &mut Cgroup) {
        for (key, value) in pairs(text) {
            let size = number(value).map(Bytes);
            match (self, key) {
                (Self::Two, b"anon") | (Self::One, b"total_rss") => group.anon_bytes = size,
                (Self::Two, b"file") | (Self::One, b"total_cache") => group.file_bytes = size,
                (Self::Two, b"shmem") | (Self::One, b"total_shmem") => group.shmem_bytes = size,
                (Self::Two, b"kernel") => group.kernel_bytes = size,
                _ => {}
            }
        }
    }
}

/// Takes the events from the text of `memory.events`, or of `memory.oom_control` in version 1.
pub fn parse_events(text: &[u8], group: &mut Cgroup) {
    for (key, value) in pairs(text) {
        match key {
            b"oom_kill" => group.oom_kills = number(value),
            b"max" => group.max_events = number(value),
            _ => {}
        }
    }
}

/// The lines of a file of `key value` lines.
fn pairs(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split(|byte| *byte == b'\n').filter_map(|line| {
        let blank = line.iter().position(|byte| *byte == b' ')?;
        Some((&line[..blank], &line[blank + 1..]))
    })
}

#[cfg(test)]
mod tests {
    use procfs_core::process::MountInfos;
    use procfs_core::{FromBufRead, ProcessCGroups};

    use super::*;

    /// The directories of a group, from the texts of `/proc/PID/cgroup` and `/proc/PID/mountinfo`.
    fn directories(cgroup: &str, mountinfo: &str) -> Vec<(Version, String)> {
        let groups = ProcessCGroups::from_buf_read(cgroup.as_bytes()).expect("groups");
        let infos = MountInfos::from_buf_read(mountinfo.as_bytes()).expect("mounts");
        let mount = |info: &procfs_core::process::MountInfo| {
            let options = info.super_options.keys().map(String::as_str);
            Mount::new(&info.fs_type, options, &info.root, &info.mount_point.to_string_lossy())
        };
        let mounted: Vec<_> = infos.iter().filter_map(mount).collect();
        let memberships = groups.0.iter().map(|group| (&group.controllers[..], group.pathname.as_str()));
        let places = places(memberships, &mounted).into_iter();
        places.map(|place| (place.version, place.directory.to_string_lossy().into_owned())).collect()
    }

    const V2: &str =
        "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n";

    #[test]
    fn version_2_has_one_hierarchy() {
        let found = directories("0::/user.slice/user-1000.slice/run-7.scope\n", V2);
        assert_eq!(
            found,
            [(Version::Two, "/sys/fs/cgroup/user.slice/user-1000.slice/run-7.scope".to_owned())]
        );
    }

    #[test]
    fn a_hybrid_system_accounts_memory_in_version_1() {
        let mountinfo = "\
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n\
            32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n\
            35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n\
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
        let found = directories("9:name=systemd:/\n4:memory:/job/a b\n1:cpu,cpuacct:/\n0::/x\n", mountinfo);
        assert_eq!(found[0], (Version::One, "/sys/fs/cgroup/memory/job/a b".to_owned()));
        assert_eq!(found[1], (Version::Two, "/sys/fs/cgroup/unified/x".to_owned()));
    }

    /// A container of Docker without a cgroup namespace: the path is the host's, and the mount shows only its group.
    #[test]
    fn a_bind_mount_shows_a_part_of_the_hierarchy() {
        let mountinfo = "35 31 0:32 /docker/4f2 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
        let found = directories("4:memory:/docker/4f2\n", mountinfo);
        assert_eq!(found, [(Version::One, "/sys/fs/cgroup/memory".to_owned())]);
        let found = directories("4:memory:/docker/4f2/inner\n", mountinfo);
        assert_eq!(found, [(Version::One, "/sys/fs/cgroup/memory/inner".to_owned())]);
        assert!(directories("4:memory:/docker/4f\n", mountinfo).is_empty());
        assert!(directories("4:memory:/docker/4f27\n", mountinfo).is_empty());
    }

    /// In a cgroup namespace a path outside begins with `/..`. The mount of the parent namespace has such a root, too.
    #[test]
    fn a_group_outside_the_namespace_is_found_only_by_a_mount_that_shows_it() {
        assert!(directories("0::/../other\n", V2).is_empty());
        let outer = "30 23 0:26 /.. /host/cgroup rw - cgroup2 cgroup2 rw\n";
        assert_eq!(directories("0::/../other\n", outer), [(Version::Two, "/host/cgroup/other".to_owned())]);
    }

    #[test]
    fn a_mount_point_may_be_anywhere_and_contain_blanks() {
        let found = directories("0::/a\n", "30 23 0:26 / /mnt/my\\040groups rw - cgroup2 none rw\n");
        assert_eq!(found, [(Version::Two, "/mnt/my groups/a".to_owned())]);
        assert_eq!(unescape_octal("a\\134b\\"), "a\\b\\");
    }

    #[test]
    fn a_system_without_control_groups_has_none() {
        assert!(directories("", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n").is_empty());
    }

    #[test]
    fn the_parts_and_events_of_version_2() {
        let mut group = Cgroup::default();
        Version::Two.parse_stat(
            b"anon 8192\nfile 4096\nkernel 100\nkernel_stack 7\nshmem 12\nfile_mapped 5\nanon_thp 3\n",
            &mut group,
        );
        parse_events(b"low 0\nhigh 0\nmax 21\noom 2\noom_kill 1\noom_group_kill 0\n", &mut group);
        let size = |n| Some(Bytes(n));
        assert_eq!(
            (group.anon_bytes, group.file_bytes, group.shmem_bytes),
            (size(8192), size(4096), size(12))
        );
        assert_eq!((group.kernel_bytes, group.max_events, group.oom_kills), (size(100), Some(21), Some(1)));
    }

    /// The keys without `total_` of version 1 leave out the subgroups.
    #[test]
    fn the_parts_and_events_of_version_1() {
        let mut group = Cgroup::default();
        let stat = b"cache 1\nrss 2\nshmem 3\nhierarchical_memory_limit 9\ntotal_cache 40\ntotal_rss 50\ntotal_shmem 6\n";
        Version::One.parse_stat(stat, &mut group);
        parse_events(b"oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", &mut group);
        let size = |n| Some(Bytes(n));
        assert_eq!((group.anon_bytes, group.file_bytes, group.shmem_bytes), (size(50), size(40), size(6)));
        assert_eq!((group.kernel_bytes, group.max_events, group.oom_kills), (None, None, Some(3)));
    }

    #[test]
    fn no_limit_is_none() {
        assert_eq!(size(b"max\n"), None);
        assert_eq!(size(b"9223372036854771712\n"), None);
        assert_eq!(size(b"9223372036854710272\n"), None);
        assert_eq!(size(b"157286400\n"), Some(Bytes(157_286_400)));
    }
}
