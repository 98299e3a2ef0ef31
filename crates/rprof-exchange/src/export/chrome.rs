//! Chrome's JSON of trace events: a counter track for each process and for the tree, spans as complete slices, marks as
//! instants. Perfetto and `chrome://tracing` open it. Times are in microseconds.

use std::collections::HashSet;
use std::io::Write;

use rprof_trace::{Bytes, Metric, Profile, Record, Seconds};

use super::{Source, name_of, offset, pid_of, thread_of};
use crate::buffered::Buffered;
use crate::error::Error;
use crate::json::Object;

/// The pid of a tree whose first process is not known.
const UNKNOWN_ROOT: u32 = 1;
/// The distance between the pids of two runs of a file, above the largest pid of Linux.
const RUN: u64 = 1 << 23;
/// Processes whose names are remembered, so that each name is written once.
const NAMED: usize = 1 << 16;
/// The track of gaps.
const GAPS: u64 = 1 << 30;

pub(super) fn write(source: &mut Source<'_>, out: &mut dyn Write) -> Result<(), Error> {
    let mut events = Events { out: Buffered::new(out), is_empty: true };
    events.out.bytes.extend_from_slice(b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
    let mut reader = (source.open)()?;
    let mut run = Run::new(0, source.profiles);
    while let Some(entry) = reader.next_entry()? {
        if entry.run != run.number {
            run.annotations(source.profiles, &mut events)?;
            run = Run::new(entry.run, source.profiles);
        }
        run.record(&entry.record, &mut events);
        events.out.spill()?;
    }
    run.annotations(source.profiles, &mut events)?;
    events.out.bytes.extend_from_slice(b"\n],\"otherData\":");
    other_data(source.profiles, &mut events.out.bytes);
    events.out.bytes.extend_from_slice(b"}\n");
    events.out.finish()
}

/// The facts that identify a run: command, machine and time.
fn other_data(profiles: &[Profile], out: &mut Vec<u8>) {
    let mut object = Object::begin(out);
    if let Some(first) = profiles.first() {
        object.add("command", &first.command).add_some("start_s", first.start_s);
        if let Some(header) = &first.header {
            object.add("writer", &header.writer).add("start", &header.start);
            object.add("host", &header.host).add("os", &header.os);
        }
        for note in &first.notes {
            object.add(&format!("note {}", note.key), &note.value);
        }
    }
    object.end();
}

/// The list of events.
struct Events<'w> {
    out: Buffered<'w>,
    is_empty: bool,
}

impl Events<'_> {
    /// Adds an event of a phase.
    fn add(&mut self, phase: &str, name: &str, pid: u64, fill: impl FnOnce(&mut Object<'_>)) {
        if !std::mem::take(&mut self.is_empty) {
            self.out.bytes.extend_from_slice(b",\n");
        }
        let mut event = Object::begin(&mut self.out.bytes);
        event.add("ph", phase).add("name", name).add("pid", pid);
        fill(&mut event);
        event.end();
    }

    /// Names a process or a thread.
    fn label(&mut self, what: &str, key: &str, pid: u64, tid: u64, text: &str) {
        self.add("M", what, pid, |event| {
            event.add("tid", tid).add_object("args", |args| _ = args.add(key, text));
        });
    }

    fn counter(&mut self, name: &str, pid: u64, time: Micros, value: Bytes) {
        self.add("C", name, pid, |event| {
            // Of an argument `value`, Perfetto does not append the name to that of the track.
            event.add("ts", time.0).add_object("args", |args| _ = args.add("value", value));
        });
    }
}

/// A time in microseconds since the start of the first run.
#[derive(Clone, Copy)]
struct Micros(f64);

impl Micros {
    /// To the nanosecond: a trace has no finer times, and a shorter number is easier to read.
    fn of(time: f64) -> Self {
        Self((time * 1e9).round() / 1e3)
    }
}

/// The run that is written.
struct Run {
    number: u64,
    offset: Seconds,
    metric: Metric,
    command: Option<String>,
    root: Option<u32>,
    /// The ids whose names are written.
    named: HashSet<String>,
    has_label: bool,
}

impl Run {
    fn new(number: u64, profiles: &[Profile]) -> Self {
        Self {
            number,
            offset: offset(profiles, number as usize),
            metric: Metric::Rss,
            command: None,
            root: None,
            named: HashSet::new(),
            has_label: false,
        }
    }

    fn at(&self, time: Seconds) -> Micros {
        Micros::of((time.0 + self.offset.0).max(0.0))
    }

    fn pid(&self, pid: u32) -> u64 {
        self.number * RUN + u64::from(pid)
    }

    fn root(&self) -> u64 {
        self.pid(self.root.unwrap_or(UNKNOWN_ROOT))
    }

    fn counter_name(&self) -> String {
        format!("{} (bytes)", self.metric.name())
    }

    /// The pid of a process, whose name is written when it comes for the first time.
    fn process(&mut self, id: &str, events: &mut Events<'_>) -> u64 {
        let pid = self.pid(pid_of(id).unwrap_or(UNKNOWN_ROOT));
        if self.named.len() < NAMED && !self.named.contains(id) {
            self.named.insert(id.to_owned());
            events.label("process_name", "name", pid, pid, name_of(id));
        }
        pid
    }

