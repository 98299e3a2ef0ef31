//! A process of macOS, held by its pid and start time. Both are compared at each reading, so a reused pid is never
//! mistaken for it. The identity survives an exec and the death of the parent.

use crate::error::ReadError;
use crate::parse::CommandLine;
use crate::parse::macos::{self as parse, Identity, Task};
use crate::platform::{FaultCounts, Reading, SmapsRollup, ZombieFacts};
use rprof_trace::{Bytes, Memory};

use super::kernel::{self, TaskName};

/// A process that rprof measures.
#[derive(Debug)]
pub struct Process {
    pid: u32,
    /// The start time; `None` while the process belongs to another user.
    start: Option<(u64, u64)>,
    /// The task at the last reading.
    task: Option<TaskName>,
    /// The number of tasks so far. An exec makes a new one.
    tasks: u64,
}

impl Process {
    /// Opens process `pid` and reads it once.
    ///
    /// # Errors
    /// `Gone` when there is no such process, `Denied` when it belongs to another user.
    pub fn open(pid: u32) -> Result<(Self, Reading), ReadError> {
        let mut process = Self { pid, start: None, task: None, tasks: 0 };
        let reading = process.read()?;
        Ok((process, reading))
    }

    /// Opens a process of another user, as `sudo` starts one. It is part of the tree, but every reading is `Denied` until
    /// it becomes ours.
    ///
    /// # Errors
    /// `Gone` when there is no such process.
    pub fn open_unread(pid: u32) -> Result<(Self, Reading), ReadError> {
        let public = kernel::public(pid)?;
        let memory = Memory::default();
        let reading = Reading {
            name: public.name,
            ppid: public.ppid,
            memory,
            dead: public.dead,
            ignores_children: false,
        };
        Ok((Self { pid, start: None, task: None, tasks: 0 }, reading))
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Reads name, parent and memory: three system calls.
    ///
    /// # Errors
    /// `Gone` when it was reaped, `Denied` when it belongs to another user now.
    pub fn read(&mut self) -> Result<Reading, ReadError> {
        let who = self.identify()?;
        let memory = if who.dead { Memory::default() } else { self.memory()? };
        Ok(Reading { name: who.name, ppid: who.ppid, memory, dead: who.dead, ignores_children: false })
    }

    /// Does nothing: each reading is a full one.
    #[allow(clippy::unused_self, reason = "the signature of every platform")]
    pub fn forget_reading(&mut self) {}

    fn identify(&mut self) -> Result<Identity, ReadError> {
        let who = kernel::identity(self.pid)?;
        if *self.start.get_or_insert(who.start) == who.start { Ok(who) } else { Err(ReadError::Gone) }
    }

    fn memory(&mut self) -> Result<Memory, ReadError> {
        let usage = kernel::usage(self.pid)?;
        let task = self.task();
        let size = if task.is_none() { kernel::virtual_size(self.pid) } else { None };
        Ok(parse::memory(usage, task, size))
    }

    /// The facts of the task. Its port is dead after an exec and is opened once more. If that fails, there is no mark.
    fn task(&mut self) -> Option<Task> {
        if let Some(facts) = self.task.as_ref().and_then(TaskName::facts) {
            return Some(facts);
        }
        self.task = TaskName::open(self.pid);
        self.tasks += u64::from(self.task.is_some());
        self.task.as_ref().and_then(TaskName::facts)
    }

    /// Not available: macOS cannot reset a high-water mark.
    ///
    /// # Errors
    /// `Unsupported`, always.
    #[allow(clippy::unused_self, reason = "the signature of every platform")]
    pub fn reset_hwm(&mut self) -> Result<(), ReadError> {
        Err(ReadError::Unsupported)
    }

    /// Not available: macOS does not count the sharers of a page.
    ///
    /// # Errors
    /// `Unsupported`, always.
    #[allow(clippy::unused_self, reason = "the signature of every platform")]
    pub fn smaps_rollup(&self) -> Result<SmapsRollup, ReadError> {
        Err(ReadError::Unsupported)
    }

    /// Not available: macOS reports no faults of children.
    ///
    /// # Errors
    /// `Unsupported`, always.
    #[allow(clippy::unused_self, reason = "the signature of every platform")]
    pub fn faults(&mut self) -> Result<FaultCounts, ReadError> {
        Err(ReadError::Unsupported)
    }

    /// A number that an exec changes; 0 when not known.
    pub fn image(&mut self) -> u64 {
        self.tasks
    }

    /// Reads the command line; empty when it may not be read or the process has ended.
    pub fn command_line(&self) -> CommandLine {
        let answer = kernel::process_arguments(self.pid).unwrap_or_default();
        parse::arguments(&answer).map_or_else(CommandLine::default, CommandLine::new)
    }

    /// Sends a signal to this process. True if the process was there.
    ///
    /// Another process with the same pid could receive it only if it were born in the microsecond between the check and
    /// the kill. Pids start over after 99,999 births.
    ///
    /// # Errors
    /// `Gone` when it has ended, `Denied` when the kernel does not permit the signal, as for a set-uid program.
    pub fn signal(&mut self, number: i32) -> Result<(), ReadError> {
        if self.identify().is_ok_and(|who| !who.dead) {
            super::kill(self.pid, number)
        } else {
            Err(ReadError::Gone)
        }
    }
}

/// Reads the facts that the kernel keeps of a zombie.
pub fn read_zombie(pid: u32) -> ZombieFacts {
    kernel::last_usage(pid).map_or_else(
        |_| ZombieFacts::default(),
        |(footprint, child_elapsed)| ZombieFacts {
            had_children: Some(parse::had_children(child_elapsed)),
            max_footprint: Some(Bytes(footprint)),
            ..ZombieFacts::default()
        },
    )
}

/// Always `None`: on macOS `posix_spawn` makes a new task from the start, and vfork is a fork.
pub fn share_address_space(_a: u32, _b: u32) -> Option<bool> {
    None
}
