//! Ctrl-C and similar signals while a step runs. By default they would end this program at once and leave gigabytes of
//! files behind. So this program blocks them, ends the running step, and fails as after any failed step.

use anyhow::{Context, bail};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;
use std::process::{Child, ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The time between two checks for the end of a step that has closed its output.
const PAUSE: Duration = Duration::from_millis(10);

/// The running step, and the signal that this program received.
#[derive(Debug, Default)]
struct State {
    step: Option<Child>,
    received: Option<Signal>,
}

/// A watch for signals, and the only way to run a step.
#[derive(Debug)]
pub struct Interrupts {
    state: Arc<Mutex<State>>,
    signals: SigSet,
}

impl Interrupts {
    /// Starts the watch. Call it before any other thread starts: later threads inherit the blocked signals.
    pub fn watch() -> anyhow::Result<Self> {
        let signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]);
        signals.thread_block().context("cannot watch for signals")?;
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            while let Ok(signal) = signals.wait() {
                let mut state = lock(&shared);
                state.received = Some(signal);
                // A terminal sends its signals to the step, too. SIGTERM comes from elsewhere and is passed on.
                if let (Some(step), Signal::SIGTERM) = (&state.step, signal) {
                    let _ = kill(Pid::from_raw(step.id().cast_signed()), signal);
                }
            }
        });
        Ok(Self { state, signals })
    }

    /// Runs a command to its end. `read` is called once, with the command's output.
    ///
    /// # Errors
    /// If a signal was received before the command or during it, or the command cannot be started or read.
    pub fn run<T>(
        &self,
        command: &mut Command,
        read: impl FnOnce(ChildStdout) -> std::io::Result<T>,
    ) -> anyhow::Result<(ExitStatus, T)> {
        self.stop_if_signalled()?;
        // A child inherits the blocked signals, so they are unblocked while it starts. A signal between these lines
        // ends this program. That is harmless: only a running step writes large files.
        self.signals.thread_unblock()?;
        let started = command.spawn();
        self.signals.thread_block()?;
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = started
            .with_context(|| format!("cannot start `{program}`; build it, or name it with `--rprof`"))?;
        let output = child.stdout.take().context("the command's output is not piped")?;
        lock(&self.state).step = Some(child);
        let result = read(output);
        let status = self.wait()?;
        self.stop_if_signalled()?;
        Ok((status, result.with_context(|| format!("cannot read the output of `{program}`"))?))
    }

    /// Waits for the step to end. One lock covers the reaping of the process and the removal of its pid from the state.
    /// Therefore no signal can go to another process that reuses the pid.
    fn wait(&self) -> anyhow::Result<ExitStatus> {
        loop {
            let mut state = lock(&self.state);
            let step = state.step.as_mut().context("no step is running")?;
            if let Some(status) = step.try_wait()? {
                state.step = None;
                return Ok(status);
            }
            drop(state);
            thread::sleep(PAUSE);
        }
    }

    fn stop_if_signalled(&self) -> anyhow::Result<()> {
        match lock(&self.state).received {
            Some(signal) => bail!("stopped by {signal}; the results are incomplete, so run it again"),
            None => Ok(()),
        }
    }
}

/// Locks the state, even after a panic in another thread.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
