//! The control group of a process: found through `/proc/PID/cgroup` and the mounts, read through kept descriptors.
//! A reading of the events takes 1 µs, one of the membership 4 µs, one of everything 20 µs.

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use memchr::memmem;
use procfs_core::process::{MountInfo, MountInfos};
use procfs_core::{FromBufRead, ProcessCGroups};
use rprof_trace::{Bytes, Cgroup};

use super::cgroup_create::Created;
use super::process::Process;
use crate::error::Error;
use crate::parse::linux::cgroup::{Mount, Place, Version, parse_events, places, size};

/// The group that accounts the memory of a process.
#[derive(Debug)]
pub struct Group {
    place: Place,
    current: Option<File>,
    stat: Option<File>,
    events: Option<File>,
    peak: Option<File>,
    /// The groups and settings that rprof made for it; `None` for a group that was there before.
    created: Option<Created>,
    /// The text of the `/proc/PID/cgroup` that the group was found by; empty for a group that rprof made.
    membership: Vec<u8>,
    /// The open `/proc/PID/cgroup` of the process to follow.
    followed: Option<File>,
}

impl Group {
    /// The group of a process; `None` if no mount shows it. The root group of version 2 accounts no memory: its readings
    /// are empty.
    pub fn of(pid: u32) -> Option<Self> {
        let text = fs::read(format!("/proc/{pid}/cgroup")).ok()?;
        let mut places = find(&text)?;
        let accounts = |place: &Place| place.file(place.names().current).is_some();
        let at =
            places.iter().position(accounts).or(places.iter().position(|place| place.directory.is_dir()))?;
        let place = places.swap_remove(at);
        Some(Self { membership: text, ..Self::at(place, None) })
    }

    /// Makes a group for a command, below the group of rprof.
    ///
    /// # Errors
    /// `Cgroup` with the reason and the remedy when the system does not allow it.
    pub fn create() -> Result<Self, Error> {
        let own = fs::read("/proc/self/cgroup").ok();
        let (place, created) = Created::new(own.and_then(|text| find(&text)).unwrap_or_default())?;
        Ok(Self::at(place, Some(created)))
    }

    fn at(place: Place, created: Option<Created>) -> Self {
        let names = place.names();
        let [current, events, peak] = [names.current, names.events, names.peak].map(|name| place.file(name));
        Self {
            current,
            events,
            peak,
            stat: place.file("memory.stat"),
            place,
            created,
            membership: Vec::new(),
            followed: None,
        }
    }

    /// The path below the root of the hierarchy.
    pub fn path(&self) -> &str {
        &self.place.path
    }

    /// True if rprof made the group for the command.
    pub fn is_created(&self) -> bool {
        self.created.is_some()
    }

    /// The descriptor to which the command writes `0` to enter the group; `None` if rprof did not make the group.
    pub fn entry(&self) -> Option<i32> {
        self.created.as_ref().map(|created| created.entry().as_raw_fd())
    }

    /// True if a process, always the same, is in another group. A process that has ended is not.
    pub fn has_moved(&mut self, pid: u32) -> bool {
        if self.membership.is_empty() {
            return false;
        }
        if self.followed.is_none() {
            self.followed = File::open(format!("/proc/{pid}/cgroup")).ok();
        }
        let Some(file) = &self.followed else { return false };
        let mut text = [0; 4096];
        // The kernel shows the root group for a zombie.
        file.read_at(&mut text, 0)
            .is_ok_and(|length| text[..length] != self.membership[..self.membership.len().min(text.len())])
            && Process::open(pid).is_ok_and(|(_, reading)| !reading.dead)
    }

    /// Reads the events: the number of OOM kills, and how often the limit was hit.
    pub fn read_events(&self, into: &mut Cgroup) {
        into.version = self.place.version.number();
        let mut text = [0; 1024];
        if let Some(length) = self.events.as_ref().and_then(|file| file.read_at(&mut text, 0).ok()) {
            parse_events(&text[..length], into);
        }
    }

