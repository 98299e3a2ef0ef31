//! The proportional set size of the whole tree, in which each shared page counts once.

use rprof_trace::Bytes;

use super::Tree;
use super::member::Member;
use crate::error::ReadError;

impl Tree {
    /// Adds up the PSS of all members; `None` when the tree changed meanwhile.
    ///
    /// A page shared by n processes counts 1/n in each of them. If one of them ends or starts another program during
    /// the round, n changes, and the sum counts some shares twice or not at all.
    ///
    /// # Errors
    /// The id of the first member whose smaps rollup cannot be read, with `Denied`, `Unsupported` or `Io`.
    pub fn read_pss(&mut self) -> Result<Option<Bytes>, (String, ReadError)> {
        let mut sum = Bytes(0);
        for member in self.members.iter().filter(|member| member.is_counted()) {
            match member.smaps_rollup() {
                Ok(rollup) => sum = sum.plus(rollup.pss),
                Err(ReadError::Gone) => return Ok(None),
                Err(error) => return Err((member.id().to_owned(), error)),
            }
        }
        Ok(self.is_unchanged().then_some(sum))
    }

    /// True if since the last readings no process was born, ended, or started another program.
    pub(super) fn is_unchanged(&mut self) -> bool {
        self.births.search(&self.members);
        self.births.waiting() == 0 && self.members.iter_mut().all(Member::is_unchanged)
    }
}
