//! Child processes on Linux and macOS: start and signal. A child finds the environment it would find without rprof.
//!
//! A child is started by a plain fork, not by `posix_spawn` or `vfork`. Those share rprof's address space until the
//! exec, so that the child's `ru_maxrss` would start at rprof's own maximum. After a fork it starts at a small value,
//! which is measured just before the exec.
#![allow(unsafe_code)]

use std::io::{self, Read};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal as Sig, signal, sigprocmask};
use rprof_trace::Bytes;

use super::os::Group;
use super::reap::max_rss;
use super::{Launch, Spawned};
use crate::error::{Error, ReadError};

/// The CPU time of this thread. It does not grow while the thread waits for a processor.
pub fn cpu_time() -> Duration {
    use nix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

/// The signals that a `Waiter` receives. All others keep their usual effect.
pub const HANDLED_SIGNALS: [Sig; 10] = [
    Sig::SIGCHLD,
    Sig::SIGINT,
    Sig::SIGTERM,
    Sig::SIGHUP,
    Sig::SIGQUIT,
    Sig::SIGUSR1,
    Sig::SIGUSR2,
    Sig::SIGTSTP,
    Sig::SIGCONT,
    Sig::SIGXFSZ,
];

/// Settings at the start of the process that Rust's runtime changes before `main`.
///
/// One bit for each standard stream that was closed (the runtime opens /dev/null there), and one if SIGPIPE was ignored
/// (the runtime always ignores it).
static AT_START: AtomicU32 = AtomicU32::new(0);
const SIGPIPE_IGNORED: u32 = 1 << 8;

extern "C" fn remember_start() {
    let mut seen = 0;
    for fd in 0..3 {
        // SAFETY: F_GETFD reads no memory and is harmless on a closed descriptor.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } == -1 {
            seen |= 1 << fd;
        }
    }
    // SAFETY: an all-zero sigaction is valid, and a null new action only asks for the current one.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGPIPE, std::ptr::null(), &raw mut action) == 0
            && action.sa_sigaction == libc::SIG_IGN
        {
            seen |= SIGPIPE_IGNORED;
        }
    }
    AT_START.store(seen, Ordering::Relaxed);
}

/// The loader runs this before `main`, and so before Rust's runtime.
#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func,mod_init_funcs"))]
static REMEMBER_START: extern "C" fn() = remember_start;

/// Settings of rprof before `prepare` changed them. A child gets them back.
struct Inherited {
    mask: SigSet,
    ignored_children: bool,
    descriptors: Option<(libc::rlim_t, libc::rlim_t)>,
}

static INHERITED: OnceLock<Inherited> = OnceLock::new();

/// Remembers the settings that a child gets back, and raises the limit of open descriptors.
///
/// rprof keeps a descriptor for each process of the tree. Call this before signals are blocked; later calls do nothing.
pub fn prepare() {
    INHERITED.get_or_init(|| {
        let mask = SigSet::thread_get_mask().unwrap_or_else(|_| SigSet::empty());
        // A limit on the size of the trace must fail the write. Unblocked, SIGXFSZ would kill rprof.
        let _ = SigSet::from_iter([Sig::SIGXFSZ]).thread_block();
        let descriptors = getrlimit(Resource::RLIMIT_NOFILE).ok();
        if let Some((_, hard)) = descriptors {
            // macOS refuses more than OPEN_MAX although the hard limit says "unlimited".
            let wanted = hard.min(if cfg!(target_os = "macos") { 10_240 } else { 1 << 20 });
            let _ = setrlimit(Resource::RLIMIT_NOFILE, wanted, hard);
        }
        // While SIGCHLD is ignored, the kernel discards dead children and wait4 finds none.
        // SAFETY: the default action installs no handler.
        let before = unsafe { signal(Sig::SIGCHLD, SigHandler::SigDfl) };
        let ignored_children = matches!(before, Ok(SigHandler::SigIgn));
        Inherited { mask, ignored_children, descriptors }
    });
}

/// Starts the command with our streams, environment, directory and process group, and returns after its exec. With a
/// control group that rprof made, the command enters it before its exec.
///
/// # Errors
/// `NotFound` or `NotExecutable` when the exec fails, `System` when the fork or the entering fails.
pub fn spawn(launch: &Launch, group: Option<&Group>) -> Result<Spawned, Error> {
    let program = &launch.argv[0];
    let (mut reader, writer) = io::pipe().map_err(Error::system("make a pipe"))?;
    let writer = OwnedFd::from(writer);
    let descriptors = Descriptors {
        report: writer.as_raw_fd(),
        entry: group.and_then(Group::entry),
        streams: launch.streams.each_ref().map(|stream| stream.as_ref().map(AsRawFd::as_raw_fd)),
    };
    let mut command =
        Command::new(launch.program.as_ref().map_or(program.as_os_str(), |path| path.as_os_str()));
    command.arg0(program).args(&launch.argv[1..]).envs(launch.env.iter().map(|(k, v)| (k, v)));
    // SAFETY: `before_exec` only makes system calls that are safe after fork, and allocates nothing.
    unsafe { command.pre_exec(move || before_exec(&descriptors)) };
    let child = command.spawn();
    drop(writer);
    let mut report = [0; REPORT];
    let reported = reader.read_exact(&mut report);
    let child = child.map_err(|source| match descriptors.entry {
        // The child reports its RSS after it has entered the group.
        Some(_) if reported.is_err() => Error::System { action: "enter the control group", cause: source },
        _ => spawn_error(&program.to_string_lossy(), source),
    })?;
    let [rss, nanos] = read_report(&report);
    let rss_before_exec = match reported {
        // On macOS an exec makes a new task, whose maximum begins at 0 (xnu, `task_rollup_accounting_info`).
        Ok(()) if !cfg!(target_os = "macos") => Bytes(rss),
        _ => Bytes(0),
    };
    let exec = reported.is_ok().then(|| Duration::from_nanos(nanos));
    Ok(Spawned { pid: child.id(), exec, rss_before_exec })
}

