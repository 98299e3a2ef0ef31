//! Processes that have ended, until it is known how: a child of ours waits for us to ask, anybody else's is not told.

use rprof_trace::{Bytes, Exit, Record, Seconds};

use crate::platform::Ending;

/// A process that has ended.
#[derive(Debug)]
pub struct Zombie {
    /// Its number, which nobody else has until it is waited for.
    pub pid: u32,
    /// Its parent at the end.
    pub parent: u32,
    /// Its word in the trace.
    pub id: String,
    /// Its largest RSS as the kernel told it; `None` when it was never read alive.
    pub hwm: Option<Bytes>,
}

/// Those of our children that have ended and were not waited for yet.
#[derive(Debug, Default)]
pub struct Zombies(Vec<Zombie>);

impl Zombies {
    /// Takes one in; what is not to be waited for ends at once, nobody knows how.
    pub fn add(&mut self, zombie: Zombie, time: Seconds, sink: &mut dyn FnMut(&Record<'_>)) {
        if zombie.parent == std::process::id() {
            self.0.push(zombie);
        } else {
            sink(&zombie.exit(None, time));
        }
    }

    /// It was waited for.
    pub fn end(&mut self, pid: u32, time: Seconds, how: Ending, sink: &mut dyn FnMut(&Record<'_>)) {
        if let Some(at) = self.0.iter().position(|zombie| zombie.pid == pid) {
            sink(&self.0.swap_remove(at).exit(Some(how), time));
        }
    }

    /// The run is over before they were waited for.
    pub fn end_all(&mut self, time: Seconds, sink: &mut dyn FnMut(&Record<'_>)) {
        self.0.drain(..).for_each(|zombie| sink(&zombie.exit(None, time)));
    }
}

impl Zombie {
    fn exit(&self, how: Option<Ending>, time: Seconds) -> Record<'_> {
        let (exit_code, signal) = match how {
            None => (None, None),
            Some(Ending::Exited(code)) => (Some(code), None),
            Some(Ending::Killed(number) | Ending::Stopped(number)) => (None, Some(number)),
        };
        Record::Exit(&self.id, time, Exit { hwm_bytes: self.hwm, exit_code, signal })
    }
}
