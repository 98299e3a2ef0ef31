//! The memory to request for the next run of a command: all that a limit counts, from the bounds of one run or many.
//! It errs on the side of too much. The ranks of one job on one host share a limit, so their memory is added.

mod group;

use rprof_trace::{Bytes, Part, Profile, Seconds};

use crate::fit::{Basis, largest, needs};

/// The memory that a limit counts beside the command: rprof, the shell of a job script and the launcher.
const AROUND: Bytes = Bytes(8 << 20);
/// Memory of the kernel for each process that is alive: stacks, descriptors, open files. The page tables come on top.
const KERNEL_EACH: Bytes = Bytes(256 << 10);
/// The smallest margin that is added as a share. A run of 20 MiB varies by more than a fifth of it.
const LEAST_MARGIN: Bytes = Bytes(16 << 20);

/// The part of a request that no run needed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Margin {
    /// A share of the need: 0.2 is a fifth.
    Share(f64),
    /// An amount.
    Size(Bytes),
}

/// The memory of one run that a limit counts, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The memory of the processes.
    pub held: Bytes,
    /// The bound that `held` is.
    pub basis: Basis,
    /// Pages that the run may have shared with other programs. A limit counts them for the program that touches them first.
    pub shared: Bytes,
    /// The largest amount of swap: a limit without swap needs it in RAM.
    pub swap: Bytes,
    /// Page tables, and other memory of the kernel for the processes.
    pub kernel: Bytes,
    /// tmpfs files and shared memory that no process maps; `None` if the run had no control group of its own.
    pub unmapped: Option<Bytes>,
    /// The kernel's own maximum of the group, if that is less than the sum of the others: then it counts alone.
    pub group_peak: Option<Bytes>,
    /// Huge pages of hugetlbfs, which such a limit does not count.
    pub huge: Bytes,
}

impl Need {
    /// The need of a run; `None` if it was not measured.
    ///
    /// A profile with [`lives`](rprof_trace::ProfileOptions::lives) gives the number of processes that were alive at once.
    pub fn of(profile: &Profile) -> Option<Self> {
        let best = needs(profile)?.into_iter().min_by_key(|need| need.held.plus(need.aside))?;
        let group = profile.cgroup.as_ref().filter(|group| group.own);
        let reading = group.and_then(|group| group.largest.as_ref()).map(|(_, reading)| reading);
        let each = Bytes(KERNEL_EACH.0.saturating_mul(alive_at_once(profile)));
        let own = largest(profile, Part::PageTables).plus(each);
        let mut need = Self {
            held: best.held,
            basis: best.basis,
            shared: best.aside,
            swap: largest(profile, Part::Swap),
            kernel: reading.and_then(|reading| reading.kernel_bytes).map_or(own, |kernel| own.max(kernel)),
            unmapped: reading.map(|reading| unmapped(profile, reading.shmem_bytes.unwrap_or_default())),
            group_peak: None,
            huge: largest(profile, Part::Hugetlb),
        };
        let counted = group.filter(|group| group.is_kernel_peak).and_then(|group| group.peak);
        // The maximum of the group does not include what was swapped out of it.
        let counted = counted.map(|peak| peak.plus(need.swap));
        need.group_peak = counted.filter(|peak| *peak < need.sum());
        Some(need)
    }

    fn sum(&self) -> Bytes {
        let parts = [self.shared, self.swap, self.kernel, self.unmapped.unwrap_or_default()];
        parts.into_iter().fold(self.held, Bytes::plus)
    }

    /// The whole need.
    pub fn total(&self) -> Bytes {
        self.group_peak.unwrap_or_else(|| self.sum())
    }

    /// The need of two runs side by side under one limit.
    #[must_use]
    fn plus(&self, other: &Self) -> Self {
        let (one, two) = (self.apart(), other.apart());
        let unmapped = match (one.unmapped, two.unmapped) {
            (None, None) => None,
            (one, two) => Some(one.unwrap_or_default().plus(two.unwrap_or_default())),
        };
        Self {
            held: one.held.plus(two.held),
            // The weakest of the bounds is that of the sum.
            basis: if two.basis == Basis::Seen { two.basis } else { one.basis },
            shared: one.shared.plus(two.shared),
            swap: one.swap.plus(two.swap),
            kernel: one.kernel.plus(two.kernel),
            unmapped,
            group_peak: None,
            huge: one.huge.plus(two.huge),
        }
    }

