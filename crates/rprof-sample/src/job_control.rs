//! Job control: the shell sees rprof, not the command. So rprof stops and continues together with the command.

use crate::platform;

/// Stops rprof if a stop of the command by this signal should return the terminal to the shell.
///
/// The signals of job control always do. SIGSTOP does if rprof has the terminal: full-screen programs stop themselves with
/// it after Ctrl-Z. Without a terminal, as after `kill -STOP`, nothing waits for the terminal, and rprof measures on.
pub fn follow_stop(signal: i32) {
    let is_followed = match signal {
        libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU => true,
        libc::SIGSTOP => platform::has_terminal(),
        _ => false,
    };
    if is_followed {
        let _ = platform::kill(std::process::id(), libc::SIGSTOP);
    }
}

/// The signal that must follow one that is passed on to a command; `None` when there is none. A stopped process reacts to the end of its session or to a
/// request to end only after it continues.
pub fn wake_signal(signal: i32, is_stopped: bool) -> Option<i32> {
    (is_stopped && matches!(signal, libc::SIGTERM | libc::SIGHUP)).then_some(libc::SIGCONT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_stopped_command_is_woken_and_only_to_end() {
        assert_eq!(wake_signal(libc::SIGTERM, true), Some(libc::SIGCONT));
        assert_eq!(wake_signal(libc::SIGHUP, true), Some(libc::SIGCONT));
        assert_eq!(wake_signal(libc::SIGTERM, false), None);
        assert_eq!(wake_signal(libc::SIGUSR1, true), None);
    }
}
