//! The arguments of the commands that record: `run` and `attach`, grouped by purpose as their help is.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use clap::ValueHint::CommandWithArguments;
use rprof_trace::Bytes;

use super::budget::BudgetArgs;
use super::values::{MetricName, backend, interval, limit, memory_limit};
use crate::python::Mode;

const OUTPUT: &str = "Output";
const SAMPLING: &str = "Sampling";
const LIMITS: &str = "Limits";
const PYTHON: &str = "Python";
const COMPATIBILITY: &str = "mprof compatibility";

#[derive(Debug, Args)]
#[command(args_override_self = true, override_usage = "rprof run [OPTIONS] [--] COMMAND [ARGS]...")]
pub struct RunArgs {
    /// The command and its arguments, passed on unchanged
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND", value_hint = CommandWithArguments)]
    pub command: Vec<OsString>,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub sampling: SamplingArgs,
    /// Run COMMAND in a control group of its own, in which the kernel counts all memory (Linux)
    #[arg(long, conflicts_with = "attach", help_heading = SAMPLING)]
    pub cgroup: bool,
    /// Record where the memory came from: the functions that touched it (Linux; see rprof where)
    ///
    /// The kernel reports page faults with their stacks, and rprof writes them to a file beside the trace. The command
    /// sees two variables more, with which Python 3.12 and node name their functions.
    #[cfg(feature = "where")]
    #[arg(long = "where", conflicts_with = "attach", help_heading = SAMPLING)]
    pub stacks: bool,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub budgets: BudgetArgs,
    #[command(flatten)]
    pub python: PythonArgs,
    #[command(flatten)]
    pub mprof: MprofArgs,
    /// Record a running process instead: COMMAND is its pid or name (see rprof attach)
    #[arg(short, long, help_heading = COMPATIBILITY)]
    pub attach: bool,
}

#[derive(Debug, Args)]
#[command(args_override_self = true)]
#[command(mut_arg("exit_code", |arg| arg.help("No effect: the exit code is 0, as only a parent gets that of a process")))]
pub struct AttachArgs {
    /// The pid of the process, or a part of its name that no other process has
    #[arg(value_name = "PID|NAME")]
    pub process: String,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub sampling: SamplingArgs,
    /// Stop recording after this time; the process continues
    #[arg(short = 't', long, visible_alias = "timeout", value_name = "TIME", value_parser = limit, help_heading = LIMITS)]
    pub duration: Option<Duration>,
    #[command(flatten)]
    pub mprof: MprofArgs,
    // mprof's `attach` accepts all options of its `run`. These have no effect.
    #[arg(short, long, hide = true)]
    pub attach: bool,
    #[arg(long, hide = true)]
    pub python: bool,
    #[arg(long, hide = true)]
    pub nopython: bool,
}

impl TryFrom<RunArgs> for AttachArgs {
    type Error = anyhow::Error;

    /// Reads `run --attach`: a time limit then ends the recording, not the process.
    fn try_from(arguments: RunArgs) -> anyhow::Result<Self> {
        let [process] = arguments.command.as_slice() else {
            bail!("--attach takes one pid or name; found {} words", arguments.command.len());
        };
        if !arguments.budgets.limits().is_empty() {
            bail!(
                "a budget needs a command whose end rprof sees; use `rprof check` on the trace of --attach"
            );
        }
        Ok(Self {
            process: process.to_string_lossy().into_owned(),
            duration: arguments.limits.timeout,
            output: arguments.output,
            sampling: arguments.sampling,
            mprof: arguments.mprof,
            attach: true,
            python: arguments.python.python,
            nopython: arguments.python.nopython,
        })
    }
}

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "independent options")]
pub struct OutputArgs {
    /// The trace to write: .dat, .csv (no spans or marks), or /dev/null; by default `mprofile_<time>.dat`
    ///
    /// The name may have placeholders: {host}, {rank}, {local_rank}, {jobid}, {taskid}, {pid}, {time}, {name}. Launchers
    /// such as mpirun, srun and torchrun give ranks, and batch systems give ids: see docs/clusters.md. `{{` is a brace.
    #[arg(short = 'o', long = "output", value_name = "FILE", help_heading = OUTPUT)]
    pub trace: Option<PathBuf>,
    /// Overwrite the trace if it exists
    #[arg(long, help_heading = OUTPUT)]
    pub force: bool,
    /// Print errors only, no summary
    #[arg(short, long, help_heading = OUTPUT)]
    pub quiet: bool,
    /// Do not record the command lines of processes; that of COMMAND itself is recorded
    #[arg(long, help_heading = OUTPUT)]
    pub no_args: bool,
    /// Record the name of the program only and no arguments, in a trace that only you can read
    ///
    /// Arguments may hold passwords and keys. This option includes --no-args. The names of processes, and all that the
    /// program writes to the trace itself, are recorded as ever. The trace has mode 0600.
    #[arg(long, help_heading = OUTPUT)]
    pub redact: bool,
    // For the recordings of `rprof watch`, which outlive its terminal.
    #[arg(long, hide = true)]
    pub own_session: bool,
}

