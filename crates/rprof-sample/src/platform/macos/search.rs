//! Discovery of new descendants: one list of all pids per tick, compared with the last one, and the parent of each new
//! pid. A list by parent costs the kernel the same walk, and there would be one for each member.

use crate::error::ReadError;
use crate::parse::macos::{descendants, fresh, listing};
use crate::platform::Reading;

use super::kernel;
use super::process::Process;

/// The state of the search.
#[derive(Debug)]
pub struct Search {
    /// The pids whose parents are known, sorted.
    known: Vec<u32>,
    buffer: Vec<i32>,
}

impl Search {
    /// A search for processes born from now on; with `all`, for those that run already as well.
    pub fn new(all: bool) -> Self {
        let mut buffer = Vec::new();
        let known = if all { None } else { listing(&mut buffer, kernel::list_pids) };
        Self { known: known.unwrap_or_default(), buffer }
    }

    /// Tries the pid of a process that was found gone again at the next search. If a new process has it already, the
    /// search took it for the old one.
    pub fn look_again_at(&mut self, pid: u32) {
        self.known.retain(|known| *known != pid);
    }

    /// Opens every newborn process whose parent is in the tree or was found just before, and appends it to `found`.
    ///
    /// `is_parent` is true for a pid of the tree. Always returns `None`: macOS does not report how many processes were
    /// born and gone between two searches.
    pub fn newborns(
        &mut self,
        is_parent: impl Fn(u32) -> bool,
        found: &mut Vec<(Process, Reading)>,
    ) -> Option<u32> {
        let mut pids = listing(&mut self.buffer, kernel::list_pids)?;
        let (mut candidates, mut unseen) = (Vec::new(), Vec::new());
        for pid in fresh(&pids, &self.known).filter(|pid| !is_parent(*pid)) {
            match kernel::public(pid) {
                Ok(public) => candidates.push((pid, public.ppid)),
                // The process is just being made or just ending: it is tried again next time.
                Err(_) => unseen.push(pid),
            }
        }
        pids.retain(|pid| !unseen.contains(pid));
        self.known = pids;
        for pid in descendants(candidates, is_parent) {
            let opened = match Process::open(pid) {
                Err(ReadError::Denied) => Process::open_unread(pid),
                other => other,
            };
            found.extend(opened);
        }
        None
    }

    /// Always empty.
    #[allow(clippy::unused_self, reason = "the signature of every platform")]
    pub fn take_hidden(&mut self) -> Vec<u32> {
        Vec::new()
    }

    /// Always `None`: macOS does not report it.
    #[allow(clippy::unused_self, reason = "the signature of every platform")]
    pub fn births_since(&self) -> Option<u32> {
        None
    }
}

/// The pid and name of every process with `part` in its command name, except rprof, sorted by pid.
pub fn find_processes(part: &str) -> Vec<(u32, String)> {
    let pids = listing(&mut Vec::new(), kernel::list_pids).unwrap_or_default();
    let others = pids.into_iter().filter(|pid| *pid != std::process::id());
    let named = others.filter_map(|pid| Some((pid, super::name_of(pid)?)));
    named.filter(|(_, name)| name.contains(part)).collect()
}
