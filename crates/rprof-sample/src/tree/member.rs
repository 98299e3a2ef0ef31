//! One process of the tree, with all that rprof keeps of it from tick to tick.

use rprof_trace::{Born, Bytes, Memory, Metric, Part, Sample, Seconds};

use super::command_lines::Program;
use super::faults::FaultAccount;
use super::member_faults::Faults;
use super::peak_bounds::{TickSum, Window};
use super::process_ids::ProcessId;
use super::zombies::Zombie;
use crate::error::ReadError;
use crate::parse::{CommandLine, CommandName};
use crate::platform::{FaultCounts, Process, Reading, SmapsRollup};

/// A living process of the tree.
#[derive(Debug)]
pub struct Member {
    pub(super) process: Process,
    /// The id in the trace.
    id: ProcessId,
    pub(super) program: Program,
    /// The command name, the parent and the memory at the last reading.
    name: CommandName,
    ppid: u32,
    memory: Memory,
    /// The value of the run's metric at the last reading.
    value: Bytes,
    /// The bounds of its RSS between the last two readings.
    window: Window,
    /// The largest high-water mark so far; `None` before the first reading. An exec does not reset it.
    hwm: Option<Bytes>,
    /// The rise of the mark between the last two readings.
    growth: Bytes,
    /// The fall of RSS between the last two readings.
    released: Bytes,
    /// Its page faults and its growth since the last look at its faults.
    pub account: FaultAccount,
    space: AddressSpace,
    /// Its page faults.
    pub(super) faults: Faults,
    /// True if the last reading was refused.
    denied: bool,
}

/// The owner of a process's address space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressSpace {
    /// Not checked yet. The process counts.
    Unchecked,
    /// The parent owns it until the exec of this process, which must not count it twice.
    Borrowed,
    /// The process owns it, for good.
    Own,
}

impl Member {
    /// A process that was just found. Its first reading comes later.
    pub fn new(process: Process, reading: &Reading, id: ProcessId, program: Program) -> Self {
        Self {
            process,
            id,
            program,
            name: reading.name,
            ppid: reading.ppid,
            memory: Memory::default(),
            value: Bytes(0),
            window: Window::default(),
            hwm: None,
            growth: Bytes(0),
            released: Bytes(0),
            account: FaultAccount::of_newborn(),
            space: AddressSpace::Unchecked,
            faults: Faults::of_newborn(),
            denied: false,
        }
    }

