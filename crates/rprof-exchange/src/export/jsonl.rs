//! JSON lines: each record of a trace as an object on a line of its own, in the order of the trace.

use std::io::Write;

use rprof_trace::{Header, Record};

use super::Source;
use crate::buffered::Buffered;
use crate::error::Error;
use crate::json::Object;

pub(super) fn write(source: &mut Source<'_>, out: &mut dyn Write) -> Result<(), Error> {
    let mut reader = (source.open)()?;
    let mut out = Buffered::new(out);
    let mut started = None;
    while let Some(entry) = reader.next_entry()? {
        let (run, start_s) = (entry.run, entry.start_s);
        if matches!(entry.record, Record::Header(_)) {
            started = Some(run);
        } else if started != Some(run)
            && let Some(start_s) = start_s
        {
            // A run of mprof has no header, but its start is known from its first time.
            let header = Header { writer: "mprof".to_owned(), start_s, ..Header::default() };
            line(&Record::Header(Box::new(header)), run, &mut out.bytes);
            started = Some(run);
        }
        // An index holds offsets in the file that is read.
        if !matches!(entry.record, Record::Index(_)) {
            line(&entry.record, run, &mut out.bytes);
        }
        out.spill()?;
    }
    out.finish()
}

/// Appends the line of a record. The kinds have the names of the rows of a `.csv` trace.
fn line(record: &Record<'_>, run: u64, out: &mut Vec<u8>) {
    let mut object = Object::begin(out);
    object.add("record", kind(record)).add("run", run);
    fields(record, &mut object);
    object.end();
    out.push(b'\n');
}

fn kind(record: &Record<'_>) -> &'static str {
    match record {
        Record::Header(_) => "run",
        Record::Command(_) => "command",
        Record::Tick(_) => "tree",
        Record::Proven(_) => "proven",
        Record::Sample(_) => "process",
        Record::Pss(..) => "pss",
        Record::Cgroup(..) => "cgroup",
        Record::Born(..) => "born",
        Record::Exit(..) => "exit",
        Record::Span(_) => "function",
        Record::SpanBegin(..) => "span_begin",
        Record::SpanEnd(..) => "span_end",
        Record::Mark(..) => "mark",
        Record::Gap(..) => "gap",
        Record::Note(..) => "note",
        Record::Index(_) => "index",
        Record::End(_) => "end",
    }
}

fn fields(record: &Record<'_>, object: &mut Object<'_>) {
    match record {
        Record::Header(header) => _ = object.add("detail", header),
        Record::Command(command) => _ = object.add("command", command),
        Record::Tick(tick) => {
            object.add("time_s", tick.time).add("value_bytes", tick.value).add("memory", tick.memory);
            object.add_some("upper_bytes", tick.upper).add_some("processes", tick.processes);
        }
        Record::Proven(proven) => {
            object.add("time_s", proven.time).add("value_bytes", proven.value);
            object.add("within_s", proven.within);
        }
        Record::Sample(sample) => {
            object.add("time_s", sample.time).add("process", sample.id);
            object.add("value_bytes", sample.value).add("memory", sample.memory);
        }
        Record::Pss(time, value) => _ = object.add("time_s", time).add("value_bytes", value),
        Record::Cgroup(time, group) => _ = object.add("time_s", time).add("detail", group),
        Record::Born(id, time, born) => {
            object.add("time_s", time).add("process", id).add("detail", born);
        }
        Record::Exit(id, time, exit) => {
            object.add("time_s", time).add("process", id).add("detail", exit);
        }
        Record::Span(span) => {
            object.add("time_s", span.enter).add("to_s", span.leave).add("name", span.name);
            object.add("enter_bytes", span.enter_value).add("leave_bytes", span.leave_value);
            object.add_some("level", span.level);
        }
        Record::SpanBegin(id, time, name) => {
            object.add("time_s", time).add("span", id).add("name", name);
        }
        Record::SpanEnd(id, time) => _ = object.add("time_s", time).add("span", id),
        Record::Mark(time, name) => _ = object.add("time_s", time).add("name", name),
        Record::Gap(from, to) => _ = object.add("time_s", from).add("to_s", to),
        Record::Note(key, value) => _ = object.add("key", key).add("value", value),
        Record::Index(_) => {}
        Record::End(end) => _ = object.add("time_s", end.elapsed_s).add("detail", end),
    }
}
