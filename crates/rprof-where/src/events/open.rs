//! The opening of the events on every processor, and the reason if the kernel refuses.
#![allow(unsafe_code)]

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

use perf_event_open_sys as sys;
use sys::bindings::{PERF_FLAG_FD_CLOEXEC, perf_event_attr};

use super::attributes::{faults, switched, tasks};
use super::ring::Ring;
use crate::error::Error;

/// Pages of the ring of processes.
const TASK_PAGES: usize = 16;
/// Pages of the ring of one fault in a period; a user without rights gets fewer.
const MOST_PAGES: usize = 2048;
const FEWEST_PAGES: usize = 8;
/// Pages of these rings of all processors together: 64 MiB with small pages.
const ALL_PAGES: usize = 16384;

/// The rings of one processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Births, names, mappings, ends.
    Tasks,
    /// One fault in a period.
    Sparse,
    /// Every fault, while there are few.
    Dense,
}

/// An event with its ring, and events that write to the same ring.
#[derive(Debug)]
struct Channel {
    source: Source,
    event: OwnedFd,
    _beside: Option<OwnedFd>,
    ring: Ring,
    /// Nothing more will come.
    ended: bool,
}

/// The open events of all processors.
#[derive(Debug)]
pub struct Events {
    channels: Vec<Channel>,
    /// True if faults inside the kernel are recorded.
    pub kernel: bool,
}

impl Events {
    /// Opens the events on the calling thread: the processes that it starts from now on inherit them.
    ///
    /// # Errors
    /// `Denied` or `Unsupported`, with the remedy.
    pub fn open(period: u64, page: usize) -> Result<Self, Error> {
        let kernel = event(&mut faults(false, period, true, 0), 0).is_ok();
        if !kernel {
            event(&mut faults(false, period, false, 0), 0).map_err(|error| refusal(&error))?;
        }
        let processors = processors().map_err(|error| refusal(&error))?;
        let mut pages = MOST_PAGES;
        while pages > FEWEST_PAGES && pages * processors.len() > ALL_PAGES {
            pages /= 2;
        }
        loop {
            match Self::with_pages(&processors, (period, kernel), pages, page) {
                Ok(channels) => return Ok(Self { channels, kernel }),
                // The user may not lock that much memory.
                Err(error) if error.raw_os_error() == Some(libc::EPERM) && pages > FEWEST_PAGES => pages /= 2,
                Err(error) => return Err(refusal(&error)),
            }
        }
    }

    fn with_pages(
        processors: &[i32],
        (period, kernel): (u64, bool),
        pages: usize,
        page: usize,
    ) -> io::Result<Vec<Channel>> {
        let mut channels = Vec::new();
        // The reader wakes up when a quarter of a ring is full.
        let wake = |pages: usize| (pages * page / 4) as u32;
        for processor in processors {
            let mut open =
                |source, attr: &mut perf_event_attr, beside: Option<&mut perf_event_attr>, pages| {
                    let opened = event(attr, *processor)?;
                    let ring = Ring::map(opened.as_fd(), pages, page)?;
                    let beside =
                        beside.map(|attr| beside_of(opened.as_fd(), attr, *processor)).transpose()?;
                    channels.push(Channel { source, event: opened, _beside: beside, ring, ended: false });
                    Ok::<_, io::Error>(())
                };
            let dense = pages / 2;
            open(Source::Tasks, &mut tasks(wake(TASK_PAGES)), None, TASK_PAGES)?;
            open(Source::Sparse, &mut faults(false, period, kernel, wake(pages)), None, pages)?;
            // Every major fault is recorded: they are rare and slow.
            let mut major = faults(true, 1, kernel, wake(dense));
            let mut minor = switched(faults(false, 1, kernel, wake(dense)));
            open(Source::Dense, &mut minor, Some(&mut major), dense)?;
        }
        Ok(channels)
    }

