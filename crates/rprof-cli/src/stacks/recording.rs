//! The recording of the stacks of one run, and the lines of its summary.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rprof_sample::{Clock, Target};
use rprof_where::attribution::{By, Names, Table, Which, view};
use rprof_where::{Error, Log, Recording};

use super::file::{beside, moment_words, percent};
use crate::message;
use crate::trace_file::TraceFile;

/// The functions that the summary names.
const NAMED: usize = 5;

/// The output of a recording: a file, or memory if no trace is kept.
#[derive(Debug, Clone)]
enum Output {
    File(PathBuf),
    Memory(Arc<Mutex<Vec<u8>>>),
}

impl Output {
    /// Opens it for a recording.
    fn open(self, private: bool) -> io::Result<Box<dyn io::Write + Send>> {
        let path = match self {
            Self::Memory(bytes) => return Ok(Box::new(Shared(bytes))),
            Self::File(path) => path,
        };
        // The replaced file belonged to a trace of this name, which was replaced, too.
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mode = if private { 0o600 } else { 0o666 };
        Ok(Box::new(OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?))
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::File(path) => std::fs::read(path),
            Self::Memory(bytes) => {
                Ok(bytes.lock().map(|mut bytes| std::mem::take(&mut *bytes)).unwrap_or_default())
            }
        }
    }
}

/// Memory that two threads share.
struct Shared(Arc<Mutex<Vec<u8>>>);

impl io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().map_err(|_| io::Error::other("a thread of the recording has failed"))?;
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The recording of the stacks of one run, if it is wanted and the kernel allows it.
#[derive(Debug)]
pub struct Stacks(Option<(Recording, Output)>);

impl Stacks {
    /// Begins to record the command that this thread starts, and adds the variables with which interpreters name their
    /// functions to its environment. A refusal is one message, and the run goes on without.
    pub fn begin(wanted: bool, target: &mut Target, trace: &TraceFile, clock: Clock, private: bool) -> Self {
        let Target::Launch(launch) = target else { return Self(None) };
        if !wanted {
            return Self(None);
        }
        let output =
            if trace.is_kept() { Output::File(beside(&trace.path)) } else { Output::Memory(Arc::default()) };
        let writer = concat!("rprof ", env!("CARGO_PKG_VERSION"));
        let copy = output.clone();
        match Recording::begin(move || copy.open(private), clock.elapsed(), writer) {
            Ok(recording) => {
                let python = std::env::var_os("PYTHONPERFSUPPORT");
                let options = std::env::var_os("NODE_OPTIONS");
                launch.env.extend(rprof_where::environment(python.as_deref(), options.as_deref()));
                Self(Some((recording, output)))
            }
            Err(error) => {
                message::print(&format!("--where has no effect: {error}"));
                Self(None)
            }
        }
    }

    /// Gives up: the command could not be started.
    pub fn abandon(self) {
        let Some((recording, output)) = self.0 else { return };
        let _ = recording.finish();
        if let Output::File(path) = output {
            let _ = std::fs::remove_file(path);
        }
    }

    /// Removes the stacks of an older run, whose trace this one replaces. Without stacks of its own, a run would be shown
    /// with those of another.
    pub fn supersede(&self, trace: &TraceFile) {
        if self.0.is_none() && trace.is_kept() {
            let _ = std::fs::remove_file(beside(&trace.path));
        }
    }

    /// Completes the file and returns the lines of the summary.
    pub fn finish(self) -> Vec<String> {
        let Some((recording, output)) = self.0 else { return Vec::new() };
        let read = recording.finish().and_then(|()| Log::read(&output.bytes()?));
        match read {
            Ok(log) => summary(&log),
            Err(error) => vec![failure(&error)],
        }
    }
}

fn failure(error: &Error) -> String {
    format!("the stacks are incomplete: {error}")
}

/// The functions that hold most at the peak.
fn summary(log: &Log) -> Vec<String> {
    let Some(peak) = view(log, Which::Peak) else {
        return vec!["where: the run was too short to look at its pages".to_owned()];
    };
    let table = Table::new(&peak, log, &Names::new(log), By::Function);
    let mut lines = vec![format!("where the memory came from, {}:", moment_words(&peak))];
    for entry in table.entries.iter().filter(|entry| entry.self_bytes > 0).take(NAMED) {
        let library = if entry.library.is_empty() { String::new() } else { format!(" ({})", entry.library) };
        let share = percent(entry.self_bytes, table.bytes);
        let size = rprof_trace::Bytes(entry.self_bytes).to_string();
        lines.push(format!("{size:>12} {share:>6}  {}{library}", entry.name));
    }
    if table.inferred > 0 || log.lost > 0 {
        let part = percent(table.inferred, table.bytes);
        let (stacks, faults) = (log.lost_stacks, log.lost);
        lines.push(format!("the machine was busy: {stacks} stacks and {faults} faults were lost; {part} is estimated from other stacks"));
    }
    lines
}
