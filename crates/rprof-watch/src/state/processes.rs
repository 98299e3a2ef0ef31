//! The processes of a run: those that live, as a tree, and the largest of those that have ended.

use std::collections::{HashMap, HashSet, VecDeque};

use rprof_trace::{Born, Bytes, Exit, Record, Seconds, shell_quote};

/// The time over which the change of a process is measured.
pub const CHANGE_OVER: Seconds = Seconds(10.0);
/// The least time in seconds between two values that are kept for that.
const STEP: f64 = 1.0;
/// The most processes that are kept, alive and ended.
const MOST_ALIVE: usize = 1 << 16;
const MOST_ENDED: usize = 1 << 10;
/// The deepest tree that is drawn as one.
const DEEPEST: usize = 64;

/// A process of the run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Process {
    /// Process id; 0 if the trace does not have it.
    pub pid: u32,
    ppid: u32,
    /// `pid:name`, or the id in a trace of mprof.
    pub id: String,
    /// The command line, quoted for a shell; the id if it is not known.
    pub command: String,
    /// Memory at the last tick.
    pub value: Bytes,
    /// The largest value so far.
    pub peak: Bytes,
    /// Its first value.
    first: Option<Bytes>,
    /// Values of the last seconds: the last one of each second in which it changed.
    before: VecDeque<(Seconds, Bytes)>,
    /// The end, if it has ended.
    pub exit: Option<(Seconds, Exit)>,
}

impl Process {
    /// The memory at the last tick; `None` if no tick saw the process.
    pub fn size(&self) -> Option<Bytes> {
        self.first.map(|_| self.value)
    }

    /// The largest memory that is known; `None` if none is.
    pub fn largest(&self) -> Option<Bytes> {
        (self.first.is_some() || self.peak.0 > 0).then_some(self.peak)
    }

    /// The change in the ten seconds before a time, or since it was first seen, in bytes.
    pub fn change(&self, now: Seconds) -> i128 {
        let from = now.0 - CHANGE_OVER.0;
        let old = self.before.iter().rev().find(|(time, _)| time.0 <= from).map(|(_, old)| *old);
        old.or(self.first).map_or(0, |old| i128::from(self.value.0) - i128::from(old.0))
    }

    fn sample(&mut self, time: Seconds, value: Bytes) {
        (self.value, self.peak) = (value, self.peak.max(value));
        self.first.get_or_insert(value);
        match self.before.back_mut() {
            Some((last, old)) if time.0 - last.0 < STEP => *old = value,
            _ => self.before.push_back((time, value)),
        }
        while self.before.get(1).is_some_and(|(second, _)| second.0 < time.0 - CHANGE_OVER.0) {
            self.before.pop_front();
        }
    }
}

/// A line of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// The process.
    pub process: &'a Process,
    /// For each ancestor and then the process itself, true if it is the last child of its parent; empty for a root.
    pub lasts: Vec<bool>,
}

/// The processes of a run.
#[derive(Debug, Default)]
pub struct Processes {
    alive: HashMap<String, Process>,
    ended: Vec<Process>,
    /// Number of processes that have ended.
    pub ended_count: u64,
    /// True if a process has samples of its own. A tree of one process has none.
    has_samples: bool,
}

impl Processes {
    /// Takes a record.
    pub fn add(&mut self, record: &Record<'_>) {
        match record {
            Record::Born(id, _, born) => self.born(id, born),
            Record::Sample(sample) => {
                self.has_samples = true;
                if let Some(process) = self.entry(sample.id) {
                    process.sample(sample.time, sample.value);
                }
            }
            // The only process has no samples of its own: it is the tree.
            Record::Tick(tick) if !self.has_samples => {
                if let (1, Some(process)) = (self.alive.len(), self.alive.values_mut().next()) {
                    process.sample(tick.time, tick.value);
                }
            }
            Record::Exit(id, time, exit) => {
                if let Some(mut process) = self.alive.remove(*id) {
                    // Of a process that no tick saw, the kernel's maximum is all that is known.
                    process.peak = process.peak.max(exit.hwm_bytes.unwrap_or_default());
                    process.exit = Some((*time, exit.clone()));
                    self.end(process);
                }
            }
            Record::End(end) => {
                for (_, process) in std::mem::take(&mut self.alive) {
                    let exit = (end.elapsed_s, Exit::default());
                    self.end(Process { exit: Some(exit), ..process });
                }
            }
            _ => {}
        }
    }

    fn entry(&mut self, id: &str) -> Option<&mut Process> {
        if !self.alive.contains_key(id) {
            if self.alive.len() >= MOST_ALIVE {
                return None;
            }
            let pid = id.split(':').next().and_then(|pid| pid.parse().ok()).unwrap_or(0);
            let process = Process { pid, id: id.to_owned(), command: id.to_owned(), ..Process::default() };
            self.alive.insert(id.to_owned(), process);
        }
        self.alive.get_mut(id)
    }

    fn born(&mut self, id: &str, born: &Born) {
        // After an exec the process goes on under its new name.
        let before = born.was.as_ref().and_then(|was| self.alive.remove(was));
        let Some(process) = self.entry(id) else { return };
        if let Some(before) = before {
            *process = Process { id: id.to_owned(), ..before };
        }
        (process.pid, process.ppid) = (born.pid, born.ppid);
        process.command = if born.args.is_empty() { id.to_owned() } else { shell_quote(&born.args) };
    }

