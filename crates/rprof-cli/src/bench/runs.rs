//! The runs: hooks, warm-up, measured runs in their order, until all are done, one fails, or the user ends them.

use std::time::Instant;

use rprof_sample::{ExitStatus, Interrupts, run_unmeasured, signal_name};

use super::commands::{BenchCommand, hook, of_command, one_or_each};
use super::failure::Accepted;
use super::launches::{Iteration, Launches};
use super::measure::{Run, Settings, Start, measure};
use super::measurement::{Measurement, Metric};
use super::progress::Progress;
use super::schedule::{RunLimits, rotated, turns};
use crate::cli::BenchArgs;
use crate::not_found::explained;

/// Runs of an empty command by which the time of the shell is measured, as in hyperfine.
const SHELL_RUNS: usize = 50;

/// The runs of one command.
#[derive(Debug)]
pub struct CommandRuns {
    /// The command.
    pub command: BenchCommand,
    /// The measured runs, in their order.
    pub runs: Vec<Measurement>,
    /// Processes that were still running after a run, the first ones.
    pub survivors: Vec<String>,
}

impl CommandRuns {
    /// No run yet.
    pub fn of(command: BenchCommand) -> Self {
        Self { command, runs: Vec::new(), survivors: Vec::new() }
    }

    fn add(&mut self, run: Measurement, survivors: Vec<String>) {
        self.runs.push(run);
        if self.survivors.is_empty() {
            self.survivors = survivors;
        }
    }
}

