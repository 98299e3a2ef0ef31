//! Parsers of the text of Linux's /proc: they need its words, not the kernel, and are built and tested everywhere.
//! The hot one is `status`, read once per process and tick: no allocation, one pass, unknown lines skipped.

use rprof_trace::{Bytes, Memory};

/// A command name as the kernel keeps it: 15 bytes at most on Linux, 31 on macOS, any of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Name {
    bytes: [u8; 32],
    len: u8,
}

impl Name {
    /// From raw bytes; what is beyond 32 bytes is cut.
    pub fn new(raw: &[u8]) -> Self {
        let mut bytes = [0; 32];
        let len = raw.len().min(bytes.len());
        bytes[..len].copy_from_slice(&raw[..len]);
        Self { bytes, len: len as u8 }
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// As text, invalid bytes replaced.
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(self.as_bytes()).into_owned()
    }
}

/// What `/proc/PID/status` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// `Name`: the command name, changed by exec.
    pub name: Name,
    /// `State`: the letter, `R`, `S`, `D`, `T`, `Z`, `X`…
    pub state: u8,
    /// `Tgid`: the process this task belongs to.
    pub tgid: u32,
    /// `PPid`: the parent's process id, 0 when it is in another namespace.
    pub ppid: u32,
    /// `Threads`: number of threads.
    pub threads: u32,
    /// The memory fields; all `None` for a zombie, a kernel thread, and a leader whose thread has ended.
    pub memory: Memory,
}

impl Status {
    /// Reads the file's text. Missing lines leave their fields at 0 or `None`.
    pub fn parse(text: &[u8]) -> Self {
        let (mut status, mut start) = (Self::default(), 0);
        for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
            let line = &text[start.min(end)..end];
            start = end + 1;
            // Half of the lines begin otherwise, and none of them is of interest.
            if !matches!(line.first(), Some(b'N' | b'S' | b'T' | b'P' | b'V' | b'R')) {
                continue;
            }
            let Some(colon) = line.iter().position(|b| *b == b':') else { continue };
            let (key, value) = (&line[..colon], line[colon + 1..].trim_ascii_start());
            let kib = || number(value).map(Bytes::from_kib);
            let id = || number(value).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            match key {
                b"Name" => status.name = Name::new(value),
                b"State" => status.state = value.first().copied().unwrap_or(0),
                b"Tgid" => status.tgid = id(),
                b"PPid" => status.ppid = id(),
                b"VmSize" => status.memory.vsz = kib(),
                b"VmHWM" => status.memory.hwm = kib(),
                b"VmRSS" => status.memory.rss = kib(),
                b"RssAnon" => status.memory.anon = kib(),
                b"RssFile" => status.memory.file = kib(),
                b"RssShmem" => status.memory.shmem = kib(),
                b"VmSwap" => status.memory.swap = kib(),
                b"Threads" => {
                    status.threads = id();
                    // Only signal masks and cpusets follow.
                    break;
                }
                _ => {}
            }
        }
        status
    }

    /// Whether the process holds no memory any more: dead and waiting to be reaped.
    pub fn is_dead(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x')
    }
}

/// What `/proc/PID/smaps_rollup` tells: the process's shares of its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rollup {
    /// `Pss`: each page divided by its sharers.
    pub pss: Bytes,
    /// `Private_Clean + Private_Dirty`: pages of nobody else.
    pub uss: Bytes,
}

impl Rollup {
    /// Reads the file's text; `None` without a `Pss` line.
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

/// The fields of `/proc/PID/stat` that nothing else tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stat {
    /// Parent's process id.
    pub ppid: u32,
    /// Minor page faults of the children that were waited for: above 0 when there was any.
    pub child_faults: u64,
    /// Start time in clock ticks since boot: with the pid, the process's identity.
    pub start: u64,
}

impl Stat {
    /// Reads the file's text; the name in parentheses may itself hold blanks and parentheses.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let close = text.iter().rposition(|b| *b == b')')?;
        let mut fields = text[close + 1..].split(u8::is_ascii_whitespace).filter(|f| !f.is_empty());
        // Counted as in proc(5): state is field 3.
        let ppid = number(fields.nth(1)?)?;
        let child_faults = number(fields.nth(6)?)?;
        let start = number(fields.nth(10)?)?;
        Some(Self { ppid: u32::try_from(ppid).ok()?, child_faults, start })
    }
}