    /// The same total with the maximum of the group as the memory of the processes.
    fn apart(&self) -> Self {
        match self.group_peak {
            None => *self,
            Some(peak) => Self {
                held: Bytes(peak.0 - self.swap.0),
                shared: Bytes(0),
                kernel: Bytes(0),
                unmapped: Some(Bytes(0)),
                group_peak: None,
                ..*self
            },
        }
    }
}

/// The shared memory of a group that no process maps. In a tree, the mapped part is counted for each process, so that only
/// the memory of a single one can be subtracted.
fn unmapped(profile: &Profile, shmem: Bytes) -> Bytes {
    let mapped = if profile.process_count == 1 { largest(profile, Part::Shmem) } else { Bytes(0) };
    Bytes(shmem.0.saturating_sub(mapped.0))
}

/// The most processes that were alive at one time; at least 1.
fn alive_at_once(profile: &Profile) -> u64 {
    let births = profile.lives.iter().map(|life| (life.start, 1));
    let ends = profile.lives.iter().filter_map(|life| Some((life.end?, -1)));
    let mut changes: Vec<(Seconds, i64)> = births.chain(ends).collect();
    // A process that ends when another is born makes room for it.
    changes.sort_by(|one, two| one.0.0.total_cmp(&two.0.0).then(one.1.cmp(&two.1)));
    let (mut alive, mut most) = (0, 1);
    for (_, change) in changes {
        alive += change;
        most = most.max(alive);
    }
    most.unsigned_abs()
}

/// One run for a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The name of its trace.
    pub name: String,
    /// Its memory.
    pub need: Need,
    /// Its host.
    pub host: String,
    /// Its start, in seconds since 1970.
    pub start_s: f64,
    /// Its place in a job; `None` if it was no rank of a job.
    pub job: Option<rprof_trace::Job>,
}

/// The memory to request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The request: the need, what is around the command, and the margin.
    pub memory: Bytes,
    /// The largest need.
    pub need: Need,
    /// The memory for rprof, a shell and the launcher.
    pub around: Bytes,
    /// The margin.
    pub margin: Bytes,
    /// The names of the traces that make up the largest need: one, or the ranks of one job on one host.
    pub of: Vec<String>,
    /// The number of runs or jobs that were considered.
    pub considered: usize,
    /// The jobs that lack traces of ranks: the ranks that there are, and those that the job had.
    pub incomplete: Vec<(usize, u32)>,
}

/// The request that covers all of these runs; `None` without a run.
pub fn request(runs: Vec<Run>, margin: Margin) -> Option<Request> {
    let jobs = group::jobs(runs);
    let incomplete = jobs.iter().filter_map(group::JobRuns::missing).collect();
    let hosts = jobs.iter().flat_map(group::JobRuns::hosts);
    let sums = hosts.map(|runs| (runs.iter().map(|run| run.need).reduce(|sum, need| sum.plus(&need)), runs));
    let (need, runs) =
        sums.filter_map(|(need, runs)| Some((need?, runs))).max_by_key(|(need, _)| need.total())?;
    // Each rank has an rprof of its own.
    let around = Bytes(AROUND.0.saturating_mul(runs.len() as u64));
    let total = need.total().plus(around);
    let margin = match margin {
        Margin::Share(share) => Bytes((total.0 as f64 * share).ceil() as u64).max(LEAST_MARGIN),
        Margin::Size(size) => size,
    };
    Some(Request {
        memory: total.plus(margin),
        need,
        around,
        margin,
        of: runs.iter().map(|run| run.name.clone()).collect(),
        considered: jobs.len(),
        incomplete,
    })
}

#[cfg(test)]
mod tests;
