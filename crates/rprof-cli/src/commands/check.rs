//! `rprof check`: compare traces with limits and with a baseline, and report in the form of each consumer.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rprof_findings::baseline::Baseline;
use rprof_findings::budget::{Limit, findings};
use rprof_findings::numbers::RunNumbers;
use rprof_trace::{Bytes, Metric, Profile, shown, visible};

use crate::budgets::Budgets;
use crate::check_report::{CheckedRun, ComparedRuns, Form, Report};
use crate::cli::CheckArgs;
use crate::trace_input::TraceInput;
use crate::{baseline_file, exit_code, load, message, output, stacks, trace_names};

/// The rise that is accepted without `--tolerance`.
const TOLERANCE: f64 = 0.05;

/// Checks traces and returns the exit code.
pub fn check(arguments: &CheckArgs) -> anyhow::Result<u8> {
    let limits = arguments.budgets.limits();
    let mut report = Report { strict: arguments.budgets.strict, ..Report::default() };
    for path in trace_names::resolve(&arguments.traces)? {
        let mut runs = runs(&path, arguments.name.as_deref(), &limits)?;
        if let (Some(last), false) = (runs.last_mut(), arguments.max_function.is_empty()) {
            last.findings.extend(stacks::findings(&path, &arguments.max_function)?);
        }
        report.runs.extend(runs);
    }
    if let Some(path) = &arguments.baseline {
        report.comparisons = comparisons(path, &report.runs, arguments.tolerance.unwrap_or(TOLERANCE))?;
    }
    print(&report, arguments)?;
    let fails = report.fails();
    if let Some(path) = &arguments.save_baseline {
        if fails {
            message::print(&format!("the baseline `{}` is not written: a limit is exceeded", shown(path)));
        } else {
            save(path, &report.runs)?;
        }
    }
    Ok(if fails { exit_code::BEYOND } else { 0 })
}

/// The runs of a trace with the findings about each.
fn runs(path: &Path, name: Option<&str>, limits: &[Limit]) -> anyhow::Result<Vec<CheckedRun>> {
    let profiles = load::profiles(&TraceInput::open(path)?, &Budgets::options())?;
    if profiles.is_empty() {
        bail!("`{}` has no run", shown(path));
    }
    profiles.iter().map(|profile| run(path, profile, name, limits)).collect()
}

fn run(path: &Path, profile: &Profile, name: Option<&str>, limits: &[Limit]) -> anyhow::Result<CheckedRun> {
    let no_sample = || format!("`{}` has no sample: the command ended before the first tick", shown(path));
    let numbers = RunNumbers::of(profile).with_context(no_sample)?;
    warn_of_failure(path, profile);
    let header = profile.header.as_ref();
    Ok(CheckedRun {
        file: path.to_string_lossy().into_owned(),
        name: name.unwrap_or(&profile.command).to_owned(),
        metric: profile.metric,
        peak: numbers.peak,
        upper: numbers.upper,
        elapsed: profile.elapsed,
        start_s: profile.start_s,
        host: header.map(|header| header.host.clone()),
        findings: findings(profile, limits).with_context(|| format!("`{}`", shown(path)))?,
    })
}

/// A command that failed early has a low peak, which proves nothing.
fn warn_of_failure(path: &Path, profile: &Profile) {
    let Some(end) = &profile.end else { return };
    let how = match (end.signal, end.exit_code) {
        (Some(signal), _) => format!("was killed by signal {signal}"),
        (None, Some(code)) if code != 0 => format!("failed with exit code {code}"),
        _ => return,
    };
    message::about(path, format!("the command {how}: its memory may not be that of a complete run"));
}

/// The runs by name, each name with its metric and peaks.
fn by_name(runs: &[CheckedRun]) -> anyhow::Result<BTreeMap<&str, (Metric, Vec<Bytes>)>> {
    let mut names: BTreeMap<&str, (Metric, Vec<Bytes>)> = BTreeMap::new();
    for run in runs {
        if run.name.is_empty() {
            bail!("`{}` does not have the command; name the runs with --name", shown(&run.file));
        }
        let (metric, peaks) = names.entry(&run.name).or_insert((run.metric, Vec::new()));
        if *metric != run.metric {
            let (one, other) = (metric.name(), run.metric.name());
            bail!(
                "the runs of `{}` have different metrics, {one} and {other}; check one metric at a time",
                visible(&run.name)
            );
        }
        peaks.push(run.peak);
    }
    Ok(names)
}

