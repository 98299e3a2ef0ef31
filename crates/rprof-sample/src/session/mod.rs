//! A run from start to end: one thread that sleeps, measures, passes signals on and waits for the children.

mod clock;
mod finish;
mod pss_schedule;
mod schedule;
mod signals;
mod termination;

use std::time::Duration;

pub use clock::Clock;
pub use finish::Outcome;
use rprof_trace::{Bytes, Metric, Proven, Record, Seconds, Tick};

use clock::seconds;
use pss_schedule::Rounds;
use schedule::Schedule;
use termination::Cause;

use crate::error::{Error, ReadError};
use crate::options::{Options, Target};
use crate::platform::{self, Ending, Process, Search, Waiter};
use crate::tree::peak_bounds::Bound;
use crate::tree::{NOTES, Tree};

/// While processes come and go the ticks may come closer than the interval, as long as they take no more than one part
/// in this many of the time.
const FLUX_SHARE: u32 = 50;
/// A tick later than this many intervals, and this much more, is a gap: the machine slept, or rprof was stopped.
const GAP_INTERVALS: u32 = 3;
const GAP_SLACK: Duration = Duration::from_millis(250);

/// A run that has begun.
#[derive(Debug)]
pub struct Session {
    options: Options,
    clock: Clock,
    waiter: Waiter,
    tree: Tree,
    schedule: Schedule,
    rounds: Rounds,
    root: u32,
    floor: Bytes,
    attached: bool,
    oom_kills: Option<u64>,
    state: State,
}

/// What changes from tick to tick.
#[allow(clippy::struct_excessive_bools, reason = "independent facts, each set once")]
#[derive(Debug, Default)]
struct State {
    last_tick: Option<Duration>,
    last_value: Bytes,
    ticks: u64,
    /// The largest value of a tick or proven between two.
    peak: Bytes,
    bound: Bound,
    /// The largest RSS that wait4 told of any process.
    max_rss: Bytes,
    user: Duration,
    system: Duration,
    waited: bool,
    /// A zombie had waited for children of its own: processes may have lived unseen.
    had_children: bool,
    ending: Option<Ending>,
    root_gone: bool,
    terminated: bool,
    stop: bool,
    limit: Option<termination::Ending>,
    /// Why there was no PSS beside the RSS at some time, in a sentence.
    no_shares: Option<String>,
}

impl Session {
    /// Starts the command, or joins the running process. Nothing is measured yet.
    ///
    /// # Errors
    /// When the command cannot be started, there is no such process, or it may not be read.
    pub fn begin(target: &Target, options: Options, clock: Clock) -> Result<Self, Error> {
        platform::prepare();
        platform::can_measure()?;
        let mut waiter = Waiter::new()?;
        let oom_kills = platform::oom_kills();
        // Before the command is started, so that its first child is news already.
        let search = options.tree.then(|| Search::new(matches!(target, Target::Attach { .. })));
        let (root, floor, attached) = match target {
            Target::Launch(launch) => {
                platform::adopt_orphans()?;
                let spawned = platform::spawn(launch)?;
                (spawned.pid, spawned.floor, false)
            }
            Target::Attach { pid } => {
                waiter.watch(*pid);
                (*pid, Bytes(0), true)
            }
        };
        let opened = match Process::open(root) {
            Ok(opened) => opened,
            Err(ReadError::Denied) => return Err(not_ours(root)),
            Err(ReadError::Io(source)) => {
                return Err(Error::System { action: "read the command's memory", source });
            }
            Err(_) => return Err(Error::NoSuchProcess { pid: root }),
        };
        let shared = matches!(options.metric, Metric::Pss | Metric::Uss);
        if attached && shared && matches!(opened.0.shares(), Err(ReadError::Denied)) {
            return Err(not_ours(root));
        }
        let tree = Tree::new(opened, options.metric, options.exact, attached, search);
        let schedule = Schedule::new(clock.elapsed(), options.interval, !attached);
        let rounds = Rounds::new(options.metric == Metric::Rss && platform::METRICS.contains(&Metric::Pss));
        let state = State::default();
        Ok(Self { options, clock, waiter, tree, schedule, rounds, root, floor, attached, oom_kills, state })
    }

