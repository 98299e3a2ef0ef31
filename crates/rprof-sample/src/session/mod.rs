//! A session: one thread that sleeps, measures, passes signals on, and reaps children, from start to end.

mod cgroup;
mod clock;
mod exits;
mod finish;
mod memory_limit;
mod oom;
mod peak_evidence;
mod pss_evidence;
mod pss_rounds;
mod pss_schedule;
mod pss_steps;
mod schedule;
mod signals;
mod termination;
mod tick;

use std::time::Duration;

use rprof_trace::{Bytes, Metric, PeakPartsRecorder, Record};

use cgroup::GroupWatch;
pub use clock::Clock;
use exits::Exits;
pub use finish::Outcome;
use memory_limit::MemoryLimit;
use peak_evidence::PeakEvidence;
use pss_rounds::PssRounds;
use schedule::Schedule;
use termination::Termination;
pub use termination::TerminationCause;
use tick::Ticks;

use crate::Sink;
use crate::error::{Error, ReadError};
use crate::options::{Options, Target};
use crate::platform::{self, ExitStatus, Process, Reading, Search, Spawned};
use crate::tree::{NOTE_KEY, Tree, TreeOptions};
use crate::wakeups::Wakeups;

/// The longest wait for the exit status of a process that has given back its memory.
const LONGEST_DEATH: Duration = Duration::from_millis(100);

/// A session that has started: the command runs, or the running process is opened.
///
/// ```
/// use rprof_sample::{Clock, Launch, Options, Session, Target};
/// use rprof_trace::Record;
///
/// # fn main() -> Result<(), rprof_sample::Error> {
/// let launch = Launch { argv: vec!["true".into()], ..Launch::default() };
/// let session = Session::begin(&Target::Launch(launch), Options::default(), Clock::start())?;
/// let mut ticks = 0;
/// let count_ticks = &mut |record: &Record<'_>| {
///     if matches!(record, Record::Tick(_)) {
///         ticks += 1;
///     }
/// };
/// let outcome = session.watch(count_ticks, &mut |warning| eprintln!("{warning}"));
/// assert_eq!(outcome.end.exit_code, Some(0));
/// assert_eq!(outcome.end.ticks, ticks);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Session {
    options: Options,
    clock: Clock,
    wakeups: Wakeups,
    /// The reason why signals may not arrive, as a sentence; `None` while they do.
    deaf: Option<String>,
    tree: Tree,
    root: Root,
    schedule: Schedule,
    ticks: Ticks,
    peak: PeakEvidence,
    parts: PeakPartsRecorder,
    pss: PssRounds,
    exits: Exits,
    stop: StopState,
    /// Children of rprof from before the session, such as what an earlier session has left behind.
    strangers: Vec<u32>,
    memory_limit: MemoryLimit,
    group: GroupWatch,
}

/// The command, or the process that rprof attached to.
#[derive(Debug)]
struct Root {
    pid: u32,
    /// The RSS of a command before its exec; 0 for an attached process.
    rss_before_exec: Bytes,
    attached: bool,
    gone: bool,
    /// True if the command was stopped at least once.
    stopped: bool,
    /// The exit status; `None` while a command runs, and always for an attached process.
    status: Option<ExitStatus>,
    /// The times of its exec and of the look that found its end, on the clock of the platform; `None` if unknown.
    exec: Option<Duration>,
    found: Option<Duration>,
}

/// The reasons to end the session before the tree ends by itself.
#[derive(Debug, Default)]
struct StopState {
    /// rprof leaves the processes alone and stops measuring.
    detached: bool,
    /// SIGTERM was passed on to the command.
    sigterm_passed_on: bool,
    /// The last signal that asked rprof to end.
    interrupted: Option<i32>,
    /// rprof is ending the tree.
    termination: Option<Termination>,
}

impl Session {
    /// Starts the command or opens the running process. Nothing is measured yet.
    ///
    /// # Errors
    /// When the command cannot be started, or the process does not exist or may not be read.
    pub fn begin(target: &Target, options: Options, clock: Clock) -> Result<Self, Error> {
        platform::prepare();
        platform::can_measure()?;
        let mut wakeups = Wakeups::new()?;
        let start = match target {
            Target::Launch(_) => std::process::id(),
            Target::Attach { pid } => *pid,
        };
        let creates = options.cgroup && start == std::process::id();
        let group =
            if creates || options.group { GroupWatch::begin(start, creates)? } else { GroupWatch::off() };
        let strangers = if platform::has_children() { platform::children() } else { Vec::new() };
        // The search starts before the command, so that it finds the command's first child.
        let search = options.tree.then(|| Search::new(matches!(target, Target::Attach { .. })));
        let root = Root::start(target, &mut wakeups, &group)?;
        let opened = if root.attached { Ok(root.open(options.metric)?) } else { Process::open(root.pid) };
        let tree_options = TreeOptions {
            metric: options.metric,
            exact: options.exact,
            joined: root.attached,
            args: options.args,
        };
        let first_step = Some(options.first_step).filter(|_| !root.attached);
        let reads_pss = options.metric == Metric::Rss && platform::METRICS.contains(&Metric::Pss);
        Ok(Self {
            tree: Tree::new(root.pid, opened, search, tree_options),
            schedule: Schedule::new(clock.elapsed(), options.interval, first_step),
            ticks: Ticks::default(),
            peak: PeakEvidence::default(),
            parts: PeakPartsRecorder::default(),
            pss: PssRounds::new(reads_pss, !root.attached),
            exits: Exits::default(),
            stop: StopState::default(),
            strangers,
            memory_limit: MemoryLimit::new(options.memory_limit),
            options,
            clock,
            wakeups,
            deaf: None,
            root,
            group,
        })
    }

