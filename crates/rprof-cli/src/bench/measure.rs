//! One run: a session with nothing that the result does not need, its trace if that is kept, and its numbers.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use rprof_findings::growth::Growth;
use rprof_sample::{Clock, ExitStatus, Launch, METRICS, Options, Outcome, Session, Target};
use rprof_trace::{
    Bytes, Format, Header, Metric, Profile, ProfileBuilder, ProfileOptions, Record, shell_quote,
};

use super::measurement::Measurement;
use crate::cli::ExecutionArgs;
use crate::header::header;
use crate::message;
use crate::recorder::Recorder;
use crate::trace_file::{Choices, TraceFile, cannot_write};

/// The number of slices of a run's curve: enough for a figure of many runs.
const SLICES: usize = 512;

/// The first step between two ticks. Most of the memory of a command that takes less than a millisecond would be missed
/// with the usual one.
const FIRST_STEP: Duration = Duration::from_micros(100);

/// The settings of all runs.
#[derive(Debug)]
pub struct Settings {
    /// The options of a session.
    pub options: Options,
    /// True if the curves are kept for a figure.
    pub keeps_curves: bool,
    /// True if a trace may replace a file.
    pub force: bool,
}

impl Settings {
    /// The settings that the options name. With traces, the control group is recorded as `rprof run` does.
    pub fn new(arguments: &ExecutionArgs, keeps_traces: bool, keeps_curves: bool, force: bool) -> Self {
        let options = Options {
            interval: arguments.interval,
            first_step: FIRST_STEP,
            wait_all: arguments.wait_all,
            group: keeps_traces,
            ends_when_interrupted: true,
            ..Options::default()
        };
        Self { options, keeps_curves, force }
    }
}

/// The command of a run, ready to start.
#[derive(Debug, Clone)]
pub struct Start {
    /// The command, its environment and its streams.
    pub launch: Launch,
    /// The trace to write; `None` for no trace.
    pub trace: Option<PathBuf>,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Run {
    /// Its numbers.
    pub measurement: Measurement,
    /// Its outcome.
    pub outcome: Outcome,
}

/// Measures one run.
///
/// # Errors
/// When the command cannot be started, or its trace cannot be written.
pub fn measure(start: Start, settings: &Settings) -> anyhow::Result<Run> {
    let Start { launch, trace } = start;
    let (profile, outcome) = match &trace {
        Some(path) => record(launch, path, settings)?,
        None => watch(launch, settings)?,
    };
    let mut measurement = numbers(&profile, &outcome);
    measurement.trace = trace.map(|path| path.to_string_lossy().into_owned());
    if settings.keeps_curves {
        measurement.curve = profile.total;
    }
    Ok(Run { measurement, outcome })
}

/// Measures a run without a trace.
fn watch(launch: Launch, settings: &Settings) -> anyhow::Result<(Profile, Outcome)> {
    let options = ProfileOptions { slices: SLICES, spans: 1, ..ProfileOptions::default() };
    let mut builder = ProfileBuilder::new(&options);
    let clock = Clock::start();
    // The builder judges by the header what a missing line means.
    let header = Header { format: 1, start_s: clock.epoch_s(), tree: true, ..Header::default() };
    builder.add(&Record::Header(Box::new(header)));
    let session = Session::begin(&Target::Launch(launch), settings.options.clone(), clock)?;
    let outcome = session.watch(&mut |record| builder.add(record), &mut message::print);
    Ok((builder.finish(), outcome))
}

/// Measures a run and writes its trace.
fn record(mut launch: Launch, path: &Path, settings: &Settings) -> anyhow::Result<(Profile, Outcome)> {
    let clock = Clock::start();
    let start = Timestamp::try_from(clock.wall()).context("the system clock is out of range")?;
    let choices = Choices { force: settings.force, private: false };
    let (mut trace, file) = TraceFile::create_named(path, choices)?;
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    launch.env.push((rprof_mark::VARIABLE.into(), absolute.into()));
    let command: Vec<OsString> = launch.argv.clone();
    let target = Target::Launch(launch);
    let header = header(&settings.options, &target, &command, clock, start);
    let mut recorder = Recorder::new(file, Format::Dat);
    let line = shell_quote(&header.command);
    recorder.record(&Record::Header(Box::new(header)));
    recorder.record(&Record::Command(&line));
    recorder.flush();
    let session =
        Session::begin(&target, settings.options.clone(), clock).inspect_err(|_| trace.abandon())?;
    // The streams of the command must not stay open on our side.
    drop(target);
    trace.keep();
    let outcome = session.watch(&mut |record| recorder.record(record), &mut message::print);
    recorder.flush();
    if let Some(error) = recorder.failure() {
        return Err(error).with_context(|| cannot_write(path));
    }
    Ok((recorder.finish(), outcome))
}

fn numbers(profile: &Profile, outcome: &Outcome) -> Measurement {
    let end = &outcome.end;
    let is_alone = end.processes <= 1;
    let (tree, tree_upper) = match profile.peak {
        Some(peak) => (Some(peak.value), peak.upper),
        // No tick has seen it, but the kernel reports the maximum of a single process.
        None => (end.hwm_bytes.filter(|_| is_alone), end.upper_bytes),
    };
    // A single process shares nothing with the rest of its tree: all its pages count once.
    let counts_once = is_alone && METRICS.contains(&Metric::Pss);
    let alone = |size: Option<Bytes>| size.filter(|_| counts_once);
    let wall = outcome.wall_time().map_or(end.elapsed_s.0, |wall| wall.as_secs_f64());
    Measurement {
        wall,
        user: end.user_s.map(|time| time.0),
        system: end.system_s.map(|time| time.0),
        resident: end.hwm_bytes,
        tree,
        tree_upper,
        exact: end.exact,
        pss: end.pss_peak.map(|pss| pss.bytes).or(alone(tree)),
        pss_upper: end.pss_peak.map_or(alone(tree_upper), |pss| pss.upper_bytes),
        growth: Growth::of(profile).map(|growth| growth.bytes_per_second),
        minor_faults: outcome.faults.map(|faults| faults.minor),
        major_faults: outcome.faults.map(|faults| faults.major),
        processes: end.processes,
        parts: end.parts,
        exit_code: outcome.exit_status.and_then(ExitStatus::code),
        signal: outcome.exit_status.and_then(ExitStatus::signal),
        ..Measurement::default()
    }
}
