//! The runs: hooks, warm-up, measured runs in their order, until all are done, one fails, or the user ends them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Instant;

use rprof_sample::{ExitStatus, Interrupts, Launch, find_program, run_unmeasured, signal_name};

use super::commands::{BenchCommand, hook, of_command, one_or_each};
use super::failure::Accepted;
use super::measure::{Run, Settings, Start, measure};
use super::measurement::{Measurement, Metric};
use super::progress::Progress;
use super::schedule::{RunLimits, rotated, turns};
use super::shell::Shell;
use super::streams::Streams;
use super::traces::TraceNames;
use crate::cli::BenchArgs;
use crate::not_found::explained;

/// Runs of an empty command by which the time of the shell is measured, as in hyperfine.
const SHELL_RUNS: usize = 50;
/// The largest length of the variable that shifts the stack of a run. Where a stack begins can change the time of a program
/// (Mytkowicz et al., Producing Wrong Data Without Doing Anything Obviously Wrong, ASPLOS 2009).
const LONGEST_OFFSET: u64 = 4096;

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

/// The number of a run, from 0.
#[derive(Debug, Clone, Copy)]
pub enum Iteration {
    /// Not measured.
    Warmup(u64),
    /// Measured.
    Measured(u64),
}

impl Iteration {
    /// The value of `HYPERFINE_ITERATION`, which commands written for hyperfine use.
    fn variable(self) -> String {
        match self {
            Self::Warmup(number) => format!("warmup-{number}"),
            Self::Measured(number) => number.to_string(),
        }
    }

    /// The words in a message: `run 3`.
    fn words(self) -> String {
        match self {
            Self::Warmup(number) => format!("warm-up run {}", number + 1),
            Self::Measured(number) => format!("run {}", number + 1),
        }
    }
}

/// All that the runs need.
pub struct Runner<'a> {
    arguments: &'a BenchArgs,
    shell: Shell,
    streams: Streams,
    settings: Settings,
    limits: RunLimits,
    accepted: Accepted,
    traces: Option<TraceNames>,
    interrupts: Interrupts,
    progress: Progress,
    results: Vec<CommandRuns>,
    /// The program of each command once it was found.
    programs: Vec<Option<PathBuf>>,
    /// The numbers of the shell alone; `None` without a shell.
    shell_alone: Option<Measurement>,
    /// The number of runs so far.
    started: u64,
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
        let shell = Shell::choose(execution)?;
        for command in &commands {
            shell.argv(&command.line)?;
        }
        let streams = Streams::choose(execution, commands.len())?;
        let traces = output.traces.as_deref().map(|place| TraceNames::new(place, &commands)).transpose()?;
        Ok(Self {
            arguments,
            settings: Settings::new(execution, traces.is_some(), output.figure.is_some(), output.force),
            limits: RunLimits::new(&arguments.runs)?,
            accepted: Accepted::new(execution.ignore_failure.as_deref())?,
            interrupts: Interrupts::new()?,
            progress: Progress::new(output.style, streams.show_output(), commands.len()),
            programs: vec![None; commands.len()],
            results: commands.into_iter().map(|command| CommandRuns::of(command)).collect(),
            shell,
            streams,
            traces,
            shell_alone: None,
            started: 0,
        })
    }

    /// True if the commands run in a shell.
    pub fn has_shell(&self) -> bool {
        self.shell.is_some()
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
        if self.shell.is_some() {
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
        let start = self.start(command, iteration)?;
        let argv = start.launch.argv.clone();
        let run = measure(start, &self.settings).map_err(|error| match error.downcast() {
            Ok(error) => explained(error, &argv).into(),
            Err(error) => error,
        })?;
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

    fn start(&mut self, command: usize, iteration: Iteration) -> Result<Start, Stop> {
        if let Some(signal) = self.interrupts.pending() {
            return Err(Stop::Interrupted(signal));
        }
        let argv = self.shell.argv(&self.results[command].command.line)?;
        let env = self.environment(command, Some(iteration));
        // With another PATH, the system must search.
        if self.programs[command].is_none() && env.iter().all(|(name, _)| name != "PATH") {
            self.programs[command] = Some(find_program(&argv[0]).map_err(|error| explained(error, &argv))?);
        }
        let trace = match (iteration, &self.traces) {
            (Iteration::Measured(number), Some(names)) => Some(names.path(command, number)),
            _ => None,
        };
        let program = self.programs[command].clone();
        Ok(Start { launch: Launch { argv, env, program, streams: self.streams.open(command)? }, trace })
    }

    fn environment(&mut self, command: usize, iteration: Option<Iteration>) -> Vec<(OsString, OsString)> {
        let own = &self.results[command].command.environment;
        let mut env: Vec<(OsString, OsString)> =
            own.iter().map(|(name, value)| (name.into(), value.into())).collect();
        if let Some(iteration) = iteration {
            self.started += 1;
            env.push(("HYPERFINE_ITERATION".into(), iteration.variable().into()));
            let length = scattered(self.started) % LONGEST_OFFSET;
            env.push(("RPROF_STACK_OFFSET".into(), "x".repeat(length as usize).into()));
        }
        env
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
        if let Some(signal) = self.interrupts.pending() {
            return Err(Stop::Interrupted(signal));
        }
        let line = hook(text, &self.results[command].command);
        let argv = self.shell.for_hooks().argv(&line)?;
        let env = self.environment(command, iteration);
        let launch = Launch { argv, env, program: None, streams: self.streams.for_hook(command) };
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

    /// Checks the end of a run.
    fn check(&self, command: usize, iteration: Iteration, run: &Run) -> Result<(), Stop> {
        if let Some(signal) = run.outcome.interrupted {
            return Err(Stop::Interrupted(signal));
        }
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
            if let Some(signal) = self.interrupts.pending() {
                return Err(Stop::Interrupted(signal));
            }
            let argv = self.shell.argv("")?;
            let streams = self.streams.for_hook(usize::MAX);
            let start =
                Start { launch: Launch { argv: argv.clone(), streams, ..Launch::default() }, trace: None };
            let run = measure(start, &self.settings).map_err(|error| match error.downcast() {
                Ok(error) => explained(error, &argv).into(),
                Err(error) => error,
            })?;
            if let Some(signal) = run.outcome.interrupted {
                return Err(Stop::Interrupted(signal));
            }
            runs.push(run.measurement);
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

/// A number without a pattern, the same in every benchmark (splitmix64; Steele, Lea and Flood, OOPSLA 2014).
fn scattered(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
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

    #[test]
    fn the_stack_begins_at_many_places() {
        let mut pages = [0; 8];
        (1..=400).for_each(|run| pages[(scattered(run) % LONGEST_OFFSET / 512) as usize] += 1);
        assert!(pages.iter().all(|count| (25..=75).contains(count)), "{pages:?}");
    }
}
