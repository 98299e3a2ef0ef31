//! Control groups on systems that have none: a group that never exists, and a log of OOM kills that cannot be opened.

use rprof_trace::Cgroup;

use super::LoggedKill;
use crate::error::Error;

/// A group, which never exists here.
#[derive(Debug)]
pub enum Group {}

impl Group {
    /// Always `None`.
    pub fn of(_pid: u32) -> Option<Self> {
        None
    }

    /// Makes no group.
    ///
    /// # Errors
    /// `Cgroup`, always.
    pub fn create() -> Result<Self, Error> {
        Err(Error::Cgroup {
            reason: "this system has none".to_owned(),
            remedy: "run rprof without `--cgroup`",
        })
    }

    /// The path.
    pub fn path(&self) -> &str {
        match *self {}
    }

    /// True if rprof made it.
    pub fn is_created(&self) -> bool {
        match *self {}
    }

    /// The descriptor by which a process enters.
    pub fn entry(&self) -> Option<i32> {
        match *self {}
    }

    /// True if the process has left it.
    pub fn has_moved(&mut self, _pid: u32) -> bool {
        match *self {}
    }

    /// Reads the events.
    pub fn read_events(&self, _into: &mut Cgroup) {
        match *self {}
    }

    /// Reads the memory.
    pub fn read_memory(&self, _into: &mut Cgroup) {
        match *self {}
    }

    /// Reads the limit.
    pub fn read_limit(&self, _into: &mut Cgroup) {
        match *self {}
    }

    /// The processes.
    pub fn processes(&self) -> Vec<u32> {
        match *self {}
    }

    /// Kills the processes.
    pub fn kill(&self) {
        match *self {}
    }
}

/// A log, which never exists here.
#[derive(Debug)]
pub enum OomLog {}

impl OomLog {
    /// Always `None`.
    pub fn open() -> Option<Self> {
        None
    }

    /// The kills.
    pub fn new_kills(&mut self) -> Vec<LoggedKill> {
        match *self {}
    }
}
