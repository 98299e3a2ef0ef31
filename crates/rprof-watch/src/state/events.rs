//! Marks, notes, gaps and ends of processes in order of time: what happened, for the list of events.

use std::collections::VecDeque;

use rprof_trace::{Record, Seconds};

/// The number of latest events that are kept.
const LATEST: usize = 1 << 12;
/// The number of latest marks that the time axis shows.
const MARKS: usize = 1 << 10;

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A mark of the program.
    Mark,
    /// A note of the program or of rprof.
    Note,
    /// A time without a measurement.
    Gap,
    /// A process that failed.
    Failed,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its time. A note has that of the record before it.
    pub time: Seconds,
    /// Its kind.
    pub kind: Kind,
    /// Its text, as in the trace.
    pub text: String,
}

/// The latest events.
#[derive(Debug, Default)]
pub struct Events {
    events: VecDeque<Event>,
    marks: VecDeque<Seconds>,
}

impl Events {
    /// Takes a record. `now` is the time of the records before it.
    pub fn add(&mut self, record: &Record<'_>, now: Seconds) {
        match record {
            Record::Mark(time, label) => {
                if self.marks.len() == MARKS {
                    self.marks.pop_front();
                }
                self.marks.push_back(*time);
                self.push(*time, Kind::Mark, (*label).to_owned());
            }
            Record::Note(key, text) => self.push(now, Kind::Note, format!("{key} {text}")),
            Record::Gap(from, to) => {
                let length = Seconds(to.0 - from.0);
                self.push(*from, Kind::Gap, format!("{length} not measured"));
            }
            Record::Exit(id, time, exit) => {
                let how = match (exit.exit_code, exit.signal) {
                    (_, Some(signal)) => format!("killed by signal {signal}"),
                    (Some(code), _) if code != 0 => format!("exit code {code}"),
                    _ => return,
                };
                self.push(*time, Kind::Failed, format!("{id}: {how}"));
            }
            _ => {}
        }
    }

    fn push(&mut self, time: Seconds, kind: Kind, text: String) {
        if self.events.len() == LATEST {
            self.events.pop_front();
        }
        self.events.push_back(Event { time, kind, text });
    }

    /// The events, the latest last.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter()
    }

    /// The times of the latest marks.
    pub fn marks(&self) -> Vec<Seconds> {
        self.marks.iter().copied().collect()
    }
}
