//! The account of page faults in a tree: the processes that ended, and where the faults of their lives are counted.
//! The kernel adds the faults of a process to its parent's when it is reaped, so no fault of the tree is lost.

use rprof_trace::Bytes;

use crate::error::ReadError;
use crate::platform::{self, FaultCounts, Reaped};

/// The largest number of zombies that are watched. Those of later ones only make the bound larger.
const MOST_ZOMBIES: usize = 64;

/// The way a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its parent has reaped it; its faults are in the parent's counters.
    Gone,
    /// It was a zombie when it was found; its last counters, which no longer change. `None` before they are read.
    Zombie(Option<FaultCounts>),
    /// rprof has reaped it: its last counters, and the largest RSS of it and its descendants.
    Reaped(Option<FaultCounts>, Bytes),
}

/// A process that ended since the last window.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    pub pid: u32,
    /// The parent at the last reading.
    pub parent: u32,
    /// The last counters; `None` when they were never read.
    pub known: Option<FaultCounts>,
    /// The high-water mark at the last reading; `None` when it was never read alive.
    pub mark: Option<Bytes>,
    pub fate: Fate,
}

/// A zombie that another process has not reaped yet.
#[derive(Debug, Clone, Copy)]
struct Unreaped {
    pid: u32,
    faults: u64,
    has_arrived: bool,
}

/// The account since the last window.
#[derive(Debug, Default)]
pub struct Ledger {
    pub ended: Vec<Ended>,
    unreaped: Vec<Unreaped>,
    /// True if a process reaped its children without counting them, or may have.
    pub loses_children: bool,
    /// The events of huge pages at the last look.
    huge: Option<u64>,
    /// The bytes that one fault can make resident; 0 before the first question.
    fault_size: u64,
}

impl Ledger {
    /// An account that begins now, with the events of huge pages so far.
    pub fn new(huge: Option<u64>) -> Self {
        Self { huge, ..Self::default() }
    }

    /// Adds a process that rprof has reaped. False if it was added before as a zombie.
    pub fn add_reaped(&mut self, reaped: &Reaped) -> bool {
        let fate = Fate::Reaped(reaped.zombie.faults, reaped.max_rss);
        let known = self.ended.iter_mut().find(|ended| ended.pid == reaped.pid);
        known.map(|ended| ended.fate = fate).is_some()
    }

    /// Notes which zombies have been reaped. Call it before the counters of the members are read.
    pub fn find_arrived(&mut self) {
        for zombie in &mut self.unreaped {
            zombie.has_arrived |= !is_unreaped(zombie.pid);
        }
    }

    /// Reads the counters of the zombies that are not known yet. False if a zombie was reaped meanwhile, so that it is not
    /// known if the counters of its parent include it.
    pub fn read_zombies(&mut self) -> bool {
        let mut is_complete = true;
        for ended in &mut self.ended {
            if let Fate::Zombie(known) = ended.fate {
                let faults = match known {
                    Some(_) => known.filter(|_| is_unreaped(ended.pid)),
                    None => platform::read_zombie(ended.pid).faults,
                };
                ended.fate = faults.map_or(Fate::Gone, |faults| Fate::Zombie(Some(faults)));
                is_complete &= faults.is_some();
            }
        }
        is_complete && self.unreaped.iter().all(|zombie| zombie.has_arrived || is_unreaped(zombie.pid))
    }

    /// Faults of zombies that are now in the counters of their parents, and were counted before.
    pub fn arrived(&self) -> u64 {
        self.unreaped.iter().filter(|zombie| zombie.has_arrived).map(|zombie| zombie.faults).sum()
    }

    /// Begins the next window.
    pub fn start_window(&mut self) {
        self.unreaped.retain(|zombie| !zombie.has_arrived);
        for ended in self.ended.drain(..) {
            if let Fate::Zombie(Some(faults)) = ended.fate {
                let faults = faults.own + faults.children;
                self.unreaped.push(Unreaped { pid: ended.pid, faults, has_arrived: false });
            }
        }
        self.unreaped.truncate(MOST_ZOMBIES);
    }

    /// Forgets a zombie that rprof has reaped. Its faults were counted, and they arrive nowhere.
    pub fn forget(&mut self, pid: u32) {
        self.unreaped.retain(|zombie| zombie.pid != pid);
    }

    /// The growth that faults can have caused since the last call.
    pub fn growth(&mut self) -> Growth {
        let huge = platform::huge_mappings();
        let before = std::mem::replace(&mut self.huge, huge);
        let huge = before.zip(huge).map_or(u64::MAX, |(before, now)| now.saturating_sub(before));
        Growth { fault_size: self.fault_size(), huge }
    }

    /// The growth without a look at the huge pages: any fault may have got one.
    pub fn quick_growth(&mut self) -> Growth {
        Growth { fault_size: self.fault_size(), huge: u64::MAX }
    }

    fn fault_size(&mut self) -> u64 {
        if self.fault_size == 0 {
            self.fault_size = platform::largest_fault();
        }
        self.fault_size
    }
}

/// True if a zombie was not reaped yet. The question costs a twentieth of reading its counters.
fn is_unreaped(pid: u32) -> bool {
    !matches!(platform::kill(pid, 0), Err(ReadError::Gone))
}

/// The size of a huge page.
const HUGE: u64 = 2 << 20;

/// The bytes that page faults can make resident.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    fault_size: u64,
    /// The largest number of faults that got a huge page.
    huge: u64,
}

impl Growth {
    /// For faults of any kind.
    pub fn of(self, faults: u64) -> Bytes {
        let small = faults.saturating_mul(self.fault_size);
        Bytes(small.saturating_add(self.huge_part(faults)))
    }

    /// For anonymous pages alone.
    pub fn anonymous(self, faults: u64) -> Bytes {
        let page = platform::page_size();
        // 64 KiB is the window of file pages; more than that is the size of an anonymous folio.
        let size = if self.fault_size > page.max(64 << 10) { self.fault_size } else { page };
        Bytes(faults.saturating_mul(size).saturating_add(self.huge_part(faults)))
    }

    fn huge_part(self, faults: u64) -> u64 {
        faults.min(self.huge).saturating_mul(HUGE)
    }
}
