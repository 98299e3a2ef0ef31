//! One process, held by its pid and start time, which are compared at each reading: a reused pid is never mistaken for
//! it, and it survives exec and the death of its parent.

use crate::error::ReadError;
use crate::parse::macos::{self, Identity, Task};
use crate::platform::{Autopsy, Reading, Shares};
use rprof_trace::{Bytes, Memory};

use super::kernel::{self, TaskName};

/// A process that is watched.
#[derive(Debug)]
pub struct Process {
    pid: u32,
    /// Its start time; `None` while it belongs to another user and does not tell.
    start: Option<(u64, u64)>,
    /// The task it ran in at the last reading.
    task: Option<TaskName>,
}

impl Process {
    /// Takes hold of process `pid` and reads it once.
    ///
    /// # Errors
    /// `Gone` when there is no such process, `Denied` when it belongs to another user.
    pub fn open(pid: u32) -> Result<(Self, Reading), ReadError> {
        let mut process = Self { pid, start: None, task: None };
        let reading = process.read()?;
        Ok((process, reading))
    }

    /// Takes hold of a process that belongs to another user (`sudo`): it is part of the tree, but what it holds is
    /// `Denied` until it becomes ours.
    ///
    /// # Errors
    /// `Gone` when there is no such process.
    pub fn open_unread(pid: u32) -> Result<(Self, Reading), ReadError> {
        let public = kernel::public(pid)?;
        let memory = Memory::default();
        let reading = Reading { name: public.name, ppid: public.ppid, memory, dead: public.dead };
        Ok((Self { pid, start: None, task: None }, reading))
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Reads its name, parent and memory: three system calls.
    ///
    /// # Errors
    /// `Gone` when it was reaped, `Denied` when it belongs to another user now.
    pub fn read(&mut self) -> Result<Reading, ReadError> {
        let who = self.identify()?;
        let memory = if who.dead { Memory::default() } else { self.memory()? };
        Ok(Reading { name: who.name, ppid: who.ppid, memory, dead: who.dead })
    }

    fn identify(&mut self) -> Result<Identity, ReadError> {
        let who = kernel::identity(self.pid)?;
        if *self.start.get_or_insert(who.start) == who.start { Ok(who) } else { Err(ReadError::Gone) }
    }

    fn memory(&mut self) -> Result<Memory, ReadError> {
        let usage = kernel::usage(self.pid)?;
        let task = self.task();
        let size = if task.is_none() { kernel::virtual_size(self.pid) } else { None };
        Ok(mac_data::memory(usage, task, size))
    }

    /// The port is dead after an exec: opened again once, and if that fails too there is no high-water mark.
    fn task(&mut self) -> Option<Task> {
        if let Some(facts) = self.task.as_ref().and_then(TaskName::facts) {
            return Some(facts);
        }
        self.task = TaskName::open(self.pid);
        self.task.as_ref().and_then(TaskName::facts)
    }

    /// macOS does not set a high-water mark back.
    ///
    /// # Errors
    /// `Unsupported`, always.
    #[allow(clippy::unused_self, reason = "the seam's form")]
    pub fn reset_hwm(&self) -> Result<(), ReadError> {
        Err(ReadError::Unsupported)
    }

    /// macOS does not count a page's sharers.
    ///
    /// # Errors
    /// `Unsupported`, always.
    #[allow(clippy::unused_self, reason = "the seam's form")]
    pub fn shares(&self) -> Result<Shares, ReadError> {
        Err(ReadError::Unsupported)
    }

    /// This system does not tell.
    ///
    /// # Errors
    /// `Unsupported`, always.
    pub fn child_faults(&self) -> Result<u64, ReadError> {
        Err(ReadError::Unsupported)
    }

    /// Sends it a signal; whether it was there to take it. Another process that took its number is only at risk in the
    /// microsecond between the look and the kill, and numbers start over after 99 999 births.
    pub fn signal(&mut self, number: i32) -> bool {
        self.identify().is_ok_and(|who| !who.dead) && super::kill(self.pid, number)
    }
}

/// What a zombie still tells.
pub fn autopsy(pid: u32) -> Autopsy {
    kernel::last_usage(pid).map_or_else(
        |_| Autopsy::default(),
        |(footprint, child_elapsed)| Autopsy {
            had_children: Some(mac_data::had_children(child_elapsed)),
            max_footprint: Some(Bytes(footprint)),
        },
    )
}

/// Not told by macOS, where `posix_spawn` makes a task of its own from the start and vfork has become fork.
pub fn share_memory(_a: u32, _b: u32) -> Option<bool> {
    None
}
