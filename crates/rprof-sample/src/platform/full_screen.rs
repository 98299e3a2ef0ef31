//! The state of the terminal while a program draws on all of it, and its return before a signal ends or stops the program.
//! The handlers make only system calls that are safe in a handler, and need no other thread.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::io;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};

use nix::errno::Errno;

/// Signals that end a process. SIGKILL cannot be handled, and Rust ignores SIGPIPE.
const ENDING: [i32; 18] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGALRM,
    libc::SIGVTALRM,
    libc::SIGPROF,
    libc::SIGXCPU,
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGABRT,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGSYS,
    libc::SIGTRAP,
    libc::SIGXFSZ,
];

/// The modes of the terminal before and during the full screen, and the texts that begin and end it.
struct Saved {
    before: UnsafeCell<MaybeUninit<libc::termios>>,
    during: UnsafeCell<MaybeUninit<libc::termios>>,
    texts: UnsafeCell<(&'static [u8], &'static [u8])>,
}

// SAFETY: written only while `ACTIVE` is false, read only by who has set it from true to false or the reverse.
unsafe impl Sync for Saved {}

static SAVED: Saved = Saved {
    before: UnsafeCell::new(MaybeUninit::uninit()),
    during: UnsafeCell::new(MaybeUninit::uninit()),
    texts: UnsafeCell::new((b"", b"")),
};

/// True while the terminal is not as the program found it.
static ACTIVE: AtomicBool = AtomicBool::new(false);
/// True if the process has continued after a stop, so that the screen must be drawn anew.
static RESUMED: AtomicBool = AtomicBool::new(false);
/// The signals that are kept for the program, as bits, and those that have arrived.
static KEPT: AtomicU64 = AtomicU64::new(0);
static ARRIVED: AtomicU64 = AtomicU64::new(0);
/// The process that entered. A child between fork and exec must not touch the terminal.
static OWNER: AtomicI32 = AtomicI32::new(0);

/// The full screen of the terminal at stdin and stdout. The terminal is as before when this is dropped, when a signal ends
/// or stops the process, and after [`release`](Self::release).
#[derive(Debug)]
pub struct FullScreen(());

impl FullScreen {
    /// Sets the terminal so that keys arrive one by one, and writes `begin`; `end` is written when the terminal is released.
    ///
    /// The signals in `kept` do not end the process; [`arrived`](Self::arrived) returns them.
    ///
    /// # Errors
    /// When stdin is no terminal, or its modes cannot be set.
    pub fn enter(begin: &'static [u8], end: &'static [u8], kept: &[i32]) -> io::Result<Self> {
        if ACTIVE.load(Ordering::SeqCst) {
            return Err(io::Error::other("the full screen is in use"));
        }
        let mut modes = MaybeUninit::<libc::termios>::uninit();
        // SAFETY: the pointer is to a place for a termios.
        if unsafe { libc::tcgetattr(0, modes.as_mut_ptr()) } != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: tcgetattr has filled it.
        let before = unsafe { modes.assume_init() };
        let mut during = before;
        // SAFETY: the pointer is to a live termios.
        unsafe { libc::cfmakeraw(&raw mut during) };
        // SAFETY: ACTIVE is false, so no handler reads them.
        unsafe {
            (*SAVED.before.get()).write(before);
            (*SAVED.during.get()).write(during);
            *SAVED.texts.get() = (begin, end);
        }
        KEPT.store(
            kept.iter().filter_map(|signal| bit(*signal)).fold(0, |all, bit| all | bit),
            Ordering::SeqCst,
        );
        OWNER.store(std::process::id().cast_signed(), Ordering::SeqCst);
        for signal in ENDING {
            handle(signal, on_end);
        }
        handle(libc::SIGTSTP, on_stop);
        handle(libc::SIGCONT, on_continue);
        take()?;
        Ok(Self(()))
    }

    /// Gives the terminal back now, for a message after a panic.
    pub fn release() {
        give_back();
    }

    /// True once after the process was stopped and has continued.
    pub fn has_resumed() -> bool {
        RESUMED.swap(false, Ordering::SeqCst)
    }

