//! The sleep until a deadline or a signal on macOS: one kevent a tick. Signals are read from a kqueue, not handled.
//! A kqueue also sees signals that are blocked or pending (xnu, `psignal_internal`). They are blocked, so that they have
//! no other effect, and stay pending, which does no harm: a child starts with none pending.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::event::{EvFlags, EventFilter, FilterFlag, KEvent, Kqueue};
use nix::sys::signal::SigSet;
use nix::sys::time::TimeSpec;
use nix::unistd::{getpgrp, tcgetpgrp};

use crate::error::Error;
use crate::parse::macos::from_terminal;
use crate::platform::unix::HANDLED_SIGNALS;
use crate::platform::{Signal, Woken};

/// The receiver of signals and of the end of a process that is not our child.
#[derive(Debug)]
pub struct Waiter {
    queue: Kqueue,
    arrived: VecDeque<i32>,
}

impl Waiter {
    /// Opens the queue that delivers the signals, and blocks them. Call `prepare` first.
    ///
    /// # Errors
    /// The error of the kernel.
    pub fn new() -> Result<Self, Error> {
        let queue = Kqueue::new().map_err(Error::system("open a kernel event queue"))?;
        let wanted = HANDLED_SIGNALS
            .map(|signal| event(signal as usize, EventFilter::EVFILT_SIGNAL, FilterFlag::empty()));
        // The queue comes first: a signal that arrives before it is blocked is in the queue already.
        queue.kevent(&wanted, &mut [], None).map_err(Error::system("ask for signals"))?;
        SigSet::from_iter(HANDLED_SIGNALS).thread_block().map_err(Error::system("block signals"))?;
        Ok(Self { queue, arrived: VecDeque::new() })
    }

    /// Makes `sleep` also return when process `pid` ends. If the kernel refuses, the next tick finds the end.
    pub fn watch(&mut self, pid: u32) {
        let end = event(pid as usize, EventFilter::EVFILT_PROC, FilterFlag::NOTE_EXIT);
        let _ = self.queue.kevent(&[end], &mut [], None);
    }

    /// Sleeps for at most `span`; a signal or the end of the watched process ends the sleep early.
    ///
    /// # Errors
    /// The error of the kernel.
    pub fn sleep(&mut self, span: Duration) -> io::Result<Woken> {
        let nothing = event(0, EventFilter::EVFILT_SIGNAL, FilterFlag::empty());
        let mut events = [nothing; HANDLED_SIGNALS.len() + 1];
        let timeout = *TimeSpec::from_duration(span).as_ref();
        let count = match self.queue.kevent(&[], &mut events, Some(timeout)) {
            Ok(count) => count,
            Err(Errno::EINTR) => 0,
            Err(error) => return Err(error.into()),
        };
        let mut ended = false;
        for event in &events[..count] {
            match event.filter() {
                Ok(EventFilter::EVFILT_SIGNAL) => self.arrived.extend(i32::try_from(event.ident())),
                Ok(EventFilter::EVFILT_PROC) => ended = true,
                _ => {}
            }
        }
        Ok(Woken { signalled: !self.arrived.is_empty(), ended })
    }

    /// The next signal that has arrived; `None` when there is no more. Its sender is not known.
    ///
    /// # Errors
    /// Never here; on other systems when the kernel refuses.
    #[allow(clippy::unnecessary_wraps, reason = "the signature of every platform")]
    pub fn next_signal(&mut self) -> io::Result<Option<Signal>> {
        Ok(self.arrived.pop_front().map(|number| Signal {
            number,
            from_kernel: from_terminal(number, foreground()),
            sender: 0,
        }))
    }
}

fn event(ident: usize, filter: EventFilter, what: FilterFlag) -> KEvent {
    KEvent::new(ident, filter, EvFlags::EV_ADD, what, 0, 0)
}

/// The foreground process group of our terminal, and our own; `None` without a terminal.
fn foreground() -> Option<(i32, i32)> {
    let terminal = File::open("/dev/tty").ok()?;
    Some((tcgetpgrp(terminal).ok()?.as_raw(), getpgrp().as_raw()))
}
