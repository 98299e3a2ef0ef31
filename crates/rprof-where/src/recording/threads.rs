//! Threads without signals: those of the process are for the thread that samples.
#![allow(unsafe_code)]

use std::io;
use std::thread::{Builder, JoinHandle};

/// Starts a thread in which every signal is blocked.
///
/// # Errors
/// When the system has no more threads.
pub fn start<T: Send + 'static>(
    name: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    // SAFETY: a zeroed set is valid, and the calls write to live sets only.
    let before = unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
        before
    };
    // A new thread inherits the mask of the one that starts it.
    let thread = Builder::new().name(name.to_owned()).spawn(run);
    // SAFETY: the set is that of this thread from before.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut()) };
    thread
}

/// `struct sched_attr` in its first size.
#[repr(C)]
struct Scheduling {
    size: u32,
    policy: u32,
    flags: u64,
    nice: i32,
    priority: u32,
    runtime: u64,
    deadline: u64,
    period: u64,
}

/// Gives this thread short turns on a processor, which come soon after it wakes up, also beside programs that use all
/// processors. Linux has this since 6.12; older kernels ignore it.
pub fn take_short_turns() {
    /// The shortest turn that the kernel accepts, in nanoseconds.
    const TURN: u64 = 100_000;
    // SAFETY: the call takes no pointer; 0 is this thread.
    let nice = unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
    let wanted = Scheduling {
        size: size_of::<Scheduling>() as u32,
        policy: libc::SCHED_OTHER as u32,
        flags: 0,
        nice,
        priority: 0,
        runtime: TURN,
        deadline: 0,
        period: 0,
    };
    // SAFETY: the value lives through the call, and its size is right.
    let _ = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const wanted, 0) };
}

/// Lets this thread run before others, if the user may ask for that: the kernel's buffers are full within milliseconds.
pub fn hurry() {
    /// The nice value, of -20 to 19.
    const NICE: libc::c_int = -10;
    // SAFETY: the call takes no pointer; 0 is this thread.
    let _ = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
    take_short_turns();
}
