//! `rprof run` and `rprof attach`: the output opened, the session watched, the summary said, the exit code passed on.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use rprof_sample::{Clock, Error, ExitStatus, Launch, METRICS, Options, Outcome, Session, Target};
use rprof_trace::{Arg, Format, Header, Metric, Record};

use crate::cli::{AttachArgs, RecordArgs, RunArgs};
use crate::output;
use crate::python::Program;
use crate::recorder::Recorder;
use crate::summary;

const EXIT_LIMIT: u8 = 124;
const EXIT_OURS: u8 = 125;
const EXIT_NOT_EXECUTABLE: u8 = 126;
const EXIT_NOT_FOUND: u8 = 127;

/// Runs a command under watch; the exit code is the command's own.
pub fn run(arguments: &RunArgs) -> anyhow::Result<u8> {
    let mut options = options(&arguments.record)?;
    if arguments.attach {
        let [process] = arguments.command.as_slice() else {
            bail!("--attach takes one process id or name");
        };
        options.duration = arguments.timeout;
        return watch(&process.to_string_lossy(), options, &arguments.record);
    }
    options.time_limit = arguments.timeout;
    options.memory_limit = arguments.memory_limit;
    let python = Program::new(&arguments.command, arguments.python_mode())?;
    let (argv, env) = match &python {
        Some(program) => (program.argv.clone(), program.env()),
        None => (arguments.command.clone(), Vec::new()),
    };
    rprof_sample::find_program(&argv[0])?;
    if let Some(program) = python.as_ref().filter(|_| !arguments.record.quiet) {
        hint(program, arguments.record.output.as_deref());
    }
    let launch = Launch { argv: argv.clone(), env };
    record(&Target::Launch(launch), options, &arguments.record, &argv)
}

/// Says when the spans of a Python program will not come.
fn hint(program: &Program, output: Option<&Path>) {
    if let Some(option) = program.deaf() {
        summary::say(&format!("Python's `{option}` shuts its environment out: no `profile` and no spans"));
    } else if output.is_some_and(|path| Format::from_path(path).is_ok_and(|format| format == Format::Csv)) {
        summary::say("spans are written to .dat traces only");
    }
}

/// Watches a running process.
pub fn attach(arguments: &AttachArgs) -> anyhow::Result<u8> {
    let mut options = options(&arguments.record)?;
    options.duration = arguments.duration;
    watch(&arguments.process, options, &arguments.record)
}

fn watch(process: &str, options: Options, arguments: &RecordArgs) -> anyhow::Result<u8> {
    let pid = find_process(process)?;
    record(&Target::Attach { pid }, options, arguments, &rprof_sample::command_of(pid))
}

fn options(arguments: &RecordArgs) -> anyhow::Result<Options> {
    let metric = Metric::from(arguments.mprof.backend.unwrap_or(arguments.metric));
    if !METRICS.contains(&metric) {
        let known: Vec<_> = METRICS.iter().map(|m| m.name()).collect();
        bail!("{} is not to be had on this system; there is {}", metric.name(), known.join(", "));
    }
    Ok(Options {
        interval: arguments.interval,
        metric,
        tree: !arguments.no_children,
        exact: arguments.exact,
        wait_all: arguments.wait_all,
        ..Options::default()
    })
}

fn find_process(wanted: &str) -> anyhow::Result<u32> {
    if let Ok(pid) = wanted.parse() {
        if pid == std::process::id() {
            bail!("process {pid} is rprof itself");
        }
        return Ok(pid);
    }
    let matches = rprof_sample::find_processes(wanted);
    match matches.as_slice() {
        [(pid, _)] => Ok(*pid),
        [] => bail!("no process has a name with `{wanted}` in it"),
        several => {
            let list: Vec<_> = several.iter().map(|(pid, name)| format!("  {pid} {name}")).collect();
            bail!(
                "`{wanted}` is in the names of several processes; give the pid of one:\n{}",
                list.join("\n")
            )
        }
    }
}

