//! Signals sent to rprof. Each is passed on to the command once, unless the command has received it already.

use super::Session;
use crate::Sink;
use crate::error::Error;
use crate::platform::{self, Signal};

impl Session {
    /// Handles all signals that have arrived.
    pub(super) fn take_signals(&mut self, sink: Sink<'_>) -> Result<(), Error> {
        while let Some(signal) = self.waiter.next_signal().map_err(Error::system("read a signal"))? {
            self.take_signal(signal, sink);
        }
        Ok(())
    }

    fn take_signal(&mut self, signal: Signal, sink: Sink<'_>) {
        // A key of the terminal reaches the whole foreground group, and so does `kill 0` from a member of the tree.
        let has_reached_command = signal.from_kernel || self.tree.holds(signal.sender);
        match signal.number {
            libc::SIGCHLD => {
                // One SIGCHLD may stand for several children.
                while let Some(reaped) = platform::reap() {
                    self.take_reaped(&reaped, sink);
                }
            }
            libc::SIGINT | libc::SIGTERM | libc::SIGHUP | libc::SIGQUIT if self.root.attached => {
                self.stop.detached = true;
            }
            libc::SIGTERM
            | libc::SIGINT
            | libc::SIGHUP
            | libc::SIGQUIT
            | libc::SIGUSR1
            | libc::SIGUSR2
            | libc::SIGTSTP
            | libc::SIGCONT
                if !has_reached_command && !self.root.attached =>
            {
                self.stop.sigterm_passed_on |= signal.number == libc::SIGTERM;
                self.pass_on(signal.number);
            }
            _ => {}
        }
    }

    fn pass_on(&mut self, number: i32) {
        let is_member = self.tree.signal_member(self.root.pid, number);
        if !is_member && !self.root.gone {
            // No tick has read the command yet. It is our child and not reaped, so its pid is not reused.
            let _ = platform::kill(self.root.pid, number);
        }
    }
}
