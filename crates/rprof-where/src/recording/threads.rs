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

/// Lets this thread run before others, if the user may ask for that: the kernel's buffers are full within milliseconds.
pub fn hurry() {
    /// The nice value, of -20 to 19.
    const NICE: libc::c_int = -10;
    // SAFETY: the call takes no pointer; 0 is this thread.
    let _ = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
}
