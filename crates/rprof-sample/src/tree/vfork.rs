//! Children of vfork and `posix_spawn`, which live in their parent's address space until their exec.

use super::Tree;
use crate::platform;

impl Tree {
    /// Marks those that live in their parent's address space until their exec: vfork and `posix_spawn` of a large
    /// process would else count it twice. Who was once seen on its own stays so.
    pub(super) fn find_borrowers(&mut self) {
        for at in 0..self.members.len() {
            let member = &self.members[at];
            if member.settled {
                continue;
            }
            let parent = self.members.iter().find(|m| m.process.pid() == member.ppid);
            let alike = parent.filter(|parent| {
                member.memory.vsz.is_some() && parent.memory.vsz == member.memory.vsz && !parent.denied
            });
            let borrowed = alike.is_some_and(|parent| {
                platform::share_memory(parent.process.pid(), member.process.pid())
                    .unwrap_or(parent.memory == member.memory)
            });
            let was_alike = alike.is_some();
            let member = &mut self.members[at];
            member.borrowed = borrowed;
            member.settled = !borrowed;
            if was_alike && !borrowed {
                // It may have left between its reading and the question, and that reading be its parent's.
                member.read_again(self.metric);
            }
        }
    }
}
