//! Births of the tree: the newborn processes that the search finds, and the count of those that it came too late for.

use super::member::Member;
use crate::platform::{self, Process, Reading, Search};

/// The search for newborn processes, and its finds that the tree has not admitted yet.
#[derive(Debug)]
pub struct Births {
    search: Option<Search>,
    found: Vec<(Process, Reading)>,
    root: u32,
    /// True while the root could not be opened. Each search tries it again.
    root_is_unread: bool,
    /// rprof itself, which adopts orphans.
    own_pid: u32,
    /// Processes and threads of the whole machine that were born and gone since the last tick; `None` when not known.
    gone: Option<u32>,
    /// Processes of the tree that may not be read, since the last look.
    hidden: Vec<u32>,
    /// Processes that have given back their memory. Until they are zombies, they are still the parents of their children.
    exiting: Vec<u32>,
}

impl Births {
    /// Starts with the root as the only find, if it could be opened. Without a `search` no other process is ever found.
    pub fn new(root: u32, opened: Option<(Process, Reading)>, search: Option<Search>) -> Self {
        Self {
            search,
            root,
            root_is_unread: opened.is_none(),
            own_pid: std::process::id(),
            found: opened.into_iter().collect(),
            gone: Some(0),
            hidden: Vec::new(),
            exiting: Vec::new(),
        }
    }

    /// Searches for newborn children of the members.
    pub fn search(&mut self, members: &[Member]) {
        if self.root_is_unread
            && let Ok(root) = Process::open(self.root)
        {
            self.root_is_unread = false;
            self.found.push(root);
        }
        let Some(search) = &mut self.search else { return };
        let first = [self.own_pid, self.root];
        let exiting = self.exiting.iter().copied();
        let parents = || first.into_iter().chain(exiting.clone()).chain(members.iter().map(Member::pid));
        let is_parent = |pid: u32| parents().any(|parent| parent == pid);
        let gone = search.newborns(is_parent, &mut self.found);
        self.gone = self.gone.zip(gone).map(|(before, gone)| before + gone);
        let mut hidden = search.take_hidden();
        hidden.retain(|pid| {
            // The root and its newborn children may not be members yet.
            let found = self.found.iter().map(|(process, _)| process.pid());
            parents().chain(found).any(|parent| platform::may_be_child(parent, *pid))
        });
        self.hidden.append(&mut hidden);
        self.exiting.retain(|pid| platform::is_exiting(*pid));
    }

    /// Takes out the processes of the tree that may not be read.
    pub fn take_hidden(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.hidden)
    }

    /// The number of finds that the tree has not admitted yet.
    pub fn waiting(&self) -> usize {
        self.found.len()
    }

    /// Takes the finds out. Give the buffer back with `recycle`, so that the next tick need not allocate one.
    pub fn take(&mut self) -> Vec<(Process, Reading)> {
        std::mem::take(&mut self.found)
    }

    /// Gives back the emptied buffer of `take`.
    pub fn recycle(&mut self, buffer: Vec<(Process, Reading)>) {
        self.found = buffer;
    }

    /// Makes the next search try the pid of a process that is gone: a newborn may have it already.
    pub fn look_again_at(&mut self, pid: u32) {
        self.search.iter_mut().for_each(|search| search.look_again_at(pid));
    }

    /// Notes that a process of the tree has ended, and was not reaped yet.
    pub fn note_ended(&mut self, pid: u32) {
        self.exiting.push(pid);
    }

    /// Returns and resets the number of births on the machine, since the last call, that are gone; `None` when not known.
    pub fn take_gone(&mut self) -> Option<u32> {
        self.gone.replace(0)
    }

    /// `gone` and the births since the last search.
    pub fn since(&self, gone: Option<u32>) -> Option<u32> {
        let search = self.search.as_ref()?;
        Some(gone?.saturating_add(search.births_since()?))
    }

    /// True while the root could not be opened and is not known to have ended.
    pub fn root_is_unread(&self) -> bool {
        self.root_is_unread
    }

    /// Notes that a child of rprof was reaped.
    pub fn note_reaped(&mut self, pid: u32) {
        self.root_is_unread &= pid != self.root;
    }

    /// True if descendants are searched for.
    pub fn is_searching(&self) -> bool {
        self.search.is_some()
    }

    /// The pid of the root.
    pub fn root(&self) -> u32 {
        self.root
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};

    use super::*;

    /// A process that has given back its memory was no parent any more, and its newborn child was never found.
    #[test]
    fn the_child_of_a_process_that_exits_is_found() {
        let inner = "exec 3<&0; echo $$; read go; (read end <&3)& echo $!; read end";
        let mut shell = Command::new("sh");
        shell.args(["-c", "sh -c \"$1\"; true", "sh", inner]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let search = Search::new(false);
        let mut root = shell.spawn().expect("a shell");
        let mut shown = BufReader::new(root.stdout.take().expect("its output")).lines();
        let mut next_pid = || -> u32 { shown.next().expect("a line").expect("text").parse().expect("a pid") };
        let mut births = Births::new(root.id(), None, Some(search));
        let is_found =
            |births: &mut Births, pid| births.take().iter().any(|(process, _)| process.pid() == pid);
        let parent = next_pid();
        births.search(&[]);
        assert!(is_found(&mut births, parent));

        let mut stdin = root.stdin.take().expect("its input");
        stdin.write_all(b"go\n").expect("it reads");
        let child = next_pid();
        births.note_ended(parent);
        births.search(&[]);
        assert!(is_found(&mut births, child), "process {child} of {parent}");
        drop(stdin);
        root.wait().expect("it is reaped");
    }
}
