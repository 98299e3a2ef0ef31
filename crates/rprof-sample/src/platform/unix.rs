//! Child processes on Linux and macOS: start, wait, signal. A child finds the environment it would find without rprof.
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
use super::{ExitStatus, Launch, Reaped, Spawned};
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
    let (mut rss_reader, rss_writer) = io::pipe().map_err(Error::system("make a pipe"))?;
    let rss_fd = OwnedFd::from(rss_writer);
    let fd = rss_fd.as_raw_fd();
    let mut command = Command::new(program);
    command.args(&launch.argv[1..]).envs(launch.env.iter().map(|(k, v)| (k, v)));
    let entry = group.and_then(Group::entry);
    // SAFETY: `before_exec` only makes system calls that are safe after fork, and allocates nothing.
    unsafe { command.pre_exec(move || before_exec(fd, entry)) };
    let child = command.spawn();
    drop(rss_fd);
    let mut rss = [0; 8];
    let reported = rss_reader.read_exact(&mut rss);
    let child = child.map_err(|source| match entry {
        // The child reports its RSS after it has entered the group.
        Some(_) if reported.is_err() => Error::System { action: "enter the control group", cause: source },
        _ => spawn_error(&program.to_string_lossy(), source),
    })?;
    let rss_before_exec = match reported {
        // On macOS an exec makes a new task, whose maximum begins at 0 (xnu, `task_rollup_accounting_info`).
        Ok(()) if !cfg!(target_os = "macos") => Bytes(u64::from_ne_bytes(rss)),
        _ => Bytes(0),
    };
    Ok(Spawned { pid: child.id(), rss_before_exec })
}

/// Runs in the child between fork and exec: restores what the runtime and `prepare` changed, and reports the RSS so far.
/// `entry` is the open `cgroup.procs` of the control group to enter.
fn before_exec(rss_writer: i32, entry: Option<i32>) -> io::Result<()> {
    if let Some(entry) = entry {
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
    // SAFETY: an all-zero rusage is valid and is overwritten.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live rusage.
    if unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) } == 0 {
        let bytes = max_rss(&usage).0.to_ne_bytes();
        // SAFETY: the buffer is 8 bytes and lives through the call; a failed write only loses the value.
        unsafe { libc::write(rss_writer, bytes.as_ptr().cast(), bytes.len()) };
    }
    for fd in 0..3 {
        if at_start & (1 << fd) != 0 {
            // SAFETY: closing a descriptor that only the runtime opened.
            unsafe { libc::close(fd) };
        }
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

/// `ru_maxrss` in bytes. The kernel counts in KiB on Linux and in bytes on macOS.
fn max_rss(usage: &libc::rusage) -> Bytes {
    let n = u64::try_from(usage.ru_maxrss).unwrap_or(0);
    if cfg!(target_os = "macos") { Bytes(n) } else { Bytes::from_kib(n) }
}

/// True if this process is in the foreground of a terminal: the shell waits for it, and keys go to it.
pub fn has_terminal() -> bool {
    let Ok(terminal) = std::fs::File::open("/dev/tty") else { return false };
    nix::unistd::tcgetpgrp(&terminal).is_ok_and(|group| group == nix::unistd::getpgrp())
}

/// True if this process has a child that was not reaped, alive or not.
pub fn has_children() -> bool {
    // SAFETY: an all-zero siginfo is valid and is overwritten.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the pointer is to a live siginfo.
    unsafe { libc::waitid(libc::P_ALL, 0, &raw mut info, options) == 0 }
}

/// Reaps a child that has ended, or reports one that was stopped, without blocking. Adopted orphans are children too.
///
/// `None` when no child has changed or none is left.
pub fn reap() -> Option<Reaped> {
    // First a look that leaves the zombie in place: some facts are readable only until it is reaped.
    // SAFETY: an all-zero siginfo is valid and is overwritten.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WSTOPPED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the pointer is to a live siginfo.
    let looked = unsafe { libc::waitid(libc::P_ALL, 0, &raw mut info, options) };
    if looked != 0 && io::Error::last_os_error().raw_os_error() == Some(libc::ECHILD) {
        return None;
    }
    // SAFETY: waitid fills the fields of a child's siginfo, or leaves the zeroes.
    let found = u32::try_from(unsafe { info.si_pid() }).ok().filter(|pid| *pid > 0);
    if looked == 0 && found.is_none() {
        return None;
    }
    // If the look failed, any child will do.
    let raw_pid = found.map_or(-1, u32::cast_signed);
    let zombie = found.map(super::os::read_zombie).unwrap_or_default();
    let mut wait_status = 0;
    // SAFETY: an all-zero rusage is valid and is overwritten.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let options = libc::WNOHANG | libc::WUNTRACED;
    // SAFETY: both pointers are to live values of the right type.
    let waited = unsafe { libc::wait4(raw_pid, &raw mut wait_status, options, &raw mut usage) };
    let pid = u32::try_from(waited).ok().filter(|pid| *pid > 0);
    let status = match pid {
        Some(_) => status_of_wait(wait_status),
        // Without wait4 the maximum is lost. The exit status is not.
        None => status_by_waitid(found?)?,
    };
    Some(Reaped {
        pid: pid.or(found)?,
        status,
        max_rss: max_rss(&usage),
        user: duration(usage.ru_utime),
        system: duration(usage.ru_stime),
        zombie,
    })
}

fn status_of_wait(status: i32) -> ExitStatus {
    if libc::WIFEXITED(status) {
        ExitStatus::Exited(libc::WEXITSTATUS(status))
    } else if libc::WIFSTOPPED(status) {
        ExitStatus::Stopped(libc::WSTOPSIG(status))
    } else {
        ExitStatus::Killed(libc::WTERMSIG(status))
    }
}

/// Reaps a child by waitid, which reports no use of memory.
fn status_by_waitid(pid: u32) -> Option<ExitStatus> {
    // SAFETY: an all-zero siginfo is valid and is overwritten.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WSTOPPED | libc::WNOHANG;
    // SAFETY: the pointer is to a live siginfo.
    if unsafe { libc::waitid(libc::P_PID, pid, &raw mut info, options) } != 0 {
        return None;
    }
    // SAFETY: waitid fills the fields of a child's siginfo, or leaves the zeroes.
    let (found, status) = unsafe { (info.si_pid(), info.si_status()) };
    match info.si_code {
        _ if found == 0 => None,
        libc::CLD_EXITED => Some(ExitStatus::Exited(status)),
        libc::CLD_STOPPED => Some(ExitStatus::Stopped(status)),
        _ => Some(ExitStatus::Killed(status)),
    }
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let micros = u64::try_from(time.tv_usec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(micros)
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
