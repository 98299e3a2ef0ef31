//! Options of a session: the target, the metric, the interval and the limits.

use std::time::Duration;

use rprof_trace::{Bytes, Metric};

use crate::platform::Launch;

/// The command or process to measure.
#[derive(Debug, Clone)]
pub enum Target {
    /// A command, which the session starts.
    Launch(Launch),
    /// A process that runs already.
    Attach {
        /// The process id.
        pid: u32,
    },
}

/// The options of a session. The default is that of `rprof run`: RSS of the tree every 100 ms, without limits.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "independent options")]
pub struct Options {
    /// The requested time between two ticks.
    pub interval: Duration,
    /// The time from the first tick of a command to the second one. The later steps double up to the interval.
    pub first_step: Duration,
    /// The metric that the ticks sum up; one of `METRICS`.
    pub metric: Metric,
    /// Measure the descendants, too.
    pub tree: bool,
    /// Reset the high-water mark of each process at each tick. The maximum between two ticks is then exact.
    pub exact: bool,
    /// Record the command line of each process.
    pub args: bool,
    /// Continue after the end of the command until its last descendant has ended.
    pub wait_all: bool,
    /// Run the command in a control group of its own.
    pub cgroup: bool,
    /// Record the control group of the command, and look for OOM kills. It takes some 0.2 ms, much for a short command.
    pub group: bool,
    /// End the whole tree at a signal that asks rprof to end, SIGINT for one, instead of passing that on alone.
    pub ends_when_interrupted: bool,
    /// End the whole tree after this time since the start.
    pub time_limit: Option<Duration>,
    /// End the whole tree when its memory exceeds this.
    pub memory_limit: Option<Bytes>,
    /// Stop measuring after this time and leave the processes alone.
    pub duration: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            interval: Duration::from_millis(100),
            first_step: Duration::from_millis(1),
            metric: Metric::Rss,
            tree: true,
            exact: false,
            args: true,
            wait_all: false,
            cgroup: false,
            group: true,
            ends_when_interrupted: false,
            time_limit: None,
            memory_limit: None,
            duration: None,
        }
    }
}
