//! The making and removing of a control group for a command, where the system allows it: as root, or in a delegated group.
//!
//! In version 2 a group that has processes cannot account groups below it, except the root group. If rprof is the only
//! process there, as under `systemd-run --scope`, it moves to a subgroup of its own first.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::cgroup::direct_processes;
use crate::error::Error;
use crate::parse::linux::cgroup::{Place, Version};

/// The names of the groups are `rprof-PID` for the command, and `rprof-PID-self` for rprof.
const PREFIX: &str = "rprof-";
const OF_RPROF: &str = "-self";

/// The remedy in the messages of all errors.
const REMEDY: &str =
    "run `systemd-run --user --scope -p Delegate=yes rprof run --cgroup …`, or run rprof as root";

/// A group that rprof made. It is removed on drop, when all its processes have ended.
#[derive(Debug)]
pub struct Created {
    /// The open `cgroup.procs` of the group.
    entry: File,
    directory: PathBuf,
    /// The group of rprof at the start.
    parent: PathBuf,
    /// The group to which rprof has moved.
    of_rprof: Option<PathBuf>,
    /// True if rprof enabled the memory controller for the groups below `parent`.
    enabled: bool,
}

impl Created {
    /// Makes a group below one of these places of the current group, the first of which is the one that accounts memory.
    ///
    /// # Errors
    /// `Cgroup` with the reason and the remedy.
    pub fn new(current: Vec<Place>) -> Result<(Place, Self), Error> {
        let parent = current.into_iter().find(|place| place.directory.is_dir());
        let parent =
            parent.ok_or_else(|| refused("no mounted hierarchy shows the group of rprof".to_owned()))?;
        let name = format!("{PREFIX}{}", std::process::id());
        remove_left_over(&parent.directory);
        let (of_rprof, enabled) = match parent.version {
            Version::One => (None, false),
            Version::Two => enable_memory(&parent, &name)?,
        };
        let directory = parent.directory.join(&name);
        // From here on, dropping `undo` takes back what was done.
        let made = fs::create_dir(&directory)
            .and_then(|()| OpenOptions::new().write(true).open(directory.join("cgroup.procs")));
        let place = Place {
            path: format!("{}/{name}", parent.path.trim_end_matches('/')),
            directory: directory.clone(),
            ..parent.clone()
        };
        match made {
            Ok(entry) => Ok((place, Self { entry, directory, parent: parent.directory, of_rprof, enabled })),
            Err(error) => {
                let _ = fs::remove_dir(&directory);
                undo(&parent.directory, of_rprof.as_deref(), enabled);
                Err(refused(format!("cannot make a group below `{}`: {}", parent.path, words(&error))))
            }
        }
    }

    /// The open file to which a process writes `0` to enter the group.
    pub fn entry(&self) -> &File {
        &self.entry
    }
}

impl Drop for Created {
    fn drop(&mut self) {
        // It fails while processes are left, which keep their group. The next rprof removes it, see `remove_left_over`.
        if remove_tree(&self.directory) {
            undo(&self.parent, self.of_rprof.as_deref(), self.enabled);
        }
    }
}

/// Enables the memory controller for the groups below `group`. Returns the group to which rprof had to move, and true if
/// the controller was not enabled before.
fn enable_memory(group: &Place, name: &str) -> Result<(Option<PathBuf>, bool), Error> {
    let has = |file: &str| {
        let text = fs::read_to_string(group.directory.join(file)).unwrap_or_default();
        text.split_whitespace().any(|controller| controller == "memory")
    };
    if has("cgroup.subtree_control") {
        return Ok((None, false));
    }
    let path = &group.path;
    if !has("cgroup.controllers") {
        return Err(refused(format!("the memory controller is not delegated to the group `{path}`")));
    }
    let control = group.directory.join("cgroup.subtree_control");
    let Err(error) = fs::write(&control, "+memory") else { return Ok((None, true)) };
    if error.raw_os_error() != Some(libc::EBUSY) {
        return Err(refused(format!("cannot account memory below the group `{path}`: {}", words(&error))));
    }
    if direct_processes(&group.directory) != [std::process::id()] {
        return Err(refused(format!(
            "the group `{path}` has other processes, so that the kernel accounts no groups below it"
        )));
    }
    let of_rprof = group.directory.join(format!("{name}{OF_RPROF}"));
    let moved = fs::create_dir(&of_rprof).and_then(|()| fs::write(of_rprof.join("cgroup.procs"), "0"));
    match moved.and_then(|()| fs::write(&control, "+memory")) {
        Ok(()) => Ok((Some(of_rprof), true)),
        Err(error) => {
            undo(&group.directory, Some(&of_rprof), false);
            Err(refused(format!("cannot move rprof below the group `{path}`: {}", words(&error))))
        }
    }
}

/// Takes back what `enable_memory` did. What another process needs by now stays.
fn undo(parent: &Path, of_rprof: Option<&Path>, enabled: bool) {
    if enabled {
        let _ = fs::write(parent.join("cgroup.subtree_control"), "-memory");
    }
    if let Some(of_rprof) = of_rprof {
        let _ = fs::write(parent.join("cgroup.procs"), "0");
        let _ = fs::remove_dir(of_rprof);
    }
}

/// Removes a group and its subgroups; false if a process is left in one of them. The kernel removes empty groups only.
fn remove_tree(group: &Path) -> bool {
    for entry in fs::read_dir(group).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_tree(&entry.path());
        }
    }
    fs::remove_dir(group).is_ok()
}

/// Removes the empty groups of an rprof that was killed.
fn remove_left_over(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let pid = number.map(|number| number.strip_suffix(OF_RPROF).unwrap_or(number));
        let is_dead = pid
            .and_then(|pid| pid.parse::<u32>().ok())
            .is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists());
        if is_dead {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

fn refused(reason: String) -> Error {
    Error::Cgroup { reason, remedy: REMEDY }
}

fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the hierarchy is mounted read-only".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_groups_of_dead_rprofs_are_removed() {
        let place = tempfile::tempdir().expect("a place");
        let alive = format!("{PREFIX}{}", std::process::id());
        // No pid is as large.
        let names = ["rprof-4294967295", "rprof-4294967295-self", &alive, "rprof-test-7", "other"];
        for name in names {
            fs::create_dir(place.path().join(name)).expect("room");
        }
        remove_left_over(place.path());
        let left = names.map(|name| place.path().join(name).exists());
        assert_eq!(left, [false, false, true, true, true]);
    }
}