fn record(
    target: &Target,
    options: Options,
    arguments: &RecordArgs,
    command: &[OsString],
) -> anyhow::Result<u8> {
    rprof_sample::prepare();
    let clock = Clock::start();
    let start = Timestamp::try_from(clock.wall()).context("the clock is out of range")?;
    let format = match &arguments.output {
        Some(path) => Format::from_path(path)?,
        None => Format::Dat,
    };
    let (path, file) = output::create(arguments.output.as_deref(), arguments.force, start)?;
    let header = header(&options, target, command, clock, start);
    let mut recorder = Recorder::new(file, format);
    let shown = rprof_trace::command_line(&header.command);
    recorder.record(&Record::Header(Box::new(header)));
    recorder.record(&Record::Command(&shown));
    recorder.flush();
    if let Some(error) = recorder.failure() {
        let _ = std::fs::remove_file(&path);
        return Err(error).with_context(|| output::cannot(&path));
    }
    let target = with_trace_path(target, &path, format);
    let session = Session::begin(&target, options, clock).inspect_err(|_| {
        let _ = std::fs::remove_file(&path);
    })?;
    let outcome = session.watch(&mut |record| recorder.record(record))?;
    let code = exit_code(&outcome);
    Ok(conclude(recorder, &outcome, &path, arguments.quiet, code))
}

fn conclude(mut recorder: Recorder, outcome: &Outcome, path: &Path, quiet: bool, code: u8) -> u8 {
    recorder.flush();
    let failure = recorder.failure();
    let profile = recorder.finish();
    if !quiet {
        summary::print(&profile, outcome, path);
    }
    if let Some(error) = failure {
        summary::say(&format!("the trace `{}` is incomplete: {error}", path.display()));
        return if code == 0 { EXIT_OURS } else { code };
    }
    code
}

/// The child finds the trace here and may add records of its own: lines of `.dat`, which are all that it has to know.
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

fn header(
    options: &Options,
    target: &Target,
    command: &[OsString],
    clock: Clock,
    start: Timestamp,
) -> Header {
    let zoned = start.to_zoned(jiff::tz::TimeZone::system());
    Header {
        format: 1,
        writer: concat!("rprof ", env!("CARGO_PKG_VERSION")).to_owned(),
        command: command.iter().map(|word| Arg::new(word.as_bytes())).collect(),
        start: zoned.strftime("%Y-%m-%dT%H:%M:%S%.9f%:z").to_string(),
        start_s: clock.epoch_s(),
        host: rprof_sample::host(),
        os: rprof_sample::os(),
        page_size: rprof_sample::page_size(),
        interval_s: rprof_trace::Seconds(options.interval.as_secs_f64()),
        metric: options.metric,
        tree: options.tree,
        exact: options.exact,
        attached: matches!(target, Target::Attach { .. }),
        columns: rprof_trace::columns(options.metric, rprof_sample::COLUMNS),
    }
}

/// What env(1) exits with when a command cannot be started.
pub fn launch_code(error: &Error) -> u8 {
    match error {
        Error::NotFound { .. } => EXIT_NOT_FOUND,
        Error::NotExecutable { .. } => EXIT_NOT_EXECUTABLE,
        _ => EXIT_OURS,
    }
}

fn exit_code(outcome: &Outcome) -> u8 {
    match outcome.exit_status {
        _ if outcome.limit.is_some() => EXIT_LIMIT,
        Some(ending) => ending_code(ending),
        None => 0,
    }
}

/// The command's own exit code, or 128 and the number of the signal that killed it.
pub fn ending_code(ending: ExitStatus) -> u8 {
    match ending {
        ExitStatus::Exited(code) => code as u8,
        ExitStatus::Killed(number) | ExitStatus::Stopped(number) => 128u8.saturating_add(number as u8),
    }
}
