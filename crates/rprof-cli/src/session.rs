//! One recording, the same for `run` and `attach`: create the trace, watch the session, print the summary.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use jiff::{Timestamp, tz::TimeZone};
use rprof_exchange::Compression;
use rprof_sample::{Clock, METRICS, Options, Outcome, Session, Target};
use rprof_trace::{Format, Header, Job, Metric, Record, Seconds, shown};

use crate::budgets::{self, Budgets};
use crate::cli::{MetricName, OutputArgs, SamplingArgs};
use crate::header::header;
use crate::launcher::{self, Values};
use crate::recorder::Recorder;
use crate::stacks::Stacks;
use crate::trace_file::{Choices, TraceFile};
use crate::{exit_code, message, summary, trace_file, trace_labels};

/// The tasks of a recording besides the trace.
#[derive(Debug, Default)]
pub struct Extras {
    /// The limits that are checked at the end.
    pub budgets: Budgets,
    /// Record the stacks of page faults.
    pub stacks: bool,
}

/// The sampler's options from those of the command line; `backend` is the metric by mprof's name. The options of the
/// output decide what the trace records of each process.
///
/// # Errors
/// When this system does not report the metric.
pub fn options(
    sampling: &SamplingArgs,
    output: &OutputArgs,
    backend: Option<MetricName>,
) -> anyhow::Result<Options> {
    let metric = Metric::from(backend.unwrap_or(sampling.metric));
    if !METRICS.contains(&metric) {
        let available: Vec<_> = METRICS.iter().map(|metric| metric.name().to_lowercase()).collect();
        bail!(
            "metric `{}` is not available on this system; available: {}",
            metric.name().to_lowercase(),
            available.join(", ")
        );
    }
    Ok(Options {
        interval: sampling.interval,
        metric,
        tree: !sampling.no_children,
        exact: sampling.exact,
        args: !output.no_args && !output.redact,
        wait_all: sampling.wait_all,
        ..Options::default()
    })
}

/// The format of a new trace. It is never compressed: it is readable up to its last line when rprof is killed, and measured
/// programs append to it.
fn trace_format(path: &Path) -> anyhow::Result<Format> {
    match Compression::of_path(path) {
        Some((_, plain)) if Format::from_path(&plain).is_ok() => bail!(
            "a trace is not compressed while it is recorded; record `{}`, then `rprof convert {} {}`",
            shown(&plain),
            shown(&plain),
            shown(path)
        ),
        _ => Ok(Format::from_path(path)?),
    }
}

/// The name of the trace, with values for its placeholders. A folder whose name has a placeholder is made: its name is not
/// known before.
fn trace_name(
    template: &Path,
    job: Option<&Job>,
    command: &[OsString],
    start: Timestamp,
) -> anyhow::Result<PathBuf> {
    if !launcher::has_placeholder(template) {
        return Ok(template.to_owned());
    }
    let words: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let values = Values {
        job: job.cloned(),
        host: rprof_sample::host(),
        pid: std::process::id(),
        time: start.to_zoned_datetime(TimeZone::system()).strftime("%Y%m%d%H%M%S").to_string(),
        name: trace_labels::program(&words).unwrap_or_default(),
    };
    let path = launcher::expand(template, &values)?;
    let folder = path.parent().filter(|_| template.parent().is_some_and(launcher::has_placeholder));
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).with_context(|| trace_file::cannot_write(&path))?;
    }
    Ok(path)
}

/// Adds a remedy to the error of a trace that another rank has created.
fn for_each_rank(error: anyhow::Error, given: Option<&Path>, job: Option<&Job>) -> anyhow::Error {
    match (given, job.and_then(|job| job.ranks)) {
        (Some(name), Some(ranks)) if ranks > 1 && name.exists() => error.context(format!(
            "each of {ranks} ranks needs a trace of its own; name it with {{rank}}, as in `-o trace-{{rank}}.dat`"
        )),
        _ => error,
    }
}