/// The length of the report of a child: its RSS before the exec in bytes, and the time in nanoseconds.
const REPORT: usize = 16;

fn read_report(report: &[u8; REPORT]) -> [u64; 2] {
    let number = |at: usize| report[at..at + 8].iter().rev().fold(0, |n, byte| (n << 8) | u64::from(*byte));
    [number(0), number(8)]
}

/// The descriptors that a child uses before its exec.
#[derive(Debug, Clone, Copy)]
struct Descriptors {
    /// The pipe to rprof.
    report: i32,
    /// The open `cgroup.procs` of the control group to enter.
    entry: Option<i32>,
    /// The files that become standard input, output and error.
    streams: [Option<i32>; 3],
}

/// Runs in the child between fork and exec: restores what the runtime and `prepare` changed, sets the streams, and
/// reports the RSS so far and the time.
fn before_exec(descriptors: &Descriptors) -> io::Result<()> {
    if let Some(entry) = descriptors.entry {
        // SAFETY: the buffer is 1 byte and lives through the call. `0` stands for the writing process.
        if unsafe { libc::write(entry, c"0".as_ptr().cast(), 1) } != 1 {
            return Err(io::Error::last_os_error());
        }
    }
    let at_start = AT_START.load(Ordering::Relaxed);
    if let Some(inherited) = INHERITED.get() {
        if let Some((soft, hard)) = inherited.descriptors {
            let _ = setrlimit(Resource::RLIMIT_NOFILE, soft, hard);
        }
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&inherited.mask), None)?;
        if inherited.ignored_children {
            // SAFETY: ignoring a signal installs no handler.
            unsafe { signal(Sig::SIGCHLD, SigHandler::SigIgn) }?;
        }
    }
    if at_start & SIGPIPE_IGNORED != 0 {
        // SAFETY: ignoring a signal installs no handler.
        unsafe { signal(Sig::SIGPIPE, SigHandler::SigIgn) }?;
    }
    for (fd, stream) in (0..).zip(descriptors.streams) {
        match stream {
            // SAFETY: both are numbers of descriptors; the copy stays open across the exec.
            Some(stream) if unsafe { libc::dup2(stream, fd) } == -1 => return Err(io::Error::last_os_error()),
            // SAFETY: closing a descriptor that only the runtime opened.
            None if at_start & (1 << fd) != 0 => _ = unsafe { libc::close(fd) },
            _ => {}
        }
    }
    // SAFETY: an all-zero rusage is valid and is overwritten.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live rusage.
    if unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) } == 0 {
        let nanos = u64::try_from(super::os::now().as_nanos()).unwrap_or(0);
        let mut report = [0; REPORT];
        report[..8].copy_from_slice(&max_rss(&usage).0.to_le_bytes());
        report[8..].copy_from_slice(&nanos.to_le_bytes());
        // SAFETY: the buffer lives through the call; a failed write only loses the values.
        unsafe { libc::write(descriptors.report, report.as_ptr().cast(), report.len()) };
    }
    Ok(())
}

fn spawn_error(program: &str, source: io::Error) -> Error {
    let program = program.to_owned();
    match source.raw_os_error() {
        Some(libc::ENOENT | libc::ENOTDIR) => Error::not_found(program),
        Some(libc::EAGAIN | libc::ENOMEM | libc::EMFILE | libc::ENFILE) => {
            Error::System { action: "start a process", cause: source }
        }
        _ => {
            let text = source.to_string();
            let reason = text.split(" (os error").next().unwrap_or_default().to_lowercase();
            Error::NotExecutable { program, reason }
        }
    }
}

/// True if this process is in the foreground of a terminal: the shell waits for it, and keys go to it.
pub fn has_terminal() -> bool {
    let Ok(terminal) = std::fs::File::open("/dev/tty") else { return false };
    nix::unistd::tcgetpgrp(&terminal).is_ok_and(|group| group == nix::unistd::getpgrp())
}

/// Sends a signal to a process by its pid.
///
/// # Errors
/// `Gone` when there is no such process, `Denied` when the kernel does not permit the signal.
pub fn kill(pid: u32, number: i32) -> Result<(), ReadError> {
    let pid = i32::try_from(pid).ok().filter(|pid| *pid > 0).ok_or(ReadError::Gone)?;
    // SAFETY: kill reads no memory.
    match unsafe { libc::kill(pid, number) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error().into()),
    }
}

/// The name of a signal, `SIGKILL`; `None` for a real-time signal.
pub fn signal_name(number: i32) -> Option<&'static str> {
    Sig::try_from(number).ok().map(Sig::as_str)
}
