//! The meaning of macOS's answers, apart from the calls: those are in `platform/macos`.

use rprof_trace::{Bytes, Memory, Part};

use super::CommandName;

/// `SZOMB` of `sys/proc.h`: the process has exited and waits to be reaped.
const ZOMBIE: u32 = 5;

/// The fields of `proc_bsdinfo` that identify a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The command name.
    pub name: CommandName,
    /// The parent now; 1 (launchd) after the parent has died.
    pub ppid: u32,
    /// The start time in seconds and microseconds since 1970. An exec keeps it, so pid and start identify the process.
    pub start: (u64, u64),
    /// True if it is a zombie.
    pub dead: bool,
}

impl Identity {
    /// Builds it from `pbi_status`, `pbi_ppid`, the start time and the two names of `proc_bsdinfo`.
    pub fn new(status: u32, ppid: u32, start: (u64, u64), long: &[u8], short: &[u8]) -> Self {
        Self { name: name(long, short), ppid, start, dead: is_dead(status) }
    }
}

/// True if `pbi_status` or `pbsi_status` is that of a zombie.
pub fn is_dead(status: u32) -> bool {
    status == ZOMBIE
}

/// The command name from `pbi_name` (up to 31 bytes), or from `pbi_comm` (up to 15 bytes) where the first is empty.
///
/// Both end at their first zero byte. The order is that of libproc's `proc_name`.
pub fn name(long: &[u8], short: &[u8]) -> CommandName {
    let text = |field: &[u8]| field.iter().position(|b| *b == 0).unwrap_or(field.len());
    match text(long) {
        0 => CommandName::new(&short[..text(short)]),
        length => CommandName::new(&long[..length]),
    }
}

/// The answer of `proc_pid_rusage` for a living process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// `ri_resident_size`.
    pub resident: u64,
    /// `ri_phys_footprint`.
    pub footprint: u64,
}

/// The answer of `MACH_TASK_BASIC_INFO` for a task, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// `virtual_size`.
    pub size: u64,
    /// `resident_size_max`: the maximum since the last exec, which makes a new task.
    pub resident_max: u64,
}

/// The memory of a process. macOS reports neither the parts of RSS nor the swap of one process.
pub fn memory(usage: Usage, task: Option<Task>, size: Option<u64>) -> Memory {
    let mut memory =
        Memory::from([(Part::Rss, Bytes(usage.resident)), (Part::Footprint, Bytes(usage.footprint))]);
    memory.set(Part::Vsz, task.map(|t| t.size).or(size).map(Bytes));
    // The two calls happen at different instants: a maximum below the RSS that was just read is out of date.
    memory.set(Part::Hwm, task.map(|t| Bytes(t.resident_max.max(usage.resident))));
    memory
}

/// The largest footprint of a process from `ri_lifetime_max_phys_footprint` and `ri_phys_footprint`, in bytes.
///
/// The maximum can lie below the current value, because the ledger of the kernel updates the two apart. Then the current value
/// is the largest that is known.
pub fn largest_footprint(lifetime_max: u64, current: u64) -> u64 {
    lifetime_max.max(current)
}

/// True if a zombie had waited for children of its own.
///
/// `child_elapsed` is `ri_child_elapsed_abstime`: the kernel adds up the lifetimes of the children that were reaped. No
/// lifetime is 0 ticks long.
pub fn had_children(child_elapsed: u64) -> bool {
    child_elapsed > 0
}

/// The arguments in the answer of `KERN_PROCARGS2`, with a zero byte after each; `None` if it is cut short.
///
/// The answer has the number of arguments, the path of the program, zeros, the arguments, and the environment, which
/// rprof does not look at.
pub fn arguments(answer: &[u8]) -> Option<&[u8]> {
    let (count, rest) = answer.split_first_chunk()?;
    let count = usize::try_from(i32::from_ne_bytes(*count)).ok()?;
    let path = rest.iter().position(|byte| *byte == 0)?;
    let zeros = rest[path..].iter().position(|byte| *byte != 0)?;
    let text = &rest[path + zeros..];
    let mut ends = text.iter().enumerate().filter(|(_, byte)| **byte == 0).map(|(at, _)| at + 1);
    let end = if count == 0 { 0 } else { ends.nth(count - 1)? };
    Some(&text[..end])
}

/// True if a signal probably came from a key of the terminal, which reaches the command as well.
///
/// A kqueue does not name the sender. A terminal can send four signals, and only to its foreground process group.
/// `foreground` is that group and ours; `None` without a terminal. A `kill -INT` from another process while rprof is in
/// the foreground is mistaken for the key; a `kill -TERM` never is.
pub fn from_terminal(number: i32, foreground: Option<(i32, i32)>) -> bool {
    matches!(number, libc::SIGINT | libc::SIGQUIT | libc::SIGTSTP | libc::SIGHUP)
        && foreground.is_some_and(|(group, ours)| group == ours)
}

/// Reads the list of pids, sorted; `None` when the system refuses.
///
/// `ask` fills a buffer and returns the number of pids it wrote. The buffer grows until the list fits.
pub fn listing(buffer: &mut Vec<i32>, mut ask: impl FnMut(&mut [i32]) -> i32) -> Option<Vec<u32>> {
    buffer.resize(buffer.len().max(512), 0);
    loop {
        let count = usize::try_from(ask(buffer)).ok().filter(|count| *count > 0)?;
        // A full buffer may have cut off the list.
        if count >= buffer.len() {
            buffer.resize(buffer.len() * 2, 0);
            continue;
        }
        let mut pids: Vec<u32> = buffer[..count].iter().filter_map(|pid| u32::try_from(*pid).ok()).collect();
        pids.sort_unstable();
        return Some(pids);
    }
}

