//! The loading of a trace: each run of the file is reduced to a [`Profile`], in one pass or two.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::model::Record;
use crate::profile::annotations::Annotations;
use crate::profile::builder::{FirstPass, ProfileBuilder};
use crate::profile::options::{Keep, ProfileOptions};
use crate::profile::partial::Plan;
use crate::profile::spans::Spans;
use crate::profile::{Profile, Span};
use crate::read::Reader;
use crate::units::Seconds;
use crate::warning::{WarningKind, Warnings};

/// The largest number of runs of a file that are kept.
const MAX_RUNS: u64 = 4096;
/// The number of spans of all runs beyond which a run keeps few of its own.
const MAX_SPANS: usize = 1 << 18;
/// The largest number of slices of the curves of all runs but the last. A slice takes 80 bytes.
const MAX_SLICES: usize = 1 << 18;

/// Reads a trace and reduces each of its runs, in the order of the file.
///
/// It reads the file once, or twice for [`Keep::Largest`], for programs, for a window, or if there are spans. Space grows with the
/// number of processes, spans and runs up to fixed limits, not with the length of the trace. Of a long `.dat` trace of rprof it reads only the
/// sections that a window needs, or the spans if no curves are needed.
///
/// ```
/// use rprof_trace::{ProfileOptions, read_profiles};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("trace.dat");
/// # std::fs::write(&path, "CMDLINE python3 x.py\nMEM 12.5 1795380798.1462\nMEM 10.0 1795380798.2463\n")?;
/// let (profiles, warnings) = read_profiles(&path, &ProfileOptions::default())?;
/// let peak = profiles[0].peak.expect("a trace with a tick has a peak");
/// assert_eq!(peak.value.to_string(), "12.5 MiB");
/// assert!(warnings.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file cannot be read or is not a trace. Faults of single lines are warnings.
pub fn read_profiles(
    path: impl AsRef<Path>,
    options: &ProfileOptions,
) -> Result<(Vec<Profile>, Warnings), Error> {
    let path = path.as_ref();
    if let Some(plan) = Plan::of(path, options) {
        let open = || match plan.open(path) {
            Ok(pieces) => Ok(Reader::new(pieces, path)),
            Err(cause) => Err(Error::Io { path: path.to_owned(), cause }),
        };
        let (profiles, warnings) = fold(open, options)?;
        // A warning has a line number, which is only known if the whole file is read.
        let is_whole = |run: &Profile| run.end.is_some() && run.contradictions.is_empty();
        if warnings.is_empty() && matches!(&profiles[..], [run] if is_whole(run)) {
            return Ok((profiles, warnings));
        }
    }
    fold(|| Reader::open(path), options)
}

/// Reads profiles as [`read_profiles`] does, from any input that can be opened twice.
///
/// # Errors
/// As [`read_profiles`], and the errors of `open`.
pub fn fold<'a>(
    mut open: impl FnMut() -> Result<Reader<'a>, Error>,
    options: &ProfileOptions,
) -> Result<(Vec<Profile>, Warnings), Error> {
    let (mut runs, mut warnings) = pass(open()?, |_| ProfileBuilder::new(options))?;
    settle_annotations(&mut runs, &mut warnings);
    let curves = matches!(options.processes, Keep::Largest(_)) || options.programs > 0;
    let asks_again =
        |builder: &ProfileBuilder| (curves && builder.has_samples()) || !builder.annotations.spans.is_empty();
    if options.window.is_some() || runs.iter().any(|run| asks_again(&run.builder)) {
        let mut plans = runs.into_iter().map(|run| plan(run.builder)).collect::<Vec<_>>().into_iter();
        // The file may have grown since. A new run has no plan.
        let second = |_| match plans.next() {
            Some(first) => ProfileBuilder::second(options, first),
            None => ProfileBuilder::new(options),
        };
        runs = pass(open()?, second)?.0;
    }
    Ok((runs.into_iter().map(LoadingRun::finish).collect(), warnings))
}

/// One run of a file while it is being read.
struct LoadingRun {
    builder: ProfileBuilder,
    start_s: Option<f64>,
}

impl LoadingRun {
    fn finish(self) -> Profile {
        let zero = self.builder.zero();
        let mut profile = self.builder.finish();
        // A run of rprof has its start in the header; a run of mprof starts at its first time.
        if profile.header.is_none() {
            profile.start_s = self.start_s.map(|s| s + zero.0);
        }
        profile
    }

    /// Distance of a span from the run in seconds; 0 if they overlap. `offset` is the start of the span's clock.
    fn distance(&self, span: &Span, offset: f64) -> f64 {
        let Some((first, last)) = self.builder.range() else { return f64::INFINITY };
        let offset = offset - self.start_s.unwrap_or(0.0);
        let (enter, leave) = (span.enter.0.0 + offset, span.leave.map_or(span.enter.0, |l| l.0).0 + offset);
        (first.0 - leave).max(enter - last.0).max(0.0)
    }
}

/// The results of the first pass: the start, the largest processes, all annotations, and whether the peak is exact.
fn plan(mut builder: ProfileBuilder) -> FirstPass {
    let (zero, is_exact) = (builder.zero(), builder.is_exact());
    let annotations = std::mem::replace(&mut builder.annotations, Annotations::new(0));
    let chosen = builder.largest();
    FirstPass { zero, chosen, annotations, is_exact }
}

