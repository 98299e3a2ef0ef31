//! The search for processes that the OOM killer killed: suspects, counters and the kernel's log become a verdict.
//!
//! The counter of a group rises by one for each of its processes that is killed, but does not name it. The kernel's log
//! names it, but few users may read the log.

use rprof_trace::{Bytes, OomKill, Record, Seconds};

use crate::platform::{LoggedKill, OomLog};

/// The number of ended processes that are remembered: the largest ones, because the OOM killer takes the largest.
const SUSPECTS: usize = 64;
/// The longest time from the rise of a counter to the tick that finds the end of the process. The kernel frees the memory
/// of a large process before the process disappears.
const DYING: f64 = 2.0;

/// A process that ended in an unknown way or by SIGKILL.
#[derive(Debug, Clone, PartialEq)]
struct Suspect {
    id: String,
    time: Seconds,
    rss: Option<Bytes>,
    /// True if wait4 reported SIGKILL; false if only its parent knows how it ended.
    killed: bool,
}

/// A rise of the counter of the command's group.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rise {
    from: Seconds,
    to: Seconds,
    kills: u64,
}

/// The circumstances that decide about the suspects.
#[derive(Debug, Clone, Copy, Default)]
pub struct Circumstances {
    /// True if the group holds only processes of the tree.
    pub own: bool,
    /// The limit of the group.
    pub limit: Option<Bytes>,
    /// True if the group has a counter of kills.
    pub counted: bool,
    /// True if a counter of the whole machine rose.
    pub machine: bool,
    /// The times from which on rprof itself ended the tree, first by SIGTERM and then by SIGKILL.
    pub terminated: Option<(Seconds, Seconds)>,
    /// The process id of the command.
    pub root: u32,
}

/// The evidence of a session.
#[derive(Debug, Default)]
pub struct OomEvidence {
    suspects: Vec<Suspect>,
    rises: Vec<Rise>,
    /// The last value of the group's counter.
    count: Option<u64>,
    last: Seconds,
    log: Option<OomLog>,
    logged: Vec<LoggedKill>,
}

impl OomEvidence {
    /// The evidence from now on.
    pub fn begin() -> Self {
        Self { log: OomLog::open(), ..Self::default() }
    }

    /// Takes the end of a process from the records of the run.
    pub fn note(&mut self, record: &Record<'_>) {
        let Record::Exit(id, time, exit) = record else { return };
        let killed = exit.signal == Some(libc::SIGKILL);
        if exit.exit_code.is_some() || (exit.signal.is_some() && !killed) {
            return;
        }
        let place = self.suspects.iter().enumerate().min_by_key(|(_, suspect)| (suspect.killed, suspect.rss));
        match place.map(|(at, least)| (at, (least.killed, least.rss) < (killed, exit.hwm_bytes))) {
            Some((_, false)) if self.suspects.len() >= SUSPECTS => return,
            Some((at, true)) if self.suspects.len() >= SUSPECTS => _ = self.suspects.swap_remove(at),
            _ => {}
        }
        self.suspects.push(Suspect { id: (*id).to_owned(), time: *time, rss: exit.hwm_bytes, killed });
    }

    /// Starts with the counter of another group.
    pub fn set_count(&mut self, count: Option<u64>) {
        self.count = count;
    }

    /// Compares the counter of the group with its last value.
    pub fn check(&mut self, time: Seconds, count: Option<u64>) {
        let kills = count.zip(self.count).map_or(0, |(now, before)| now.saturating_sub(before));
        if kills > 0 {
            self.rises.push(Rise { from: self.last, to: time, kills });
            // The log is a ring: later messages overwrite the kill.
            self.read_log();
        }
        self.count = count.or(self.count);
        self.last = time;
    }

    fn read_log(&mut self) {
        self.logged.extend(self.log.as_mut().map(OomLog::new_kills).unwrap_or_default());
    }

    /// The processes of the tree that the OOM killer killed.
    pub fn verdict(&mut self, circumstances: &Circumstances) -> Vec<OomKill> {
        if circumstances.machine {
            self.read_log();
        }
        // The tick that finds the end of a process may come after the SIGTERM that followed. systemd ends the rest of a
        // group in this way.
        let is_possible =
            |suspect: &&Suspect| circumstances.terminated.is_none_or(|(_, killed)| suspect.time < killed);
        let suspects: Vec<&Suspect> = self.suspects.iter().filter(is_possible).collect();
        if self.log.is_some() {
            return by_log(&suspects, &self.logged, circumstances);
        }
        by_counters(suspects, &self.rises, circumstances)
    }
}