    /// Measures until the end of the session. The records of one tick come together, its `Tick` last.
    ///
    /// `warn` gets sentences that the user should read at once, because the session then waits for the user.
    pub fn watch(mut self, sink: Sink<'_>, warn: &mut dyn FnMut(&str)) -> Outcome {
        let evidence = self.group.evidence.clone();
        let sink: Sink<'_> = &mut |record| {
            evidence.get().note(record);
            sink(record);
        };
        while !self.is_over() {
            let now = self.clock.elapsed();
            if now >= self.schedule.deadline() {
                self.tick(now, sink);
                // A SIGCHLD may have been lost, or a wait may have failed.
                if self.tree.has_dying() || self.tree.root_is_unread() {
                    self.reap(sink);
                }
                self.schedule.advance(self.clock.elapsed());
            }
            self.apply_limits(self.clock.elapsed());
            self.report_refused(sink, warn);
            let wake = self.next_wake();
            let span = wake.saturating_sub(self.clock.elapsed());
            let woken = self.wakeups.sleep(span);
            self.root.gone |= woken.ended;
            if woken.signalled {
                self.take_signals(sink);
            }
        }
        // The time since the last tick counts, too. Without this tick only the upper bound would include it.
        if self.stop.detached {
            self.tick(self.clock.elapsed(), sink);
        }
        self.await_dying(sink);
        self.finish(sink)
    }

    /// Waits for the exit status of processes that have given back their memory already. On a busy machine that takes
    /// some milliseconds, and only the exit status has their maximum.
    fn await_dying(&mut self, sink: Sink<'_>) {
        let until = self.clock.elapsed() + LONGEST_DEATH;
        while !self.stop.detached && self.tree.has_dying() && self.clock.elapsed() < until {
            let span = until.saturating_sub(self.clock.elapsed());
            if self.wakeups.sleep(span).signalled {
                self.take_signals(sink);
            }
        }
    }

    fn is_over(&self) -> bool {
        // A termination must reach every process of the tree, so it waits for the last one.
        let waits_for_all = self.options.wait_all || self.stop.termination.is_some();
        self.stop.detached || (self.root.gone && (!waits_for_all || self.tree.is_empty()))
    }

    fn next_wake(&self) -> Duration {
        let termination = &self.stop.termination;
        let deadlines = [
            Some(self.schedule.deadline()),
            self.options.duration,
            self.options.time_limit.filter(|_| termination.is_none()),
            termination.as_ref().map(Termination::next_step),
        ];
        deadlines.into_iter().flatten().min().unwrap_or_default()
    }

    fn apply_limits(&mut self, now: Duration) {
        if self.options.duration.is_some_and(|limit| now >= limit) {
            self.stop.detached = true;
        }
        if self.options.time_limit.is_some_and(|limit| now >= limit) {
            self.terminate(TerminationCause::Time, now);
        }
        if let Some(termination) = &mut self.stop.termination {
            if now >= termination.next_step() {
                self.group.kill();
            }
            termination.continue_at(now, &mut self.tree);
        }
    }

    /// Reports the processes that rprof may not end. They go into the trace, too.
    fn report_refused(&mut self, sink: Sink<'_>, warn: &mut dyn FnMut(&str)) {
        let news = self.stop.termination.as_mut().map(Termination::take_news).unwrap_or_default();
        for sentence in news {
            sink(&Record::Note(NOTE_KEY, &sentence));
            warn(&sentence);
        }
    }

    /// Begins to end the tree, unless that is under way.
    fn terminate(&mut self, cause: TerminationCause, now: Duration) {
        if self.stop.termination.is_none() {
            self.stop.termination = Some(Termination::begin(cause, &mut self.tree, now));
        }
    }
}

impl Root {
    fn start(target: &Target, wakeups: &mut Wakeups, group: &GroupWatch) -> Result<Self, Error> {
        let (spawned, attached) = match target {
            Target::Launch(launch) => {
                platform::adopt_orphans()?;
                (platform::spawn(launch, group.created())?, false)
            }
            Target::Attach { pid } => {
                wakeups.watch(*pid);
                (Spawned { pid: *pid, exec: None, rss_before_exec: Bytes(0) }, true)
            }
        };
        let Spawned { pid, exec, rss_before_exec } = spawned;
        Ok(Self {
            pid,
            rss_before_exec,
            attached,
            gone: false,
            stopped: false,
            status: None,
            exec,
            found: None,
        })
    }

    fn open(&self, metric: Metric) -> Result<(Process, Reading), Error> {
        let opened = Process::open(self.pid).map_err(|error| self.refusal(error))?;
        if opened.1.dead {
            let reason = platform::why_no_memory(self.pid).unwrap_or_else(|| "it has ended".to_owned());
            return Err(Error::NoMemory { pid: self.pid, reason });
        }
        // Another user's process may show its status and hide its rollup. Find out now, not at the first tick.
        let needs_rollup = matches!(metric, Metric::Pss | Metric::Uss);
        if needs_rollup && matches!(opened.0.smaps_rollup(), Err(ReadError::Denied)) {
            return Err(self.refusal(ReadError::Denied));
        }
        Ok(opened)
    }

    fn refusal(&self, error: ReadError) -> Error {
        let pid = self.pid;
        match error {
            ReadError::Denied => {
                let name = platform::name_of(pid).unwrap_or_else(|| "?".to_owned());
                let owner = platform::owner(pid).unwrap_or_else(|| "?".to_owned());
                Error::NotOurs { pid, name, owner }
            }
            ReadError::Io(cause) => Error::System { action: "read the memory of the process", cause },
            ReadError::Gone | ReadError::Unsupported => match platform::why_no_memory(pid) {
                Some(reason) => Error::NoMemory { pid, reason },
                None => Error::NoSuchProcess { pid },
            },
        }
    }
}