    /// A process that ran before the session. Its high-water mark belongs to that time and proves no spike.
    pub fn found_running(process: Process, reading: &Reading, id: ProcessId, program: Program) -> Self {
        let (faults, account) = (Faults::default(), FaultAccount::default());
        Self { memory: reading.memory, faults, account, ..Self::new(process, reading, id, program) }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The id in the trace.
    pub fn id(&self) -> &str {
        self.id.text()
    }

    /// The command name.
    pub fn name(&self) -> CommandName {
        self.name
    }

    /// The parent at the last reading.
    pub fn ppid(&self) -> u32 {
        self.ppid
    }

    /// The largest high-water mark so far; `None` before the first reading.
    pub fn hwm(&self) -> Option<Bytes> {
        self.hwm
    }

    /// True if the member belongs in the sums over the tree.
    pub fn is_counted(&self) -> bool {
        self.space != AddressSpace::Borrowed && !self.denied
    }

    /// The memory at the last reading.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The bound of its RSS by its high-water mark; `None` when not known.
    pub fn mark_bound(&self) -> Option<Bytes> {
        self.window.upper
    }

    /// The owner of its address space.
    pub fn space(&self) -> AddressSpace {
        self.space
    }

    /// Adds the last reading to the sum of a tick.
    pub fn add_to(&self, sum: &mut TickSum) {
        sum.add(self.value, &self.memory, self.window);
    }

    /// Adds the memory on GPUs to the last reading.
    pub fn set_gpu(&mut self, size: Bytes) {
        self.memory.set(Part::Gpu, Some(size));
    }

    /// The sample of the last reading.
    pub fn sample(&self, time: Seconds) -> Sample<&str> {
        Sample { id: self.id.text(), time, value: self.value, memory: self.memory }
    }

    /// Reads the process, without keeping the reading.
    ///
    /// # Errors
    /// The same as for `Process::read`.
    pub fn read(&mut self) -> Result<Reading, ReadError> {
        self.process.read()
    }

    /// Makes the next reading a full one.
    pub fn forget_reading(&mut self) {
        self.process.forget_reading();
    }

    /// Reads the smaps rollup.
    ///
    /// # Errors
    /// The same as for `Process::smaps_rollup`.
    pub fn smaps_rollup(&self) -> Result<SmapsRollup, ReadError> {
        self.process.smaps_rollup()
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// The same as for `Process::signal`.
    pub fn signal(&mut self, number: i32) -> Result<(), ReadError> {
        self.process.signal(number)
    }

    /// Keeps a new reading. `was_reset` is true if the mark was reset at the reading before.
    pub fn record(&mut self, reading: &Reading, was_reset: bool) {
        self.window = Window::between(&self.memory, &reading.memory, was_reset);
        self.faults.note_reading(&self.memory, reading);
        let mark = |memory: &Memory| memory.get(Part::Hwm).unwrap_or_default().0;
        self.growth = Bytes(mark(&reading.memory).saturating_sub(mark(&self.memory)));
        let rss = |memory: &Memory| memory.get(Part::Rss).unwrap_or_default().0;
        self.released = Bytes(rss(&self.memory).saturating_sub(rss(&reading.memory)));
        self.account.record(&self.memory, &reading.memory);
        self.memory = reading.memory;
        self.ppid = reading.ppid;
        self.hwm = self.hwm.max(reading.memory.get(Part::Hwm));
        self.denied = false;
    }

    /// Keeps the parent of the last reading of a process that has ended.
    pub fn record_parent(&mut self, ppid: u32) {
        self.ppid = ppid;
    }

    /// Excludes the member from the sums until the next reading that succeeds.
    pub fn record_denied(&mut self) {
        self.denied = true;
    }

    /// Updates the value of the metric after `record`.
    ///
    /// # Errors
    /// The reason when a smaps rollup cannot be read. The member is then excluded from the sums.
    pub fn update_value(&mut self, metric: Metric) -> Result<(), ReadError> {
        let value = match metric {
            // A living process without RSS is between two programs.
            Metric::Rss => Ok(Some(self.memory.get(Part::Rss).unwrap_or_default())),
            Metric::Footprint => Ok(self.memory.get(Part::Footprint)),
            Metric::Pss => self.smaps_rollup().map(|rollup| Some(rollup.pss)),
            Metric::Uss => self.smaps_rollup().map(|rollup| Some(rollup.uss)),
        };
        self.denied = !matches!(value, Ok(Some(_)));
        self.value = value?.unwrap_or(self.value);
        Ok(())
    }

    /// Resets the high-water mark.
    ///
    /// # Errors
    /// The same as for `Process::reset_hwm`.
    pub fn reset_hwm(&mut self) -> Result<(), ReadError> {
        self.process.reset_hwm()
    }

    /// True if the process runs another program than at the last reading.
    pub fn has_new_name(&self, reading: &Reading) -> bool {
        reading.name != self.name
    }

    /// Gives the process a new id after an exec, and returns the `Born` entry that links it to the old one.
    pub fn rename(&mut self, reading: &Reading, line: CommandLine) -> Born {
        (self.name, self.ppid) = (reading.name, reading.ppid);
        self.faults.note_exec();
        let old_id = self.id.rename(self.process.pid(), &reading.name);
        self.born(line, old_id)
    }

    /// True if it was once seen with an address space of its own.
    pub fn has_own_space(&self) -> bool {
        self.space == AddressSpace::Own
    }

    /// Sets the owner of the address space.
    pub fn set_space(&mut self, space: AddressSpace) {
        // The mark until now was that of the parent, who owns it.
        if self.space == AddressSpace::Borrowed && space == AddressSpace::Own {
            self.hwm = self.memory.get(Part::Hwm);
        }
        self.space = space;
    }

    /// True if both address spaces have the same known size.
    pub fn has_size_of(&self, other: &Self) -> bool {
        other.memory.get(Part::Vsz).is_some()
            && self.memory.get(Part::Vsz) == other.memory.get(Part::Vsz)
            && !self.denied
    }

    /// True if both readings have the same memory in every part.
    pub fn has_memory_of(&self, other: &Self) -> bool {
        self.memory == other.memory
    }

    /// Replaces the last reading by a new one if that shows another address space.
    pub fn read_again_after_exec(&mut self, metric: Metric) {
        // One that has ended shows no memory at all. It keeps its last reading until the next tick removes it.
        if let Ok(reading) = self.process.read()
            && !reading.dead
            && reading.memory.get(Part::Vsz) != self.memory.get(Part::Vsz)
        {
            self.memory = reading.memory;
            self.hwm = reading.memory.get(Part::Hwm);
            self.window = Window { proven: None, upper: reading.memory.get(Part::Hwm) };
            if metric == Metric::Rss {
                self.value = reading.memory.get(Part::Rss).unwrap_or_default();
            }
        }
    }

    /// RSS now, and its difference from the last reading; `None` if the process has ended or runs another program.
    ///
    /// Both are 0 if it is not counted.
    pub fn change(&mut self) -> Option<(Bytes, Bytes)> {
        if !self.is_counted() {
            return Some((Bytes(0), Bytes(0)));
        }
        let now = self.process.read().ok().filter(|now| !now.dead && !self.has_new_space(now))?;
        let rss = |memory: &Memory| memory.get(Part::Rss).unwrap_or_default();
        let (before, now) = (rss(&self.memory), rss(&now.memory));
        Some((now, Bytes(now.0.abs_diff(before.0))))
    }

    /// The value of the run's metric at the last reading.
    pub fn value(&self) -> Bytes {
        self.value
    }

    /// RSS at the last reading; 0 if the member is not counted or the system reports none.
    pub fn counted_rss(&self) -> Bytes {
        if self.is_counted() { self.memory.get(Part::Rss).unwrap_or_default() } else { Bytes(0) }
    }

    /// The anonymous memory at the last reading; 0 when the system reports none.
    pub fn anon(&self) -> Bytes {
        self.memory.get(Part::Anon).unwrap_or_default()
    }

    /// The fall of RSS between the last two readings.
    pub fn released(&self) -> Bytes {
        self.released
    }

    /// Reads the page faults.
    ///
    /// # Errors
    /// The same as for `Process::faults`.
    pub fn read_faults(&mut self) -> Result<FaultCounts, ReadError> {
        self.process.faults()
    }

    /// True if an exec has replaced the address space since the last reading.
    ///
    /// An exec starts a new mark, and the mark of an address space is never below its RSS. So a mark below the last RSS
    /// is a new one. The margin allows for kernels that count RSS in batches; it hides an exec of a program below 1 MiB.
    fn has_new_space(&self, now: &Reading) -> bool {
        let is_below = |mark: Bytes| Some(mark.plus(Bytes(1 << 20))) < self.memory.get(Part::Rss);
        self.space != AddressSpace::Borrowed && now.memory.get(Part::Hwm).is_some_and(is_below)
    }

    /// The memory that it gave back at its end; 0 when the parent counts it.
    ///
    /// It is estimated from its last mark and how fast that rose.
    pub fn last_held(&self) -> Bytes {
        let held = self.hwm.unwrap_or_default().plus(self.growth).plus(self.growth);
        if self.space == AddressSpace::Borrowed { Bytes(0) } else { held }
    }

    /// Turns a member that has ended into a zombie.
    pub fn into_zombie(self) -> Zombie {
        let hwm = self.hwm.filter(|_| self.space != AddressSpace::Borrowed);
        Zombie { pid: self.process.pid(), parent: self.ppid, id: self.id.into_text(), hwm }
    }
}
