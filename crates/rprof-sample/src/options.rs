//! What to watch and how.

use std::time::Duration;

use rprof_trace::{Bytes, Metric};

use crate::platform::Launch;

/// What to watch.
#[derive(Debug, Clone)]
pub enum Target {
    /// A command that is started.
    Launch(Launch),
    /// A process that runs already.
    Attach {
        /// Its process id.
        pid: u32,
    },
}

/// How to watch it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Wanted time between ticks.
    pub interval: Duration,
    /// What the curve shows.
    pub metric: Metric,
    /// Count the descendants too.
    pub tree: bool,
    /// Reset the high-water mark at each tick, which makes each tick's maximum exact.
    pub exact: bool,
    /// After the command has ended, go on until the last of its descendants has.
    pub wait_all: bool,
    /// End the whole tree after this time.
    pub time_limit: Option<Duration>,
    /// End the whole tree when its memory passes this.
    pub memory_limit: Option<Bytes>,
    /// Stop watching, and harm nobody, after this time.
    pub duration: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            interval: Duration::from_millis(100),
            metric: Metric::Rss,
            tree: true,
            exact: false,
            wait_all: false,
            time_limit: None,
            memory_limit: None,
            duration: None,
        }
    }
}
