//! The termination of a tree by rprof: SIGTERM first, SIGKILL after a grace period.

use std::time::Duration;

use crate::tree::Tree;

/// The time between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(2);
/// The time between two rounds of SIGKILL.
const KILL_INTERVAL: Duration = Duration::from_millis(50);

/// The reason why rprof ends a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminationCause {
    /// The time limit was reached.
    Time,
    /// The memory limit was exceeded.
    Memory,
    /// The command got SIGTERM through rprof and left processes behind.
    Terminated,
}

impl TerminationCause {
    /// The words for the trace and the summary.
    pub fn words(self) -> &'static str {
        match self {
            Self::Time => "time limit",
            Self::Memory => "memory limit",
            Self::Terminated => "terminated",
        }
    }
}

/// A termination that is under way.
#[derive(Debug, Clone, Copy)]
pub struct Termination {
    cause: TerminationCause,
    begun: Duration,
    kill_at: Duration,
}

impl Termination {
    /// Sends SIGTERM to every process of the tree. A stopped process needs SIGCONT to react to it.
    pub fn begin(cause: TerminationCause, tree: &mut Tree, now: Duration) -> Self {
        tree.signal_all(libc::SIGTERM);
        tree.signal_all(libc::SIGCONT);
        Self { cause, begun: now, kill_at: now + GRACE }
    }

    /// The reason of the termination.
    pub fn cause(&self) -> TerminationCause {
        self.cause
    }

    /// The time at which it began.
    pub fn begun(&self) -> Duration {
        self.begun
    }

    /// The time at which `continue_at` has something to do.
    pub fn next_step(&self) -> Duration {
        self.kill_at
    }

    /// Sends SIGKILL once the grace period is over. It repeats, because members may start new processes meanwhile.
    pub fn continue_at(&mut self, now: Duration, tree: &mut Tree) {
        if now >= self.kill_at {
            tree.signal_all(libc::SIGKILL);
            self.kill_at = now + KILL_INTERVAL;
        }
    }
}
