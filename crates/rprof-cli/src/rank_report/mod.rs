//! The ranks of a parallel job, read from their traces by two threads, and their report: a table, JSON and a figure.

mod figure;
mod json;
mod text;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, bail};
use rprof_findings::ranks::{Ranks, RanksBuilder};
use rprof_trace::{ProfileOptions, shown};

pub use self::figure::{curves, hidden};
pub use self::json::json;
pub use self::text::{remarks, table, title};
use crate::load::missing_end;
use crate::message;
use crate::trace_input::TraceInput;

/// The traces about which there is a message of their own. Of ten thousand, all may have the same fault.
const NAMED: usize = 5;
/// Slices of the curve of each rank: as many as a sum has steps.
const SLICES: usize = 2048;

/// Reads the traces of ranks and adds them up. Each trace is reduced and forgotten.
///
/// # Errors
/// When a trace cannot be read, or when none has a sample and a start.
pub fn read(paths: &[PathBuf]) -> anyhow::Result<Ranks> {
    let work = Work { paths, next: AtomicUsize::new(0), faults: Mutex::default() };
    // More threads would wait for the disk.
    let (mine, other) = thread::scope(|scope| {
        let other = scope.spawn(|| work.run());
        (work.run(), other.join())
    });
    let mut all = mine?;
    let Ok(other) = other else { bail!("a thread that reads traces has failed") };
    all.join(other?);
    work.faults.into_inner().unwrap_or_default().print();
    all.finish().context("none of the traces has a sample and a start, so there is nothing to add up")
}

/// The traces that are left to read.
struct Work<'a> {
    paths: &'a [PathBuf],
    next: AtomicUsize,
    faults: Mutex<Faults>,
}

impl Work<'_> {
    /// Reads one trace after the other, until none is left.
    fn run(&self) -> anyhow::Result<RanksBuilder> {
        let options = ProfileOptions { slices: SLICES, spans: 1, ..ProfileOptions::default() };
        let mut ranks = RanksBuilder::default();
        while let Some(path) = self.paths.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let input = TraceInput::open(path).inspect_err(|_| self.stop())?;
            let (profiles, warnings) = input.profiles(&options).inspect_err(|_| self.stop())?;
            let mut remarks: Vec<String> = warnings.iter().map(ToString::to_string).collect();
            for profile in &profiles {
                remarks.extend(profile.contradictions.iter().map(ToString::to_string));
                remarks.extend(missing_end(profile).map(str::to_owned));
                if !ranks.add(&path.to_string_lossy(), profile) {
                    remarks.push("skipped: a run without a sample or without a start".to_owned());
                }
            }
            if let (false, Ok(mut faults)) = (remarks.is_empty(), self.faults.lock()) {
                faults.add(path, &remarks);
            }
        }
        Ok(ranks)
    }

    /// Leaves nothing to the other thread: the traces cannot be added up without this one.
    fn stop(&self) {
        self.next.store(self.paths.len(), Ordering::Relaxed);
    }
}

/// The remarks on the first traces that have some, and the number of the others.
#[derive(Debug, Default)]
struct Faults {
    lines: Vec<String>,
    traces: usize,
}

impl Faults {
    fn add(&mut self, path: &Path, remarks: &[String]) {
        self.traces += 1;
        if self.traces <= NAMED {
            self.lines.extend(remarks.iter().map(|remark| format!("`{}`: {remark}", shown(path))));
        }
    }

    fn print(&self) {
        self.lines.iter().for_each(|line| message::print(line));
        if self.traces > NAMED {
            message::print(&format!("{} more traces have such faults", self.traces - NAMED));
        }
    }
}
