//! A tidy table: one value in each row, with its time, process and metric, for pandas, polars and R.

use std::borrow::Cow;
use std::io::Write;

use rprof_trace::{Bytes, Memory, Metric, Part, Profile, Record, Seconds, Tick};

use super::{Source, name_of};
use crate::error::Error;

/// The columns of the table.
const COLUMNS: [&str; 7] = ["time_s", "process", "name", "metric", "value", "unit", "run"];
/// The process in the rows about the whole tree.
const TREE: &str = "tree";

pub(super) fn write(source: &mut Source<'_>, out: &mut dyn Write) -> Result<(), Error> {
    let mut table = Table { writer: ::csv::Writer::from_writer(out), run: 0, metric: Metric::Rss };
    table.writer.write_record(COLUMNS).map_err(failed)?;
    let mut reader = (source.open)()?;
    while let Some(entry) = reader.next_entry()? {
        if entry.run != table.run {
            (table.run, table.metric) = (entry.run, Metric::Rss);
        }
        table.record(&entry.record)?;
    }
    for (run, profile) in source.profiles.iter().enumerate() {
        table.run = run as u64;
        table.annotations(profile)?;
    }
    table.writer.flush().map_err(Error::Write)
}

fn failed(error: ::csv::Error) -> Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => Error::Write(error),
        other => Error::Write(std::io::Error::other(format!("{other:?}"))),
    }
}

/// The process of a row: its id and its name.
type Who<'a> = (&'a str, &'a str);

struct Table<'w> {
    writer: ::csv::Writer<&'w mut dyn Write>,
    run: u64,
    metric: Metric,
}

impl Table<'_> {
    fn row(
        &mut self,
        time: Seconds,
        who: Who<'_>,
        metric: &str,
        value: &str,
        unit: &str,
    ) -> Result<(), Error> {
        let (process, name) = (plain(who.0), plain(who.1));
        let (time, run) = (format!("{:.6}", time.0), self.run.to_string());
        let cells = [time.as_str(), &process, &name, metric, value, unit, &run];
        self.writer.write_record(cells).map_err(failed)
    }

    fn bytes(&mut self, time: Seconds, who: Who<'_>, metric: &str, value: Bytes) -> Result<(), Error> {
        self.row(time, who, metric, &value.0.to_string(), "bytes")
    }

    /// The run's metric, and the parts that are known beside it.
    fn memory(&mut self, time: Seconds, who: Who<'_>, value: Bytes, memory: &Memory) -> Result<(), Error> {
        let metric = self.metric;
        self.bytes(time, who, name(metric), value)?;
        for part in Part::ALL {
            if let Some(size) = memory.get(part).filter(|_| metric.part() != Some(part)) {
                self.bytes(time, who, part.name(), size)?;
            }
        }
        Ok(())
    }

    fn tick(&mut self, tick: &Tick) -> Result<(), Error> {
        let tree = (TREE, TREE);
        self.memory(tick.time, tree, tick.value, &tick.memory)?;
        if let Some(upper) = tick.upper {
            self.bytes(tick.time, tree, "upper", upper)?;
        }
        match tick.processes {
            Some(count) => self.row(tick.time, tree, "processes", &count.to_string(), "count"),
            None => Ok(()),
        }
    }

    fn record(&mut self, record: &Record<'_>) -> Result<(), Error> {
        let tree = (TREE, TREE);
        match record {
            Record::Header(header) => self.metric = header.metric,
            Record::Tick(tick) => self.tick(tick)?,
            Record::Proven(proven) => self.bytes(proven.time, tree, name(self.metric), proven.value)?,
            Record::Sample(sample) => {
                self.memory(sample.time, (sample.id, name_of(sample.id)), sample.value, &sample.memory)?;
            }
            Record::Pss(time, value) => self.bytes(*time, tree, "pss", *value)?,
            Record::Cgroup(time, group) => {
                if let Some(current) = group.current_bytes {
                    self.bytes(*time, ("cgroup", "cgroup"), "current", current)?;
                }
            }
            Record::Born(_, time, born) => {
                // By an exec, the process has a new id, and holds nothing under the old one.
                if let Some(was) = &born.was {
                    self.bytes(*time, (was.as_str(), name_of(was)), name(self.metric), Bytes(0))?;
                }
            }
            Record::Exit(id, time, exit) => {
                let who = (*id, name_of(id));
                if let Some(mark) = exit.hwm_bytes {
                    self.bytes(*time, who, "hwm", mark)?;
                }
                // A process that has ended holds nothing: without this row, a value that is carried forward would stay.
                self.bytes(*time, who, name(self.metric), Bytes(0))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Spans with their lengths, and marks.
    fn annotations(&mut self, profile: &Profile) -> Result<(), Error> {
        for span in &profile.spans {
            let who = (span.thread.as_deref().unwrap_or(TREE), span.name.as_str());
            // All values are integers, so that every reader finds one type for their column.
            let micros = |leave: Seconds| ((leave.0 - span.enter.0.0) * 1e6).round() as u64;
            let length = span.leave.map(|(leave, _)| micros(leave).to_string());
            self.row(span.enter.0, who, "span", &length.unwrap_or_default(), "microseconds")?;
        }
        for mark in &profile.marks {
            self.row(mark.time, (TREE, mark.label.as_str()), "mark", "", "")?;
        }
        Ok(())
    }
}

/// The name of a metric in the table.
const fn name(metric: Metric) -> &'static str {
    match metric {
        Metric::Rss => "rss",
        Metric::Pss => "pss",
        Metric::Uss => "uss",
        Metric::Footprint => "footprint",
    }
}

/// A text that no spreadsheet runs as a formula, as in a `.csv` trace.
fn plain(text: &str) -> Cow<'_, str> {
    if text.trim_start_matches('\'').starts_with(['=', '+', '-', '@']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
