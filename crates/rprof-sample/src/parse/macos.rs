//! What macOS's answers mean: they need its numbers, not its kernel, and are built and tested everywhere.
//! No call into the system here; those are in `platform/macos`.

use rprof_trace::{Bytes, Memory};

use crate::parse::proc::Name;

/// `SZOMB` of `sys/proc.h`: dead and waiting to be reaped.
const ZOMBIE: u32 = 5;

/// Who a process is: what of `proc_bsdinfo` matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Its command name.
    pub name: Name,
    /// Its parent now; 1 (launchd) once the parent has died.
    pub ppid: u32,
    /// Start of the process in seconds and microseconds since 1970, the second half of its identity: exec keeps it.
    pub start: (u64, u64),
    /// Whether it is a zombie.
    pub dead: bool,
}

impl Identity {
    /// From `pbi_status`, `pbi_ppid`, the start time and the two names of `proc_bsdinfo`.
    pub fn new(status: u32, ppid: u32, start: (u64, u64), long: &[u8], short: &[u8]) -> Self {
        Self { name: name(long, short), ppid, start, dead: is_dead(status) }
    }
}

/// Whether `pbi_status` or `pbsi_status` says that a process is a zombie.
pub fn is_dead(status: u32) -> bool {
    status == ZOMBIE
}

/// A command name out of `pbi_name` (31 bytes at most) or, where that is empty, `pbi_comm` (15 bytes at most), as
/// `proc_name` does it. Both end at their first zero byte.
pub fn name(long: &[u8], short: &[u8]) -> Name {
    let text = |field: &[u8]| field.iter().position(|b| *b == 0).unwrap_or(field.len());
    match text(long) {
        0 => Name::new(&short[..text(short)]),
        length => Name::new(&long[..length]),
    }
}

/// What `proc_pid_rusage` tells of a living process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// `ri_resident_size`.
    pub resident: u64,
    /// `ri_phys_footprint`.
    pub footprint: u64,
}

/// What `MACH_TASK_BASIC_INFO` tells of a task, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// `virtual_size`.
    pub size: u64,
    /// `resident_size_max`: since the last exec, which makes a new task.
    pub resident_max: u64,
}

/// The memory of a process. macOS does not tell the parts of RSS nor what was swapped out per process.
pub fn memory(usage: Usage, task: Option<Task>, size: Option<u64>) -> Memory {
    Memory {
        rss: Some(Bytes(usage.resident)),
        footprint: Some(Bytes(usage.footprint)),
        vsz: task.map(|t| t.size).or(size).map(Bytes),
        // The two calls are not one instant, and a maximum below a value that was seen is none.
        hwm: task.map(|t| Bytes(t.resident_max.max(usage.resident))),
        ..Memory::default()
    }
}

/// Whether a zombie had waited for children of its own: the kernel adds up the life spans of those it reaped
/// (`ri_child_elapsed_abstime`), and no life is 0 ticks long.
pub fn had_children(child_elapsed: u64) -> bool {
    child_elapsed > 0
}

/// Whether a signal came from a terminal, whose keys reach the whole foreground group and so the command too. A kqueue
/// does not name the sender, so this goes by what a terminal can send, and whether it can reach us: `foreground` is the
/// terminal's foreground process group and ours, `None` without a terminal. A `kill -INT` from elsewhere while we are in
/// the foreground is mistaken for the key; `kill -TERM` never is.
pub fn from_terminal(number: i32, foreground: Option<(i32, i32)>) -> bool {
    matches!(number, libc::SIGINT | libc::SIGQUIT | libc::SIGTSTP | libc::SIGHUP)
        && foreground.is_some_and(|(terminals, ours)| terminals == ours)
}

/// Asks for a listing of pids until it fits, enlarging the buffer; `ask` fills a buffer and returns how many it wrote.
/// Sorted; `None` when the system refuses.
pub fn listing(buffer: &mut Vec<i32>, mut ask: impl FnMut(&mut [i32]) -> i32) -> Option<Vec<u32>> {
    buffer.resize(buffer.len().max(512), 0);
    loop {
        let count = usize::try_from(ask(buffer)).ok().filter(|count| *count > 0)?;
        // A full buffer may have cut the list.
        if count >= buffer.len() {
            buffer.resize(buffer.len() * 2, 0);
            continue;
        }
        let mut pids: Vec<u32> = buffer[..count].iter().filter_map(|pid| u32::try_from(*pid).ok()).collect();
        pids.sort_unstable();
        return Some(pids);
    }
}

