//! Parsers of `/proc/PID/stat` and `/proc/PID/schedstat`.

use super::proc::number;
use crate::parse::CommandName;

/// The fields of `/proc/PID/stat` that no cheaper file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stat {
    /// The command name.
    pub name: CommandName,
    /// True if the process has exited and waits to be reaped.
    pub is_dead: bool,
    /// The parent's process id.
    pub ppid: u32,
    /// True if it was forked and has not called exec since.
    pub is_forked_only: bool,
    /// Page faults, minor and major, of all its threads.
    pub faults: u64,
    /// The same of all children that were waited for, and of theirs; above 0 as soon as there was one.
    pub child_faults: u64,
    /// The start time in clock ticks since boot. Together with the pid it identifies the process.
    pub start: u64,
    /// The size of the address space in bytes.
    pub vsz: u64,
    /// RSS in pages.
    pub rss_pages: u64,
    /// The address of the stack, which an exec changes; 0 when it may not be read.
    pub stack: u64,
    /// The mask of ignored signals; `None` when missing.
    pub ignored_signals: Option<u64>,
}

impl Stat {
    /// Parses the text of the file; `None` when a field is missing.
    pub fn parse(text: &[u8]) -> Option<Self> {
        /// `PF_FORKNOEXEC` of the kernel.
        const FORKED_ONLY: u64 = 0x40;
        // The name may itself hold blanks and parentheses, so the fields start after the last parenthesis.
        let close = text.iter().rposition(|b| *b == b')')?;
        let open = text.iter().position(|b| *b == b'(')?;
        let mut fields = text[close + 1..].split(u8::is_ascii_whitespace).filter(|f| !f.is_empty());
        // The numbers of the fields in proc(5): 3 the state, 4 the parent, 9 the flags, 10 to 13 the faults, 22 the start
        // time, 23 the address space, 24 RSS, 28 the stack, 33 the ignored signals.
        let is_dead = matches!(fields.next()?, b"Z" | b"X" | b"x");
        let ppid = number(fields.next()?)?;
        let flags = number(fields.nth(4)?)?;
        let mut next = |skip| fields.nth(skip).and_then(number);
        let (minor, child_minor, major, child_major) = (next(0)?, next(0)?, next(0)?, next(0)?);
        let (start, vsz, rss_pages, stack) = (next(8)?, next(0)?, next(0)?, next(3)?);
        Some(Self {
            name: CommandName::new(text.get(open + 1..close)?),
            is_dead,
            ppid: u32::try_from(ppid).ok()?,
            is_forked_only: flags & FORKED_ONLY != 0,
            faults: minor.saturating_add(major),
            child_faults: child_minor.saturating_add(child_major),
            start,
            vsz,
            rss_pages,
            stack,
            ignored_signals: next(4),
        })
    }
}

/// True if the text of `schedstat` counts how often the process was put on a processor. A kernel that does not count
/// reports three zeros.
pub fn has_schedule(text: &[u8]) -> bool {
    text.trim_ascii_end().rsplit(|b| *b == b' ').next().and_then(number).is_some_and(|times| times > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by fuzzing: the sum of two counters overflowed.
    #[test]
    fn counters_of_any_size_are_added() {
        let fields = "18446744073709551615 ".repeat(40);
        let text = format!("7 (a) S 1 2 3 4 5 6 {fields}");
        assert_eq!(Stat::parse(text.as_bytes()).map(|stat| (stat.ppid, stat.faults)), Some((1, u64::MAX)));
    }
}
