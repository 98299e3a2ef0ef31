//! Signals sent to rprof. Each is passed on to the command once, unless the command has received it already.

use rprof_trace::Record;

use super::Session;
use super::termination::TerminationCause;
use crate::Sink;
use crate::interrupts::is_request_to_end;
use crate::job_control::wake_signal;
use crate::platform::{self, Signal};
use crate::tree::NOTE_KEY;

impl Session {
    /// Handles all signals that have arrived.
    pub(super) fn take_signals(&mut self, sink: Sink<'_>) {
        while let Some(signal) = self.wakeups.next_signal() {
            self.take_signal(signal, sink);
        }
        let Some(error) = self.wakeups.failure() else { return };
        if self.deaf.is_none() {
            let sentence = format!(
                "cannot wait for signals: {error}; rprof looks for ended processes every 10 ms, and may not pass on signals"
            );
            sink(&Record::Note(NOTE_KEY, &sentence));
            self.deaf = Some(sentence);
        }
        self.reap(sink);
    }

    /// Reaps all children that have ended. One SIGCHLD may stand for several.
    pub(super) fn reap(&mut self, sink: Sink<'_>) {
        while let Some(reaped) = platform::reap() {
            self.take_reaped(&reaped, sink);
        }
    }

    fn take_signal(&mut self, signal: Signal, sink: Sink<'_>) {
        // A key of the terminal reaches the whole foreground group, and so does `kill 0` from a member of the tree.
        let has_reached_command = signal.from_kernel || self.tree.holds(signal.sender);
        if is_request_to_end(signal.number) {
            self.stop.interrupted = Some(signal.number);
        }
        match signal.number {
            libc::SIGCHLD => self.reap(sink),
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
                if let Some(wake) = wake_signal(signal.number, self.root.stopped) {
                    self.pass_on(wake);
                }
            }
            _ => {}
        }
        if self.options.ends_when_interrupted && is_request_to_end(signal.number) {
            self.terminate(TerminationCause::Terminated, self.clock.elapsed());
        }
    }

    /// Sends a signal to the command.
    pub(super) fn pass_on(&mut self, number: i32) {
        let is_member = self.tree.signal_member(self.root.pid, number);
        if !is_member && !self.root.gone {
            // No tick has read the command yet. It is our child and not reaped, so its pid is not reused.
            let _ = platform::kill(self.root.pid, number);
        }
    }
}
