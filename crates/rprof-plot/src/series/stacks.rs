//! Stacked views: the kinds of memory, the largest processes or the largest programs of one trace, and the rest.

use std::cmp::Reverse;

use plotters::style::RGBColor;
use rprof_trace::{Bytes, Curve, Metric, Part, Point, Profile, ProgramProfile, Sizes};

use super::overview::{names, stepped_total};
use super::{Others, Series, SeriesSet, others, peak_detail, pieces, view_error, whole, with_curves};
use crate::data::stack::{stacked, value_at};
use crate::data::steps;
use crate::data::time_range::TimeRange;
use crate::error::Error;
use crate::layers::legend::Entry;
use crate::options::{Options, View};
use crate::sheet::palette::{self, Stroke};
use crate::sheet::text::visible;

/// A layer that never has more than this share of the highest value is not seen.
const THIN: f64 = 0.005;
/// Width in px of a swatch in the legend.
const SWATCH: f64 = 11.0;

/// The kinds of memory from the lowest layer up, with their colours in the palette. RSS is the sum of the first three.
const KINDS: [(Part, &str); 5] = [
    (Part::Anon, "anonymous"),
    (Part::File, "file-backed"),
    (Part::Shmem, "shared memory"),
    (Part::Swap, "swapped out, beside RSS"),
    (Part::Hugetlb, "huge pages, beside RSS"),
];

/// One layer of a stack.
struct Layer {
    name: String,
    colour: RGBColor,
    curve: Curve,
    peak: Bytes,
}

/// The kinds of memory.
pub fn kinds(options: &Options, profile: &Profile, range: &TimeRange) -> Result<SeriesSet, Error> {
    if profile.metric != Metric::Rss {
        let reason =
            format!("the kinds of memory add up to RSS, and this trace has {}", profile.metric.name());
        return Err(view_error(View::Kinds, reason, "record it with `--metric rss`"));
    }
    let of_part = |part| -> Curve {
        let known = profile.ticks.iter().filter_map(|tick| Some((tick.time, tick.memory.get(part)?)));
        known.map(|(time, value)| Point { time, value }).collect()
    };
    let anon = of_part(Part::Anon);
    if anon.is_empty() {
        let reason = "this trace has no kinds of memory".to_owned();
        return Err(view_error(View::Kinds, reason, "record it with rprof on Linux"));
    }
    let highest = profile.ticks.iter().map(|tick| tick.value.0).max().unwrap_or_default();
    let (mut layers, mut thin, mut is_mixed) = (Vec::new(), Vec::new(), false);
    for (at, (part, name)) in KINDS.into_iter().enumerate() {
        let mut curve = of_part(part);
        let peak = curve.iter().map(|point| point.value).max().unwrap_or_default();
        steps::until_the_end(&mut curve, profile);
        if (peak.0 as f64) < THIN * highest as f64 {
            thin.extend((peak.0 > 0).then(|| format!("{name} ({})", peak_detail(peak, options.sizes()))));
        } else {
            is_mixed |= matches!(part, Part::Swap | Part::Hugetlb);
            layers.push(Layer { name: name.to_owned(), colour: palette::band(at), curve, peak });
        }
    }
    let mut total = profile.total.clone();
    steps::until_the_end(&mut total, profile);
    let whole = (whole(options, profile, &total, range), None);
    let mut set = set(options.sizes(), profile, range, whole, layers);
    set.is_mixed = is_mixed;
    set.remark = (!thin.is_empty()).then(|| format!("not drawn: {}", thin.join(", ")));
    Ok(set)
}

/// The largest processes.
pub fn processes(options: &Options, profile: &Profile, range: &TimeRange) -> Result<SeriesSet, Error> {
    let mut all: Vec<_> = with_curves(profile).collect();
    if all.is_empty() {
        check_is_tree(View::Processes, profile)?;
        let reason = "this trace has no samples of single processes".to_owned();
        return Err(view_error(View::Processes, reason, "record it with rprof, or with `mprof run -C -M`"));
    }
    all.sort_by_key(|process| Reverse(process.peak));
    let least = THIN * profile.peak.map_or(0.0, |peak| peak.value.0 as f64);
    let count = all.iter().take(options.processes).filter(|process| process.peak.0 as f64 >= least).count();
    all.truncate(count);
    let named = names(profile, &all).into_iter().zip(all);
    let layers = named.enumerate().map(|(at, (name, process))| {
        let mut curve = steps::of_process(&process.curve, profile);
        steps::until_the_end(&mut curve, profile);
        Layer { name: visible(&name), colour: palette::band(at), curve, peak: process.peak }
    });
    let rest = others(profile.processes.iter().map(|process| process.peak), count, options.sizes());
    Ok(with_rest(options, profile, range, layers.collect(), rest))
}

