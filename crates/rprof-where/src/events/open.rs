//! The opening of the events on every processor, and the reason if the kernel refuses.
#![allow(unsafe_code)]

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

use perf_event_open_sys as sys;
use sys::bindings::{PERF_FLAG_FD_CLOEXEC, perf_event_attr};

use super::attributes::{Offer, faults, switched, tasks, with_stacks};
use super::ring::Ring;
use crate::error::Error;

/// Pages of the ring of processes, at least and at most. The start of an interpreter makes hundreds of records.
const TASK_PAGES: (usize, usize) = (16, 128);
/// Pages of the ring of faults without stacks. A page has the records of 800 faults or more, so that these rings are full
/// only after a tenth of a second of nothing but faults, when those with stacks have been full for long.
const PLACE_PAGES: (usize, usize) = (8, 128);
/// Pages of the ring of one fault in a period with its stack; a user without rights gets fewer.
const MOST_PAGES: usize = 2048;
const FEWEST_PAGES: usize = 8;
/// Pages of these rings of all processors together: 64 MiB with small pages.
const ALL_PAGES: usize = 16384;

/// The rings of one processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Births, names, mappings, ends.
    Tasks,
    /// One fault in a period, with its stack.
    Sparse,
    /// The same faults without their stacks: if a stack is lost, the fault is not.
    Places,
    /// Every fault with its stack, while there are few.
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
    offer: Offer,
}

impl Events {
    /// Opens the events on the calling thread: the processes that it starts from now on inherit them.
    ///
    /// # Errors
    /// `Denied` or `Unsupported`, with the remedy.
    pub fn open(period: u64, page: usize) -> Result<Self, Error> {
        let offer = offer(period).map_err(|error| refusal(&error))?;
        let processors = processors().map_err(|error| refusal(&error))?;
        let mut pages = MOST_PAGES;
        while pages > FEWEST_PAGES && pages * processors.len() > ALL_PAGES {
            pages /= 2;
        }
        loop {
            match with_pages(&processors, (period, offer), pages, page) {
                Ok(channels) => return Ok(Self { channels, offer }),
                // The user may not lock that much memory.
                Err(error) if error.raw_os_error() == Some(libc::EPERM) && pages > FEWEST_PAGES => pages /= 2,
                Err(error) => return Err(refusal(&error)),
            }
        }
    }

    /// True if faults inside the kernel are recorded.
    pub fn has_kernel(&self) -> bool {
        self.offer.kernel
    }

    /// The records that the rings of one kind had no room for so far; `None` if the kernel does not count them.
    pub fn losses(&self, source: Source) -> Option<u64> {
        let of_kind = self.channels.iter().filter(|channel| channel.source == source);
        self.offer.losses.then(|| of_kind.filter_map(|channel| losses(channel.event.as_fd())).sum())
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

/// Finds out what the kernel offers.
fn offer(period: u64) -> io::Result<Offer> {
    let has = |offer: Offer| event(&mut faults(false, period, offer, 0), 0);
    let kernel = has(Offer { kernel: true, losses: false }).is_ok();
    if !kernel {
        has(Offer { kernel, losses: false })?;
    }
    let losses = has(Offer { kernel, losses: true }).is_ok();
    Ok(Offer { kernel, losses })
}

/// Opens the rings of all processors.
fn with_pages(
    processors: &[i32],
    (period, offer): (u64, Offer),
    pages: usize,
    page: usize,
) -> io::Result<Vec<Channel>> {
    let mut channels = Vec::new();
    // The reader wakes up when a quarter of a ring is full.
    let wake = |pages: usize| (pages * page / 4) as u32;
    let (dense, eighth) = (pages / 2, pages / 8);
    let task_pages = eighth.clamp(TASK_PAGES.0, TASK_PAGES.1);
    let place_pages = eighth.clamp(PLACE_PAGES.0, PLACE_PAGES.1);
    for processor in processors {
        let mut open =
            |source, mut attr: perf_event_attr, beside: Option<&mut perf_event_attr>, pages: usize| {
                let opened = event(&mut attr, *processor)?;
                let ring = Ring::map(opened.as_fd(), pages, page)?;
                let beside = beside.map(|attr| beside_of(opened.as_fd(), attr, *processor)).transpose()?;
                channels.push(Channel { source, event: opened, _beside: beside, ring, ended: false });
                Ok::<_, io::Error>(())
            };
        open(Source::Tasks, tasks(wake(task_pages)), None, task_pages)?;
        open(Source::Sparse, with_stacks(faults(false, period, offer, wake(pages))), None, pages)?;
        // Every major fault is recorded: they are rare and slow.
        let mut major = with_stacks(faults(true, 1, offer, wake(dense)));
        let minor = switched(with_stacks(faults(false, 1, offer, wake(dense))));
        open(Source::Dense, minor, Some(&mut major), dense)?;
        // It counts the same faults from the same one on as the sparse event, so that both record the same ones. It is the
        // last: the kernel passes a fault to the newest event first, and the older ones reserve room for all values that it
        // has collected, so that a record after one with a stack would take the room of a stack, too.
        open(Source::Places, faults(false, period, offer, wake(place_pages)), None, place_pages)?;
    }
    Ok(channels)
}

/// The records of an event that were lost: the second word that its descriptor returns.
fn losses(event: BorrowedFd<'_>) -> Option<u64> {
    let mut words = [0u64; 2];
    let size = size_of_val(&words);
    // SAFETY: the words live through the call, and the size is theirs.
    let read = unsafe { libc::read(event.as_raw_fd(), words.as_mut_ptr().cast(), size) };
    (usize::try_from(read) == Ok(size)).then_some(words[1])
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
