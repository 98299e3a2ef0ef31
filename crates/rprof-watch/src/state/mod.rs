//! The state of a run: what its records say so far, in space that does not grow with its length.

pub mod events;
pub mod history;
pub mod limit;
pub mod processes;
pub mod spans;

use rprof_trace::{
    Bytes, Cgroup, End, Entry, Header, Memory, Metric, Peak, Point, Profile, ProfileBuilder, ProfileOptions,
    Record, Seconds, Tick, shell_quote,
};

use events::Events;
use history::History;
use limit::Limit;
use processes::Processes;
use spans::Spans;

/// A run as far as its records have been read.
#[derive(Debug, Default)]
pub struct Run {
    /// Number of the run in its file, from 0.
    number: u64,
    header: Option<Header>,
    command: String,
    /// The latest time of a record.
    now: Seconds,
    ticks: u64,
    /// The last tick.
    last: Option<Tick>,
    /// The last PSS of the tree.
    pss: Option<Bytes>,
    /// The last reading of the control group.
    group: Option<Box<Cgroup>>,
    /// The limit of the last control group. Not every reading repeats it.
    group_limit: Option<Bytes>,
    history: History,
    processes: Processes,
    spans: Spans,
    events: Events,
    peak: PeakSoFar,
}

/// The peak: of the records so far, and after the end that of the whole run with its bounds.
#[derive(Debug)]
enum PeakSoFar {
    Building(Box<ProfileBuilder>),
    Done(Box<Profile>),
}

impl Default for PeakSoFar {
    fn default() -> Self {
        let options = ProfileOptions { slices: 2, curves: false, spans: 64, ..ProfileOptions::default() };
        Self::Building(Box::new(ProfileBuilder::new(&options)))
    }
}

impl PeakSoFar {
    fn add(&mut self, record: &Record<'_>) {
        let Self::Building(builder) = self else { return };
        // Of an annotation only the end record needs to know. Thousands of them would take space.
        if !matches!(record, Record::Mark(..) | Record::Note(..) | Record::Sample(_)) {
            builder.add(record);
        }
        if matches!(record, Record::End(_))
            && let Self::Building(builder) = std::mem::take(self)
        {
            *self = Self::Done(Box::new(builder.finish()));
        }
    }
}

impl Run {
    /// Takes a record. One of another run in the same file begins the state anew.
    pub fn add(&mut self, entry: &Entry<'_>) {
        if entry.run != self.number {
            *self = Self { number: entry.run, ..Self::default() };
        }
        let record = &entry.record;
        self.peak.add(record);
        self.processes.add(record);
        self.spans.add(record, self.value());
        self.events.add(record, self.now);
        match record {
            Record::Header(header) => {
                self.command = shell_quote(&header.command);
                self.header = Some((**header).clone());
            }
            Record::Command(command) => (*command).clone_into(&mut self.command),
            Record::Tick(tick) => self.tick(tick),
            Record::Proven(proven) => {
                self.history.add(Point { time: proven.time, value: proven.value });
                self.reach(proven.time);
            }
            Record::Sample(sample) => self.reach(sample.time),
            Record::Pss(time, value) => {
                self.pss = Some(*value);
                self.reach(*time);
            }
            Record::Cgroup(time, group) => {
                self.group_limit = group.max_bytes.or(self.group_limit.filter(|_| group.path.is_none()));
                self.group = Some(group.clone());
                self.reach(*time);
            }
            Record::Gap(from, to) => {
                self.history.gap(*from, *to);
                self.reach(*to);
            }
            Record::Born(_, time, _) | Record::Exit(_, time, _) => self.reach(*time),
            Record::End(end) => self.reach(end.elapsed_s),
            _ => {}
        }
    }

    fn tick(&mut self, tick: &Tick) {
        self.ticks += 1;
        self.last = Some(*tick);
        self.history.add(Point { time: tick.time, value: tick.value });
        self.reach(tick.time);
    }

    fn reach(&mut self, time: Seconds) {
        if time.0.is_finite() && time > self.now {
            self.now = time;
        }
    }

    /// True before the first record of a tick.
    pub fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// The latest time of a record, in seconds since the start of the run.
    pub fn now(&self) -> Seconds {
        self.now
    }

    /// The time of the last point of the curve.
    pub(crate) fn last_tick_time(&self) -> Seconds {
        self.last.map_or(Seconds(0.0), |tick| tick.time)
    }

    /// Number of ticks that were read.
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// Memory at the last tick.
    pub fn value(&self) -> Bytes {
        self.last.map_or(Bytes(0), |tick| tick.value)
    }

    /// The parts of memory at the last tick.
    pub fn memory(&self) -> Memory {
        self.last.map_or_else(Memory::default, |tick| tick.memory)
    }

    /// The metric of the run.
    pub fn metric(&self) -> Metric {
        self.header.as_ref().map_or_else(Metric::default, |header| header.metric)
    }

    /// The requested time between two ticks; 0 if it is not known.
    pub fn interval(&self) -> Seconds {
        self.header.as_ref().map_or(Seconds(0.0), |header| header.interval_s)
    }

    /// The command line, quoted for a shell; empty if it is not known.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// The last PSS of the tree; `None` if it was not measured.
    pub fn pss(&self) -> Option<Bytes> {
        self.pss
    }