fn pass(
    mut reader: Reader<'_>,
    mut builder: impl FnMut(usize) -> ProfileBuilder,
) -> Result<(Vec<LoadingRun>, Warnings), Error> {
    let mut runs: Vec<LoadingRun> = Vec::new();
    let mut room = Room::default();
    let mut too_many = Warnings::default();
    while reader.advance()? {
        let entry = reader.entry();
        if entry.run >= MAX_RUNS {
            if matches!(entry.record, Record::Command(_) | Record::Header(_)) {
                too_many.add(WarningKind::ManyRuns, entry.line, b"");
            }
            continue;
        }
        while runs.len() as u64 <= entry.run {
            room.fit(&mut runs);
            let builder = room.limited(builder(runs.len()));
            runs.push(LoadingRun { builder, start_s: None });
        }
        if let Some(run) = runs.last_mut() {
            run.start_s = run.start_s.or(entry.start_s);
            run.builder.add(&entry.record);
        }
    }
    let mut warnings = reader.take_warnings();
    warnings.append(too_many);
    Ok((runs, warnings))
}

/// The space of the curves of all runs of a file. The more runs there are, the less detail has each: a figure has room
/// for a number of points only, however many runs it shows.
struct Room {
    /// Slices of each curve.
    limit: usize,
    /// Slices in use by the runs that are complete.
    used: usize,
    /// Spans of the runs that are complete.
    spans: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { limit: usize::MAX, used: 0, spans: 0 }
    }
}

impl Room {
    /// Counts the last run, which is complete, and makes room if needed.
    fn fit(&mut self, runs: &mut [LoadingRun]) {
        let Some(run) = runs.last_mut() else { return };
        self.used += run.builder.slices();
        self.spans += run.builder.annotations.spans.len();
        while self.used > MAX_SLICES && self.limit > 2 {
            self.limit = self.limit.min(1 << 12) / 2;
            runs.iter_mut().for_each(|run| run.builder.coarsen(self.limit));
            self.used = runs.iter_mut().map(|run| run.builder.slices()).sum();
        }
    }

    fn limited(&self, mut builder: ProfileBuilder) -> ProfileBuilder {
        builder.coarsen(self.limit);
        builder.annotations.limit_spans(MAX_SPANS.saturating_sub(self.spans).max(64));
        builder
    }
}

/// Settles spans, marks and notes between the passes, because the second pass relies on their order.
fn settle_annotations(runs: &mut [LoadingRun], warnings: &mut Warnings) {
    for run in &mut *runs {
        run.builder.annotations.settle();
    }
    attribute_spans(runs);
    for run in runs {
        run.builder.annotations.settle();
        if run.builder.annotations.spans.dropped > 0 {
            warnings.add(WarningKind::ManySpans, 0, b"FUNC");
        }
        if run.builder.annotations.dropped > 0 {
            warnings.add(WarningKind::ManyMarks, 0, b"MARK");
        }
        if run.builder.has_dropped_processes() {
            warnings.add(WarningKind::ManyProcesses, 0, b"CHLD");
        }
        if run.builder.has_dropped_args() {
            warnings.add(WarningKind::ManyArgs, 0, b"PROC");
        }
    }
}

/// Moves each span to the run whose time contains it. mprof writes the spans of a short run before its `CMDLINE`, so that
/// they stand among the lines of the run before.
fn attribute_spans(runs: &mut [LoadingRun]) {
    if runs.len() < 2 {
        return;
    }
    let times = RunTimes::new(runs);
    for from in 0..runs.len() {
        let offset = runs[from].start_s.unwrap_or(0.0);
        let mut spans = std::mem::replace(&mut runs[from].builder.annotations.spans, Spans::new(0));
        let moved = spans.extract(|span| {
            let own = runs[from].distance(span, offset);
            let leave = span.leave.map_or(span.enter.0, |leave| leave.0);
            let best = times.nearest(span.enter.0.0 + offset, leave.0 + offset).filter(|_| own > 0.0)?;
            (runs[best].distance(span, offset) < own).then_some(best)
        });
        runs[from].builder.annotations.spans = spans;
        let mut by_run: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        for (to, mut span) in moved {
            let shift = offset - runs[to].start_s.unwrap_or(0.0);
            span.enter.0.0 += shift;
            span.leave = span.leave.map(|(t, v)| (Seconds(t.0 + shift), v));
            by_run.entry(to).or_default().push(span);
        }
        for (to, spans) in by_run {
            runs[to].builder.annotations.spans.prepend(spans);
        }
    }
}

/// The times of all runs, in order of their begin. Asking every run for every span would cost the product of both.
struct RunTimes(Vec<RunTime>);

struct RunTime {
    begin: f64,
    run: usize,
    /// The latest end of this run and all before it in the list, and the run that has it.
    latest: (f64, usize),
}

impl RunTimes {
    fn new(runs: &[LoadingRun]) -> Self {
        let ranges = runs.iter().enumerate().filter_map(|(run, loading)| {
            let (first, last) = loading.builder.range()?;
            let start = loading.start_s.unwrap_or(0.0);
            Some((first.0 + start, last.0 + start, run))
        });
        let mut ranges: Vec<_> = ranges.collect();
        ranges.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut latest = (f64::NEG_INFINITY, 0);
        let times = ranges.into_iter().map(|(begin, end, run)| {
            if end > latest.0 {
                latest = (end, run);
            }
            RunTime { begin, run, latest }
        });
        Self(times.collect())
    }

    /// The run that is nearest to an interval; `None` if no run has a time.
    fn nearest(&self, enter: f64, leave: f64) -> Option<usize> {
        let after = self.0.partition_point(|time| time.begin <= leave);
        let before = self.0[..after].last().map(|time| ((enter - time.latest.0).max(0.0), time.latest.1));
        let next = self.0.get(after).map(|time| (time.begin - leave, time.run));
        let nearest = before.into_iter().chain(next).min_by(|a, b| a.0.total_cmp(&b.0));
        nearest.map(|(_, run)| run)
    }
}
