//! Ending a tree: asked to with TERM, and after a grace period made to with KILL.

use std::time::Duration;

use crate::tree::Tree;

/// How long a tree has between TERM and KILL.
const GRACE: Duration = Duration::from_secs(2);

/// Why rprof ends a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The time limit was reached.
    Time,
    /// The memory limit was passed.
    Memory,
    /// The command was terminated and left processes behind.
    Terminated,
}

impl Cause {
    /// The words of the trace and the summary.
    pub fn words(self) -> &'static str {
        match self {
            Self::Time => "time limit",
            Self::Memory => "memory limit",
            Self::Terminated => "terminated",
        }
    }
}

/// An end that is under way.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    /// Why.
    pub cause: Cause,
    kill_at: Duration,
}

impl Ending {
    /// Begins: every process of the tree gets TERM, and CONT in case it is stopped.
    pub fn begin(cause: Cause, tree: &mut Tree, now: Duration) -> Self {
        tree.signal(libc::SIGTERM);
        tree.signal(libc::SIGCONT);
        Self { cause, kill_at: now + GRACE }
    }

    /// When `press` has something to do again.
    pub fn due(&self) -> Duration {
        self.kill_at
    }

    /// After the grace period: KILL to whoever is left, again and again in case more are born.
    pub fn press(&mut self, tree: &mut Tree, now: Duration) {
        if now >= self.kill_at {
            tree.signal(libc::SIGKILL);
            self.kill_at = now + Duration::from_millis(50);
        }
    }
}