/// The largest programs, each with all its processes.
pub fn programs(options: &Options, profile: &Profile, range: &TimeRange) -> Result<SeriesSet, Error> {
    let mut all: Vec<&ProgramProfile> =
        profile.programs.iter().filter(|program| !program.curve.is_empty()).collect();
    if all.is_empty() || profile.header.is_none() {
        check_is_tree(View::Programs, profile)?;
        let reason = "this trace has no samples of processes with names".to_owned();
        return Err(view_error(View::Programs, reason, "record it with rprof"));
    }
    all.sort_by_key(|program| Reverse(program.peak));
    let least = THIN * profile.peak.map_or(0.0, |peak| peak.value.0 as f64);
    let count = all.iter().take(options.processes).filter(|program| program.peak.0 as f64 >= least).count();
    let layers = all[..count].iter().enumerate().map(|(at, program)| {
        let many = if program.processes == 1 { "process" } else { "processes" };
        let name = format!("{} ({} {many})", visible(&program.name), program.processes);
        let mut curve = program.curve.clone();
        steps::until_the_end(&mut curve, profile);
        Layer { name, colour: palette::band(at), curve, peak: program.peak }
    });
    let rest = others(profile.programs.iter().map(|program| program.peak), count, options.sizes());
    Ok(with_rest(options, profile, range, layers.collect(), rest))
}

/// The functions that hold most, from the stacks of the run.
pub fn functions(options: &Options, profile: &Profile, range: &TimeRange) -> Result<SeriesSet, Error> {
    if profile.metric != Metric::Rss {
        let reason = format!("functions add up to RSS, and this trace has {}", profile.metric.name());
        return Err(view_error(View::Functions, reason, "record it with `--metric rss`"));
    }
    if options.functions.is_empty() {
        let reason = "this trace has no stacks".to_owned();
        return Err(view_error(View::Functions, reason, "record it with `rprof run --where`"));
    }
    let least = THIN * profile.peak.map_or(0.0, |peak| peak.value.0 as f64);
    let peak_of = |curve: &Curve| curve.iter().map(|point| point.value).max().unwrap_or_default();
    let seen = options.functions.iter().filter(|(_, curve)| peak_of(curve).0 as f64 >= least);
    let layers = seen.enumerate().map(|(at, (name, curve))| {
        let (mut curve, peak) = (curve.clone(), peak_of(curve));
        steps::until_the_end(&mut curve, profile);
        Layer { name: visible(name), colour: palette::band(at), curve, peak }
    });
    let rest = Others { words: "all other memory".to_owned(), sum: u64::MAX };
    Ok(with_rest(options, profile, range, layers.collect(), Some(rest)))
}

/// An error for a run of one process, of which rprof records the sum alone.
fn check_is_tree(view: View, profile: &Profile) -> Result<(), Error> {
    if profile.header.is_none() || profile.process_count > 1 {
        return Ok(());
    }
    let reason = "the run had one process only".to_owned();
    Err(view_error(view, reason, "use `--view line` or `--view kinds`"))
}

