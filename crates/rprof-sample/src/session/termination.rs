//! The termination of a tree by rprof: SIGTERM first, SIGKILL after a grace period.

use std::time::Duration;

use crate::error::ReadError;
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
#[derive(Debug)]
pub struct Termination {
    cause: TerminationCause,
    begun: Duration,
    kill_at: Duration,
    refused: Refused,
}

/// The processes that rprof may not signal, such as set-uid programs.
#[derive(Debug, Default)]
struct Refused {
    ids: Vec<String>,
    /// Sentences about them that were not reported yet.
    news: Vec<String>,
}

impl Refused {
    fn add(&mut self, id: &str, error: &ReadError) {
        if self.ids.iter().all(|known| known != id) {
            self.ids.push(id.to_owned());
            let remedy = "it runs until it ends by itself; end it as its user or as root";
            self.news.push(format!("cannot end `{id}`: {error}; {remedy}"));
        }
    }
}

impl Termination {
    /// Sends SIGTERM to every process of the tree. A stopped process needs SIGCONT to react to it.
    pub fn begin(cause: TerminationCause, tree: &mut Tree, now: Duration) -> Self {
        let mut refused = Refused::default();
        tree.signal_all(libc::SIGTERM, |id, error| refused.add(id, &error));
        tree.signal_all(libc::SIGCONT, |_, _| {});
        Self { cause, begun: now, kill_at: now + GRACE, refused }
    }

    /// The ids of the processes that could not be signalled.
    pub fn refused(&self) -> &[String] {
        &self.refused.ids
    }

    /// Takes the sentences about processes that could not be signalled since the last call.
    pub fn take_news(&mut self) -> Vec<String> {
        std::mem::take(&mut self.refused.news)
    }

    /// The reason of the termination.
    pub fn cause(&self) -> TerminationCause {
        self.cause
    }

    /// The time at which it began.
    pub fn begun(&self) -> Duration {
        self.begun
    }

    /// The time of the first SIGKILL.
    pub fn kills_from(&self) -> Duration {
        self.begun + GRACE
    }

    /// The time at which `continue_at` has something to do.
    pub fn next_step(&self) -> Duration {
        self.kill_at
    }

    /// Sends SIGKILL once the grace period is over. It repeats, because members may start new processes meanwhile.
    pub fn continue_at(&mut self, now: Duration, tree: &mut Tree) {
        if now >= self.kill_at {
            tree.signal_all(libc::SIGKILL, |id, error| self.refused.add(id, &error));
            self.kill_at = now + KILL_INTERVAL;
        }
    }
}