    /// Waits until a ring fills up or the time is over.
    pub fn wait(&mut self, time: Duration) {
        let mut list: Vec<libc::pollfd> = self
            .channels
            .iter()
            .filter(|channel| !channel.ended)
            .map(|channel| libc::pollfd { fd: channel.event.as_raw_fd(), events: libc::POLLIN, revents: 0 })
            .collect();
        let millis = i32::try_from(time.as_millis()).unwrap_or(i32::MAX).max(1);
        // SAFETY: the list lives through the call, and its length is right.
        unsafe { libc::poll(list.as_mut_ptr(), list.len() as libc::nfds_t, millis) };
        let ended: Vec<i32> =
            list.iter().filter(|item| item.revents & libc::POLLHUP != 0).map(|item| item.fd).collect();
        for channel in &mut self.channels {
            channel.ended |= ended.contains(&channel.event.as_raw_fd());
        }
    }

    /// Appends the whole records of all rings of one kind.
    pub fn drain(&mut self, source: Source, out: &mut Vec<u8>) {
        for channel in self.channels.iter_mut().filter(|channel| channel.source == source) {
            channel.ring.drain(out);
        }
    }

    /// Switches the record of every fault on or off, for all processes of the tree.
    pub fn set_dense(&self, on: bool) {
        for channel in self.channels.iter().filter(|channel| channel.source == Source::Dense) {
            let fd = channel.event.as_raw_fd();
            // SAFETY: the descriptor is an open event, and the calls take no pointer.
            unsafe { if on { sys::ioctls::ENABLE(fd, 0) } else { sys::ioctls::DISABLE(fd, 0) } };
        }
    }
}

/// Opens one event of this thread and its descendants on one processor.
fn event(attr: &mut perf_event_attr, processor: i32) -> io::Result<OwnedFd> {
    // SAFETY: the attributes are initialised, and live through the call.
    let fd = unsafe { sys::perf_event_open(attr, 0, processor, -1, PERF_FLAG_FD_CLOEXEC.into()) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel returned a new descriptor that belongs to no one else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Opens an event that writes to the ring of another one.
fn beside_of(other: BorrowedFd<'_>, attr: &mut perf_event_attr, processor: i32) -> io::Result<OwnedFd> {
    let opened = event(attr, processor)?;
    // SAFETY: both descriptors are open events.
    match unsafe { sys::ioctls::SET_OUTPUT(opened.as_raw_fd(), other.as_raw_fd()) } {
        0 => Ok(opened),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The processors that this process may run on.
fn processors() -> io::Result<Vec<i32>> {
    // SAFETY: an all-zero set is valid.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set lives through the call, and its size is right.
    if unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &raw mut set) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the number is within the set.
    let is_set = |processor: &i32| unsafe { libc::CPU_ISSET(*processor as usize, &set) };
    Ok((0..libc::CPU_SETSIZE).filter(is_set).collect())
}

/// The kernel's refusal, with the remedy.
fn refusal(error: &io::Error) -> Error {
    let level = fs::read_to_string("/proc/sys/kernel/perf_event_paranoid").ok();
    let level: Option<i32> = level.and_then(|text| text.trim().parse().ok());
    match error.raw_os_error() {
        Some(libc::EACCES | libc::EPERM) if level.is_some_and(|level| level > 2) => Error::Denied(format!(
            "the kernel forbids page-fault events to users (kernel.perf_event_paranoid is {}); \
             run `sudo sysctl kernel.perf_event_paranoid=2`, or `sudo setcap cap_perfmon=ep` on the rprof binary",
            level.unwrap_or_default()
        )),
        Some(libc::EACCES | libc::EPERM) => Error::Denied(format!(
            "page-fault events are forbidden here ({error}), as in most containers; allow the system call \
             `perf_event_open` (`--cap-add PERFMON` for Docker), or run with `kernel.perf_event_paranoid` at 2 or \
             less or `setcap cap_perfmon=ep` on the rprof binary outside of it"
        )),
        Some(libc::EMFILE | libc::ENFILE) => {
            Error::Unsupported("too many open files for page-fault events; raise `ulimit -n`".to_owned())
        }
        _ => Error::Unsupported(format!(
            "this system has no page-fault events ({error}); they need Linux 5.11 or newer"
        )),
    }
}