    /// Watches to the end. Records go to `sink` as they come: those of one tick together, its `Tick` last.
    ///
    /// # Errors
    /// Only when the system takes away what rprof cannot work without; the command then runs on.
    pub fn watch(mut self, sink: &mut dyn FnMut(&Record<'_>)) -> Result<Outcome, Error> {
        while !self.is_over() {
            let now = self.clock.elapsed();
            if now >= self.schedule.deadline() {
                self.tick(now, sink);
                self.schedule.advance(self.clock.elapsed());
            }
            self.keep_limits(self.clock.elapsed());
            let wake = self.next_wake();
            let span = wake.saturating_sub(self.clock.elapsed());
            let woken = self.waiter.sleep(span).map_err(Error::system("sleep"))?;
            self.state.root_gone |= woken.ended;
            if woken.signalled {
                self.take_signals(sink)?;
            }
        }
        Ok(self.finish(sink))
    }

    fn is_over(&self) -> bool {
        let s = &self.state;
        if s.stop {
            return true;
        }
        let nobody_left = s.root_gone && self.tree.members.is_empty();
        let must_wait = self.options.wait_all || s.limit.is_some();
        nobody_left || (s.root_gone && !must_wait)
    }

    fn next_wake(&self) -> Duration {
        let deadlines = [
            Some(self.schedule.deadline()),
            self.options.duration,
            self.options.time_limit.filter(|_| self.state.limit.is_none()),
            self.state.limit.map(|l| l.due()),
        ];
        deadlines.into_iter().flatten().min().unwrap_or_default()
    }

    /// One round of measuring.
    fn tick(&mut self, now: Duration, sink: &mut dyn FnMut(&Record<'_>)) {
        let time = seconds(now);
        let before = self.state.last_tick.unwrap_or_default();
        self.note_gap(now, sink);
        let seen = self.tree.measure(time, sink);
        let sum = &seen.sum;
        let is_rss = self.options.metric == Metric::Rss;
        if self.attached && !self.tree.holds(self.root) {
            self.state.root_gone = true;
        }
        if sum.processes == 0 || seen.torn {
            // Nobody is left to read: the curve ends with the tick before. Or the next tick will do better.
            return;
        }
        if let Some(proven) = sum.proven.filter(|p| is_rss && *p > sum.value.max(self.state.last_value)) {
            let middle = Seconds(f64::midpoint(before.as_secs_f64(), time.0));
            self.prove(Proven { time: middle, within: (seconds(before), time), value: proven }, sink);
        }
        let upper = if is_rss { sum.upper() } else { None };
        self.state.bound.add(upper, seen.lost, seen.unseen);
        self.state.peak = self.state.peak.max(sum.value);
        let plural = self.tree.is_plural();
        if plural && self.rounds.due(now, sum.value) {
            self.count_once(time, sum.value, sink);
        }
        self.state.ticks += 1;
        self.state.last_tick = Some(now);
        self.state.last_value = sum.value;
        sink(&Record::Tick(&Tick {
            time,
            value: sum.value,
            memory: sum.memory,
            upper: upper.filter(|_| plural && seen.unseen == Some(0)).map(|upper| upper.plus(seen.lost.held)),
            processes: Some(sum.processes),
        }));
        if self.options.memory_limit.is_some_and(|limit| self.state.peak > limit) {
            self.end_tree(Cause::Memory, now);
        }
        if seen.changes > 0 && self.state.ticks > 1 {
            let cost = self.clock.elapsed().saturating_sub(now);
            self.schedule.densify(self.clock.elapsed(), cost * FLUX_SHARE);
        }
    }

    /// Sums the tree with shared pages counted once, as far as its processes tell.
    fn count_once(&mut self, time: Seconds, value: Bytes, sink: &mut dyn FnMut(&Record<'_>)) {
        let before = platform::cpu_time();
        let result = self.tree.shares();
        let cost = platform::cpu_time().saturating_sub(before);
        let told = result.as_ref().map(|sum| *sum).map_err(|(_, error)| error);
        self.rounds.made(self.clock.elapsed(), cost, value, told);
        match result {
            Ok(Some(pss)) => sink(&Record::Pss(time, pss)),
            Err((id, error)) if self.state.no_shares.is_none() => {
                let remedy = match error {
                    ReadError::Denied => "PSS is left out while it runs",
                    _ => "PSS is left out",
                };
                let sentence = format!(
                    "shared pages are not counted once: cannot read those of `{id}`: {error}; {remedy}"
                );
                sink(&Record::Note(NOTES, &sentence));
                self.state.no_shares = Some(sentence);
            }
            Ok(None) | Err(_) => {}
        }
    }

    /// Says that nothing was measured since the last tick, when it is too long ago.
    fn note_gap(&self, now: Duration, sink: &mut dyn FnMut(&Record<'_>)) {
        let late = self.options.interval * GAP_INTERVALS + GAP_SLACK;
        if let Some(last) = self.state.last_tick.filter(|last| now.saturating_sub(*last) > late) {
            sink(&Record::Gap(seconds(last), seconds(now)));
        }
    }

    fn prove(&mut self, proven: Proven, sink: &mut dyn FnMut(&Record<'_>)) {
        self.state.peak = self.state.peak.max(proven.value);
        sink(&Record::Proven(proven));
    }

    fn keep_limits(&mut self, now: Duration) {
        if self.options.duration.is_some_and(|limit| now >= limit) {
            self.state.stop = true;
        }
        if self.options.time_limit.is_some_and(|limit| now >= limit) {
            self.end_tree(Cause::Time, now);
        }
        if let Some(ending) = &mut self.state.limit {
            ending.press(&mut self.tree, now);
        }
    }

    fn end_tree(&mut self, cause: Cause, now: Duration) {
        if self.state.limit.is_none() {
            self.state.limit = Some(termination::Ending::begin(cause, &mut self.tree, now));
        }
    }
}

fn not_ours(pid: u32) -> Error {
    let name = platform::name_of(pid).unwrap_or_else(|| "?".to_owned());
    let owner = platform::owner(pid).unwrap_or_else(|| "?".to_owned());
    Error::NotOurs { pid, name, owner }
}
