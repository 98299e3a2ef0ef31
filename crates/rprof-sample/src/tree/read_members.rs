//! The reading of all members at one tick.

use rprof_trace::{Record, Seconds};

use super::ledger::Fate;
use super::{NOTE_KEY, TickResult, Tree};
use crate::Sink;
use crate::error::ReadError;
use crate::parse::CommandLine;
use crate::platform::Reading;

impl Tree {
    /// Reads every member once and removes those that have ended.
    pub(super) fn read_members(&mut self, time: Seconds, result: &mut TickResult, sink: Sink<'_>) {
        result.changes += self.read_members_from(0, time, sink);
    }

    /// Reads every member from one on and removes those that have ended. Returns their number.
    pub(super) fn read_members_from(&mut self, first: usize, time: Seconds, sink: Sink<'_>) -> usize {
        let (mut at, mut ended) = (first, 0);
        while at < self.members.len() {
            match self.read_member(at, time, sink) {
                None => at += 1,
                Some(fate) => {
                    ended += 1;
                    self.remove(at, fate, time, sink);
                }
            }
        }
        ended
    }

    /// Reads one member. Returns its fate if it has ended.
    fn read_member(&mut self, at: usize, time: Seconds, sink: Sink<'_>) -> Option<Fate> {
        let member = &mut self.members[at];
        match member.read() {
            Ok(reading) if reading.dead => {
                member.record_parent(reading.ppid);
                Some(Fate::Zombie(None))
            }
            Ok(reading) => {
                if member.has_new_name(&reading) {
                    self.rename(at, &reading, time, sink);
                }
                let is_alive = self.record(at, &reading, sink);
                (!is_alive).then_some(Fate::Zombie(None))
            }
            Err(ReadError::Gone) => {
                let pid = member.pid();
                self.births.look_again_at(pid);
                Some(Fate::Gone)
            }
            Err(error @ (ReadError::Denied | ReadError::Unsupported | ReadError::Io(_))) => {
                member.record_denied();
                self.note_unreadable(at, &error, sink);
                None
            }
        }
    }

    /// Records that a process runs another program: the same process under a new id.
    fn rename(&mut self, at: usize, reading: &Reading, time: Seconds, sink: Sink<'_>) {
        let member = &mut self.members[at];
        let line = if self.args { member.read_program() } else { CommandLine::default() };
        let born = member.rename(reading, line);
        sink(&Record::Born(self.members[at].id(), time, born));
    }

    /// Records a member's new reading. False if the process ended before its smaps rollup was read.
    fn record(&mut self, at: usize, reading: &Reading, sink: Sink<'_>) -> bool {
        let member = &mut self.members[at];
        // The first reading comes before the first reset.
        let was_reset = self.exact && member.hwm().is_some();
        member.record(reading, was_reset);
        let refused = match member.update_value(self.metric) {
            Ok(()) => None,
            Err(ReadError::Gone) => return false,
            Err(error) => Some(error),
        };
        self.ledger.loses_children |= reading.ignores_children;
        self.largest_read = self.largest_read.max(member.hwm());
        let not_reset = if self.exact { member.reset_hwm().err() } else { None };
        if let Some(error) = refused {
            self.note_unreadable(at, &error, sink);
        } else if let Some(error) = not_reset.filter(|error| !matches!(error, ReadError::Gone)) {
            self.note_once(at, sink, |id| {
                format!("cannot reset the high-water mark of `{id}`: {error}; its maxima between ticks are not exact")
            });
        }
        true
    }

    fn note_unreadable(&mut self, at: usize, error: &ReadError, sink: Sink<'_>) {
        self.note_once(at, sink, |id| {
            format!("cannot read the memory of `{id}`: {error}; it is missing from the sums")
        });
    }

    /// Notes a process whose files in /proc rprof may not open.
    pub(super) fn note_hidden(&mut self, pid: u32, sink: Sink<'_>) {
        if self.unreadable.is_none() {
            self.keep_note(
                format!(
                    "cannot read process {pid} of the tree: permission denied; it is missing from the sums, \
                     as are others like it"
                ),
                sink,
            );
        }
    }

    /// Notes that the command could not be read when it had started.
    pub(super) fn note_unread_root(&mut self, error: &ReadError, sink: Sink<'_>) {
        self.keep_note(
            format!(
                "cannot read the memory of the command: {error}; rprof waits for it and tries again at each tick. Until \
                 then, only the maximum that the kernel reports at its end is known"
            ),
            sink,
        );
    }

    fn keep_note(&mut self, sentence: String, sink: Sink<'_>) {
        sink(&Record::Note(NOTE_KEY, &sentence));
        self.unreadable = Some(sentence);
    }

    /// Writes the first such sentence into the trace and keeps it for the summary. Later ones would repeat at each tick.
    fn note_once(&mut self, at: usize, sink: Sink<'_>, sentence: impl FnOnce(&str) -> String) {
        if self.unreadable.is_none() {
            let sentence = sentence(self.members[at].id());
            self.keep_note(sentence, sink);
        }
    }
}
