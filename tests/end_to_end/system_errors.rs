//! Errors of the kernel after the command has started: rprof waits for the command all the same.

use crate::support::{Place, done, skip};

/// Fails the calls of a function once the command has started, from the call `FAULT_FIRST` on, `FAULT_TIMES` times.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
extern char *program_invocation_short_name;
static int started, calls;
static int fails(const char *name) {
    const char *fault = getenv("FAULT");
    if (!started || !fault || strcmp(fault, name)) return 0;
    int first = atoi(getenv("FAULT_FIRST")), times = atoi(getenv("FAULT_TIMES"));
    if (++calls < first || calls >= first + times) return 0;
    errno = atoi(getenv("FAULT_ERROR"));
    return 1;
}
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
pid_t fork(void) {
    pid_t child = NEXT(fork)();
    if (child > 0 && !strcmp(program_invocation_short_name, "rprof")) started = 1;
    return child;
}
int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = va_arg(rest, int);
    va_end(rest);
    return fails("open") ? -1 : NEXT(open64)(path, flags, mode);
}
ssize_t pread64(int fd, void *at, size_t size, off64_t offset) {
    return fails("pread") ? -1 : NEXT(pread64)(fd, at, size, offset);
}
ssize_t read(int fd, void *at, size_t size) { return fails("read") ? -1 : NEXT(read)(fd, at, size); }
int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *limit, const sigset_t *mask) {
    return fails("ppoll") ? -1 : NEXT(ppoll)(fds, count, limit, mask);
}
int waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
    return fails("waitid") ? -1 : NEXT(waitid)(type, id, info, options);
}
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage) {
    return fails("wait4") ? -1 : NEXT(wait4)(pid, status, options, usage);
}
"#;

const ALWAYS: &str = "1000000";

/// Each of these ended rprof with exit code 125 and without a trace, and the command ran on alone; one failed waitid made
/// rprof wait for ever.
#[test]
fn a_command_that_has_started_is_waited_for_whatever_fails() {
    let place = Place::new();
    if !place.preload("fault.so", SHIM) {
        return skip("no C compiler or no LD_PRELOAD: system calls cannot be made to fail");
    }
    let faults = [
        ("open", libc::EMFILE, "1", ALWAYS),
        ("open", libc::EACCES, "1", "1"),
        ("open", libc::EIO, "1", "3"),
        ("pread", libc::EIO, "1", ALWAYS),
        ("pread", libc::ENOMEM, "1", "2"),
        ("pread", libc::EIO, "9", "2"),
        ("read", libc::EIO, "2", "1"),
        ("read", libc::EIO, "2", ALWAYS),
        ("ppoll", libc::ENOMEM, "1", "1"),
        ("ppoll", libc::EINVAL, "1", ALWAYS),
        ("waitid", libc::EINTR, "1", "1"),
        ("waitid", libc::ENOMEM, "1", ALWAYS),
        ("wait4", libc::EINTR, "1", "1"),
        ("wait4", libc::EINTR, "1", ALWAYS),
    ];
    for (call, error, first, times) in faults {
        let what = format!("{call} fails with {error} from call {first} on, {times} times");
        let mut command = place.rprof(["run", "--force", "-T", "20ms", "-o", "t.dat", "--"]);
        command.args(["sh", "-c", "echo begun; sleep 0.4; echo done; exit 7"]);
        command.env("LD_PRELOAD", place.path("fault.so")).env("FAULT", call);
        command.env("FAULT_ERROR", error.to_string()).env("FAULT_FIRST", first).env("FAULT_TIMES", times);
        let done = done(command.output().expect("rprof runs"));
        assert_eq!((done.code, done.stdout.as_str()), (Some(7), "begun\ndone\n"), "{what}: {}", done.stderr);
        let trace = place.trace();
        assert!(trace.contains("\nEND ") && trace.contains("\"exit_code\":7"), "{what}: {trace}");
        // The kernel's maximum or the ticks are known, whatever failed.
        assert!(place.peak()["peak_bytes"].as_u64().is_some_and(|peak| peak > 100_000), "{what}: {trace}");
        if times == ALWAYS && !call.starts_with("wait") {
            assert!(trace.contains("\nNOTE rprof ") && done.stderr.contains("cannot "), "{what}: {trace}");
        }
    }
}
