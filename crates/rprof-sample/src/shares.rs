//! When to read the tree's proportional set size: it is dear (15 ms per resident GiB of small pages) and so is spaced
//! to take less than a hundredth of the time, and tried at each new height of the curve.

use std::time::Duration;

use rprof_trace::Bytes;

use crate::clock::Clock;
use crate::error::ReadError;
use crate::tree::Tree;

/// Of the time, one part in this many may go into these readings.
const SHARE: u32 = 120;
/// Likewise while the curve climbs: what that takes is saved later.
const CLIMBING_SHARE: u32 = 25;

/// The rounds of a run.
#[derive(Debug)]
pub struct Rounds {
    next: Duration,
    /// The same at a new height of the curve.
    next_at_height: Duration,
    /// The curve's height at the highest round that held, or that was refused.
    measured: Bytes,
    /// What the last round that held found.
    shared_once: Bytes,
    /// Whether there are rounds at all.
    wanted: bool,
}

impl Rounds {
    /// No round yet; none will come when `wanted` is false.
    pub fn new(wanted: bool) -> Self {
        let (next, next_at_height) = (Duration::ZERO, Duration::ZERO);
        Self { next, next_at_height, measured: Bytes(0), shared_once: Bytes(0), wanted }
    }

    /// Whether a round should be made `now`, with the curve at `value`.
    pub fn due(&self, now: Duration, value: Bytes) -> bool {
        // Higher than at any round so far by an eighth of what that round found, since growth may be nobody else's and
        // count in full.
        let new_height = value.0 > self.measured.0.saturating_add(self.shared_once.0 / 8);
        self.wanted && (now >= self.next || (new_height && now >= self.next_at_height))
    }

    /// Makes a round, a second one if the tree changed under the first; what shared pages counted once come to, `None`
    /// when it changed under both.
    ///
    /// # Errors
    /// Which process does not tell, and why: `Denied`, and it may have ended by the next round, or `Unsupported`, and no
    /// round is due after that.
    pub fn measure(
        &mut self,
        tree: &mut Tree,
        value: Bytes,
        clock: Clock,
    ) -> Result<Option<Bytes>, (String, ReadError)> {
        let begun = clock.elapsed();
        let mut result = tree.shares();
        if matches!(result, Ok(None)) {
            result = tree.shares();
        }
        let ended = clock.elapsed();
        let cost = ended.saturating_sub(begun);
        self.next = self.next.max(begun) + cost * SHARE;
        self.next_at_height = ended + cost * CLIMBING_SHARE;
        match &result {
            Ok(Some(sum)) => {
                self.measured = self.measured.max(value);
                self.shared_once = *sum;
            }
            Ok(None) => {}
            Err((_, ReadError::Unsupported)) => self.wanted = false,
            Err((_, ReadError::Denied)) => self.measured = self.measured.max(value),
            Err((_, ReadError::Gone | ReadError::Io(_))) => return Ok(None),
        }
        result
    }
}
