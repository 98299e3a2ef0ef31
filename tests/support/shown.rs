//! Waiting for what a trace shows. A test that hopes for a tick within a short life of a program fails on a busy machine.

use std::path::Path;
use std::process::Child;

use rprof_trace::{Part, Record};

use super::{Done, MIB, Place, counter_error, eventually, finish};

/// The ticks, PSS and notes that a trace has so far.
#[derive(Debug, Default)]
pub struct Shown {
    pub ticks: usize,
    /// The memory at each tick, at the last one, and at the largest.
    pub sizes: Vec<u64>,
    pub bytes: u64,
    pub most_bytes: u64,
    /// The anonymous memory at the last tick: what a script touches, and little more.
    pub anon: u64,
    /// The processes of the last tick.
    pub processes: u32,
    /// The largest PSS.
    pub most_pss: u64,
    /// rprof's own notes.
    pub notes: Vec<String>,
}

impl Shown {
    /// Reads a trace, which rprof may still be writing.
    pub fn of(path: &Path) -> Self {
        let mut shown = Self::default();
        let Ok(mut reader) = rprof_trace::Reader::open(path) else { return shown };
        while let Ok(Some(record)) = reader.next_record() {
            match record {
                Record::Tick(tick) => {
                    shown.ticks += 1;
                    shown.bytes = tick.value.0;
                    shown.sizes.push(tick.value.0);
                    shown.most_bytes = shown.most_bytes.max(tick.value.0);
                    shown.anon = tick.memory.get(Part::Anon).unwrap_or_default().0;
                    shown.processes = tick.processes.unwrap_or(0);
                }
                Record::Pss(_, pss) => shown.most_pss = shown.most_pss.max(pss.0),
                Record::Note("rprof", text) => shown.notes.push(text.to_owned()),
                _ => {}
            }
        }
        shown
    }

    /// True if the processes have touched this much: up to what each CPU may hold back of the counter of a process.
    pub fn has_touched(&self, bytes: u64) -> bool {
        self.anon + u64::from(self.processes) * counter_error().min(MIB) >= bytes
    }

    /// True if one of rprof's own notes has these words.
    pub fn has_note(&self, words: &str) -> bool {
        self.notes.iter().any(|note| note.contains(words))
    }
}

impl Place {
    /// Runs `rprof run -o t.dat OPTIONS -- truth SCRIPT`. The script waits for the file `go`, which appears once the trace
    /// shows what the test is about: so no tick and no PSS round has to fall into a short time.
    pub fn run_truth_until(&self, options: &str, script: &str, is_shown: impl Fn(&Shown) -> bool) -> Done {
        self.clear();
        let mut child = self.start_truth(options, script);
        self.release(&mut child, "go", is_shown);
        finish(child)
    }

    /// Removes the trace of an earlier run and the files for which scripts wait.
    pub fn clear(&self) {
        for name in ["t.dat", "go"] {
            let _ = std::fs::remove_file(self.path(name));
        }
    }

    /// Waits until the trace shows something, and creates the file for which the command waits. If the command has ended
    /// before, the rest of the test shows why.
    pub fn release(&self, child: &mut Child, file: &str, is_shown: impl Fn(&Shown) -> bool) {
        eventually(|| {
            let shown = self.shown();
            let is_over = child.try_wait().expect("a child").is_some();
            if is_over || is_shown(&shown) {
                return Ok(());
            }
            Err(format!("timed out waiting for a trace that shows more than {shown:?}"))
        });
        std::fs::write(self.path(file), "").expect("room");
    }

    /// Reads the trace `t.dat`, which rprof may still be writing.
    pub fn shown(&self) -> Shown {
        Shown::of(&self.path("t.dat"))
    }
}
