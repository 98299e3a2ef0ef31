//! Signals sent to rprof: passed on to the command, once, unless they have reached it already.

use rprof_trace::Record;

use super::Session;
use crate::error::Error;
use crate::platform::{self, Signal};

impl Session {
    /// Takes all that have arrived.
    pub(super) fn take_signals(&mut self, sink: &mut dyn FnMut(&Record<'_>)) -> Result<(), Error> {
        while let Some(signal) = self.waiter.next_signal().map_err(Error::system("read a signal"))? {
            self.take_signal(signal, sink);
        }
        Ok(())
    }

    fn take_signal(&mut self, signal: Signal, sink: &mut dyn FnMut(&Record<'_>)) {
        // A terminal's key reaches the whole foreground group, the command too; so does `kill 0` by one of its own.
        let reached_already = signal.from_kernel || self.tree.holds(signal.sender);
        match signal.number {
            libc::SIGCHLD => {
                while let Some(reaped) = platform::reap() {
                    self.take_reaped(&reaped, sink);
                }
            }
            libc::SIGINT | libc::SIGTERM | libc::SIGHUP | libc::SIGQUIT if self.attached => {
                self.state.stop = true;
            }
            libc::SIGTERM
            | libc::SIGINT
            | libc::SIGHUP
            | libc::SIGQUIT
            | libc::SIGUSR1
            | libc::SIGUSR2
            | libc::SIGTSTP
            | libc::SIGCONT
                if !reached_already && !self.attached =>
            {
                self.state.terminated |= signal.number == libc::SIGTERM;
                self.send_root(signal.number);
            }
            _ => {}
        }
    }

    fn send_root(&mut self, number: i32) {
        let root = self.root;
        match self.tree.members.iter_mut().find(|m| m.process.pid() == root) {
            Some(member) => {
                member.process.signal(number);
            }
            // Before the first tick; it is our child and not reaped, so the number is its own.
            None if !self.state.root_gone => {
                platform::kill(root, number);
            }
            None => {}
        }
    }
}