    /// Reads the memory and its parts, and the kernel's own maximum.
    pub fn read_memory(&self, into: &mut Cgroup) {
        into.current_bytes = number(self.current.as_ref());
        into.peak_bytes = number(self.peak.as_ref());
        let mut text = [0; 8192];
        if let Some(length) = self.stat.as_ref().and_then(|file| file.read_at(&mut text, 0).ok()) {
            self.place.version.parse_stat(&text[..length], into);
        }
        if self.place.version == Version::One {
            // It stays 0 if the kernel was booted without the accounting of its memory.
            let kernel = self.place.file("memory.kmem.usage_in_bytes");
            into.kernel_bytes = number(kernel.as_ref()).filter(|bytes| bytes.0 > 0);
        }
    }

    /// Reads the smallest limit of the group and its ancestors, as far as the mount shows them.
    pub fn read_limit(&self, into: &mut Cgroup) {
        let name = self.place.names().limit;
        let groups =
            self.place.directory.ancestors().take_while(|group| group.starts_with(&self.place.mount));
        into.max_bytes = groups.filter_map(|group| size(&fs::read(group.join(name)).ok()?)).min();
    }

    /// The processes of the group and its subgroups.
    pub fn processes(&self) -> Vec<u32> {
        let mut pids = Vec::new();
        add_processes(&self.place.directory, &mut pids);
        pids
    }

    /// Kills every process of a group that rprof made, in one step in version 2 since Linux 5.14.
    pub fn kill(&self) {
        if self.is_created() && fs::write(self.place.directory.join("cgroup.kill"), "1").is_err() {
            for pid in self.processes() {
                let _ = super::kill(pid, libc::SIGKILL);
            }
        }
    }
}

/// The names of the files in a group.
pub(super) struct Names {
    current: &'static str,
    peak: &'static str,
    events: &'static str,
    limit: &'static str,
}

impl Place {
    fn names(&self) -> Names {
        match self.version {
            Version::One => Names {
                current: "memory.usage_in_bytes",
                peak: "memory.max_usage_in_bytes",
                events: "memory.oom_control",
                limit: "memory.limit_in_bytes",
            },
            Version::Two => Names {
                current: "memory.current",
                peak: "memory.peak",
                events: "memory.events",
                limit: "memory.max",
            },
        }
    }

    fn file(&self, name: &str) -> Option<File> {
        File::open(self.directory.join(name)).ok()
    }
}

/// The places of the group in the text of a `/proc/PID/cgroup`.
fn find(membership: &[u8]) -> Option<Vec<Place>> {
    let groups = ProcessCGroups::from_buf_read(membership).ok()?.0;
    // Parsing all lines would take a tenth of the time of a start.
    let lines = fs::read("/proc/self/mountinfo").ok()?;
    let groups_only = lines
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| memmem::find(line, b" - cgroup").is_some());
    let mounts = MountInfos::from_buf_read(&groups_only.collect::<Vec<_>>().concat()[..]).ok()?;
    let mount = |info: &MountInfo| {
        let options = info.super_options.keys().map(String::as_str);
        Mount::new(&info.fs_type, options, &info.root, &info.mount_point.to_string_lossy())
    };
    let mounts: Vec<_> = mounts.iter().filter_map(mount).collect();
    let memberships = groups.iter().map(|group| (&group.controllers[..], group.pathname.as_str()));
    Some(places(memberships, &mounts))
}

fn number(file: Option<&File>) -> Option<Bytes> {
    let mut text = [0; 32];
    let length = file?.read_at(&mut text, 0).ok()?;
    size(&text[..length])
}

/// The process ids in the `cgroup.procs` of a group.
pub(super) fn direct_processes(group: &Path) -> Vec<u32> {
    let text = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

fn add_processes(group: &Path, pids: &mut Vec<u32>) {
    pids.extend(direct_processes(group));
    for entry in fs::read_dir(group).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            add_processes(&entry.path(), pids);
        }
    }
}
