//! Parsers of the /proc files that rprof reads at a tick: one pass, no allocation, unknown lines skipped.
//! Files read once per run go through the `procfs-core` crate instead. Its parsers are the oracle of the tests here.

use rprof_trace::{Bytes, Memory, Part};

use crate::parse::CommandName;

// `procfs-core` parses these files as well, but into maps and strings, and a tick must not allocate
// (tests/allocations.rs). The time for each process on x86-64:
//
//                  read     parse here    procfs-core
//   status         4.5 µs   0.5 µs        18 µs
//   stat           2.6 µs   0.2 µs        1.2 µs
//   smaps_rollup   13 µs    0.4 µs        3.8 µs

/// Defines the list of parts and their lookup by key from one table. The lookup is a `match`, because a search through
/// a list takes a twentieth of a tick.
macro_rules! status_parts {
    ($($key:literal => $part:ident,)*) => {
        /// The parts of memory in `/proc/PID/status`.
        pub const STATUS_PARTS: &[Part] = &[$(Part::$part),*];

        fn status_part(key: &[u8]) -> Option<Part> {
            match key {
                $($key => Some(Part::$part),)*
                _ => None,
            }
        }
    };
}

// The key of each part in `/proc/PID/status`. Linux reports them in KiB.
status_parts! {
    b"VmSize" => Vsz,
    b"VmHWM" => Hwm,
    b"VmRSS" => Rss,
    b"RssAnon" => Anon,
    b"RssFile" => File,
    b"RssShmem" => Shmem,
    b"VmPTE" => PageTables,
    b"VmSwap" => Swap,
    b"HugetlbPages" => Hugetlb,
}

/// The fields of `/proc/PID/status` that rprof uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// `Name`: the command name. An exec changes it.
    pub name: CommandName,
    /// `State`: the letter `R`, `S`, `D`, `T`, `Z`, `X`…; 0 when missing.
    pub state: u8,
    /// `Tgid`: the process that this task belongs to.
    pub tgid: u32,
    /// `PPid`: the parent; 0 when it is in another pid namespace.
    pub ppid: u32,
    /// `Threads`: the number of threads.
    pub threads: u32,
    /// `SigIgn` with the bit of SIGCHLD: the kernel then reaps its children and counts nothing of them.
    pub ignores_children: bool,
    /// The memory fields. All are `None` for a zombie, a kernel thread, and a main thread that has ended before others.
    pub memory: Memory,
}

impl Status {
    /// Parses the text of the file. A missing line leaves its field at 0 or `None`.
    pub fn parse(text: &[u8]) -> Self {
        let (mut status, mut start) = (Self::default(), 0);
        for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
            let line = &text[start.min(end)..end];
            start = end + 1;
            // The first letter rules out half of the lines before the search for the colon.
            if !matches!(line.first(), Some(b'N' | b'S' | b'T' | b'P' | b'V' | b'R' | b'H')) {
                continue;
            }
            let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
            let (key, value) = (&line[..colon], line[colon + 1..].trim_ascii_start());
            let id = || number(value).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            match key {
                b"Name" => status.name = CommandName::new(value),
                b"State" => status.state = value.first().copied().unwrap_or(0),
                b"Tgid" => status.tgid = id(),
                b"PPid" => status.ppid = id(),
                b"Threads" => status.threads = id(),
                b"SigIgn" => {
                    status.ignores_children = has_child_signal(value);
                    // Only capabilities and cpusets follow.
                    break;
                }
                key => {
                    if let Some(part) = status_part(key) {
                        status.memory.set(part, number(value).map(Bytes::from_kib));
                    }
                }
            }
        }
        status
    }

    /// True if the process has exited and waits to be reaped.
    pub fn is_dead(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x')
    }
}