/// A stack of layers and the rest of the ticks.
fn with_rest(
    options: &Options,
    profile: &Profile,
    range: &TimeRange,
    layers: Vec<Layer>,
    rest: Option<Others>,
) -> SeriesSet {
    let curves: Vec<Curve> = layers.iter().map(|layer| layer.curve.clone()).collect();
    let total = stepped_total(profile, &curves);
    // A peak between two ticks belongs to no process, so that the ticks alone are divided.
    let ticks: Curve =
        profile.ticks.iter().map(|tick| Point { time: tick.time, value: tick.value }).collect();
    let divided = if ticks.is_empty() { profile.total.clone() } else { ticks };
    let divided = stepped_total(&Profile { total: divided, ..stub(profile) }, &curves);
    // mprof can record the parent alone in its curve.
    let sum_is_larger = layers.iter().any(|layer| profile.peak.is_some_and(|peak| layer.peak > peak.value));
    let whole = whole(options, profile, &total, range);
    // A layer of next to nothing would show only the time between the end of a process and the next tick.
    let least = THIN * profile.peak.map_or(0.0, |peak| peak.value.0 as f64);
    let (drawn, thin) = match rest {
        Some(rest) if rest.sum as f64 >= least => (Some(rest.words), None),
        thin => (None, thin),
    };
    let divided = (!sum_is_larger).then_some((divided, drawn));
    let mut set = set(options.sizes(), profile, range, (whole, divided), layers);
    set.remark = thin.map(|rest| format!("not drawn: {}", rest.words));
    set
}

/// The parts of a profile by which a curve gets its steps.
fn stub(profile: &Profile) -> Profile {
    Profile {
        header: profile.header.clone(),
        gaps: profile.gaps.clone(),
        end: profile.end.clone(),
        samples: profile.samples,
        contradictions: profile.contradictions.clone(),
        ..Profile::default()
    }
}

/// The curves of a stack: the whole, and the layers from the top. With a curve that is divided among the layers, the top
/// layer has the rest of it, if it has a name.
fn set(
    sizes: Sizes,
    profile: &Profile,
    range: &TimeRange,
    (whole, divided): (Series, Option<(Curve, Option<String>)>),
    layers: Vec<Layer>,
) -> SeriesSet {
    let curves: Vec<&[Point]> = layers.iter().map(|layer| &layer.curve[..]).collect();
    let mut sums = stacked(&curves, divided.as_ref().map(|(curve, _)| &curve[..]));
    let peak_time = peak_time(profile);
    let mut series = vec![whole];
    let rest = divided.and_then(|(curve, name)| Some((curve, name?)));
    if let Some((curve, name)) = rest {
        let own = value_at(&curve, peak_time).0;
        let below: u64 = layers.iter().map(|layer| value_at(&layer.curve, peak_time).0).sum();
        let detail = at_peak_words(Bytes(own.saturating_sub(below)), None, sizes);
        let sum = sums.pop().unwrap_or_default();
        series.push(layer(name, detail, palette::BAND_REST, &sum, profile, range));
    } else if sums.len() > layers.len() {
        sums.pop();
    }
    for (one, sum) in layers.into_iter().zip(sums).rev() {
        let detail = at_peak_words(value_at(&one.curve, peak_time), Some(one.peak), sizes);
        series.push(layer(one.name, detail, one.colour, &sum, profile, range));
    }
    SeriesSet { series, is_stacked: true, ..SeriesSet::default() }
}

/// The time of the highest tick, of equal ones the first.
fn peak_time(profile: &Profile) -> f64 {
    let of_ticks = profile.ticks.iter().rev().max_by_key(|tick| tick.value).map(|tick| tick.time);
    let of_curve = || profile.total.iter().rev().max_by_key(|point| point.value).map(|point| point.time);
    of_ticks.or_else(of_curve).map_or(0.0, |time| time.0)
}

/// `512.0 MiB at the peak`; the peak of its own for a layer that was not there then.
fn at_peak_words(at_peak: Bytes, own: Option<Bytes>, sizes: Sizes) -> String {
    match own {
        Some(own) if at_peak == Bytes(0) => peak_detail(own, sizes),
        _ => format!("{} at the peak", sizes.text(at_peak)),
    }
}

/// A layer that reaches from the time axis up to a curve; the next layer covers its lower part.
fn layer(
    name: String,
    detail: String,
    colour: RGBColor,
    upper: &[Point],
    profile: &Profile,
    range: &TimeRange,
) -> Series {
    let entry = Entry { stroke: Stroke::solid(colour, SWATCH), marker: None, name, details: vec![detail] };
    Series {
        stroke: Stroke::solid(palette::band_edge(colour), 0.7),
        fill: Some(colour),
        ..Series::new(entry, pieces(upper, profile, range))
    }
}
