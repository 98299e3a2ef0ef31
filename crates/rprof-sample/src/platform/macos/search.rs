//! Finding new descendants: one listing of the machine's pids a tick, compared with the last one, and a look at the
//! parent of each new one. A listing by parent costs the kernel the same walk, and would be asked for once per member.

use crate::error::ReadError;
use crate::parse::macos::{descendants, fresh, listing};
use crate::platform::Reading;

use super::kernel;
use super::process::Process;

/// The state of the search.
#[derive(Debug)]
pub struct Search {
    /// The pids whose parents have been looked at, sorted.
    known: Vec<u32>,
    buffer: Vec<i32>,
}

impl Search {
    /// Finds who is born from now on; with `all`, those who live already too.
    pub fn new(all: bool) -> Self {
        let mut buffer = Vec::new();
        let known = if all { None } else { listing(&mut buffer, kernel::list_pids) };
        Self { known: known.unwrap_or_default(), buffer }
    }

    /// Looks at the number of a process that was found gone next time: where another has it already, that one was passed
    /// over as known.
    pub fn look_at(&mut self, pid: u32) {
        self.known.retain(|known| *known != pid);
    }

    /// Opens each newborn process whose parent is in the tree or was found just before it; `is_parent` says whether a
    /// pid is in the tree. The answer is `None`: macOS does not tell how many were born, so who lived only between two
    /// looks is not known of.
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
                // Half born, or half dead: looked at again next time.
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
}

/// The processes with `part` in their command name, rprof itself left out: pid and name, by pid.
pub fn find_processes(part: &str) -> Vec<(u32, String)> {
    let pids = listing(&mut Vec::new(), kernel::list_pids).unwrap_or_default();
    let others = pids.into_iter().filter(|pid| *pid != std::process::id());
    let named = others.filter_map(|pid| Some((pid, super::name_of(pid)?)));
    named.filter(|(_, name)| name.contains(part)).collect()
}