fn comparisons(path: &Path, runs: &[CheckedRun], tolerance: f64) -> anyhow::Result<Vec<ComparedRuns>> {
    let baseline = baseline_file::read(path)?;
    let compare = |(name, (metric, peaks)): (&str, (Metric, Vec<Bytes>))| {
        let entry = baseline.entries.get(name).with_context(|| missing(path, name, &baseline))?;
        if entry.metric != metric {
            let (theirs, ours) = (entry.metric.name(), metric.name());
            bail!(
                "the baseline `{}` has {theirs} for `{}`, and the trace {ours}; record with the metric of the baseline",
                shown(path),
                visible(name)
            );
        }
        let comparison = entry.compare(&peaks, tolerance).context("no run")?;
        Ok(ComparedRuns {
            name: name.to_owned(),
            file: path.to_string_lossy().into_owned(),
            metric,
            comparison,
        })
    };
    by_name(runs)?.into_iter().map(compare).collect()
}

/// The message about a name that a baseline does not have.
fn missing(path: &Path, name: &str, baseline: &Baseline) -> String {
    /// Names to list.
    const SHOWN: usize = 10;
    let known: Vec<String> =
        baseline.entries.keys().take(SHOWN).map(|name| format!("`{}`", visible(name))).collect();
    let more = baseline.entries.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let known = if known.is_empty() { "no entries".to_owned() } else { known.join(", ") + &more };
    format!(
        "the baseline `{}` has no entry `{}`; it has {known}; choose one with --name, or add this one with --save-baseline",
        shown(path),
        visible(name)
    )
}

fn save(path: &Path, runs: &[CheckedRun]) -> anyhow::Result<()> {
    let names = by_name(runs)?;
    let count = runs.len();
    baseline_file::update(path, |baseline| {
        for (name, (metric, peaks)) in names {
            baseline.set(name, metric, peaks);
        }
    })?;
    let runs = if count == 1 { "run" } else { "runs" };
    message::print(&format!("baseline: {} ({count} {runs})", shown(path)));
    Ok(())
}

/// Writes all files, then prints the verdicts in the form that stdout is to have.
fn print(report: &Report, arguments: &CheckArgs) -> anyhow::Result<()> {
    let files = [
        (&arguments.junit, Form::Junit),
        (&arguments.markdown, Form::Markdown),
        (&arguments.github_action_benchmark, Form::ActionBenchmark),
        (&arguments.bencher, Form::Bencher),
    ];
    let files: Vec<(&PathBuf, Form)> =
        files.into_iter().filter_map(|(path, form)| path.as_ref().map(|path| (path, form))).collect();
    let on_stdout: Vec<Form> =
        files.iter().filter(|(path, _)| *path == Path::new("-")).map(|(_, form)| *form).collect();
    if on_stdout.len() + usize::from(arguments.json) > 1 {
        bail!("stdout can hold one document; write the others to files");
    }
    let document = on_stdout.first().copied().or(arguments.json.then_some(Form::Json));
    match document {
        Some(form) => output::write(report.render(form).as_bytes())?,
        None => output::print(&report.render(Form::Text))?,
    }
    annotate(report, document.is_some())?;
    for (path, form) in files.into_iter().filter(|(path, _)| *path != Path::new("-")) {
        std::fs::write(path, report.render(form))
            .with_context(|| format!("cannot write `{}`", shown(path)))?;
    }
    Ok(())
}

/// Reports to GitHub Actions, if this is a job of it.
fn annotate(report: &Report, is_stdout_taken: bool) -> anyhow::Result<()> {
    if std::env::var_os("GITHUB_ACTIONS").is_none_or(|value| value != "true") {
        return Ok(());
    }
    let commands = report.render(Form::Annotations);
    // The runner reads both streams.
    if is_stdout_taken {
        message::raw(&commands);
    } else {
        output::write(commands.as_bytes())?;
    }
    let Some(summary) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let appended = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(&summary)
        .and_then(|mut file| file.write_all((report.render(Form::Markdown) + "\n").as_bytes()));
    if let Err(error) = appended {
        message::print(&format!("cannot write the step summary `{}`: {error}", shown(&summary)));
    }
    Ok(())
}
