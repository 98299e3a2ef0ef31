//! Signals that ask rprof to end, and the look for them between two sessions. A session takes them while it runs.

use crate::error::Error;
use crate::platform;
use crate::wakeups::Wakeups;

/// True for a signal that asks rprof to end.
pub fn is_request_to_end(signal: i32) -> bool {
    matches!(signal, libc::SIGINT | libc::SIGTERM | libc::SIGHUP | libc::SIGQUIT)
}

/// The signals that arrive while no session runs. They stay blocked then, and would be lost on the next command.
#[derive(Debug)]
pub struct Interrupts(Wakeups);

impl Interrupts {
    /// Blocks the signals that rprof handles.
    ///
    /// # Errors
    /// `System` when the kernel refuses to block them or has no descriptor left.
    pub fn new() -> Result<Self, Error> {
        platform::prepare();
        Ok(Self(Wakeups::new()?))
    }

    /// The last signal that has arrived and asks rprof to end; `None` if there is none. It does not wait.
    pub fn pending(&mut self) -> Option<i32> {
        let mut found = None;
        while let Some(signal) = self.0.next_signal() {
            if is_request_to_end(signal.number) {
                found = Some(signal.number);
            }
        }
        found
    }
}