    fn end(&mut self, process: Process) {
        self.ended_count += 1;
        self.ended.push(process);
        if self.ended.len() > 2 * MOST_ENDED {
            self.ended.sort_by_key(|process| std::cmp::Reverse(process.peak));
            self.ended.truncate(MOST_ENDED);
        }
    }

    /// True if no process lives.
    pub fn is_over(&self) -> bool {
        self.alive.is_empty()
    }

    /// The processes that live, as a tree: children below their parent, the largest first.
    pub fn tree(&self) -> Vec<Row<'_>> {
        let mut children: HashMap<u32, Vec<&Process>> = HashMap::new();
        let mut roots = Vec::new();
        let pids: HashSet<u32> =
            self.alive.values().map(|process| process.pid).filter(|pid| *pid > 0).collect();
        for process in self.alive.values() {
            let has_parent = process.ppid != process.pid && pids.contains(&process.ppid);
            if has_parent {
                children.entry(process.ppid).or_default().push(process);
            } else {
                roots.push(process);
            }
        }
        children.values_mut().for_each(|siblings| by_value(siblings));
        by_value(&mut roots);
        let mut rows = Vec::new();
        let mut stack: Vec<Row<'_>> =
            roots.into_iter().rev().map(|process| Row { process, lasts: Vec::new() }).collect();
        while let Some(row) = stack.pop() {
            // Each list is taken once, so that a circle of parents ends.
            let below = children.remove(&row.process.pid).unwrap_or_default();
            for (place, process) in below.iter().enumerate().rev() {
                let mut lasts = row.lasts.clone();
                if lasts.len() < DEEPEST {
                    lasts.push(place + 1 == below.len());
                }
                stack.push(Row { process, lasts });
            }
            rows.push(row);
        }
        // A circle has no root. A hostile trace can hold one.
        let mut rest: Vec<&Process> = children.into_values().flatten().collect();
        by_value(&mut rest);
        rows.extend(rest.into_iter().map(|process| Row { process, lasts: Vec::new() }));
        rows
    }

    /// The processes that have ended, the largest peak first.
    pub fn ended(&self) -> Vec<&Process> {
        let mut ended: Vec<&Process> = self.ended.iter().collect();
        ended.sort_by_key(|process| std::cmp::Reverse(process.peak));
        ended
    }
}

/// Sorts the largest first. Equal ones keep one order, or lines would jump.
fn by_value(processes: &mut [&Process]) {
    processes.sort_by(|a, b| b.value.cmp(&a.value).then(a.pid.cmp(&b.pid)).then(a.id.cmp(&b.id)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::tests::{LIVE, run};

    fn names(processes: &Processes) -> Vec<(String, usize)> {
        processes.tree().iter().map(|row| (row.process.id.clone(), row.lasts.len())).collect()
    }

    #[test]
    fn the_tree_has_those_that_live() {
        let run = run(LIVE);
        let processes = run.processes();
        assert_eq!(names(processes), [("10:make".to_owned(), 0), ("11:cc1".to_owned(), 1)]);
        let rows = processes.tree();
        assert_eq!(rows[1].process.command, "cc1 'a b.c'");
        assert_eq!((rows[1].process.value, rows[1].process.change(run.now())), (Bytes(50 << 20), 30 << 20));
        assert_eq!(processes.ended()[0].id, "12:cc1");
    }

    #[test]
    fn an_exec_keeps_the_memory_of_its_process() {
        let exec = "PROC 11:ld 2.100000 {\"pid\":11,\"ppid\":10,\"name\":\"ld\",\"was\":\"11:cc1\",\"args\":[\"ld\"]}\n";
        let run = run(&format!("{LIVE}{exec}"));
        let rows = run.processes().tree();
        assert_eq!((rows[1].process.command.as_str(), rows[1].process.peak), ("ld", Bytes(50 << 20)));
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn a_circle_of_parents_ends() {
        let born = |pid: u32, ppid: u32| Born { pid, ppid, name: "x".to_owned(), ..Born::default() };
        let mut processes = Processes::default();
        for (id, pid, ppid) in [("1:x", 1, 2), ("2:x", 2, 1), ("3:x", 3, 3), ("4:x", 4, 3)] {
            processes.add(&Record::Born(id, Seconds(0.0), born(pid, ppid)));
        }
        let mut found = names(&processes);
        found.sort();
        assert_eq!(found.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["1:x", "2:x", "3:x", "4:x"]);
    }

    #[test]
    fn a_long_chain_does_not_take_the_square_of_its_length() {
        let mut processes = Processes::default();
        for pid in 1..20_000_u32 {
            let born = Born { pid, ppid: pid - 1, name: "x".to_owned(), ..Born::default() };
            processes.add(&Record::Born(&format!("{pid}:x"), Seconds(0.0), born));
        }
        let rows = processes.tree();
        assert_eq!(rows.len(), 19_999);
        assert!(rows.iter().all(|row| row.lasts.len() <= DEEPEST));
    }
}
