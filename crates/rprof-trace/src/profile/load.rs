//! A file of one or more runs, reduced to a [`Profile`] each.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::error::Error;
use crate::model::Record;
use crate::profile::annotations::Stamps;
use crate::profile::builder::ProfileBuilder;
use crate::profile::options::{Keep, ProfileOptions};
use crate::profile::partial::Plan;
use crate::profile::{Profile, Span};
use crate::read::Reader;
use crate::units::Seconds;
use crate::warning::{WarningKind, Warnings};

/// Runs of one file that are kept at most.
const MAX_RUNS: u64 = 4096;

/// Reads a trace and reduces each of its runs, in the order of the file.
///
/// Reads the file once, or twice for [`Keep::Largest`], a window or where there are spans; space grows with the number of processes and
/// runs, not with the length of the trace. Of a long `.dat` trace of ours only the parts are read that a window needs,
/// or the spans where no curves are wanted.
///
/// # Errors
/// When the file cannot be read or is no trace. Faults of single lines are warnings.
pub fn read_profiles(
    path: impl AsRef<Path>,
    options: &ProfileOptions,
) -> Result<(Vec<Profile>, Warnings), Error> {
    let path = path.as_ref();
    if let Some(plan) = Plan::of(path, options) {
        let open = || match plan.open(path) {
            Ok(excerpt) => Ok(Reader::new(excerpt, path)),
            Err(source) => Err(Error::Io { path: path.to_owned(), source }),
        };
        let (profiles, warnings) = fold(open, options)?;
        // A warning names a line, whose number only the whole file tells.
        if warnings.is_empty() && matches!(&profiles[..], [run] if run.end.is_some()) {
            return Ok((profiles, warnings));
        }
    }
    fold(|| Reader::open(path), options)
}

/// [`read_profiles`] of any input that can be opened twice.
///
/// # Errors
/// As [`read_profiles`], and whatever `open` fails with.
pub fn fold<'a>(
    mut open: impl FnMut() -> Result<Reader<'a>, Error>,
    options: &ProfileOptions,
) -> Result<(Vec<Profile>, Warnings), Error> {
    let (mut runs, mut warnings) = pass(open()?, |_| ProfileBuilder::new(options))?;
    settle_stamps(&mut runs, &mut warnings);
    let curves = matches!(options.processes, Keep::Largest(_));
    let asks_again =
        |builder: &ProfileBuilder| (curves && builder.has_samples()) || !builder.stamps.spans.is_empty();
    if options.window.is_some() || runs.iter().any(|run| asks_again(&run.builder)) {
        let plans: Vec<_> = runs.into_iter().map(|run| plan(run.builder, options)).collect();
        // The file may have grown since: what is new has no plan.
        let second = |at: usize| match plans.get(at) {
            Some((zero, places, stamps)) => {
                ProfileBuilder::second(options, *zero, places.clone(), stamps.clone())
            }
            None => ProfileBuilder::new(options),
        };
        runs = pass(open()?, second)?.0;
    }
    Ok((runs.into_iter().map(Run::finish).collect(), warnings))
}

/// One run of a file while it is being read.
struct Run {
    builder: ProfileBuilder,
    start_s: Option<f64>,
}

impl Run {
    fn finish(self) -> Profile {
        let zero = self.builder.zero();
        let mut profile = self.builder.finish();
        // Ours have their start in the header; mprof's begin with their first time.
        if profile.header.is_none() {
            profile.start_s = self.start_s.map(|s| s + zero.0);
        }
        profile
    }

    /// Distance of a span from the run, in seconds; zero when they overlap. `offset`: of the span's clock.
    fn distance(&self, span: &Span, offset: f64) -> f64 {
        let Some((first, last)) = self.builder.range() else { return f64::INFINITY };
        let offset = offset - self.start_s.unwrap_or(0.0);
        let (enter, leave) = (span.enter.0.0 + offset, span.leave.map_or(span.enter.0, |l| l.0).0 + offset);
        (first.0 - leave).max(enter - last.0).max(0.0)
    }
}

/// Where time zero is, which processes are the largest, and the stamps, which need not be gathered again.
fn plan(mut builder: ProfileBuilder, options: &ProfileOptions) -> (Seconds, HashSet<usize>, Stamps) {
    let zero = builder.zero();
    let stamps = std::mem::replace(&mut builder.stamps, Stamps::new(0));
    let Keep::Largest(count) = options.processes else { return (zero, HashSet::new(), stamps) };
    let processes = builder.finish().processes;
    let mut order: Vec<usize> = (0..processes.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(processes[*at].peak));
    (zero, order.into_iter().take(count).collect(), stamps)
}

fn pass(
    mut reader: Reader<'_>,
    builder: impl Fn(usize) -> ProfileBuilder,
) -> Result<(Vec<Run>, Warnings), Error> {
    let mut runs: Vec<Run> = Vec::new();
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
            runs.push(Run { builder: builder(runs.len()), start_s: None });
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

/// Spans, marks and notes as they are to be: once, since a second pass relies on their order.
fn settle_stamps(runs: &mut [Run], warnings: &mut Warnings) {
    for run in &mut *runs {
        run.builder.stamps.settle();
    }
    attribute_spans(runs);
    for run in runs {
        run.builder.stamps.settle();
        if run.builder.stamps.spans.left_out > 0 {
            warnings.add(WarningKind::ManySpans, 0, b"FUNC");
        }
        if run.builder.stamps.left_out > 0 {
            warnings.add(WarningKind::ManyMarks, 0, b"MARK");
        }
    }
}

/// The functions of a short run of mprof stand before its CMDLINE, hence among the lines of the run before: each goes
/// to the run whose time it lies in.
fn attribute_spans(runs: &mut [Run]) {
    for from in 0..runs.len() {
        let offset = runs[from].start_s.unwrap_or(0.0);
        let mut spans =
            std::mem::replace(&mut runs[from].builder.stamps.spans, crate::profile::spans::Spans::new(0));
        let moved = spans.extract(|span| {
            let own = runs[from].distance(span, offset);
            let at = |to: &usize| runs[*to].distance(span, offset);
            let best = (0..runs.len()).min_by(|a, b| at(a).total_cmp(&at(b)))?;
            (at(&best) < own).then_some(best)
        });
        runs[from].builder.stamps.spans = spans;
        let mut by_run: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        for (to, mut span) in moved {
            let shift = offset - runs[to].start_s.unwrap_or(0.0);
            span.enter.0.0 += shift;
            span.leave = span.leave.map(|(t, v)| (Seconds(t.0 + shift), v));
            by_run.entry(to).or_default().push(span);
        }
        for (to, spans) in by_run {
            runs[to].builder.stamps.spans.prepend(spans);
        }
    }
}
