//! The sleep until a deadline or a signal on Linux: one ppoll a tick. Signals are read from a signalfd, not handled.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::SigSet;
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::time::TimeSpec;

use super::process::pidfd;
use crate::error::Error;
use crate::platform::unix::HANDLED_SIGNALS;
use crate::platform::{Signal, Woken};

/// The receiver of signals and of the end of a process that is not our child.
#[derive(Debug)]
pub struct Waiter {
    signals: SignalFd,
    watched: Option<OwnedFd>,
}

impl Waiter {
    /// Blocks the signals and opens the descriptor that delivers them. Call `prepare` first.
    ///
    /// # Errors
    /// The error of the kernel.
    pub fn new() -> Result<Self, Error> {
        let set = SigSet::from_iter(HANDLED_SIGNALS);
        set.thread_block().map_err(Error::system("block signals"))?;
        let signals = SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
            .map_err(Error::system("open a signal descriptor"))?;
        Ok(Self { signals, watched: None })
    }

    /// Makes `sleep` also return when process `pid` ends. Before Linux 5.3 the next tick finds the end.
    pub fn watch(&mut self, pid: u32) {
        self.watched = pidfd(pid);
    }

    /// Sleeps for at most `span`; a signal or the end of the watched process ends the sleep early.
    ///
    /// # Errors
    /// The error of the kernel.
    pub fn sleep(&mut self, span: Duration) -> io::Result<Woken> {
        let watched: Option<BorrowedFd<'_>> = self.watched.as_ref().map(AsFd::as_fd);
        let fds = [self.signals.as_fd(), watched.unwrap_or(self.signals.as_fd())];
        let mut polled = fds.map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        let used = if watched.is_some() { 2 } else { 1 };
        match ppoll(&mut polled[..used], Some(TimeSpec::from_duration(span)), None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ready = |at: usize| polled[at].any().unwrap_or(false);
        Ok(Woken { signalled: ready(0), ended: used == 2 && ready(1) })
    }

    /// The next signal that has arrived; `None` when there is no more.
    ///
    /// # Errors
    /// The error of the kernel.
    pub fn next_signal(&mut self) -> io::Result<Option<Signal>> {
        Ok(self.signals.read_signal()?.map(|info| Signal {
            number: info.ssi_signo.cast_signed(),
            // SI_KERNEL is a key of the terminal. The code of kill, sigqueue and tgkill is 0 or below.
            from_kernel: info.ssi_code > 0,
            sender: info.ssi_pid,
        }))
    }
}
