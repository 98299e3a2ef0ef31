//! The tree with each shared page counted once.

use rprof_trace::Bytes;

use super::Tree;
use super::member::Member;
use crate::error::ReadError;

impl Tree {
    /// Sums the shares of all pages over the tree, each page once; `None` when the tree changed meanwhile, since some
    /// shares would then be counted twice or not at all.
    ///
    /// # Errors
    /// When a process does not tell: its word in the trace, and `Denied`, `Unsupported` or `Io`.
    pub fn shares(&mut self) -> Result<Option<Bytes>, (String, ReadError)> {
        let mut sum = Bytes(0);
        for member in self.members.iter().filter(|m| !m.borrowed && !m.denied) {
            match member.process.shares() {
                Ok(shares) => sum = sum.plus(shares.pss),
                Err(ReadError::Gone) => return Ok(None),
                Err(error) => return Err((member.id.clone(), error)),
            }
        }
        Ok(self.is_unchanged().then_some(sum))
    }

    /// Whether since the last readings nobody was born, ended, or began another program and left its shares to others.
    pub(super) fn is_unchanged(&mut self) -> bool {
        self.find();
        let is_same =
            |m: &mut Member| m.denied || m.process.read().is_ok_and(|r| !r.dead && !m.has_begun_anew(&r));
        self.found.is_empty() && self.members.iter_mut().all(is_same)
    }
}
