//! The sleep between two steps, which signals and ends of processes cut short.
//! A command that has started must be waited for. So if the kernel refuses to sleep or to deliver signals, the sleep becomes
//! a short one without wake-ups, and the caller looks for ended processes after each.

use std::io;
use std::time::Duration;

use crate::error::Error;
use crate::platform::{Signal, Waiter, Woken};

/// The longest sleep without wake-ups.
const BLIND_SLEEP: Duration = Duration::from_millis(10);

/// The source of wake-ups.
#[derive(Debug)]
pub struct Wakeups {
    waiter: Waiter,
    /// The first error of the kernel. From then on there may be no wake-ups.
    failure: Option<io::Error>,
}

impl Wakeups {
    /// Blocks the signals that rprof handles.
    ///
    /// # Errors
    /// `System` when the kernel refuses to block them or has no descriptor left.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { waiter: Waiter::new()?, failure: None })
    }

    /// Makes `sleep` also return when process `pid` ends.
    pub fn watch(&mut self, pid: u32) {
        self.waiter.watch(pid);
    }

    /// Sleeps for at most `span`. Without wake-ups, it reports signals after each sleep.
    pub fn sleep(&mut self, span: Duration) -> Woken {
        match self.waiter.sleep(span) {
            Ok(woken) => Woken { signalled: woken.signalled || self.failure.is_some(), ..woken },
            Err(error) => {
                self.failure.get_or_insert(error);
                std::thread::sleep(span.min(BLIND_SLEEP));
                Woken { signalled: true, ended: false }
            }
        }
    }

    /// The next signal that has arrived; `None` when there is no more, or none can be read.
    pub fn next_signal(&mut self) -> Option<Signal> {
        self.waiter.next_signal().unwrap_or_else(|error| {
            self.failure.get_or_insert(error);
            None
        })
    }

    /// The first error of the kernel. From then on, the end of a child may come without a wake-up.
    pub fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }
}