    /// Number of processes at the last tick.
    pub fn process_count(&self) -> Option<u32> {
        self.last.and_then(|tick| tick.processes)
    }

    /// The largest value so far; after the end of the run, its peak with its bounds.
    pub fn peak(&self) -> Option<Peak> {
        match &self.peak {
            PeakSoFar::Building(builder) => builder.peak(),
            PeakSoFar::Done(profile) => profile.peak,
        }
    }

    /// The end record; `None` while the run is recorded, and if its recorder was killed.
    pub fn end(&self) -> Option<&End> {
        match &self.peak {
            PeakSoFar::Building(_) => None,
            PeakSoFar::Done(profile) => profile.end.as_ref(),
        }
    }

    /// The lowest limit of the run, and one that the user gave.
    pub fn limit(&self, given: Option<Bytes>) -> Option<Limit> {
        let own = self.header.as_ref().and_then(|header| header.memory_limit_bytes);
        let group = self.group.as_ref().filter(|group| group.own).and_then(|group| group.current_bytes);
        let limits = [
            own.map(|bytes| Limit { bytes, used: self.value(), of: "memory limit" }),
            given.map(|bytes| Limit { bytes, used: self.value(), of: "limit" }),
            self.group_limit.map(|bytes| Limit {
                bytes,
                used: group.unwrap_or(self.value()),
                of: "limit of the control group",
            }),
        ];
        limits.into_iter().flatten().min_by_key(|limit| limit.bytes)
    }

    /// The curve.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// The processes.
    pub(crate) fn processes(&self) -> &Processes {
        &self.processes
    }

    /// The spans.
    pub(crate) fn spans(&self) -> &Spans {
        &self.spans
    }

    /// Marks, notes and gaps.
    pub(crate) fn events(&self) -> &Events {
        &self.events
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use rprof_trace::Reader;

    use super::*;

    /// The state after all records of a trace in text.
    pub fn run(trace: &str) -> Run {
        let mut run = Run::default();
        let mut reader = Reader::new(trace.as_bytes(), "t.dat");
        while let Some(entry) = reader.next_entry().expect("a trace") {
            run.add(&entry);
        }
        run
    }

    /// A run of a shell with two children, one of which has ended. It is not over.
    pub const LIVE: &str = r#"RPROF {"format":1,"writer":"rprof 0.1.0","command":["make","-j2"],"start":"2026-11-22T20:13:18.146213000+01:00","start_s":1795380798.0,"interval_s":0.1,"metric":"rss","tree":true,"memory_limit_bytes":209715200,"columns":["anon","processes"]}
CMDLINE make -j2
PROC 10:make 0.000000 {"pid":10,"ppid":1,"name":"make","args":["make","-j2"]}
CHLD 10:make 10 1795380798.0 4096
MEM 10 1795380798.0 4096 1
PROC 11:cc1 0.500000 {"pid":11,"ppid":10,"name":"cc1","args":["cc1","a b.c"]}
PROC 12:cc1 0.500000 {"pid":12,"ppid":10,"name":"cc1","args":["cc1","y.c"]}
CHLD 11:cc1 20 1795380798.5 8192
CHLD 12:cc1 30 1795380798.5 8192
MEM 60 1795380798.5 8192 3
MARK 1795380799.000000 half way
SPAN begin 11.11.1 1795380799.000000 parse
SPAN begin 11.11.2 1795380799.100000 lex
CHLD 11:cc1 50 1795380799.5 8192
MEM 90 1795380799.5 8192 3
SPAN end 11.11.2 1795380799.600000
EXIT 12:cc1 1.600000 {"hwm_bytes":31457280,"exact":true,"exit_code":0}
MEM 60 1795380800.0 8192 2
NOTE seed 42
"#;

    #[test]
    fn the_state_follows_the_records() {
        let run = run(LIVE);
        assert_eq!((run.ticks(), run.now(), run.value()), (4, Seconds(2.0), Bytes(60 << 20)));
        assert_eq!(run.peak().map(|peak| (peak.value, peak.time)), Some((Bytes(90 << 20), Seconds(1.5))));
        assert_eq!((run.command(), run.process_count()), ("make -j2", Some(2)));
        assert!(run.end().is_none());
        let limit = run.limit(None).expect("a limit");
        assert_eq!((limit.bytes, limit.used), (Bytes(200 << 20), Bytes(60 << 20)));
        assert_eq!(run.limit(Some(Bytes(1 << 20))).expect("a limit").of, "limit");
    }

    #[test]
    fn a_second_run_in_the_file_begins_anew() {
        let twice = format!("{LIVE}{LIVE}");
        let run = run(&twice);
        assert_eq!((run.ticks(), run.number), (4, 1));
    }

    #[test]
    fn the_end_has_the_bounds_of_the_peak() {
        let ended = format!(
            "{LIVE}END {{\"elapsed_s\":2.5,\"exit_code\":3,\"upper_bytes\":104857600,\"ticks\":4,\"overruns\":0,\"processes\":3}}\n"
        );
        let run = run(&ended);
        let peak = run.peak().expect("a peak");
        assert_eq!((peak.value, peak.upper), (Bytes(90 << 20), Some(Bytes(100 << 20))));
        assert_eq!(run.end().and_then(|end| end.exit_code), Some(3));
        assert_eq!(run.now(), Seconds(2.5));
    }
}
