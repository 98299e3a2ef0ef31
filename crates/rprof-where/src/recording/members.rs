//! The processes of the tree whose pages are looked at.

use std::collections::HashMap;

use crate::events::{Parsed, Side, parse, parse_samples};

/// A process that lives.
#[derive(Debug, Clone, Default)]
pub struct Member {
    /// The parent, until an exec.
    pub parent: Option<u32>,
    /// Something happened in its memory since the last scan.
    pub touched: bool,
    /// The RSS at the last look.
    pub rss: u64,
    /// The RSS at the last scan; `None` before the first.
    pub scanned: Option<u64>,
}

/// All processes that live, by process id.
#[derive(Debug, Default)]
pub struct Members {
    /// The processes.
    pub by_pid: HashMap<u32, Member>,
    own: u32,
}

impl Members {
    /// No process yet; `own` is that of rprof.
    pub fn new(own: u32) -> Self {
        Self { by_pid: HashMap::new(), own }
    }

    /// Takes drained records: those of processes, and faults that were drained after them. A process whose end is among
    /// these records, or was before, has no later fault.
    pub fn take(&mut self, tasks: &[u8], places: &[u8]) {
        let own = self.own;
        parse_samples(places, false, &mut |sample| {
            if sample.pid != own {
                self.by_pid.entry(sample.pid).or_default().touched = true;
            }
        });
        let mut sides = Vec::new();
        parse(tasks, &mut sides);
        // The records of one process may come from several processors.
        sides.sort_by_key(|side| side.time);
        sides.iter().filter(|side| side.pid != own).for_each(|side| self.apply(side));
    }

    fn apply(&mut self, Parsed { pid, side, .. }: &Parsed) {
        match side {
            Side::Fork { parent } => {
                let rss = self.by_pid.get(parent).map_or(0, |parent| parent.rss);
                let member = Member { parent: Some(*parent), touched: true, rss, scanned: None };
                self.by_pid.insert(*pid, member);
            }
            Side::Exit => _ = self.by_pid.remove(pid),
            Side::Name { exec: true, .. } => {
                self.by_pid.insert(*pid, Member { touched: true, ..Member::default() });
            }
            Side::Name { .. } => _ = self.by_pid.entry(*pid).or_default(),
            Side::Map { .. } => self.by_pid.entry(*pid).or_default().touched = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(members: &mut Members, pid: u32, side: Side) {
        members.apply(&Parsed { time: 0, pid, side });
    }

    #[test]
    fn processes_come_with_forks_and_go_with_their_ends() {
        let mut members = Members::new(1);
        apply(&mut members, 5, Side::Name { name: "sh".into(), exec: true });
        members.by_pid.get_mut(&5).expect("a process").rss = 77;
        apply(&mut members, 6, Side::Fork { parent: 5 });
        let child = &members.by_pid[&6];
        assert_eq!((child.parent, child.rss, child.touched), (Some(5), 77, true));
        apply(&mut members, 6, Side::Name { name: "ls".into(), exec: true });
        assert_eq!(members.by_pid[&6].parent, None, "an exec has its own memory");
        apply(&mut members, 6, Side::Exit);
        assert_eq!(members.by_pid.len(), 1);
    }
}