    /// Names the process of the tree's counters by the command.
    fn label_tree(&mut self, events: &mut Events<'_>) {
        if std::mem::replace(&mut self.has_label, true) {
            return;
        }
        let root = self.root();
        let command = self.command.as_deref().unwrap_or_default();
        if self.root.is_none() {
            events.label(
                "process_name",
                "name",
                root,
                root,
                if command.is_empty() { "tree" } else { command },
            );
        } else if !command.is_empty() {
            events.label("process_labels", "labels", root, root, command);
        }
    }

    fn record(&mut self, record: &Record<'_>, events: &mut Events<'_>) {
        match record {
            Record::Header(header) => self.metric = header.metric,
            Record::Command(command) => self.command = Some((*command).to_owned()),
            Record::Born(id, ..) => {
                if self.root.is_none() && !self.has_label {
                    self.root = pid_of(id);
                }
                self.process(id, events);
            }
            Record::Tick(tick) => self.tree(self.metric, tick.time, tick.value, events),
            Record::Proven(proven) => self.tree(self.metric, proven.time, proven.value, events),
            Record::Pss(time, value) => self.tree(Metric::Pss, *time, *value, events),
            Record::Sample(sample) => {
                let pid = self.process(sample.id, events);
                events.counter(&self.counter_name(), pid, self.at(sample.time), sample.value);
            }
            Record::Exit(id, time, _) => {
                let pid = self.process(id, events);
                self.named.remove(*id);
                events.counter(&self.counter_name(), pid, self.at(*time), Bytes(0));
            }
            Record::Gap(from, to) => self.gap(*from, *to, events),
            _ => {}
        }
    }

    fn tree(&mut self, metric: Metric, time: Seconds, value: Bytes, events: &mut Events<'_>) {
        self.label_tree(events);
        events.counter(&format!("tree {} (bytes)", metric.name()), self.root(), self.at(time), value);
    }

    fn gap(&mut self, from: Seconds, to: Seconds, events: &mut Events<'_>) {
        let (root, start) = (self.root(), self.at(from));
        events.label("thread_name", "name", root, GAPS, "rprof");
        events.add("X", "nothing was measured", root, |event| {
            event.add("cat", "gap").add("tid", GAPS).add("ts", start.0).add("dur", length(from, to).0);
        });
    }

    /// Writes the spans and the marks of the run, which are known when it has been read.
    fn annotations(&mut self, profiles: &[Profile], events: &mut Events<'_>) -> Result<(), Error> {
        let Some(profile) = profiles.get(self.number as usize) else { return Ok(()) };
        let root = self.root();
        let mut spans: Vec<_> = profile.spans.iter().collect();
        // Of spans that begin at one time, an importer needs the outer one first.
        spans.sort_by(|a, b| {
            let leave = |span: &rprof_trace::Span| span.leave.map_or(f64::INFINITY, |(leave, _)| leave.0);
            a.enter
                .0
                .0
                .total_cmp(&b.enter.0.0)
                .then(leave(b).total_cmp(&leave(a)))
                .then(a.level.cmp(&b.level))
        });
        for span in spans {
            let (pid, tid) =
                thread_of(span.thread.as_deref()).map_or((root, root), |(p, t)| (self.pid(p), t));
            let start = self.at(span.enter.0);
            let leave = span.leave.map_or(profile.elapsed, |(leave, _)| leave);
            let length = length(span.enter.0, leave);
            events.add("X", &span.name, pid, |event| {
                event.add("cat", "span").add("tid", tid).add("ts", start.0).add("dur", length.0);
                event.add_object("args", |args| {
                    args.add_some("peak_bytes", span.peak).add_some("peak_upper_bytes", span.peak_upper);
                    args.add_some("growth_bytes", span.growth);
                    args.add_some("ended", span.is_open().then_some(false));
                });
            });
            events.out.spill()?;
        }
        for mark in &profile.marks {
            let time = self.at(mark.time);
            events.add("i", &mark.label, root, |event| {
                event.add("cat", "mark").add("tid", root).add("ts", time.0).add("s", "p");
            });
            events.out.spill()?;
        }
        Ok(())
    }
}

/// The length of an interval, never negative.
fn length(from: Seconds, to: Seconds) -> Micros {
    Micros::of((to.0 - from.0).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_an_object_of_its_own() {
        let mut bytes = Vec::new();
        let mut events = Events { out: Buffered::new(&mut bytes), is_empty: true };
        events.counter("rss", 7, Micros(1.5), Bytes(9));
        events.label("process_name", "name", 7, 7, "a \"b\"");
        events.out.finish().expect("a Vec");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert_eq!(
            text,
            "{\"ph\":\"C\",\"name\":\"rss\",\"pid\":7,\"ts\":1.5,\"args\":{\"value\":9}},\n\
             {\"ph\":\"M\",\"name\":\"process_name\",\"pid\":7,\"tid\":7,\"args\":{\"name\":\"a \\\"b\\\"\"}}"
        );
    }
}
