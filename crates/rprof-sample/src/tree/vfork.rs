//! Children of vfork and `posix_spawn`, which borrow the address space of their parent until their exec.

use super::Tree;
use super::member::AddressSpace;
use crate::platform;

impl Tree {
    /// Decides for each new member if it borrows its parent's address space.
    ///
    /// The kernel reports the parent's whole memory for such a child. A process of 10 GiB that starts a small program
    /// would count as 20 GiB for the milliseconds until the exec, which may well be the peak. Once a member had an
    /// address space of its own it keeps one, so each is checked only until then.
    pub(super) fn find_borrowers(&mut self) {
        for at in 0..self.members.len() {
            let member = &self.members[at];
            if member.has_own_space() {
                continue;
            }
            let parent = self.members.iter().find(|m| m.pid() == member.ppid());
            // Different sizes settle it without a system call. A refused parent has no size to compare.
            let lookalike = parent.filter(|parent| parent.has_size_of(member));
            let borrows = lookalike.is_some_and(|parent| {
                platform::share_address_space(parent.pid(), member.pid())
                    .unwrap_or_else(|| parent.has_memory_of(member))
            });
            let must_read_again = lookalike.is_some() && !borrows;
            let member = &mut self.members[at];
            member.set_space(if borrows { AddressSpace::Borrowed } else { AddressSpace::Own });
            if must_read_again {
                // The exec may lie between the reading and the question; the reading is then the parent's memory.
                member.read_again_after_exec(self.metric);
            }
        }
    }
}