/// The suspects that the kernel's log names.
fn by_log(suspects: &[&Suspect], logged: &[LoggedKill], circumstances: &Circumstances) -> Vec<OomKill> {
    let mut kills = Vec::new();
    for kill in logged {
        // A reused pid has another name in nearly all cases, and the latest suspect is the killed one.
        let id = format!("{}:{}", kill.pid, kill.name.replace(char::is_whitespace, "_"));
        let is_it = |suspect: &&&Suspect| suspect.id == id || suspect.id.starts_with(&format!("{id}."));
        if let Some(suspect) = suspects.iter().rev().find(is_it) {
            kills.push(OomKill {
                process: Some(suspect.id.clone()),
                certain: true,
                logged: true,
                time_s: suspect.time,
                rss_bytes: Some(kill.rss),
                limit_bytes: circumstances.limit.filter(|_| kill.by_group),
            });
        }
    }
    kills
}

/// For each rise of the counter, the largest suspects that ended then.
fn by_counters(mut suspects: Vec<&Suspect>, rises: &[Rise], circumstances: &Circumstances) -> Vec<OomKill> {
    let mut kills = Vec::new();
    let blame = |suspect: &Suspect, certain| OomKill {
        process: Some(suspect.id.clone()),
        certain,
        logged: false,
        time_s: suspect.time,
        rss_bytes: suspect.rss,
        limit_bytes: circumstances.limit,
    };
    for rise in rises {
        let is_before_rprof =
            |suspect: &Suspect| circumstances.terminated.is_none_or(|(term, _)| suspect.time < term);
        let is_in = |suspect: &Suspect| suspect.time >= rise.from && suspect.time.0 <= rise.to.0 + DYING;
        let (mut candidates, rest): (Vec<_>, Vec<_>) =
            suspects.into_iter().partition(|suspect| is_in(suspect));
        suspects = rest;
        // One that ended before rprof ended any is more likely.
        candidates.sort_by_key(|suspect| {
            std::cmp::Reverse((is_before_rprof(suspect), suspect.rss, suspect.killed))
        });
        let wanted = usize::try_from(rise.kills).unwrap_or(usize::MAX);
        // Two suspects for one kill: the larger one is only probable. In a shared group the killed one may be a stranger,
        // unless wait4 reported SIGKILL.
        let is_sure = candidates.len() <= wanted;
        for suspect in candidates.drain(..wanted.min(candidates.len())) {
            let is_known = is_before_rprof(suspect) && (suspect.killed || circumstances.own);
            kills.push(blame(suspect, is_sure && is_known));
        }
        suspects.append(&mut candidates);
    }
    if !circumstances.counted && circumstances.machine {
        let prefix = format!("{}:", circumstances.root);
        let root = suspects.iter().find(|suspect| suspect.killed && suspect.id.starts_with(&prefix));
        kills.extend(root.map(|suspect| OomKill { limit_bytes: None, ..blame(suspect, false) }));
    }
    kills
}

#[cfg(test)]
mod tests {
    use rprof_trace::Exit;

    use super::*;

    const OWN: Circumstances = Circumstances {
        own: true,
        limit: Some(Bytes(150)),
        counted: true,
        machine: true,
        terminated: None,
        root: 1,
    };

    fn evidence(exits: &[(&str, f64, u64, Option<i32>)]) -> OomEvidence {
        let mut evidence = OomEvidence::default();
        evidence.set_count(Some(7));
        for (id, time, rss, signal) in exits {
            let exit =
                Exit { hwm_bytes: Some(Bytes(*rss)), exit_code: None, signal: *signal, ..Exit::default() };
            evidence.note(&Record::Exit(id, Seconds(*time), exit));
        }
        evidence
    }

    fn named(kills: &[OomKill]) -> Vec<(&str, bool)> {
        kills.iter().map(|kill| (kill.process.as_deref().unwrap_or("?"), kill.certain)).collect()
    }

    /// A worker of a pool was killed, and rprof did not mention it: only its parent got the exit status.
    #[test]
    fn the_only_process_that_ended_at_the_rise_is_the_killed_one() {
        let mut evidence = evidence(&[("2:worker", 1.05, 140, None), ("3:worker", 5.0, 20, None)]);
        evidence.check(Seconds(1.0), Some(7));
        evidence.check(Seconds(1.1), Some(8));
        let kills = evidence.verdict(&OWN);
        assert_eq!(named(&kills), [("2:worker", true)]);
        assert_eq!((kills[0].rss_bytes, kills[0].limit_bytes), (Some(Bytes(140)), Some(Bytes(150))));
    }

    #[test]
    fn the_largest_of_several_is_possible_only() {
        let mut evidence = evidence(&[("2:a", 1.05, 20, None), ("3:b", 1.06, 140, None)]);
        evidence.check(Seconds(1.0), Some(7));
        evidence.check(Seconds(1.1), Some(8));
        assert_eq!(named(&evidence.verdict(&OWN)), [("3:b", false)]);
    }

