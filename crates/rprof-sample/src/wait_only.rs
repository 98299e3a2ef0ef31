//! A command that is started and waited for without being measured. It gets the signals sent to rprof.

use std::time::Duration;

use crate::error::Error;
use crate::interrupts::is_request_to_end;
use crate::job_control::{follow_stop, wake_signal};
use crate::platform::{self, ExitStatus, Launch};
use crate::wakeups::Wakeups;

/// The end of a command that was not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unmeasured {
    /// The way it ended.
    pub status: ExitStatus,
    /// The signal that asked rprof to end meanwhile; `None` without one.
    pub interrupted: Option<i32>,
}

/// Starts the command in our process group and waits for its end.
///
/// It passes on the signals that are sent to rprof alone, and stops rprof when the command stops.
///
/// # Errors
/// When the command cannot be started. A command that has started is always waited for.
pub fn run_unmeasured(launch: &Launch) -> Result<Unmeasured, Error> {
    platform::prepare();
    let mut wakeups = Wakeups::new()?;
    let child = platform::spawn(launch, None)?.pid;
    wakeups.watch(child);
    let (mut is_stopped, mut interrupted) = (false, None);
    loop {
        // The length does not matter: a signal or the end of the child ends the sleep.
        wakeups.sleep(Duration::from_mins(1));
        while let Some(signal) = wakeups.next_signal() {
            if is_request_to_end(signal.number) {
                interrupted = Some(signal.number);
            }
            // The child is not reaped, so its pid is not reused. A key of the terminal has reached it already.
            if !matches!(signal.number, libc::SIGCHLD | libc::SIGXFSZ) && !signal.from_kernel {
                let _ = platform::kill(child, signal.number);
                if let Some(wake) = wake_signal(signal.number, is_stopped) {
                    let _ = platform::kill(child, wake);
                }
            }
        }
        while let Some(reaped) = platform::reap() {
            match reaped.status {
                _ if reaped.pid != child => {}
                ExitStatus::Stopped(number) => {
                    is_stopped = true;
                    if let Some(wake) = follow_stop(number, interrupted) {
                        let _ = platform::kill(child, wake);
                    }
                }
                status => return Ok(Unmeasured { status, interrupted }),
            }
        }
    }
}