    /// A kept signal that has arrived since the last call.
    pub fn arrived() -> Option<i32> {
        let signals = ARRIVED.load(Ordering::SeqCst);
        let number = (signals != 0).then(|| signals.trailing_zeros())?;
        ARRIVED.fetch_and(!(1 << number), Ordering::SeqCst);
        i32::try_from(number).ok()
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        give_back();
        for signal in ENDING.into_iter().chain([libc::SIGTSTP, libc::SIGCONT]) {
            default(signal);
        }
    }
}

/// The bit of a signal in a set.
fn bit(signal: i32) -> Option<u64> {
    u32::try_from(signal).ok().filter(|number| *number < 64).map(|number| 1 << number)
}

/// Sets a handler, which runs on the alternate stack if there is one: the usual one may have overflowed.
fn handle(signal: i32, handler: extern "C" fn(i32)) {
    // SAFETY: an all-zero sigaction is valid; the handler makes only calls that are safe in one.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let mut found: libc::sigaction = std::mem::zeroed();
        // A signal that was ignored when the process began stays ignored, as after nohup.
        if libc::sigaction(signal, std::ptr::null(), &raw mut found) == 0
            && found.sa_sigaction == libc::SIG_IGN
        {
            return;
        }
        action.sa_sigaction = handler as *const () as libc::sighandler_t;
        action.sa_flags = libc::SA_ONSTACK | libc::SA_RESTART;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(signal, &raw const action, std::ptr::null_mut());
    }
}

/// Sets the usual effect of a signal, unless it is ignored.
fn default(signal: i32) {
    // SAFETY: an all-zero sigaction is valid, and the default action has no handler.
    unsafe {
        let mut found: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(signal, std::ptr::null(), &raw mut found) == 0
            && found.sa_sigaction == libc::SIG_IGN
        {
            return;
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = libc::SIG_DFL;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut());
    }
}

/// Writes to stdout. A terminal that is gone takes nothing.
fn write(mut text: &[u8]) {
    while !text.is_empty() {
        // SAFETY: the buffer lives through the call.
        let count = unsafe { libc::write(1, text.as_ptr().cast(), text.len()) };
        match usize::try_from(count) {
            Ok(count) if count > 0 => text = text.get(count..).unwrap_or_default(),
            _ => return,
        }
    }
}

/// Makes the terminal ours.
fn take() -> io::Result<()> {
    // SAFETY: `enter` has filled it.
    if unsafe { libc::tcsetattr(0, libc::TCSANOW, (*SAVED.during.get()).as_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    ACTIVE.store(true, Ordering::SeqCst);
    // SAFETY: `enter` has written them.
    write(unsafe { (*SAVED.texts.get()).0 });
    Ok(())
}

/// Makes the terminal as it was, once. Returns false if it was that already.
fn give_back() -> bool {
    // SAFETY: getpid reads no memory.
    if unsafe { libc::getpid() } != OWNER.load(Ordering::SeqCst) || !ACTIVE.swap(false, Ordering::SeqCst) {
        return false;
    }
    // SAFETY: ACTIVE was true, so `enter` has written them.
    write(unsafe { (*SAVED.texts.get()).1 });
    // SAFETY: as above. What was typed for the full screen is not for the shell.
    unsafe { libc::tcsetattr(0, libc::TCSAFLUSH, (*SAVED.before.get()).as_ptr()) };
    true
}

extern "C" fn on_end(signal: i32) {
    if let Some(bit) = bit(signal)
        && KEPT.load(Ordering::SeqCst) & bit != 0
    {
        ARRIVED.fetch_or(bit, Ordering::SeqCst);
        return;
    }
    give_back();
    default(signal);
    // It is blocked while this handler runs, and takes effect when it returns.
    // SAFETY: raise is safe in a handler.
    unsafe { libc::raise(signal) };
}

extern "C" fn on_stop(signal: i32) {
    let error = Errno::last_raw();
    let was_active = give_back();
    default(signal);
    // SAFETY: all calls are safe in a handler; the set is a live one.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, signal);
        libc::raise(signal);
        // The process stops here, and continues here.
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut());
    }
    handle(signal, on_stop);
    if was_active {
        resume();
    }
    Errno::set_raw(error);
}

/// After a stop without warning, by SIGSTOP: the shell may have changed the terminal.
extern "C" fn on_continue(_signal: i32) {
    let error = Errno::last_raw();
    if ACTIVE.load(Ordering::SeqCst) {
        resume();
    }
    Errno::set_raw(error);
}

fn resume() {
    let _ = take();
    RESUMED.store(true, Ordering::SeqCst);
}
