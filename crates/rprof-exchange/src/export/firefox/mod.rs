//! A processed profile of the Firefox Profiler: a memory counter for each process and for the tree, spans and marks as
//! markers, and the memory of call stacks as allocation samples. It opens beside a profile of samply. The format lists
//! each curve as a whole, so curves come from profiles.

mod allocations;

use std::collections::HashMap;
use std::io::{BufWriter, Write};

use fxprof_processed_profile::{
    CategoryHandle, MarkerFieldFlags, MarkerFieldFormat, MarkerLocations, MarkerTiming, ProcessHandle,
    Profile as Firefox, ReferenceTimestamp, SamplingInterval, StaticSchemaMarker, StaticSchemaMarkerField,
    StringHandle, ThreadHandle, Timestamp,
};
use rprof_trace::{Metric, Point, Profile, Seconds, Span};

use super::held::HeldMemory;
use super::{name_of, offset, pid_of, thread_of};
use crate::error::Error;

/// The pid of a tree whose first process is not known.
const UNKNOWN_ROOT: u32 = 1;
/// The category by which the Firefox Profiler knows a counter of memory.
const MEMORY: &str = "Memory";
/// Threads beside the main ones. Spans of further threads stand on the main thread of their process.
const THREADS: usize = 1000;
/// The interval of a trace that has none, in nanoseconds.
const INTERVAL: f64 = 1e8;

pub(super) fn write(
    profiles: &[Profile],
    held: Option<&HeldMemory>,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let first = profiles.first();
    let start = first.and_then(|profile| profile.start_s).unwrap_or(0.0);
    let header = first.and_then(|profile| profile.header.as_ref());
    let interval = header.map_or(0.0, |header| header.interval_s.0 * 1e9);
    let interval = if interval >= 1.0 { interval } else { INTERVAL };
    let command = first.map_or("", |profile| profile.command.as_str());
    let mut firefox = Firefox::new(
        if command.is_empty() { "rprof" } else { command },
        ReferenceTimestamp::from_millis_since_unix_epoch(start * 1e3),
        SamplingInterval::from_nanos(interval as u64),
    );
    // There is no code in it whose symbols could be looked up.
    firefox.set_symbolicated(true);
    if let Some(header) = header.filter(|header| !header.os.is_empty()) {
        firefox.set_os_name(&header.os);
    }
    let mut last = None;
    for (number, profile) in profiles.iter().enumerate() {
        let offset = offset(profiles, number);
        last = Some((Run::new(&mut firefox, profile, offset).write(), offset));
    }
    if let Some(held) = held {
        // Stacks may be there without their trace.
        let (root, offset) = last.unwrap_or_else(|| {
            let start = timestamp(Seconds::default());
            (place(&mut firefox, "tree", UNKNOWN_ROOT, start), Seconds::default())
        });
        let time = timestamp(Seconds(held.time.0 + offset.0));
        allocations::add(&mut firefox, root.main, time, held);
    }
    let mut out = BufWriter::new(out);
    serde_json::to_writer(&mut out, &firefox).map_err(|error| Error::Write(error.into()))?;
    out.flush().map_err(Error::Write)
}

/// A run that becomes processes, counters and markers.
struct Run<'a> {
    firefox: &'a mut Firefox,
    profile: &'a Profile,
    offset: Seconds,
    root: Place,
    /// The processes by pid; the last one of a pid that was used twice.
    processes: HashMap<u32, Place>,
    threads: HashMap<(u32, u64), ThreadHandle>,
}

/// A process and its main thread.
#[derive(Clone, Copy)]
struct Place {
    process: ProcessHandle,
    main: ThreadHandle,
}

impl<'a> Run<'a> {
    fn new(firefox: &'a mut Firefox, profile: &'a Profile, offset: Seconds) -> Self {
        let first = root_of(profile);
        let pid = first.and_then(pid_of).unwrap_or(UNKNOWN_ROOT);
        // The profile has the command as its name; a track has no room for it.
        let name = first.map_or("tree", name_of);
        let start = timestamp(offset);
        let root = place(firefox, name, pid, start);
        firefox.set_process_end_time(root.process, timestamp(Seconds(offset.0 + profile.elapsed.0)));
        let (processes, threads) = (HashMap::from([(pid, root)]), HashMap::new());
        Self { firefox, profile, offset, root, processes, threads }
    }

    /// Writes the run, and returns its first process.
    fn write(mut self) -> Place {
        let profile = self.profile;
        self.whole();
        let metric = profile.metric;
        let tree = |metric: Metric| format!("tree {}", metric.name());
        self.counter(self.root, &tree(metric), "Memory of the whole process tree", &profile.total);
        self.counter(
            self.root,
            &tree(Metric::Pss),
            "Each shared page divided among its sharers",
            &profile.pss,
        );
        for (number, process) in profile.processes.iter().enumerate() {
            let (Some(first), Some(last)) = (process.curve.first(), process.curve.last()) else { continue };
            let pid = pid_of(&process.id).unwrap_or(UNKNOWN_ROOT);
            let at = if number == 0 && root_of(profile).is_some() {
                self.root
            } else {
                let (start, end) = (self.at(first.time), self.at(last.time));
                let at = place(self.firefox, name_of(&process.id), pid, start);
                self.firefox.set_process_end_time(at.process, end);
                at
            };
            self.processes.insert(pid, at);
            self.counter(at, metric.name(), "Memory of this process", &process.curve);
        }
        profile.spans.iter().for_each(|span| self.span(span));
        for mark in &profile.marks {
            let marker = Annotation::new(self.firefox, &mark.label, "");
            let time = MarkerTiming::Instant(self.at(mark.time));
            self.firefox.add_marker(self.root.main, time, marker);
        }
        self.root
    }

