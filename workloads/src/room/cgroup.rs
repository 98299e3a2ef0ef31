//! The memory limits of Linux control groups, version 1 and 2. In a container or a batch job, the kernel kills a
//! process that exceeds its group's limit, even if the machine has free memory. This module only reads files, below a
//! root that tests can choose.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux has control groups"))]

use super::Limit;
use std::fs;
use std::path::Path;

/// The files of one version: the limit, the usage, and the line of `memory.stat` with the droppable file cache.
/// Source: the kernel's `admin-guide/cgroup-v2.rst` and `admin-guide/cgroup-v1/memory.rst`.
struct Version {
    mount: &'static str,
    limit: &'static str,
    usage: &'static str,
    cache: &'static str,
}

const ONE: Version = Version {
    mount: "memory",
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    cache: "total_inactive_file",
};
const TWO: Version =
    Version { mount: "", limit: "memory.max", usage: "memory.current", cache: "inactive_file" };

/// Returns the available memory in each limited group of this process, and in the ancestors of each group.
/// `membership` is the text of `/proc/self/cgroup`, and `root` is the mount point of the groups.
pub(super) fn limits(root: &Path, membership: &str) -> Vec<Limit> {
    let mut limits = Vec::new();
    for line in membership.lines() {
        // A line is `hierarchy id:controllers:path`, see cgroups(7).
        let mut fields = line.splitn(3, ':');
        let (Some(id), Some(controllers), Some(path)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        let version = match (id, controllers) {
            ("0", "") => &TWO,
            (_, list) if list.split(',').any(|name| name == "memory") => &ONE,
            _ => continue,
        };
        let mount = root.join(version.mount);
        // Inside a container the path may be the host's and not exist. Its ancestors end at the mount, which is the
        // container's own group.
        let group = mount.join(path.trim_start_matches('/'));
        let ancestors = group.ancestors().take_while(|directory| directory.starts_with(&mount));
        limits.extend(ancestors.filter_map(|directory| room(directory, version)));
    }
    limits
}

/// Returns the available memory in one group; `None` if it has no limit or does not report one.
fn room(group: &Path, version: &Version) -> Option<Limit> {
    let read = |name| fs::read_to_string(group.join(name)).ok();
    let number = |name| read(name)?.trim().parse::<u64>().ok();
    let path = group.join(version.limit);
    let (limit, usage) = (number(version.limit)?, number(version.usage)?);
    let cache = read("memory.stat").and_then(|stat| {
        let line = stat.lines().find_map(|line| line.strip_prefix(version.cache)?.strip_prefix(' '))?;
        line.parse::<u64>().ok()
    });
    let bytes = limit.saturating_sub(usage.saturating_sub(cache.unwrap_or(0)));
    Some(Limit { bytes, source: format!("`{}`, less the memory in use", path.display()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creates a directory of groups with these files.
    fn groups(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a directory");
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a group");
            fs::write(path, text).expect("a file");
        }
        root
    }

    fn bytes(root: &tempfile::TempDir, membership: &str) -> Vec<u64> {
        limits(root.path(), membership).into_iter().map(|limit| limit.bytes).collect()
    }

    #[test]
    fn version_2_includes_ancestors_and_the_cache() {
        let root = groups(&[
            ("a/b/memory.max", "max\n"),
            ("a/b/memory.current", "10\n"),
            ("a/memory.max", "1000\n"),
            ("a/memory.current", "400\n"),
            ("a/memory.stat", "anon 100\ninactive_file 300\nactive_file 7\n"),
        ]);
        assert_eq!(bytes(&root, "0::/a/b\n"), [900]);
    }

    #[test]
    fn version_1_is_found_among_other_controllers() {
        let root = groups(&[
            ("memory/job/memory.limit_in_bytes", "5000\n"),
            ("memory/job/memory.usage_in_bytes", "1000\n"),
            ("memory/job/memory.stat", "inactive_file 1\ntotal_inactive_file 500\n"),
            ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("memory/memory.usage_in_bytes", "1000\n"),
        ]);
        let membership = "5:cpu,cpuacct:/job\n4:cpuset,memory:/job\n0::/\n";
        assert_eq!(bytes(&root, membership), [4500, 9_223_372_036_854_770_712]);
    }

    #[test]
    fn in_a_container_the_mount_point_is_the_group() {
        let root = groups(&[("memory.max", "1000\n"), ("memory.current", "200\n")]);
        assert_eq!(bytes(&root, "0::/host/path/of/container\n"), [800]);
    }

    #[test]
    fn a_group_over_its_limit_has_no_room_and_malformed_lines_are_skipped() {
        let root = groups(&[("memory.max", "100\n"), ("memory.current", "200\n")]);
        assert_eq!(bytes(&root, "0::/\n\nnot a group\n7:memory\n"), [0]);
    }
}
