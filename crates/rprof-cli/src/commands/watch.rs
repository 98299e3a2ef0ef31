//! `rprof watch`: show a run on the full screen while it is recorded, or replay a trace.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;
use rprof_sample::find_program;
use rprof_trace::{Error, shown};

use crate::cli::{MetricName, WatchArgs};
use crate::exit_code::Usage;
use crate::watch::recording::{Recording, Subject, is_message};
use crate::watch::{self, Left, Options};
use crate::{charset, load, message, output, trace_file, trace_names};

/// The subject of the view.
enum Target {
    /// A trace that there is.
    Trace(PathBuf),
    /// A process to record.
    Process(u32),
    /// The given command, to record.
    Command,
}

/// Shows a run. The exit code is that of the command, if there is one and it has ended; otherwise 0.
pub fn watch(arguments: &WatchArgs) -> anyhow::Result<u8> {
    watch::must_be_possible()?;
    let speed = arguments.speed.or(arguments.replay.then_some(1.0));
    let options = Options {
        speed,
        limit: arguments.max_peak,
        leaves_at_end: arguments.leave_at_end,
        glyphs: charset::glyphs(),
        has_colours: output::has_colours(),
    };
    let subject = match target(arguments)? {
        Target::Trace(trace) => {
            let left = watch::show(&trace, None, &options).map_err(|error| match error.downcast_ref() {
                Some(Error::NotATrace { .. }) => with_the_form_for_commands(error, &trace),
                _ => error,
            })?;
            load::warn(&trace, &left.warnings);
            print_end(&trace, &left, arguments.output.quiet);
            return Ok(0);
        }
        Target::Process(pid) => (Subject::Process, Some(pid)),
        Target::Command => (Subject::Command, None),
    };
    if speed.is_some() {
        return Err(
            Usage("--replay and --speed show a finished trace, not a new recording".to_owned()).into()
        );
    }
    let given = arguments.output.trace.clone();
    let trace = given.map_or_else(trace_file::free_name, Ok)?;
    if trace_file::is_null(&trace) {
        bail!("the view reads the trace, so it cannot be /dev/null; name a file with -o");
    }
    let words = recorder_arguments(arguments, subject, &trace);
    let mut recording = match Recording::start(subject.0, &words, &trace, arguments.output.force)? {
        Ok(recording) => recording,
        Err(code) => return Ok(code),
    };
    let left = watch::show(&trace, Some(&mut recording), &options);
    let left = left.inspect_err(|_| print_continues(&recording))?;
    load::warn(&trace, &left.warnings);
    let Some(code) = recording.end() else {
        print_continues(&recording);
        return Ok(0);
    };
    recording.pass_messages_on(is_message);
    print_end(&trace, &left, arguments.output.quiet);
    if let Some(output) = recording.output.as_ref().filter(|_| !arguments.output.quiet) {
        message::print(&format!("output of the command: {}", shown(output)));
    }
    Ok(if subject.0 == Subject::Process { 0 } else { code })
}

/// The subject that the arguments name: a command, the name of a trace, a negative index, or else a pid.
fn target(arguments: &WatchArgs) -> anyhow::Result<Target> {
    let Some(name) = &arguments.target else {
        if arguments.command.is_empty() {
            return Ok(Target::Trace(newest()?));
        }
        return Ok(Target::Command);
    };
    let pid = name.to_str().and_then(|text| text.parse::<u32>().ok()).filter(|_| !name.exists());
    match pid {
        Some(0) => bail!("0 is no process; a trace has a name or a negative index, -1 is the newest"),
        Some(pid) => Ok(Target::Process(pid)),
        None => {
            let found = trace_names::resolve(std::slice::from_ref(name));
            Ok(Target::Trace(only(found.map_err(|error| with_the_form_for_commands(error, name))?)?))
        }
    }
}

/// Adds the form that runs a command, if the name that should be that of a trace is that of a program.
fn with_the_form_for_commands(error: anyhow::Error, name: &Path) -> anyhow::Error {
    if find_program(name.as_os_str()).is_err() {
        return error;
    }
    anyhow!("{error:#}; `rprof watch -- {}` runs this program", shown(name))
}

fn newest() -> anyhow::Result<PathBuf> {
    only(trace_names::resolve(&[])?)
}

fn only(traces: Vec<PathBuf>) -> anyhow::Result<PathBuf> {
    traces.into_iter().next().context("no trace")
}

/// The arguments of the rprof that records.
fn recorder_arguments(
    arguments: &WatchArgs,
    (subject, pid): (Subject, Option<u32>),
    trace: &Path,
) -> Vec<OsString> {
    let WatchArgs { output, sampling, limits, .. } = arguments;
    let is_command = subject == Subject::Command;
    let mut words: Vec<OsString> = vec![if is_command { "run" } else { "attach" }.into()];
    let mut add = |word: String| words.push(word.into());
    add("--quiet".to_owned());
    add("--own-session".to_owned());
    for (is_set, flag) in [
        (output.force, "--force"),
        (output.no_args, "--no-args"),
        (output.redact, "--redact"),
        (sampling.no_children, "--no-children"),
        (sampling.exact, "--exact"),
        (sampling.wait_all, "--wait-all"),
    ] {
        if is_set {
            add(flag.to_owned());
        }
    }
    add(format!("--interval={}", sampling.interval.as_secs_f64()));
    add(format!("--metric={}", name_of(sampling.metric)));
    if let Some(time) = limits.timeout {
        add(format!("--timeout={}", time.as_secs_f64()));
    }
    if let Some(limit) = limits.memory_limit.filter(|_| is_command) {
        add(format!("--memory-limit={}B", limit.0));
    }
    if let Some(limit) = arguments.max_peak.filter(|_| is_command) {
        add(format!("--max-peak={}B", limit.0));
    }
    words.push("--output".into());
    words.push(trace.into());
    words.push("--".into());
    match pid {
        Some(pid) => words.push(pid.to_string().into()),
        None => words.extend(arguments.command.iter().cloned()),
    }
    words
}

fn name_of(metric: MetricName) -> String {
    metric.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Prints the numbers of what was shown, for the screen has gone.
fn print_end(trace: &Path, left: &Left, quiet: bool) {
    if quiet {
        return;
    }
    let run = &left.run;
    let Some(peak) = run.peak() else { return message::about(trace, "no memory was measured") };
    let words = peak.words();
    let at_least = if run.end().is_some() { words.at_least } else { "" };
    let ticks = if run.ticks() == 1 { "tick" } else { "ticks" };
    let so_far = if run.end().is_some() { "" } else { " so far" };
    message::about(
        trace,
        format!(
            "peak {at_least}{} {} {}{so_far}; {} {ticks}",
            words.value,
            run.metric().name(),
            words.when,
            run.ticks()
        ),
    );
}

/// Prints how to see the recording again and how to end it.
fn print_continues(recording: &Recording) {
    let trace = shown(&recording.trace);
    message::print(&format!(
        "the recording continues; `rprof watch {trace}` shows it again, `kill {}` ends it",
        recording.pid()
    ));
}