/// The reason why the runs stopped before all were done.
#[derive(Debug)]
pub enum Stop {
    /// A signal asked rprof to end.
    Interrupted(i32),
    /// A command failed, or could not be started.
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<rprof_sample::Error> for Stop {
    fn from(error: rprof_sample::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// All that the runs need.
pub struct Runner<'a> {
    arguments: &'a BenchArgs,
    launches: Launches,
    settings: Settings,
    limits: RunLimits,
    accepted: Accepted,
    interrupts: Interrupts,
    progress: Progress,
    results: Vec<CommandRuns>,
    /// The numbers of the shell alone; `None` without a shell.
    shell_alone: Option<Measurement>,
}

impl<'a> Runner<'a> {
    /// Checks all options. Nothing is started yet.
    ///
    /// # Errors
    /// When an option is wrong, a command cannot be split into words, or a file cannot be opened.
    pub fn new(arguments: &'a BenchArgs, commands: Vec<BenchCommand>) -> anyhow::Result<Self> {
        let (output, execution) = (&arguments.output, &arguments.execution);
        one_or_each("--prepare", arguments.hooks.prepare.len(), commands.len())?;
        one_or_each("--conclude", arguments.hooks.conclude.len(), commands.len())?;
        let launches = Launches::new(arguments, &commands)?;
        Ok(Self {
            arguments,
            settings: Settings::new(
                execution,
                output.traces.is_some(),
                output.figure.is_some(),
                output.force,
            ),
            limits: RunLimits::new(&arguments.runs)?,
            accepted: Accepted::new(execution.ignore_failure.as_deref())?,
            interrupts: Interrupts::new()?,
            progress: Progress::new(output.style, launches.show_output(), commands.len()),
            results: commands.into_iter().map(CommandRuns::of).collect(),
            launches,
            shell_alone: None,
        })
    }

    /// True if the commands run in a shell.
    pub fn has_shell(&self) -> bool {
        self.launches.has_shell()
    }

    /// True if the commands do not take turns. A setup for one command may undo that of another.
    pub fn is_in_blocks(&self) -> bool {
        let hooks = &self.arguments.hooks;
        let has_hooks = hooks.setup.is_some() || hooks.cleanup.is_some();
        self.arguments.runs.blocks || (has_hooks && !self.arguments.runs.interleave)
    }

    /// Makes all runs. Returns those that were complete, and the reason if these are not all.
    pub fn run(mut self) -> (Vec<CommandRuns>, Option<Stop>) {
        let stop = self.run_all().err();
        self.progress.finish();
        (self.results, stop)
    }

    fn run_all(&mut self) -> Result<(), Stop> {
        if self.has_shell() {
            self.measure_shell()?;
        }
        let all: Vec<usize> = (0..self.results.len()).collect();
        if self.is_in_blocks() {
            all.iter().try_for_each(|command| self.run_together(&[*command]))
        } else {
            self.run_together(&all)
        }
    }

    /// Makes the runs of commands that take turns.
    fn run_together(&mut self, commands: &[usize]) -> Result<(), Stop> {
        for command in commands {
            self.hook("--setup", self.arguments.hooks.setup.as_ref(), *command, None)?;
        }
        for number in 0..self.arguments.runs.warmup {
            for at in rotated(commands.len(), u128::from(number)) {
                self.one(commands[at], Iteration::Warmup(number))?;
            }
        }
        let mut counts = Vec::with_capacity(commands.len());
        for command in commands {
            let took = self.one(*command, Iteration::Measured(0))?;
            let count = self.limits.count(took);
            self.progress.plan(*command, count);
            counts.push(count);
        }
        for at in turns(&counts) {
            let number = self.results[commands[at]].runs.len() as u64;
            self.one(commands[at], Iteration::Measured(number))?;
        }
        for command in commands {
            self.hook("--cleanup", self.arguments.hooks.cleanup.as_ref(), *command, None)?;
        }
        Ok(())
    }

    /// Makes one run with what belongs to it, and returns the seconds that all of it took.
    fn one(&mut self, command: usize, iteration: Iteration) -> Result<f64, Stop> {
        let begun = Instant::now();
        let hooks = &self.arguments.hooks;
        self.progress.show(command, &self.results);
        self.hook("--prepare", of_command(&hooks.prepare, command), command, Some(iteration))?;
        self.look_for_interrupt()?;
        let start = self.launches.run(command, &self.results[command].command, iteration)?;
        let run = self.measure(start)?;
        self.check(command, iteration, &run)?;
        self.hook("--conclude", of_command(&hooks.conclude, command), command, Some(iteration))?;
        if let Iteration::Measured(_) = iteration {
            let mut measurement = run.measurement;
            if let Some(shell) = &self.shell_alone {
                subtract(&mut measurement, shell);
            }
            self.results[command].add(measurement, run.outcome.survivors);
        }
        Ok(begun.elapsed().as_secs_f64())
    }

    /// Runs a command around the runs; its failure is always an error.
    fn hook(
        &mut self,
        option: &str,
        text: Option<&String>,
        command: usize,
        iteration: Option<Iteration>,
    ) -> Result<(), Stop> {
        let Some(text) = text else { return Ok(()) };
        self.look_for_interrupt()?;
        let measured = &self.results[command].command;
        let line = hook(text, measured);
        let launch = self.launches.hook(&line, command, measured, iteration)?;
        let done = run_unmeasured(&launch).map_err(|error| explained(error, &launch.argv))?;
        if let Some(signal) = done.interrupted {
            return Err(Stop::Interrupted(signal));
        }
        if done.status != ExitStatus::Exited(0) {
            let how = how(done.status);
            return Err(Stop::Failed(anyhow::anyhow!(
                "the {option} command `{line}` {how}; append `|| true` to it if that does not matter"
            )));
        }
        Ok(())
    }

    /// Stops if a signal has asked for it while no command ran.
    fn look_for_interrupt(&mut self) -> Result<(), Stop> {
        self.interrupts.pending().map_or(Ok(()), |signal| Err(Stop::Interrupted(signal)))
    }

    /// Measures a command. A run that was interrupted does not count.
    fn measure(&self, start: Start) -> Result<Run, Stop> {
        let argv = start.launch.argv.clone();
        let run = measure(start, &self.settings).map_err(|error| match error.downcast() {
            Ok(error) => explained(error, &argv).into(),
            Err(error) => error,
        })?;
        match run.outcome.interrupted {
            Some(signal) => Err(Stop::Interrupted(signal)),
            None => Ok(run),
        }
    }

    /// Checks the end of a run.
    fn check(&self, command: usize, iteration: Iteration, run: &Run) -> Result<(), Stop> {
        let Some(status) = run.outcome.exit_status.filter(|status| !self.accepted.accepts(*status)) else {
            return Ok(());
        };
        let line = &self.results[command].command.line;
        Err(Stop::Failed(anyhow::anyhow!(
            "the command `{line}` {} in {}; use --ignore-failure to accept that, or --show-output to see its output",
            how(status),
            iteration.words()
        )))
    }

    /// Measures the shell with an empty command, to subtract its time.
    fn measure_shell(&mut self) -> Result<(), Stop> {
        let mut runs = Vec::with_capacity(SHELL_RUNS);
        for _ in 0..SHELL_RUNS {
            self.look_for_interrupt()?;
            let start = self.launches.shell_alone()?;
            runs.push(self.measure(start)?.measurement);
        }
        let mean = |metric: Metric| metric.summary(&runs).map(|found| found.mean);
        self.shell_alone = Some(Measurement {
            wall: mean(Metric::Wall).unwrap_or(0.0),
            user: mean(Metric::User),
            system: mean(Metric::System),
            ..Measurement::default()
        });
        Ok(())
    }
}

/// Subtracts the times of the shell, down to 0.
fn subtract(run: &mut Measurement, shell: &Measurement) {
    let less = |time: Option<f64>, of_shell: Option<f64>| Some((time? - of_shell.unwrap_or(0.0)).max(0.0));
    run.wall = (run.wall - shell.wall).max(0.0);
    run.user = less(run.user, shell.user);
    run.system = less(run.system, shell.system);
}

/// `exited with code 3`, `was killed by SIGKILL`.
fn how(status: ExitStatus) -> String {
    match status {
        ExitStatus::Exited(code) => format!("exited with code {code}"),
        ExitStatus::Killed(number) | ExitStatus::Stopped(number) => {
            format!(
                "was killed by {}",
                signal_name(number).map_or_else(|| format!("signal {number}"), str::to_owned)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_the_shell_is_subtracted_down_to_zero() {
        let shell = Measurement { wall: 0.5, user: Some(0.1), system: None, ..Measurement::default() };
        let mut run =
            Measurement { wall: 2.0, user: Some(0.05), system: Some(0.3), ..Measurement::default() };
        subtract(&mut run, &shell);
        assert_eq!((run.wall, run.user, run.system), (1.5, Some(0.0), Some(0.3)));
    }
}