    /// The kill of a stranger in a shared group was blamed on the command.
    #[test]
    fn in_a_shared_group_only_a_reported_sigkill_is_certain() {
        let shared = Circumstances { own: false, ..OWN };
        for (signal, certain) in [(Some(libc::SIGKILL), true), (None, false)] {
            let mut evidence = evidence(&[("1:a", 1.05, 20, signal)]);
            evidence.check(Seconds(1.0), Some(7));
            evidence.check(Seconds(1.1), Some(8));
            assert_eq!(named(&evidence.verdict(&shared)), [("1:a", certain)]);
        }
    }

    /// `kill -9` by a user was called "out of memory", because another group's counter had moved the machine's.
    #[test]
    fn a_kill_without_a_rise_of_the_groups_counter_is_no_oom_kill() {
        let mut evidence = evidence(&[("1:a", 1.05, 20, Some(libc::SIGKILL))]);
        evidence.check(Seconds(1.1), Some(7));
        assert!(evidence.verdict(&OWN).is_empty());
    }

    #[test]
    fn without_a_counter_of_the_group_a_kill_is_possible_at_most() {
        let uncounted = Circumstances { counted: false, limit: None, ..OWN };
        let mut evidence = evidence(&[("1:a", 1.05, 20, Some(libc::SIGKILL))]);
        assert_eq!(named(&evidence.verdict(&uncounted)), [("1:a", false)]);
        assert!(evidence.verdict(&Circumstances { machine: false, ..uncounted }).is_empty());
    }

    #[test]
    fn a_kill_by_rprof_and_a_normal_exit_are_no_suspects() {
        let mut evidence = evidence(&[("1:a", 3.05, 20, Some(libc::SIGKILL)), ("2:b", 1.05, 20, Some(15))]);
        let exit = Exit { hwm_bytes: None, exit_code: Some(0), signal: None, ..Exit::default() };
        evidence.note(&Record::Exit("3:c", Seconds(1.05), exit));
        evidence.check(Seconds(1.1), Some(8));
        let terminated = Some((Seconds(1.0), Seconds(3.0)));
        assert!(evidence.verdict(&Circumstances { terminated, ..OWN }).is_empty());
    }

    /// systemd sent SIGTERM to a scope right after the OOM kill of a worker. rprof found its end a tick later and did not
    /// mention it.
    #[test]
    fn a_kill_right_before_a_sigterm_is_possible() {
        let terminated = Some((Seconds(1.0), Seconds(3.0)));
        let mut after = evidence(&[("2:worker", 1.05, 140, None)]);
        after.check(Seconds(1.1), Some(8));
        assert_eq!(named(&after.verdict(&Circumstances { terminated, ..OWN })), [("2:worker", false)]);
        // One that had ended before the SIGTERM comes first.
        let mut both = evidence(&[("2:worker", 0.9, 140, None), ("3:large", 1.05, 900, None)]);
        both.check(Seconds(1.1), Some(8));
        assert_eq!(named(&both.verdict(&Circumstances { terminated, ..OWN })), [("2:worker", false)]);
    }

    #[test]
    fn the_log_names_the_process_with_its_size() {
        let evidence = evidence(&[("2:my_prog", 1.0, 20, None), ("4:b", 2.0, 900, None)]);
        let suspects: Vec<_> = evidence.suspects.iter().collect();
        let logged =
            |pid, name: &str, by_group| LoggedKill { pid, name: name.to_owned(), rss: Bytes(99), by_group };
        let kills = by_log(&suspects, &[logged(2, "my prog", true), logged(7, "stranger", true)], &OWN);
        assert_eq!(named(&kills), [("2:my_prog", true)]);
        assert_eq!((kills[0].rss_bytes, kills[0].limit_bytes), (Some(Bytes(99)), Some(Bytes(150))));
        assert_eq!(by_log(&suspects, &[logged(4, "b", false)], &OWN)[0].limit_bytes, None);
    }

    #[test]
    fn of_many_processes_the_largest_are_remembered() {
        let mut evidence = evidence(&[("1:big", 0.5, 1 << 40, None)]);
        for n in 0..1000 {
            let exit = Exit { hwm_bytes: Some(Bytes(n)), exit_code: None, signal: None, ..Exit::default() };
            evidence.note(&Record::Exit("9:cc", Seconds(1.0), exit));
        }
        assert_eq!(evidence.suspects.len(), SUSPECTS);
        assert_eq!(evidence.suspects.iter().map(|s| s.rss).max(), Some(Some(Bytes(1 << 40))));
        assert_eq!(evidence.suspects.iter().map(|s| s.rss).min(), Some(Some(Bytes(1000 - 63))));
    }
}
