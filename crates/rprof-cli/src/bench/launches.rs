//! The start of each run: shell, program, environment, streams and trace.

use std::ffi::OsString;
use std::path::PathBuf;

use rprof_sample::{Launch, find_program};

use super::commands::BenchCommand;
use super::measure::Start;
use super::shell::Shell;
use super::streams::Streams;
use super::traces::TraceNames;
use crate::cli::BenchArgs;
use crate::not_found::explained;

/// The largest length of the variable that shifts the stack of a run. Where a stack begins can change the time of a program
/// (Mytkowicz et al., Producing Wrong Data Without Doing Anything Obviously Wrong, ASPLOS 2009).
const LONGEST_OFFSET: u64 = 4096;

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
    pub fn words(self) -> String {
        match self {
            Self::Warmup(number) => format!("warm-up run {}", number + 1),
            Self::Measured(number) => format!("run {}", number + 1),
        }
    }
}

/// The way to start all commands.
#[derive(Debug)]
pub struct Launches {
    shell: Shell,
    streams: Streams,
    traces: Option<TraceNames>,
    /// The program of each command once it was found.
    programs: Vec<Option<PathBuf>>,
    /// The number of starts so far.
    started: u64,
}

impl Launches {
    /// The way that the options name.
    ///
    /// # Errors
    /// When an option is wrong, a command cannot be split into words, or a file cannot be opened.
    pub fn new(arguments: &BenchArgs, commands: &[BenchCommand]) -> anyhow::Result<Self> {
        let shell = Shell::choose(&arguments.execution)?;
        for command in commands {
            shell.argv(&command.line)?;
        }
        let traces = arguments.output.traces.as_deref();
        Ok(Self {
            shell,
            streams: Streams::choose(&arguments.execution, commands.len())?,
            traces: traces.map(|place| TraceNames::new(place, commands)).transpose()?,
            programs: vec![None; commands.len()],
            started: 0,
        })
    }

    /// True if the commands run in a shell.
    pub fn has_shell(&self) -> bool {
        self.shell.is_some()
    }

    /// True if the output of a command appears on ours.
    pub fn show_output(&self) -> bool {
        self.streams.show_output()
    }

    /// The start of a run of the command at this place.
    ///
    /// # Errors
    /// When the program is not found, or a file cannot be opened.
    pub fn run(&mut self, at: usize, command: &BenchCommand, iteration: Iteration) -> anyhow::Result<Start> {
        let argv = self.shell.argv(&command.line)?;
        let env = self.environment(command, Some(iteration));
        // With another PATH, the system must search.
        if self.programs[at].is_none() && env.iter().all(|(name, _)| name != "PATH") {
            self.programs[at] = Some(find_program(&argv[0]).map_err(|error| explained(error, &argv))?);
        }
        let trace = match (iteration, &self.traces) {
            (Iteration::Measured(number), Some(names)) => Some(names.path(at, number)),
            _ => None,
        };
        let program = self.programs[at].clone();
        Ok(Start { launch: Launch { argv, env, program, streams: self.streams.open(at)? }, trace })
    }

    /// The start of a command around the runs of the command at this place.
    ///
    /// # Errors
    /// When the shell has no words.
    pub fn hook(
        &mut self,
        line: &str,
        at: usize,
        command: &BenchCommand,
        iteration: Option<Iteration>,
    ) -> anyhow::Result<Launch> {
        let argv = self.shell.for_hooks().argv(line)?;
        let env = self.environment(command, iteration);
        Ok(Launch { argv, env, program: None, streams: self.streams.for_hook(at) })
    }

    /// The start of the shell alone, with an empty command.
    ///
    /// # Errors
    /// When the shell has no words.
    pub fn shell_alone(&self) -> anyhow::Result<Start> {
        let argv = self.shell.argv("")?;
        Ok(Start {
            launch: Launch { argv, streams: self.streams.silent(), ..Launch::default() },
            trace: None,
        })
    }

    fn environment(
        &mut self,
        command: &BenchCommand,
        iteration: Option<Iteration>,
    ) -> Vec<(OsString, OsString)> {
        let own = command.environment.iter();
        let mut env: Vec<(OsString, OsString)> =
            own.map(|(name, value)| (name.into(), value.into())).collect();
        if let Some(iteration) = iteration {
            self.started += 1;
            env.push(("HYPERFINE_ITERATION".into(), iteration.variable().into()));
            let length = scattered(self.started) % LONGEST_OFFSET;
            env.push(("RPROF_STACK_OFFSET".into(), "x".repeat(length as usize).into()));
        }
        env
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
    fn the_stack_begins_at_many_places() {
        let mut pages = [0; 8];
        (1..=400).for_each(|run| pages[(scattered(run) % LONGEST_OFFSET / 512) as usize] += 1);
        assert!(pages.iter().all(|count| (25..=75).contains(count)), "{pages:?}");
    }
}