/// The pids in `now` that are not in `before`. Both are sorted.
pub fn fresh<'a>(now: &'a [u32], before: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    now.iter().copied().filter(|pid| before.binary_search(pid).is_err())
}

/// The descendants of the tree among candidates `(pid, parent)`, parents before their children.
///
/// It repeats until a pass adds no process, since a child may have a lower pid than its parent.
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
    fn an_identity_has_name_parent_and_start() {
        let who = Identity::new(2, 812, (1_700_000_000, 25), b"python3.13\0\0\0", b"python3.1\0");
        assert_eq!((who.name.to_text().as_str(), who.ppid, who.dead), ("python3.13", 812, false));
        assert!(Identity::new(5, 1, (0, 0), b"", b"").dead);
    }

    #[test]
    fn the_short_name_replaces_an_empty_long_name() {
        assert_eq!(name(b"\0garbage", b"sh\0garbage").as_bytes(), b"sh");
        assert_eq!(name(&[b'x'; 32], b"").as_bytes(), [b'x'; 32]);
        assert_eq!(name(b"", b"").as_bytes(), b"");
    }

    #[test]
    fn a_part_that_macos_does_not_report_is_none_and_not_zero() {
        let usage = Usage { resident: 300 * MIB, footprint: 280 * MIB };
        let m = memory(usage, Some(Task { size: 400_000 * MIB, resident_max: 310 * MIB }), None);
        assert_eq!(
            (m.get(Part::Rss), m.get(Part::Footprint)),
            (Some(Bytes(300 * MIB)), Some(Bytes(280 * MIB)))
        );
        assert_eq!(
            (m.get(Part::Hwm), m.get(Part::Vsz)),
            (Some(Bytes(310 * MIB)), Some(Bytes(400_000 * MIB)))
        );
        assert_eq!(
            (m.get(Part::Anon), m.get(Part::File), m.get(Part::Shmem), m.get(Part::Swap)),
            (None, None, None, None)
        );
        let m = memory(usage, None, Some(9 * MIB));
        assert_eq!((m.get(Part::Hwm), m.get(Part::Vsz)), (None, Some(Bytes(9 * MIB))));
    }

    #[test]
    fn a_maximum_is_never_below_the_resident_size() {
        let usage = Usage { resident: 12 * MIB, footprint: MIB };
        let m = memory(usage, Some(Task { size: MIB, resident_max: 11 * MIB }), None);
        assert_eq!(m.get(Part::Hwm), m.get(Part::Rss));
    }

    #[test]
    fn the_largest_footprint_is_not_below_the_current_one() {
        assert_eq!(largest_footprint(300 * MIB, 280 * MIB), 300 * MIB);
        assert_eq!(largest_footprint(300 * MIB, 304 * MIB), 304 * MIB);
        // A kernel that does not keep the maximum.
        assert_eq!(largest_footprint(0, 5 * MIB), 5 * MIB);
    }

    #[test]
    fn arguments_end_where_the_environment_begins() {
        let answer = |count: i32, text: &[u8]| [&count.to_ne_bytes()[..], text].concat();
        let text = b"/bin/sh\0\0\0\0sh\0-c\0\0x\0PASSWORD=hunter2\0";
        assert_eq!(arguments(&answer(4, text)), Some(&b"sh\0-c\0\0x\0"[..]));
        assert_eq!(arguments(&answer(0, text)), Some(&b""[..]));
        for (count, cut) in [(9, text.len()), (4, 13), (-1, text.len()), (1, 7)] {
            assert_eq!(arguments(&answer(count, &text[..cut])), None, "{count} {cut}");
        }
        assert_eq!(arguments(b"\0\0"), None);
    }

    #[test]
    fn only_keys_of_the_foreground_terminal_count_as_such() {
        assert!(from_terminal(libc::SIGINT, Some((40, 40))));
        assert!(!from_terminal(libc::SIGINT, Some((41, 40))), "no key reaches a background process");
        assert!(!from_terminal(libc::SIGINT, None), "no terminal, no key");
        assert!(!from_terminal(libc::SIGTERM, Some((40, 40))), "no key sends TERM");
    }

    #[test]
    fn a_list_that_fills_its_buffer_is_read_again() {
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
        assert_eq!(asked, 4, "with 512, 1024 and 2048, then once with the grown buffer");
    }

    #[test]
    fn a_refused_list_is_none() {
        assert_eq!(listing(&mut Vec::new(), |_| 0), None);
        assert_eq!(listing(&mut Vec::new(), |_| -1), None);
    }

    #[test]
    fn descendants_are_found_in_any_order_of_birth() {
        let new: Vec<u32> = fresh(&[1, 5, 7, 9, 12, 13], &[1, 5, 8]).collect();
        assert_eq!(new, [7, 9, 12, 13]);
        // 7 is a child of 9, and 9 of 5. Pids wrapped around, so the child has the lower one.
        let found = descendants(vec![(7, 9), (9, 5), (12, 1), (13, 12)], |pid| pid == 5);
        assert_eq!(found, [9, 7]);
    }
}
