//! Exited processes of the tree that wait for an exit status. Only children of rprof report one to it.

use rprof_trace::{Bytes, Exit, Record, Seconds};

use crate::Sink;
use crate::platform::{ExitStatus, Reaped};

/// A process that has ended.
#[derive(Debug)]
pub struct Zombie {
    /// The process id, which is not reused before the process is reaped.
    pub pid: u32,
    /// The parent at the end.
    pub parent: u32,
    /// The id in the trace.
    pub id: String,
    /// The largest RSS by the high-water mark; `None` when the process was never read alive.
    pub hwm: Option<Bytes>,
}

/// The ended children of rprof that were not reaped yet.
///
/// The tree finds a death at a tick; wait4 reports the exit status at another time. The `Exit` record waits here for
/// the second of the two, so that a process has one such record with everything that is known.
#[derive(Debug, Default)]
pub struct Zombies(Vec<Zombie>);

impl Zombies {
    /// Takes in a zombie. One with another parent is recorded at once: its exit status goes to that parent.
    pub fn add(&mut self, zombie: Zombie, time: Seconds, sink: Sink<'_>) {
        if zombie.parent == std::process::id() {
            self.0.push(zombie);
        } else {
            sink(&zombie.exit(None, None, time));
        }
    }

    /// Records the end of a zombie that was reaped.
    pub fn record_reaped(&mut self, reaped: &Reaped, maximum: Option<Bytes>, time: Seconds, sink: Sink<'_>) {
        if let Some(at) = self.0.iter().position(|zombie| zombie.pid == reaped.pid) {
            let zombie = self.0.swap_remove(at);
            sink(&zombie.exit(Some(reaped.status), maximum, time));
        }
    }

    /// True if a process with this pid waits for its exit status.
    pub fn holds(&self, pid: u32) -> bool {
        self.0.iter().any(|zombie| zombie.pid == pid)
    }

    /// True if no process waits for its exit status.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Records the end of all others at the end of the run.
    pub fn record_rest(&mut self, time: Seconds, sink: Sink<'_>) {
        self.0.drain(..).for_each(|zombie| sink(&zombie.exit(None, None, time)));
    }
}

impl Zombie {
    fn exit(&self, status: Option<ExitStatus>, maximum: Option<Bytes>, time: Seconds) -> Record<'_> {
        let exit = Exit {
            hwm_bytes: maximum.max(self.hwm),
            exact: maximum.is_some(),
            exit_code: status.and_then(ExitStatus::code),
            signal: status.and_then(ExitStatus::signal),
        };
        Record::Exit(&self.id, time, exit)
    }
}
