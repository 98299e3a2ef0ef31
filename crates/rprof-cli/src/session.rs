//! One recording, the same for `run` and `attach`: create the trace, watch the session, print the summary.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use rprof_sample::{Clock, METRICS, Options, Outcome, Session, Target};
use rprof_trace::{Format, Metric, Record};

use crate::cli::{MetricName, OutputArgs, SamplingArgs};
use crate::header::header;
use crate::recorder::Recorder;
use crate::{exit_code, message, summary, trace_file};

/// The sampler's options from those of the command line; `backend` is the metric by mprof's name.
///
/// # Errors
/// When this system does not report the metric.
pub fn options(sampling: &SamplingArgs, backend: Option<MetricName>) -> anyhow::Result<Options> {
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
        wait_all: sampling.wait_all,
        ..Options::default()
    })
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
) -> anyhow::Result<u8> {
    rprof_sample::prepare();
    let clock = Clock::start();
    let start = Timestamp::try_from(clock.wall()).context("the system clock is out of range")?;
    let given = output.trace.as_deref();
    let format = given.map_or(Ok(Format::Dat), Format::from_path)?;
    let (path, file) = trace_file::create(given, output.force, start)?;
    let header = header(&options, target, command, clock, start);
    let mut recorder = Recorder::new(file, format);
    let shown = rprof_trace::shell_quote(&header.command);
    recorder.record(&Record::Header(Box::new(header)));
    recorder.record(&Record::Command(&shown));
    recorder.flush();
    // A disk that is full from the start is reported before the command runs.
    if let Some(error) = recorder.failure() {
        let _ = std::fs::remove_file(&path);
        return Err(error).with_context(|| trace_file::cannot_write(&path));
    }
    let target = with_trace_path(target, &path, format);
    let session = Session::begin(&target, options, clock).inspect_err(|_| {
        let _ = std::fs::remove_file(&path);
    })?;
    let outcome = session.watch(&mut |record| recorder.record(record), &mut message::print);
    Ok(conclude(recorder, &outcome, &path, output.quiet))
}

/// Prints the summary and returns the exit code: ours if the trace is incomplete and the command itself succeeded.
fn conclude(mut recorder: Recorder, outcome: &Outcome, path: &Path, quiet: bool) -> u8 {
    recorder.flush();
    let failure = recorder.failure();
    let profile = recorder.finish();
    if !quiet {
        summary::print(&profile, outcome, path);
    }
    let code = exit_code::of_outcome(outcome);
    if let Some(error) = failure {
        message::print(&format!("the trace `{}` is incomplete: {error}", path.display()));
        return if code == 0 { exit_code::OURS } else { code };
    }
    code
}

/// Adds the trace's absolute path to the environment of a command.
///
/// Programs append lines of the `.dat` grammar, so a `.csv` trace is not offered to them.
fn with_trace_path(target: &Target, path: &Path, format: Format) -> Target {
    let mut target = target.clone();
    if let Target::Launch(launch) = &mut target
        && format == Format::Dat
    {
        let path = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
        launch.env.push((rprof_mark::VARIABLE.into(), path.into()));
    }
    target
}
