//! The parser of the kernel's log for OOM kills: which process, and how much memory it had.

use rprof_trace::Bytes;

/// A kill as the kernel logs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedKill {
    /// The process id in the first pid namespace of the machine.
    pub pid: u32,
    /// The command name.
    pub name: String,
    /// Anonymous, file-backed and shared memory in RAM.
    pub rss: Bytes,
    /// True if a control group reached its limit, false if the machine ran out of memory.
    pub by_group: bool,
}

/// Parses a record of `/dev/kmsg`; `None` if it is no kill. Since Linux 2.6 the words are
/// `Killed process 42 (name) total-vm:1kB, anon-rss:2kB, file-rss:3kB, shmem-rss:4kB`.
pub fn parse_kill(record: &str) -> Option<LoggedKill> {
    let (before, after) = record.lines().next()?.split_once("Killed process ")?;
    let (pid, rest) = after.split_once(" (")?;
    // A command name may contain a parenthesis.
    let (name, sizes) = rest.split_once(") total-vm:").or_else(|| rest.rsplit_once(')'))?;
    let part = |key: &str| {
        let value = sizes.split_once(key)?.1;
        value.split_once("kB")?.0.parse().ok().map(Bytes::from_kib)
    };
    let parts = ["anon-rss:", "file-rss:", "shmem-rss:"].map(part);
    let rss = parts.into_iter().flatten().fold(Bytes(0), Bytes::plus);
    let by_group = before.contains("Memory cgroup out of memory");
    Some(LoggedKill { pid: pid.trim_end_matches(',').parse().ok()?, name: name.to_owned(), rss, by_group })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kill_in_a_group() {
        let record = "3,1405,4692657384,-;Memory cgroup out of memory: Killed process 17504 (truth) total-vm:208104kB, \
                      anon-rss:59392kB, file-rss:1984kB, shmem-rss:0kB, UID:0 pgtables:164kB oom_score_adj:0\n";
        let kill = parse_kill(record).expect("a kill");
        assert_eq!((kill.pid, kill.name.as_str(), kill.by_group), (17504, "truth", true));
        assert_eq!(kill.rss, Bytes::from_kib(61_376));
    }

    #[test]
    fn a_kill_of_the_machine_and_a_name_with_parentheses() {
        let record = "3,1,2,-;Out of memory: Killed process 7 (a) b (c)) total-vm:8kB, anon-rss:4kB, file-rss:0kB, shmem-rss:1kB";
        let kill = parse_kill(record).expect("a kill");
        assert_eq!((kill.pid, kill.name.as_str(), kill.by_group), (7, "a) b (c)", false));
        assert_eq!(kill.rss, Bytes::from_kib(5));
    }

    #[test]
    fn other_records_are_no_kill() {
        for other in [
            "",
            "6,1,2,-;usb 1-1: new device",
            "3,1404,4,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),task=truth,pid=17504,uid=0",
            "3,1,2,-;Killed process x (y)",
            "3,1,2,-;Tasks in /x are going to be killed due to memory.oom.group set",
        ] {
            assert_eq!(parse_kill(other), None, "{other}");
        }
    }
}
