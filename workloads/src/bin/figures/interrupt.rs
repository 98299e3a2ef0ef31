//! Ctrl-C and its kin while a step runs. By default they would end this program at once and leave gigabytes of files
//! behind; so they are kept from it, the step running is ended, and this program fails as after any failed step.

use anyhow::{Context, bail};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;
use std::process::{Child, ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How often a step that has closed its output is asked whether it has ended.
const PAUSE: Duration = Duration::from_millis(10);

/// The step that runs, and the signal that came.
#[derive(Debug, Default)]
struct State {
    step: Option<Child>,
    came: Option<Signal>,
}

/// A watch for signals, and the only way to run a step under it.
#[derive(Debug)]
pub struct Interrupts {
    state: Arc<Mutex<State>>,
    signals: SigSet,
}

impl Interrupts {
    /// Starts to watch. To be called before there is any other thread: the signals are blocked in later ones too.
    pub fn watch() -> anyhow::Result<Self> {
        let signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]);
        signals.thread_block().context("cannot watch for signals")?;
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            while let Ok(signal) = signals.wait() {
                let mut state = lock(&shared);
                state.came = Some(signal);
                // A terminal sends its signals to the step too; what comes from elsewhere has to be passed on.
                if let (Some(step), Signal::SIGTERM) = (&state.step, signal) {
                    let _ = kill(Pid::from_raw(step.id().cast_signed()), signal);
                }
            }
        });
        Ok(Self { state, signals })
    }

    /// Runs a command to its end. `read` gets what it prints, and is called once.
    ///
    /// # Errors
    /// When a signal came, before or meanwhile, or the command cannot be started or read.
    pub fn run<T>(
        &self,
        command: &mut Command,
        read: impl FnOnce(ChildStdout) -> std::io::Result<T>,
    ) -> anyhow::Result<(ExitStatus, T)> {
        self.stop_if_any_came()?;
        // A child inherits what is blocked. A signal between these lines ends this program, and harms nothing: only a
        // step that runs makes large files.
        self.signals.thread_unblock()?;
        let started = command.spawn();
        self.signals.thread_block()?;
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = started
            .with_context(|| format!("cannot start `{program}`; build it, or name it with `--rprof`"))?;
        let output = child.stdout.take().context("the command's output is not piped")?;
        lock(&self.state).step = Some(child);
        let said = read(output);
        let status = self.wait()?;
        self.stop_if_any_came()?;
        Ok((status, said.with_context(|| format!("cannot read what `{program}` prints"))?))
    }

    /// Waits for the step to end. Its end is noticed and its number forgotten under one lock: no signal can go to
    /// another process that has got the same number.
    fn wait(&self) -> anyhow::Result<ExitStatus> {
        loop {
            let mut state = lock(&self.state);
            let step = state.step.as_mut().context("no step runs")?;
            if let Some(status) = step.try_wait()? {
                state.step = None;
                return Ok(status);
            }
            drop(state);
            thread::sleep(PAUSE);
        }
    }

    fn stop_if_any_came(&self) -> anyhow::Result<()> {
        match lock(&self.state).came {
            Some(signal) => bail!("stopped by {signal}; the results are not complete, run it again"),
            None => Ok(()),
        }
    }
}

/// What the state is, also after a panic elsewhere.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
