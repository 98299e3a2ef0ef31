//! A command that is started and waited for without being measured. It gets the signals sent to rprof.

use std::time::Duration;

use crate::error::Error;
use crate::platform::{self, ExitStatus, Launch, Reaped, Waiter};

/// Starts the command in our process group and waits for its end.
///
/// It passes on the signals that are sent to rprof alone, and stops rprof when the command stops.
///
/// # Errors
/// When the command cannot be started, or the system refuses to sleep or to deliver signals.
pub fn run_unmeasured(launch: &Launch) -> Result<ExitStatus, Error> {
    platform::prepare();
    let mut waiter = Waiter::new()?;
    let child = platform::spawn(launch, None)?.pid;
    waiter.watch(child);
    loop {
        // The length does not matter: a signal or the end of the child ends the sleep.
        waiter.sleep(Duration::from_mins(1)).map_err(Error::system("sleep"))?;
        while let Some(signal) = waiter.next_signal().map_err(Error::system("read a signal"))? {
            // The child is not reaped, so its pid is not reused. A key of the terminal has reached it already.
            if !matches!(signal.number, libc::SIGCHLD | libc::SIGXFSZ) && !signal.from_kernel {
                let _ = platform::kill(child, signal.number);
            }
        }
        while let Some(reaped) = platform::reap() {
            if let Some(status) = exit_status(&reaped, child) {
                return Ok(status);
            }
        }
    }
}

/// The exit status of the child; `None` when it was only stopped or another process was reaped.
fn exit_status(reaped: &Reaped, child: u32) -> Option<ExitStatus> {
    match reaped.status {
        // The shell's job control sees rprof, not the command. So rprof stops and continues together with it.
        ExitStatus::Stopped(libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU) if reaped.pid == child => {
            let _ = platform::kill(std::process::id(), libc::SIGSTOP);
            None
        }
        ExitStatus::Stopped(_) => None,
        status => (reaped.pid == child).then_some(status),
    }
}