/// The last field of `/proc/loadavg`: the process id given out most recently in this pid namespace.
pub fn last_pid(loadavg: &[u8]) -> Option<u32> {
    let field = loadavg.trim_ascii().rsplit(|b| *b == b' ').next()?;
    u32::try_from(number(field)?).ok()
}

/// The counter named `key` in a file of `key value` lines (`/proc/vmstat`, `memory.events`, `memory.oom_control`).
pub fn counter(text: &[u8], key: &str) -> Option<u64> {
    text.split(|b| *b == b'\n').find_map(|line| {
        let rest = line.strip_prefix(key.as_bytes())?.strip_prefix(b" ")?;
        number(rest)
    })
}

/// The decimal number a text starts with.
pub fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    text[..digits].iter().try_fold(0u64, |n, b| n.checked_mul(10)?.checked_add(u64::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &[u8] = b"Name:\tpython3\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t4711\nNgid:\t0\nPid:\t4711\nPPid:\t812\n\
TracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\nGroups:\t0 \nVmPeak:\t  330256 kB\nVmSize:\t   22676 kB\n\
VmLck:\t       0 kB\nVmPin:\t       0 kB\nVmHWM:\t  316620 kB\nVmRSS:\t    9692 kB\nRssAnon:\t    4044 kB\n\
RssFile:\t    5640 kB\nRssShmem:\t       8 kB\nVmData:\t    4396 kB\nVmStk:\t     132 kB\nVmExe:\t    2800 kB\n\
VmLib:\t    3916 kB\nVmPTE:\t      80 kB\nVmSwap:\t      12 kB\nHugetlbPages:\t       0 kB\nCoreDumping:\t0\nThreads:\t3\nSigQ:\t1/95\n";

    #[test]
    fn status_gives_identity_and_memory() {
        let status = Status::parse(STATUS);
        assert_eq!(status.name.to_text(), "python3");
        assert_eq!((status.state, status.tgid, status.ppid, status.threads), (b'S', 4711, 812, 3));
        let m = status.memory;
        assert_eq!(m.rss, Some(Bytes::from_kib(9692)));
        assert_eq!(m.hwm, Some(Bytes::from_kib(316_620)));
        assert_eq!(m.rss.map(Bytes::kib), Some(4044 + 5640 + 8));
        assert_eq!((m.swap, m.vsz), (Some(Bytes::from_kib(12)), Some(Bytes::from_kib(22676))));
        assert!(!status.is_dead());
    }

    #[test]
    fn a_zombie_has_a_name_and_no_memory() {
        let status = Status::parse(b"Name:\tsh\nState:\tZ (zombie)\nTgid:\t9\nPPid:\t1\nThreads:\t1\n");
        assert!(status.is_dead());
        assert_eq!(status.memory, Memory::default());
    }

    #[test]
    fn a_name_may_hold_any_byte_the_kernel_lets_through() {
        let status = Status::parse(b"Name:\ta: (b\\n)\xff c\nState:\tR (running)\n");
        assert_eq!(status.name.as_bytes(), b"a: (b\\n)\xff c");
    }

    #[test]
    fn nonsense_is_no_panic() {
        for text in
            [&b""[..], b":\n::\nVmRSS:", b"VmRSS:\t99999999999999999999999 kB\nTgid:\t-1", b"\xff\xfe"]
        {
            assert_eq!(Status::parse(text).memory.rss, None);
        }
    }

    #[test]
    fn rollup_sums_the_private_pages() {
        let text =
            b"5581-7ffd ---p 00000000 00:00 0 [rollup]\nRss:  2172 kB\nPss:  1185 kB\nPss_Dirty: 100 kB\n\
Shared_Clean: 1052 kB\nPrivate_Clean:  20 kB\nPrivate_Dirty:  100 kB\nSwapPss: 0 kB\n";
        let rollup = Rollup::parse(text).expect("a rollup");
        assert_eq!((rollup.pss, rollup.uss), (Bytes::from_kib(1185), Bytes::from_kib(120)));
        assert_eq!(Rollup::parse(b"Rss: 1 kB\n"), None);
    }

    #[test]
    fn stat_is_read_behind_a_name_with_blanks_and_parentheses() {
        let text = b"77 (a) b (c) S 12 77 77 0 -1 4194304 150 333 0 0 1 2 3 4 20 0 1 0 987654 1000 250";
        assert_eq!(Stat::parse(text), Some(Stat { ppid: 12, child_faults: 333, start: 987_654 }));
        assert_eq!(Stat::parse(b"77 (sh) S 12"), None);
    }

    #[test]
    fn the_last_pid_is_the_last_word_of_loadavg() {
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
