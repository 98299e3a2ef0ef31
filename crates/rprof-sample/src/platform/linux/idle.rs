//! The proof that a process has not changed since its last reading, for an eighth of the cost of a reading.
//! A process that the scheduler has not run since then has touched no page, so its high-water mark is the same, too.
//! A process with several threads has several schedules. There, the fault counters of `stat` are the proof.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

use nix::sys::resource::{Resource, getrlimit};
use rprof_trace::Part;

use super::process::open;
use crate::parse::linux::proc::Status;
use crate::parse::linux::stat::{Stat, has_schedule};
use crate::platform::{FaultCounts, Reading};

// The time of one pread from an open descriptor, x86-64, Linux 6.18, 1,000 idle processes:
//
//   status 8.6 µs    stat 1.5 µs (2.5 µs more to open and close it)    statm 0.6 µs    schedstat 0.4 µs

/// The number of readings in a row that must find a process asleep before the proof is tried.
const FIRST_PATIENCE: u32 = 2;
/// The largest such number. It doubles each time the proof fails, so that a process that wakes often costs no more.
const LAST_PATIENCE: u32 = 64;

/// A file of one process in /proc that stays open.
#[derive(Debug)]
pub struct KeptFile {
    name: &'static str,
    file: Option<File>,
}

/// The state of a process just before a reading.
#[derive(Debug)]
enum Mark {
    /// The texts of `schedstat`, which changes whenever the process runs, and of `statm`, which shows what others did to
    /// its memory, such as reclaim.
    Schedule(Text, Text),
    /// The fault counters, with the other facts that a reading has and that change without a fault.
    Counters(Stat),
}

/// A short text of /proc.
#[derive(Debug, PartialEq, Eq)]
struct Text {
    bytes: [u8; 96],
    length: usize,
}

/// The last reading of a process, and the evidence that it still holds.
#[derive(Debug)]
pub struct Idle {
    schedstat: KeptFile,
    statm: KeptFile,
    /// The evidence; `None` when the next reading must be a full one.
    mark: Option<Mark>,
    reading: Option<Reading>,
    /// The fault counters; `None` when they were not read since the mark was taken.
    faults: Option<FaultCounts>,
    /// True if the last reading found several threads.
    has_threads: bool,
    /// The number of readings in a row that found the process asleep.
    calm: u32,
    /// The number of such readings after which the proof is tried.
    patience: u32,
}

impl Idle {
    /// Without evidence yet.
    pub fn new() -> Self {
        Self {
            schedstat: KeptFile::new("schedstat"),
            statm: KeptFile::new("statm"),
            mark: None,
            reading: None,
            faults: None,
            has_threads: false,
            calm: 0,
            patience: FIRST_PATIENCE,
        }
    }

    /// The last reading if nothing has changed since.
    pub fn reading(&mut self, pid: u32, stat: &mut KeptFile) -> Option<Reading> {
        let holds = match self.mark.as_ref()? {
            Mark::Schedule(schedule, memory) => {
                self.schedstat.text(pid).is_ok_and(|now| now == *schedule)
                    && self.statm.text(pid).is_ok_and(|now| now == *memory)
            }
            Mark::Counters(counters) => stat.stat(pid).is_ok_and(|now| now == *counters),
        };
        if holds {
            self.patience = FIRST_PATIENCE;
        } else {
            self.patience = (self.patience * 2).min(LAST_PATIENCE);
            self.forget();
        }
        self.reading
    }

    /// The fault counters if the process has not run since they were read.
    pub fn faults(&mut self, pid: u32) -> Option<FaultCounts> {
        let Some(Mark::Schedule(schedule, _)) = &self.mark else { return None };
        let known = self.faults?;
        self.schedstat.text(pid).is_ok_and(|now| now == *schedule).then_some(known)
    }

    /// Takes the evidence. Call it right before a full reading.
    pub fn take_mark(&mut self, pid: u32, stat: &mut KeptFile) {
        self.clear();
        if self.calm < self.patience {
            return;
        }
        let schedule = if self.has_threads { None } else { self.schedstat.text(pid).ok() };
        self.mark = match schedule.filter(|text| has_schedule(text.as_bytes())) {
            Some(schedule) => self.statm.text(pid).ok().map(|memory| Mark::Schedule(schedule, memory)),
            None if stat.keep(pid) => stat.stat(pid).ok().map(Mark::Counters),
            None => None,
        };
    }

    /// Keeps a full reading.
    pub fn keep(&mut self, status: &Status, reading: &Reading) {
        self.has_threads = status.threads != 1;
        // If the main thread has ended before the others, its files show no memory to compare.
        let has_memory = !status.is_dead() && status.memory.get(Part::Rss).is_some();
        let is_calm = has_memory && (self.has_threads || status.state != b'R');
        self.calm = if is_calm { self.calm.saturating_add(1) } else { 0 };
        // On a processor, a process can go on to run without a change of its schedule.
        let is_void = !is_calm || (self.has_threads && matches!(self.mark, Some(Mark::Schedule(..))));
        if is_void {
            self.forget();
        } else if self.mark.is_some() {
            self.reading = Some(*reading);
        }
    }

    /// True if there is a reading to give out again.
    #[cfg(test)]
    pub fn has_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// Keeps fault counters that were just read.
    pub fn keep_faults(&mut self, faults: FaultCounts) {
        self.faults = Some(faults);
    }

    /// Makes the next readings full ones, until the process has rested again.
    pub fn forget(&mut self) {
        self.clear();
        self.calm = 0;
    }

    fn clear(&mut self) {
        (self.mark, self.reading, self.faults) = (None, None, None);
    }
}

impl KeptFile {
    /// `/proc/PID/NAME`, not opened yet.
    pub fn new(name: &'static str) -> Self {
        Self { name, file: None }
    }

    /// Opens the file for good. False if it cannot be opened or descriptors are scarce.
    pub fn keep(&mut self, pid: u32) -> bool {
        if self.file.is_none() {
            self.file = open(pid, self.name).ok().filter(|file| !is_scarce(file, 2));
        }
        self.file.is_some()
    }

    /// Reads the file, which stays open if it was kept.
    ///
    /// # Errors
    /// The error of open or read.
    pub fn read(&self, pid: u32, text: &mut [u8]) -> io::Result<usize> {
        match &self.file {
            Some(file) => file.read_at(text, 0),
            None => open(pid, self.name)?.read_at(text, 0),
        }
    }

    fn text(&mut self, pid: u32) -> io::Result<Text> {
        let mut text = Text { bytes: [0; 96], length: 0 };
        if !self.keep(pid) {
            return Err(io::ErrorKind::NotFound.into());
        }
        text.length = self.read(pid, &mut text.bytes)?;
        Ok(text)
    }

    /// Reads and parses `stat`.
    ///
    /// # Errors
    /// The error of open or read; `ESRCH` if the text is incomplete.
    pub fn stat(&self, pid: u32) -> io::Result<Stat> {
        let mut text = [0; 4096];
        let length = self.read(pid, &mut text)?;
        Stat::parse(&text[..length]).ok_or_else(|| io::Error::from_raw_os_error(libc::ESRCH))
    }
}

impl Text {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// True if the number of the descriptor, `times` as large, reaches the limit, less those that a tick needs for a moment.
pub fn is_scarce(file: &File, times: u64) -> bool {
    const RESERVE: u64 = 8;
    let number = u64::try_from(file.as_raw_fd()).unwrap_or(0);
    getrlimit(Resource::RLIMIT_NOFILE).is_ok_and(|(soft, _)| number * times + RESERVE >= soft)
}

#[cfg(test)]
mod tests;