/// True if a mask of signals, in hexadecimal digits, has SIGCHLD.
fn has_child_signal(mask: &[u8]) -> bool {
    /// The number of SIGCHLD on Linux, except on MIPS.
    const SIGCHLD: usize = 17;
    let digits = mask.trim_ascii_end();
    // Four signals for each digit, the first signal in the last digit.
    let digit = digits.len().checked_sub(1 + (SIGCHLD - 1) / 4).map(|at| char::from(digits[at]));
    digit.and_then(|digit| digit.to_digit(16)).is_some_and(|bits| bits >> ((SIGCHLD - 1) % 4) & 1 == 1)
}

/// The fields of `/proc/PID/smaps_rollup` that rprof uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SmapsRollup {
    /// `Pss`, the proportional set size: each page divided by the number of its sharers.
    pub pss: Bytes,
    /// `Private_Clean` + `Private_Dirty`, the unique set size: pages that no other process maps.
    pub uss: Bytes,
}

impl SmapsRollup {
    /// Parses the text of the file; `None` without a `Pss` line.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut rollup = Self::default();
        let mut found = false;
        for line in text.split(|b| *b == b'\n') {
            let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
            let value = || number(line[colon + 1..].trim_ascii_start()).map_or(Bytes(0), Bytes::from_kib);
            match &line[..colon] {
                b"Pss" => {
                    found = true;
                    rollup.pss = value();
                }
                b"Private_Clean" | b"Private_Dirty" => rollup.uss = rollup.uss.plus(value()),
                _ => {}
            }
        }
        found.then_some(rollup)
    }
}

/// The last field of `/proc/loadavg`: the most recent process id of this pid namespace.
pub fn last_pid(loadavg: &[u8]) -> Option<u32> {
    let field = loadavg.trim_ascii().rsplit(|b| *b == b' ').next()?;
    u32::try_from(number(field)?).ok()
}

/// The counter named `key` in a file of `key value` lines, such as `/proc/vmstat` or `memory.events` of a cgroup.
pub fn counter(text: &[u8], key: &str) -> Option<u64> {
    let starts_line = |at: &usize| *at == 0 || text[at - 1] == b'\n';
    let mut places = memchr::memmem::find_iter(text, key).filter(starts_line);
    places.find_map(|at| number(text[at + key.len()..].strip_prefix(b" ")?))
}