/// Of `now`, the pids that are not in `before`; both sorted.
pub fn fresh<'a>(now: &'a [u32], before: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    now.iter().copied().filter(|pid| before.binary_search(pid).is_err())
}

/// Of candidates `(pid, parent)`, those descended from the tree, parents before their children.
pub fn descendants(mut candidates: Vec<(u32, u32)>, is_parent: impl Fn(u32) -> bool) -> Vec<u32> {
    let mut found = Vec::new();
    loop {
        let before = candidates.len();
        candidates.retain(|(pid, parent)| {
            let ours = is_parent(*parent) || found.contains(parent);
            if ours {
                found.push(*pid);
            }
            !ours
        });
        if candidates.len() == before {
            return found;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn a_process_is_its_name_its_parent_and_its_start() {
        let who = Identity::new(2, 812, (1_700_000_000, 25), b"python3.13\0\0\0", b"python3.1\0");
        assert_eq!((who.name.to_text().as_str(), who.ppid, who.dead), ("python3.13", 812, false));
        assert!(Identity::new(5, 1, (0, 0), b"", b"").dead);
    }

    #[test]
    fn the_short_name_stands_in_for_an_empty_long_one() {
        assert_eq!(name(b"\0garbage", b"sh\0garbage").as_bytes(), b"sh");
        assert_eq!(name(&[b'x'; 32], b"").as_bytes(), [b'x'; 32]);
        assert_eq!(name(b"", b"").as_bytes(), b"");
    }

    #[test]
    fn what_macos_does_not_tell_is_none_and_not_zero() {
        let usage = Usage { resident: 300 * MIB, footprint: 280 * MIB };
        let m = memory(usage, Some(Task { size: 400_000 * MIB, resident_max: 310 * MIB }), None);
        assert_eq!((m.rss, m.footprint), (Some(Bytes(300 * MIB)), Some(Bytes(280 * MIB))));
        assert_eq!((m.hwm, m.vsz), (Some(Bytes(310 * MIB)), Some(Bytes(400_000 * MIB))));
        assert_eq!((m.anon, m.file, m.shmem, m.swap), (None, None, None, None));
        let m = memory(usage, None, Some(9 * MIB));
        assert_eq!((m.hwm, m.vsz), (None, Some(Bytes(9 * MIB))));
    }

    #[test]
    fn a_maximum_is_never_below_a_value_that_was_seen() {
        let usage = Usage { resident: 12 * MIB, footprint: MIB };
        let m = memory(usage, Some(Task { size: MIB, resident_max: 11 * MIB }), None);
        assert_eq!(m.hwm, m.rss);
    }

    #[test]
    fn only_a_terminals_keys_are_taken_for_a_terminals() {
        assert!(from_terminal(libc::SIGINT, Some((40, 40))));
        assert!(!from_terminal(libc::SIGINT, Some((41, 40))), "in the background no key reaches us");
        assert!(!from_terminal(libc::SIGINT, None), "without a terminal there is no key");
        assert!(!from_terminal(libc::SIGTERM, Some((40, 40))), "no key sends TERM");
    }

    #[test]
    fn a_listing_that_fills_its_buffer_is_asked_for_again() {
        let all: Vec<i32> = (1..=1500).rev().collect();
        let (mut buffer, mut asked) = (Vec::new(), 0);
        let mut ask = |buffer: &mut [i32]| {
            asked += 1;
            let count = buffer.len().min(all.len());
            buffer[..count].copy_from_slice(&all[..count]);
            i32::try_from(count).expect("a short list")
        };
        let pids = listing(&mut buffer, &mut ask).expect("a listing");
        assert_eq!((pids.len(), pids[0], pids[1499]), (1500, 1, 1500));
        assert_eq!(listing(&mut buffer, &mut ask).map(|pids| pids.len()), Some(1500));
        assert_eq!(asked, 4, "512, 1024, 2048, and once more with what has grown");
    }

    #[test]
    fn a_refused_listing_is_none() {
        assert_eq!(listing(&mut Vec::new(), |_| 0), None);
        assert_eq!(listing(&mut Vec::new(), |_| -1), None);
    }

    #[test]
    fn newborns_are_kept_when_they_descend_from_the_tree_in_any_order_of_birth() {
        let new: Vec<u32> = fresh(&[1, 5, 7, 9, 12, 13], &[1, 5, 8]).collect();
        assert_eq!(new, [7, 9, 12, 13]);
        // 7 is a child of 9, which is a child of 5; pids have started over, so the child's is the lower one.
        let found = descendants(vec![(7, 9), (9, 5), (12, 1), (13, 12)], |pid| pid == 5);
        assert_eq!(found, [9, 7]);
    }
}
