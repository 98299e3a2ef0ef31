//! When to read the tree's proportional set size: it is dear (15 ms per resident GiB of small pages) and so is spaced
//! to take one part in a hundred of the time, and tried at each new height of the curve.

use std::time::Duration;

use rprof_trace::Bytes;

use crate::clock::Clock;
use crate::error::ReadError;
use crate::tree::Tree;

/// Of the time, one part in this many may go into these readings.
const SHARE: u32 = 100;

/// The rounds of a run.
#[derive(Debug)]
pub struct Rounds {
    next: Duration,
    /// The curve's height at the highest round that held.
    measured: Bytes,
    /// What the last round that held found.
    shared_once: Bytes,
    /// Set when a process does not tell: no more rounds.
    refused: bool,
}

impl Rounds {
    /// No round yet; none will come when `wanted` is false.
    pub fn new(wanted: bool) -> Self {
        Self { next: Duration::ZERO, measured: Bytes(0), shared_once: Bytes(0), refused: !wanted }
    }

    /// Whether a round should be made `now`, with the curve at `value`.
    pub fn due(&self, now: Duration, value: Bytes) -> bool {
        // Higher than at any round so far by an eighth of what that round found, since growth may be nobody else's and
        // count in full: the costs of such rounds add up to nine times the last one's.
        let new_height = value.0 > self.measured.0.saturating_add(self.shared_once.0 / 8);
        !self.refused && (now >= self.next || new_height)
    }

    /// Makes a round, a second one if the tree changed under the first; what shared pages counted once come to.
    ///
    /// # Errors
    /// `Denied` or `Unsupported` when a process does not tell; no round is due after that.
    pub fn measure(
        &mut self,
        tree: &mut Tree,
        value: Bytes,
        clock: Clock,
    ) -> Result<Option<Bytes>, ReadError> {
        let begun = clock.elapsed();
        let mut result = None;
        for _ in 0..2 {
            match tree.shares() {
                Ok(Some(sum)) => {
                    self.measured = self.measured.max(value);
                    self.shared_once = sum;
                    result = Some(sum);
                    break;
                }
                Ok(None) => {}
                Err(error @ (ReadError::Denied | ReadError::Unsupported)) => {
                    self.refused = true;
                    return Err(error);
                }
                Err(ReadError::Gone | ReadError::Io(_)) => break,
            }
        }
        let ended = clock.elapsed();
        self.next = ended + ended.saturating_sub(begun) * SHARE;
        Ok(result)
    }
}
