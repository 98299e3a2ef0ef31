//! Job control: the shell sees rprof, not the command. So rprof stops and continues together with the command.

use crate::platform;

/// Follows a stop of the command by this signal: stops rprof if that should return the terminal to the shell. Returns the
/// signal that the command needs instead, because `asked` was passed on to it before; that the command had stopped by then
/// may be known only now.
///
/// The signals of job control always do. SIGSTOP does if rprof has the terminal: full-screen programs stop themselves with
/// it after Ctrl-Z. Without a terminal, as after `kill -STOP`, nothing waits for the terminal, and rprof measures on.
pub fn follow_stop(signal: i32, asked: Option<i32>) -> Option<i32> {
    if let Some(wake) = asked.and_then(|asked| wake_signal(asked, true)) {
        return Some(wake);
    }
    let is_followed = match signal {
        libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU => true,
        libc::SIGSTOP => platform::has_terminal(),
        _ => false,
    };
    if is_followed {
        let _ = platform::kill(std::process::id(), libc::SIGSTOP);
    }
    None
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

    /// SIGTERM came before the news of a stop, so the command stayed stopped and rprof waited for it without end.
    #[test]
    fn a_stop_that_is_known_late_does_not_hide_a_request_to_end() {
        assert_eq!(follow_stop(libc::SIGSTOP, Some(libc::SIGTERM)), Some(libc::SIGCONT));
        assert_eq!(follow_stop(libc::SIGTSTP, Some(libc::SIGHUP)), Some(libc::SIGCONT));
    }
}