#[derive(Debug, Args)]
pub struct SamplingArgs {
    /// Time between two measurements (ticks), in seconds or with a unit: 100us to 1d
    #[arg(short = 'T', long, value_name = "TIME", default_value = "0.1", value_parser = interval,
        allow_negative_numbers = true, help_heading = SAMPLING)]
    pub interval: Duration,
    /// The memory that the curve shows
    #[arg(long, value_enum, default_value_t = MetricName::Rss, help_heading = SAMPLING)]
    pub metric: MetricName,
    /// Record the process alone, without its descendants
    #[arg(long, help_heading = SAMPLING)]
    pub no_children: bool,
    /// Record each process's exact maximum between two ticks; the program can notice it
    ///
    /// At each tick, rprof resets the maximum that the kernel keeps of each process (its high-water mark). The program
    /// and its parent can see that.
    #[arg(long, help_heading = SAMPLING)]
    pub exact: bool,
    /// Record until all descendants have ended, not only the command
    #[arg(long, help_heading = SAMPLING)]
    pub wait_all: bool,
}

#[derive(Debug, Args)]
pub struct LimitArgs {
    /// End the command and all its descendants after this time; exit code 124
    ///
    /// Wall-clock time since the start counts, also while the command is stopped. rprof sends SIGTERM, and two seconds
    /// later SIGKILL.
    #[arg(short, long, value_name = "TIME", value_parser = limit, help_heading = LIMITS)]
    pub timeout: Option<Duration>,
    /// End the command and all its descendants if their memory exceeds this size; exit code 124
    ///
    /// At each tick, the resident memory (RSS) of the whole tree counts, shared memory once. With a --metric other than
    /// rss, the sum of that metric counts. rprof sends SIGTERM, and two seconds later SIGKILL.
    #[arg(long, value_name = "SIZE", value_parser = memory_limit, help_heading = LIMITS)]
    pub memory_limit: Option<Bytes>,
}

#[derive(Debug, Args)]
pub struct PythonArgs {
    /// Treat COMMAND as a Python program, in which `profile` is defined
    ///
    /// A script or a module runs under the python3 in PATH, an executable script under the interpreter in its `#!`
    /// line. If COMMAND ends in .py, this is the default.
    #[arg(long, conflicts_with = "nopython", help_heading = PYTHON)]
    pub python: bool,
    /// Run a Python script without `profile` and spans
    #[arg(long, help_heading = PYTHON)]
    pub nopython: bool,
}

impl PythonArgs {
    /// The rule by which a command counts as a Python program.
    pub fn mode(&self) -> Mode {
        match (self.python, self.nopython) {
            (true, _) => Mode::Always,
            (_, true) => Mode::Never,
            _ => Mode::ByName,
        }
    }
}

// mprof's options for what rprof always does, or does under another name.
#[derive(Debug, Args)]
pub struct MprofArgs {
    /// Record descendants too; always on unless --no-children
    #[arg(short = 'C', long, conflicts_with = "no_children", help_heading = COMPATIBILITY)]
    pub include_children: bool,
    /// Record each descendant separately; always on
    #[arg(short = 'M', long, conflicts_with = "no_children", help_heading = COMPATIBILITY)]
    pub multiprocess: bool,
    /// Exit with the command's exit code; always on
    #[arg(short = 'E', long, help_heading = COMPATIBILITY)]
    pub exit_code: bool,
    /// mprof's name for --metric: psutil or posix (rss), psutil_pss (pss), psutil_uss (uss)
    #[arg(long, value_name = "BACKEND", value_parser = backend, conflicts_with = "metric", help_heading = COMPATIBILITY)]
    pub backend: Option<MetricName>,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn command_of(words: &[&str]) -> Vec<OsString> {
        match Cli::try_parse_from(words).expect("accepted").command {
            Command::Run(arguments) => arguments.command,
            other => panic!("{other:?}"),
        }
    }

    /// mprof's parser takes the last of several values, so scripts may append an option to override one.
    #[test]
    fn the_last_of_a_repeated_option_counts() {
        let words = ["rprof", "run", "-E", "--exit-code", "-T", "1", "-T", "2", "true"];
        let Command::Run(run) = Cli::try_parse_from(words).expect("accepted").command else { panic!() };
        assert_eq!(run.sampling.interval, Duration::from_secs(2));
    }

    #[test]
    fn options_after_the_command_belong_to_the_command() {
        assert_eq!(command_of(&["rprof", "run", "head", "-5", "f"]), ["head", "-5", "f"]);
        assert_eq!(command_of(&["rprof", "run", "--", "echo", "--", "-x"]), ["echo", "--", "-x"]);
        assert_eq!(command_of(&["rprof", "run", "-q", "sh", "-c", "x", "-q"]), ["sh", "-c", "x", "-q"]);
        assert!(Cli::try_parse_from(["rprof", "run", "--bogus", "true"]).is_err());
        assert!(Cli::try_parse_from(["rprof", "run"]).is_err());
    }

    #[test]
    fn an_interval_out_of_range_is_refused_with_the_range() {
        for bad in ["0", "-1", "NaN", "inf", "1e9", "99us", "2d", ""] {
            let error = Cli::try_parse_from(["rprof", "run", "-T", bad, "true"]).expect_err(bad);
            assert!(bad.is_empty() || error.to_string().contains("100us to 1d"), "{bad}: {error}");
        }
        for good in ["0.1", "10ms", "1s", "100us"] {
            assert!(Cli::try_parse_from(["rprof", "run", "-T", good, "true"]).is_ok(), "{good}");
        }
    }
}
