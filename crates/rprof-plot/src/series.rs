//! Which curves a figure shows, how each looks, and what the legend says of it.

use rprof_trace::{Bytes, Point, Profile};

use crate::data::curve::{self, DataPoint};
use crate::data::slope::Slope;
use crate::layers::legend::Entry;
use crate::options::{Options, Trace};
use crate::sheet::palette::{self, DARK, GREEN, Stroke};
use crate::sheet::text::visible;

/// One curve.
pub struct Series {
    /// Its entry in the legend, with its stroke.
    pub entry: Entry,
    /// Its points in seconds and bytes, broken at gaps.
    pub pieces: Vec<Vec<DataPoint>>,
    /// Its peak, where a marker goes.
    pub peak: Option<DataPoint>,
    /// The line fitted to it.
    pub slope: Option<Slope>,
    /// Whether the area under it is filled.
    pub filled: bool,
}

/// What is drawn and how many processes are not.
pub struct Chosen {
    /// In order of the legend.
    pub series: Vec<Series>,
    /// Processes without a curve of their own.
    pub more: usize,
}

/// The curves of several traces, or the whole and the parts of a single one, between two times.
pub fn choose(options: &Options, traces: &[Trace], from: f64, to: f64) -> Chosen {
    let window = (from, to);
    if let [trace] = traces {
        return single(options, trace.profile, window);
    }
    let series = traces.iter().enumerate().map(|(i, trace)| several(options, i, trace, window)).collect();
    Chosen { series, more: 0 }
}

fn several(options: &Options, i: usize, trace: &Trace, window: (f64, f64)) -> Series {
    let (stroke, marker) = palette::trace(i);
    let profile = trace.profile;
    let mut series = plain(visible(trace.label), stroke, &profile.total, profile, window);
    match profile.peak.filter(|_| options.peak) {
        Some(peak) => {
            let place = (peak.time.0, peak.value.0 as f64);
            series.entry.details = vec![crate::layers::peak::label(&peak)];
            series.peak = (window.0..=window.1).contains(&place.0).then_some(place);
            series.entry.marker = series.peak.map(|_| marker);
        }
        None if profile.total.is_empty() => series.entry.details = vec!["no sample".to_owned()],
        None => {}
    }
    fit(options, &mut series);
    series
}

fn single(options: &Options, profile: &Profile, window: (f64, f64)) -> Chosen {
    let metric = profile.metric.name();
    let largest = profile.processes.iter().filter(|p| !p.curve.is_empty()).map(|p| p.peak).max();
    let name = match largest.filter(|_| options.processes > 0) {
        None => metric.to_owned(),
        // Under `mprof run -M` the curve is the parent's alone, which the trace does not say.
        Some(part) if profile.peak.is_some_and(|whole| whole.value < part) => {
            format!("parent process ({metric})")
        }
        Some(_) => format!("all processes ({metric})"),
    };
    let mut whole = plain(name, palette::trace(0).0, &profile.total, profile, window);
    whole.filled = true;
    whole.entry.details.extend(profile.peak.map(|peak| format!("peak {}", peak.value)));
    fit(options, &mut whole);
    let mut series = vec![whole];

    let pss = Stroke { colour: GREEN, width: 1.6, dash: "6 2.5" };
    let swap = Stroke { colour: DARK, width: 1.6, dash: "1.5 2" };
    for (name, stroke, points) in
        [("shared pages once (PSS)", pss, &profile.pss), ("swapped out", swap, &profile.swap)]
    {
        if let Some(highest) = points.iter().map(|p| p.value).max() {
            let mut part = plain(name.to_owned(), stroke, points, profile, window);
            part.entry.details = vec![peak(highest)];
            series.push(part);
        }
    }

    let mut processes: Vec<_> = profile.processes.iter().filter(|p| !p.curve.is_empty()).collect();
    // Stable: of two equal ones the first to appear stays first.
    processes.sort_by_key(|p| std::cmp::Reverse(p.peak));
    // A profile keeps the curves of the largest; the others have at least a peak.
    let all = profile.processes.iter().filter(|p| p.peak.0 > 0).count().max(processes.len());
    let shown = processes.len().min(options.processes);
    let more = if options.processes == 0 { 0 } else { all - shown };
    for (i, process) in processes.into_iter().take(options.processes).enumerate() {
        let mut part = plain(visible(&process.id), palette::process(i), &process.curve, profile, window);
        part.entry.details = vec![peak(process.peak)];
        series.push(part);
    }
    Chosen { series, more }
}

fn peak(value: Bytes) -> String {
    format!("peak {value}")
}

fn plain(
    name: String,
    stroke: Stroke,
    points: &[Point],
    profile: &Profile,
    (from, to): (f64, f64),
) -> Series {
    Series {
        entry: Entry { stroke, marker: None, name, details: Vec::new() },
        pieces: curve::pieces(points, &profile.gaps, from, to),
        peak: None,
        slope: None,
        filled: false,
    }
}

fn fit(options: &Options, series: &mut Series) {
    if options.slope {
        series.slope = Slope::fit(&series.pieces.concat());
        series.entry.details.extend(series.slope.map(|slope| format!("slope {slope} (95 %)")));
        let bend = series.slope.and_then(|slope| slope.bend);
        series
            .entry
            .details
            .extend(bend.map(|off| format!("not linear: {} off the line", Bytes(off as u64))));
    }
}
