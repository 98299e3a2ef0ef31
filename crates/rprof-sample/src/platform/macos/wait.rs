//! Sleeping until a deadline or a signal: one kevent a tick, every signal taken from a kqueue and none in a handler.
//! The kqueue notes a signal whether or not it is blocked or pending already (xnu, `psignal_internal`), so the signals
//! are blocked to keep their usual effects away, and the pending ones are left: a child begins with none.

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
use crate::platform::unix::TAKEN;
use crate::platform::{Signal, Woken};

/// Where signals and the end of a process that is not our child arrive.
#[derive(Debug)]
pub struct Waiter {
    queue: Kqueue,
    arrived: VecDeque<i32>,
}

impl Waiter {
    /// Opens the queue the signals arrive at and blocks them. Call `prepare` before.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn new() -> Result<Self, Error> {
        let queue = Kqueue::new().map_err(Error::system("open a kernel event queue"))?;
        let wanted =
            TAKEN.map(|signal| event(signal as usize, EventFilter::EVFILT_SIGNAL, FilterFlag::empty()));
        // Before they are blocked: one that comes between the two is noted, and none is blocked unnoted.
        queue.kevent(&wanted, &mut [], None).map_err(Error::system("ask for signals"))?;
        SigSet::from_iter(TAKEN).thread_block().map_err(Error::system("block signals"))?;
        Ok(Self { queue, arrived: VecDeque::new() })
    }

    /// Also wakes when process `pid` ends. Where the kernel refuses, the next tick sees the end.
    pub fn watch(&mut self, pid: u32) {
        let end = event(pid as usize, EventFilter::EVFILT_PROC, FilterFlag::NOTE_EXIT);
        let _ = self.queue.kevent(&[end], &mut [], None);
    }

    /// Sleeps for `span` at most, less when a signal comes or the watched process ends.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn sleep(&mut self, span: Duration) -> io::Result<Woken> {
        let nothing = event(0, EventFilter::EVFILT_SIGNAL, FilterFlag::empty());
        let mut events = [nothing; TAKEN.len() + 1];
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

    /// The next signal that has arrived; its sender is not known.
    ///
    /// # Errors
    /// Never here; on other systems when the kernel refuses.
    #[allow(clippy::unnecessary_wraps, reason = "the seam's form")]
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