/// Records a target to its end and returns the exit code for it.
///
/// # Errors
/// When the trace cannot be created or the session cannot be started; then no trace is left behind.
pub fn record(
    target: &Target,
    options: Options,
    output: &OutputArgs,
    command: &[OsString],
    extras: &Extras,
) -> anyhow::Result<u8> {
    if output.own_session {
        // Only the leader of a group cannot begin a session, and then it is apart from the terminal's group already.
        let _ = nix::unistd::setsid();
    }
    rprof_sample::prepare();
    // The library of a GPU's driver takes a while to load, which is no part of the run.
    let _ = rprof_sample::has_gpu();
    let clock = Clock::start();
    let start = Timestamp::try_from(clock.wall()).context("the system clock is out of range")?;
    let job = launcher::job(&|name| std::env::var(name).ok());
    let given = output.trace.as_deref().map(|template| trace_name(template, job.as_ref(), command, start));
    let given = given.transpose()?;
    let named = given.as_deref().filter(|path| !trace_file::is_null(path));
    let format = named.map_or(Ok(Format::Dat), trace_format)?;
    let choices = Choices { force: output.force, private: output.redact };
    let (mut trace, file) = TraceFile::create(given.as_deref(), choices, start)
        .map_err(|error| for_each_rank(error, output.trace.as_deref(), job.as_ref()))?;
    let redacted = output.redact.then(|| redacted(command));
    let header = header(&options, target, redacted.as_deref().unwrap_or(command), clock, start);
    let header = Header { job, ..header };
    let mut recorder = Recorder::new(file, format);
    if !extras.budgets.is_empty() {
        recorder = recorder.with_profile(&Budgets::options());
    }
    let line = rprof_trace::shell_quote(&header.command);
    recorder.record(&Record::Header(Box::new(header)));
    recorder.record(&Record::Command(&line));
    recorder.flush();
    // A disk that is full from the start is reported before the command runs.
    if let Some(error) = recorder.failure() {
        trace.abandon();
        return Err(error).with_context(|| trace_file::cannot_write(&trace.path));
    }
    let mut launched = with_trace_path(target, &trace, format);
    let duration = options.duration;
    let stacks = Stacks::begin(extras.stacks, &mut launched, &trace, clock, output.redact);
    let session = match Session::begin(&launched, options, clock) {
        Ok(session) => session,
        Err(error) => {
            stacks.abandon();
            trace.abandon();
            return Err(error.into());
        }
    };
    trace.keep();
    stacks.supersede(&trace);
    if let Target::Attach { pid } = target
        && !output.quiet
    {
        message::print(&attached_words(*pid, &line, duration));
    }
    let outcome = session.watch(&mut |record| recorder.record(record), &mut message::print);
    let origins = stacks.finish();
    let code = conclude(recorder, &outcome, &trace, output.quiet, &extras.budgets);
    if !output.quiet && !origins.is_empty() {
        message::print(&origins.join("\n"));
    }
    Ok(code)
}

/// `recording process 4711 (./serve -p 80); Ctrl-C ends the recording, not the process`
fn attached_words(pid: u32, command: &str, duration: Option<Duration>) -> String {
    /// Characters of a command line in a message.
    const LONGEST: usize = 60;
    let mut name: String = command.chars().take(LONGEST).collect();
    if name.len() < command.len() {
        name.push('…');
    }
    let name = if name.is_empty() { name } else { format!(" ({name})") };
    let until = duration.map(|time| format!(" for {}", Seconds(time.as_secs_f64()))).unwrap_or_default();
    format!("recording process {pid}{name}{until}; Ctrl-C ends the recording, not the process")
}

/// The command without its arguments, which may hold passwords and keys.
fn redacted(command: &[OsString]) -> Vec<OsString> {
    let (program, arguments) = command.split_at(command.len().min(1));
    let count = match arguments.len() {
        0 => None,
        1 => Some("[1 argument redacted]".to_owned()),
        count => Some(format!("[{count} arguments redacted]")),
    };
    program.iter().cloned().chain(count.map(OsString::from)).collect()
}

/// Prints the summary and returns the exit code: ours if the trace is incomplete and the command itself succeeded, or that
/// of a passed budget.
fn conclude(
    mut recorder: Recorder,
    outcome: &Outcome,
    trace: &TraceFile,
    quiet: bool,
    budgets: &Budgets,
) -> u8 {
    recorder.flush();
    let failure = recorder.failure();
    let profile = recorder.finish();
    let missing = trace.missing();
    if !quiet {
        let named = Some(trace.path.as_path()).filter(|_| trace.is_kept() && missing.is_none());
        summary::print(&profile, outcome, named);
    }
    // The command may have cleaned up its directory: that is no failure, but the name must not be shown as that of a trace.
    if let Some(missing) = missing {
        message::print(&missing);
    }
    let code = exit_code::of_outcome(outcome);
    let budget = budgets.check(&profile, &trace.path, quiet);
    if let Some(error) = &failure {
        message::print(&format!("the trace `{}` is incomplete: {error}", shown(&trace.path)));
    }
    // A command that failed keeps its own code: its failure matters more, and its memory may not be that of a whole run.
    match budget {
        _ if code != 0 => code,
        budgets::Outcome::Passed => exit_code::BEYOND,
        budgets::Outcome::Impossible => exit_code::OURS,
        budgets::Outcome::Kept if failure.is_some() => exit_code::OURS,
        budgets::Outcome::Kept => 0,
    }
}

/// Adds the trace's absolute path to the environment of a command.
///
/// Programs append lines of the `.dat` grammar, so a `.csv` trace is not offered to them.
fn with_trace_path(target: &Target, trace: &TraceFile, format: Format) -> Target {
    let mut target = target.clone();
    if let Target::Launch(launch) = &mut target
        && format == Format::Dat
        && trace.is_kept()
    {
        let path = std::path::absolute(&trace.path).unwrap_or_else(|_| trace.path.clone());
        launch.env.push((rprof_mark::VARIABLE.into(), path.into()));
    }
    target
}
