//! A command that is started and waited for, and not measured: signals sent to us reach it, and its ending is ours.

use std::time::Duration;

use crate::error::Error;
use crate::platform::{self, Ending, Launch, Reaped, Waiter};

/// Starts the command in our process group, passes on the signals that are sent to us alone, stops when it stops, and
/// waits for its end.
///
/// # Errors
/// When the command cannot be started, or the system takes away what waiting needs.
pub fn accompany(launch: &Launch) -> Result<Ending, Error> {
    platform::prepare();
    let mut waiter = Waiter::new()?;
    let child = platform::spawn(launch)?.pid;
    waiter.watch(child);
    loop {
        // Any sleep will do: a signal or the child's end is what wakes us.
        waiter.sleep(Duration::from_mins(1)).map_err(Error::system("sleep"))?;
        while let Some(signal) = waiter.next_signal().map_err(Error::system("read a signal"))? {
            // The child is not reaped, so the number is its own. A terminal's key has reached it already.
            if !matches!(signal.number, libc::SIGCHLD | libc::SIGXFSZ) && !signal.from_kernel {
                platform::kill(child, signal.number);
            }
        }
        while let Some(reaped) = platform::reap() {
            if let Some(ending) = ending(&reaped, child) {
                return Ok(ending);
            }
        }
    }
}

/// How the child ended; `None` when it did not.
fn ending(reaped: &Reaped, child: u32) -> Option<Ending> {
    match reaped.ending {
        // The shell's job control sees us, not the command: stop as the command did, go on when it does.
        Ending::Stopped(libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU) if reaped.pid == child => {
            platform::kill(std::process::id(), libc::SIGSTOP);
            None
        }
        Ending::Stopped(_) => None,
        ending => (reaped.pid == child).then_some(ending),
    }
}