/// The decimal number at the start of `text`; `None` when there is none or it exceeds 64 bits.
pub fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    text[..digits].iter().try_fold(0u64, |n, b| n.checked_mul(10)?.checked_add(u64::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    use procfs_core::FromRead;

    use super::*;
    use crate::parse::linux::stat::{Stat, has_schedule};

    const STATUS: &[u8] = b"Name:\tpython3\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t4711\nNgid:\t0\nPid:\t4711\nPPid:\t812\n\
TracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\nGroups:\t0 \nVmPeak:\t  330256 kB\nVmSize:\t   22676 kB\n\
VmLck:\t       0 kB\nVmPin:\t       0 kB\nVmHWM:\t  316620 kB\nVmRSS:\t    9692 kB\nRssAnon:\t    4044 kB\n\
RssFile:\t    5640 kB\nRssShmem:\t       8 kB\nVmData:\t    4396 kB\nVmStk:\t     132 kB\nVmExe:\t    2800 kB\n\
VmLib:\t    3916 kB\nVmPTE:\t      80 kB\nVmSwap:\t      12 kB\nHugetlbPages:\t       0 kB\nCoreDumping:\t0\nThreads:\t3\nSigQ:\t1/95\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\n\
SigBlk:\t0000000000010000\nSigIgn:\t0000000001001000\nSigCgt:\t0000000000000002\nCapInh:\t0000000000000000\n\
CapPrm:\t000001ffffffffff\nCapEff:\t000001ffffffffff\n";

    #[test]
    fn status_has_the_identity_and_the_memory_of_a_process() {
        let status = Status::parse(STATUS);
        assert_eq!(status.name.to_text(), "python3");
        assert_eq!((status.state, status.tgid, status.ppid, status.threads), (b'S', 4711, 812, 3));
        let kib = |part| status.memory.get(part).map(Bytes::kib);
        assert_eq!((kib(Part::Rss), kib(Part::Hwm)), (Some(9692), Some(316_620)));
        assert_eq!(kib(Part::Rss), Some(4044 + 5640 + 8));
        assert_eq!((kib(Part::Swap), kib(Part::Vsz)), (Some(12), Some(22676)));
        assert_eq!((kib(Part::PageTables), kib(Part::Hugetlb)), (Some(80), Some(0)));
        assert!(!status.is_dead() && !status.ignores_children);
    }

    #[test]
    fn an_ignored_sigchld_is_bit_17_of_the_mask() {
        let ignores = |mask: &str| {
            let text = format!("Name:\tsh\nThreads:\t1\nSigIgn:\t{mask}\n");
            Status::parse(text.as_bytes()).ignores_children
        };
        assert!(ignores("0000000000010000") && ignores("0000000001019000"));
        assert!(!ignores("0000000001001000") && !ignores("00000000fffeffff") && !ignores("1"));
    }

    /// Compares a text of `status` with what `procfs-core` reads from it. It counts in KiB.
    fn assert_like_procfs(text: &[u8]) {
        let (ours, theirs) =
            (Status::parse(text), procfs_core::process::Status::from_read(text).expect("a status"));
        let kib = |part| ours.memory.get(part).map(Bytes::kib);
        assert_eq!(ours.name.to_text(), theirs.name);
        assert_eq!(Some(char::from(ours.state)), theirs.state.chars().next());
        assert_eq!((ours.tgid.cast_signed(), ours.ppid.cast_signed()), (theirs.tgid, theirs.ppid));
        assert_eq!(u64::from(ours.threads), theirs.threads);
        assert_eq!((kib(Part::Vsz), kib(Part::Hwm)), (theirs.vmsize, theirs.vmhwm));
        assert_eq!((kib(Part::Rss), kib(Part::Anon)), (theirs.vmrss, theirs.rssanon));
        assert_eq!((kib(Part::File), kib(Part::Shmem)), (theirs.rssfile, theirs.rssshmem));
        assert_eq!((kib(Part::Swap), kib(Part::PageTables)), (theirs.vmswap, theirs.vmpte));
        assert_eq!(kib(Part::Hugetlb), theirs.hugetlbpages);
    }

    #[test]
    fn status_is_read_like_procfs_core_reads_it() {
        assert_like_procfs(STATUS);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_files_of_a_live_process_are_read_like_procfs_core_reads_them() {
        let read = |file: &str| std::fs::read(format!("/proc/self/{file}"));
        assert_like_procfs(&read("status").expect("our status"));
        let text = read("stat").expect("our stat");
        let (ours, theirs) = (
            Stat::parse(&text).expect("a stat"),
            procfs_core::process::Stat::from_read(&text[..]).expect("a stat"),
        );
        assert_eq!((ours.ppid.cast_signed(), ours.start), (theirs.ppid, theirs.starttime));
        assert_eq!(ours.child_faults, theirs.cminflt + theirs.cmajflt);
        assert!(ours.faults >= theirs.minflt && ours.stack == theirs.startstack);
        assert_eq!((ours.rss_pages, ours.vsz), (theirs.rss, theirs.vsize));
        assert_eq!((ours.name.to_text(), ours.ignored_signals), (theirs.comm, Some(theirs.sigignore)));
        // Missing before Linux 4.14.
        let Ok(text) = read("smaps_rollup") else { return };
        let ours = SmapsRollup::parse(&text).expect("a rollup");
        let theirs = procfs_core::process::SmapsRollup::from_read(&text[..]).expect("a rollup");
        let fields = &theirs.memory_map_rollup.0[0].extension.map;
        assert_eq!(ours.pss.0, fields["Pss"]);
        assert_eq!(ours.uss.0, fields["Private_Clean"] + fields["Private_Dirty"]);
    }

    /// A part without a source would be an empty column, and no test failed.
    #[test]
    fn every_part_comes_from_status_except_that_of_macos_and_of_gpus() {
        for part in Part::ALL {
            let sources = STATUS_PARTS.iter().filter(|of| **of == part).count();
            assert_eq!(sources, usize::from(!matches!(part, Part::Footprint | Part::Gpu)), "{}", part.name());
        }
    }

    #[test]
    fn a_zombie_has_a_name_and_no_memory() {
        let status = Status::parse(b"Name:\tsh\nState:\tZ (zombie)\nTgid:\t9\nPPid:\t1\nThreads:\t1\n");
        assert!(status.is_dead());
        assert_eq!(status.memory, Memory::default());
    }

    #[test]
    fn a_command_name_may_hold_any_byte() {
        let status = Status::parse(b"Name:\ta: (b\\n)\xff c\nState:\tR (running)\n");
        assert_eq!(status.name.as_bytes(), b"a: (b\\n)\xff c");
    }

    #[test]
    fn a_malformed_status_does_not_panic() {
        for text in
            [&b""[..], b":\n::\nVmRSS:", b"VmRSS:\t99999999999999999999999 kB\nTgid:\t-1", b"\xff\xfe"]
        {
            assert_eq!(Status::parse(text).memory.get(Part::Rss), None);
        }
    }

    #[test]
    fn a_rollup_adds_up_the_private_pages() {
        let text =
            b"5581-7ffd ---p 00000000 00:00 0 [rollup]\nRss:  2172 kB\nPss:  1185 kB\nPss_Dirty: 100 kB\n\
Shared_Clean: 1052 kB\nPrivate_Clean:  20 kB\nPrivate_Dirty:  100 kB\nSwapPss: 0 kB\n";
        let rollup = SmapsRollup::parse(text).expect("a rollup");
        assert_eq!((rollup.pss, rollup.uss), (Bytes::from_kib(1185), Bytes::from_kib(120)));
        assert_eq!(SmapsRollup::parse(b"Rss: 1 kB\n"), None);
    }

    #[test]
    fn stat_is_parsed_after_a_name_with_blanks_and_parentheses() {
        let text =
            b"77 (a) b (c) S 12 77 77 0 -1 4194368 150 333 2 5 1 2 3 4 20 0 1 0 987654 1000 250 9 1 2 4096 0 0 0 0 65536";
        let stat = Stat {
            name: CommandName::new(b"a) b (c"),
            is_dead: false,
            ppid: 12,
            is_forked_only: true,
            faults: 152,
            child_faults: 338,
            start: 987_654,
            vsz: 1000,
            rss_pages: 250,
            stack: 4096,
            ignored_signals: Some(65536),
        };
        assert_eq!(Stat::parse(text), Some(stat));
        assert_eq!(Stat::parse(b"77 (sh) S 12"), None);
        assert_eq!(Stat::parse(b"77 )sh( S 12"), None);
    }

    #[test]
    fn a_schedule_counts_unless_it_is_all_zeros() {
        assert!(has_schedule(b"0 0 1\n") && has_schedule(b"9314 217 42\n"));
        assert!(!has_schedule(b"0 0 0\n") && !has_schedule(b"") && !has_schedule(b"9314 217 x\n"));
    }

    #[test]
    fn the_last_pid_is_the_last_field_of_loadavg() {
        assert_eq!(last_pid(b"0.20 0.18 0.12 1/80 11206\n"), Some(11206));
        assert_eq!(last_pid(b""), None);
    }

    #[test]
    fn a_counter_is_found_by_its_whole_name() {
        let text = b"oom 3\noom_kill 2\noom_group_kill 0\n";
        assert_eq!(counter(text, "oom_kill"), Some(2));
        assert_eq!(counter(text, "kill"), None);
    }
}