    /// Adds a marker from the start of the run to its end. The profiler shows the time that markers and samples cover, and
    /// counts no curve for that: a single mark, or the stacks of one moment, would hide all other time.
    fn whole(&mut self) {
        let peak = self.profile.peak.as_ref().map(|peak| format!("peak {}", peak.value));
        let marker = Annotation::new(self.firefox, "run", &peak.unwrap_or_default());
        let (begin, end) = (self.at(Seconds::default()), self.at(self.profile.elapsed));
        self.firefox.add_marker(self.root.main, MarkerTiming::Interval(begin, end.max(begin)), marker);
    }

    fn at(&self, time: Seconds) -> Timestamp {
        timestamp(Seconds(time.0 + self.offset.0))
    }

    /// Adds a counter, if the curve has a point. The profiler shows values relative to the lowest one: from a first
    /// value of 0, they are the true ones.
    fn counter(&mut self, at: Place, name: &str, description: &str, curve: &[Point]) {
        let Some(first) = curve.first() else { return };
        let counter = self.firefox.add_counter(at.process, name, MEMORY, description);
        let start = self.at(first.time);
        self.firefox.add_counter_sample(counter, start, 0.0, 0);
        let mut before = 0.0;
        for point in curve {
            let (time, value) = (self.at(point.time), point.value.0 as f64);
            self.firefox.add_counter_sample(counter, time, value - before, 1);
            before = value;
        }
    }

    fn span(&mut self, span: &Span) {
        let thread = self.thread(span.thread.as_deref());
        let begin = self.at(span.enter.0);
        let timing = match span.leave {
            Some((leave, _)) => MarkerTiming::Interval(begin, self.at(leave).max(begin)),
            None => MarkerTiming::IntervalStart(begin),
        };
        let marker = Annotation::new(self.firefox, &span.name, &memory_words(span));
        self.firefox.add_marker(thread, timing, marker);
    }

    /// The thread of a span: that of its process, or the main thread of the tree.
    fn thread(&mut self, thread: Option<&str>) -> ThreadHandle {
        let Some((pid, tid)) = thread_of(thread) else { return self.root.main };
        let at = self.processes.get(&pid).copied().unwrap_or(self.root);
        if u64::from(pid) == tid {
            return at.main;
        }
        if let Some(known) = self.threads.get(&(pid, tid)) {
            return *known;
        }
        if self.threads.len() >= THREADS {
            return at.main;
        }
        let start = timestamp(self.offset);
        let new = self.firefox.add_thread(at.process, u32::try_from(tid).unwrap_or(u32::MAX), start, false);
        self.firefox.set_thread_name(new, &format!("thread {tid}"));
        self.threads.insert((pid, tid), new);
        new
    }
}

/// The id of the first process of the tree. A trace of mprof has none: it lists only the descendants.
fn root_of(profile: &Profile) -> Option<&str> {
    profile.header.as_ref()?;
    profile.processes.first().map(|process| process.id.as_str())
}

/// Adds a process with its main thread, which counters and markers need.
fn place(firefox: &mut Firefox, name: &str, pid: u32, start: Timestamp) -> Place {
    let process = firefox.add_process(name, pid, start);
    let main = firefox.add_thread(process, pid, start, true);
    firefox.set_thread_name(main, name);
    Place { process, main }
}

/// A time, not before the start of the profile.
fn timestamp(time: Seconds) -> Timestamp {
    Timestamp::from_nanos_since_reference((time.0.max(0.0) * 1e9).round() as u64)
}

fn memory_words(span: &Span) -> String {
    let peak = span.peak.map(|peak| format!("peak {peak}"));
    let growth = span.growth.map(|growth| {
        let sign = if growth < 0 { "-" } else { "+" };
        format!("growth {sign}{}", rprof_trace::Bytes(growth.unsigned_abs()))
    });
    [peak, growth].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A marker with a text about memory.
struct Annotation {
    name: StringHandle,
    memory: StringHandle,
}

impl Annotation {
    fn new(firefox: &mut Firefox, name: &str, memory: &str) -> Self {
        Self { name: firefox.intern_string(name), memory: firefox.intern_string(memory) }
    }
}

impl StaticSchemaMarker for Annotation {
    const UNIQUE_MARKER_TYPE_NAME: &'static str = "rprof";
    const LOCATIONS: MarkerLocations = MarkerLocations::MARKER_CHART
        .union(MarkerLocations::MARKER_TABLE)
        .union(MarkerLocations::TIMELINE_OVERVIEW);
    const CHART_LABEL: Option<&'static str> = Some("{marker.name}");
    const TABLE_LABEL: Option<&'static str> = Some("{marker.name} {marker.data.memory}");
    const FIELDS: &'static [StaticSchemaMarkerField] = &[StaticSchemaMarkerField {
        key: "memory",
        label: "Memory of the tree",
        format: MarkerFieldFormat::String,
        flags: MarkerFieldFlags::SEARCHABLE,
    }];

    fn name(&self, _firefox: &mut Firefox) -> StringHandle {
        self.name
    }

    fn category(&self, _firefox: &mut Firefox) -> CategoryHandle {
        CategoryHandle::OTHER
    }

    fn string_field_value(&self, _field: u32) -> StringHandle {
        self.memory
    }

    /// The type has no field with a number.
    fn number_field_value(&self, _field: u32) -> f64 {
        0.0
    }
}
