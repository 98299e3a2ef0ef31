//! The curves of a figure: which of them are drawn, their strokes and markers, and their entries in the legend.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;

use rprof_trace::{Arg, Bytes, Curve, PeakRemarks, Point, ProcessLife, ProcessProfile, Profile, Seconds};

use crate::data::curve::{self, DataPoint};
use crate::data::process_names::{self, Named};
use crate::data::rounds;
use crate::data::slope::Slope;
use crate::data::steps;
use crate::data::time_range::TimeRange;
use crate::layers::legend::Entry;
use crate::layers::peak;
use crate::options::{Options, Trace};
use crate::sheet::palette::{self, DARK, GREEN, Stroke};
use crate::sheet::text::visible;

/// One curve.
pub struct Series {
    /// The entry in the legend, with the stroke of the curve.
    pub entry: Entry,
    /// The first fact of the entry without the time in it, where it has one.
    pub short: Option<String>,
    /// The points inside the time range, a piece for each stretch between two gaps.
    pub pieces: Vec<Vec<DataPoint>>,
    /// The place of the marker at the peak.
    pub peak: Option<DataPoint>,
    /// The line fitted to the points.
    pub slope: Option<Slope>,
    /// True if the area below the curve is filled.
    pub filled: bool,
    /// True if a dotted line leads across each gap. In a figure of several traces, no band explains it.
    pub bridged: bool,
}

/// The curves of a figure.
pub struct SeriesSet {
    /// In order of the legend.
    pub series: Vec<Series>,
    /// Processes without a curve of their own.
    pub others: Option<Others>,
}

/// Processes that share one line of the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Others {
    /// Their number.
    count: usize,
    /// The largest peak of one of them.
    largest: Bytes,
}

impl fmt::Display for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, largest } = self;
        write!(f, "{count} {}, at most {largest}", if *count == 1 { "other" } else { "others" })
    }
}

/// A process with less than this share of the highest value has no curve: it would lie on the time axis.
const SMALL: f64 = 0.02;
/// A shorter time than this share of the time axis is not seen.
const VISIBLE: f64 = 0.005;
/// The label of a curve states its end if that is more than this share of the time axis before the end of the run.
const EARLY: f64 = 0.03;

impl SeriesSet {
    /// Chooses the curves: one for each of several traces, or the whole and the parts of a single one.
    pub fn choose(options: &Options, traces: &[Trace], range: &TimeRange) -> Self {
        if let [trace] = traces {
            return single(options, trace.profile, range);
        }
        let series = traces.iter().enumerate().map(|(i, trace)| several(options, i, trace, range)).collect();
        Self { series, others: None }
    }

    /// True if no curve has a point inside the time range.
    pub fn is_empty(&self) -> bool {
        self.series.iter().all(|series| series.pieces.is_empty())
    }

    /// The highest value of all curves in bytes.
    pub fn highest(&self) -> f64 {
        let points =
            |series: &Series| -> f64 { series.pieces.iter().flatten().map(|p| p.1).fold(0.0, f64::max) };
        let peak = |series: &Series| series.peak.map_or(0.0, |peak| peak.1);
        self.series.iter().map(|series| points(series).max(peak(series))).fold(0.0, f64::max)
    }

    /// The entries of the legend. A single curve without a slope has none: the axis already names it.
    pub fn entries(&self, single: bool) -> Vec<Entry> {
        let plain =
            single && self.others.is_none() && matches!(&self.series[..], [one] if one.slope.is_none());
        if plain { Vec::new() } else { self.series.iter().map(|series| series.entry.clone()).collect() }
    }
}

/// The curve of the `i`-th of several traces, with a marker at its peak.
fn several(options: &Options, i: usize, trace: &Trace, range: &TimeRange) -> Series {
    let (stroke, marker) = palette::trace(i);
    let profile = trace.profile;
    let mut series = plain(visible(trace.label), stroke, &profile.total, profile, range);
    match profile.peak.filter(|_| options.peak) {
        Some(peak) => {
            let remarks = PeakRemarks::of(profile);
            let beside = remarks.beside_words();
            series.short = Some(format!("peak {}", peak::value(&peak, &beside)));
            series.entry.details = vec![peak::label(&peak, &beside)];
            series.entry.details.extend(remarks.file_sentence());
            series.entry.details.extend(remarks.sentences());
            series.peak = range.contains(peak.time.0).then_some((peak.time.0, peak.value.0 as f64));
            series.entry.marker = series.peak.map(|_| marker);
        }
        None if profile.total.is_empty() => series.entry.details = vec!["no sample".to_owned()],
        None => {}
    }
    series.bridged = true;
    series.entry.details.extend(gap_words(profile, range));
    // The steps are no measurements, so the line is fitted without them.
    fit(options, &mut series);
    let mut total = profile.total.clone();
    steps::until_the_end(&mut total, profile);
    series.pieces = pieces(&total, profile, range);
    series
}

/// The words for the gaps in the time range; `None` if they are too short to be seen.
fn gap_words(profile: &Profile, range: &TimeRange) -> Option<String> {
    let inside = |gap: &(Seconds, Seconds)| gap.1.0.min(range.to) - gap.0.0.max(range.from);
    let missing: f64 = profile.gaps.iter().map(inside).filter(|length| *length > 0.0).sum();
    let is_visible = missing > VISIBLE * (range.to - range.from);
    is_visible.then(|| format!("dotted: {} not measured", Seconds(missing)))
}

/// The curves of a single trace: all processes, what they share or have swapped, then the largest processes.
fn single(options: &Options, profile: &Profile, range: &TimeRange) -> SeriesSet {
    let mut processes: Vec<_> = with_curves(profile).collect();
    // A stable sort: of two processes with the same peak, the first to appear stays first.
    processes.sort_by_key(|process| Reverse(process.peak));
    let curves: Vec<Curve> =
        processes.iter().map(|process| steps::of_process(&process.curve, profile)).collect();
    let total = stepped_total(profile, &curves);
    let mut series = vec![whole(options, profile, &total, range)];
    series.extend(shares(profile, &total, range));
    series.extend(swap(profile, range));
    let least = least_drawn(profile);
    let shown = processes.iter().take(options.processes).filter(|part| part.peak.0 as f64 >= least).count();
    let names = names(profile, &processes[..shown]);
    for (i, ((process, curve), name)) in processes.into_iter().zip(&curves).zip(names).enumerate() {
        let mut part = plain(visible(&name), palette::process(i), curve, profile, range);
        part.entry.details = vec![peak_detail(process.peak)];
        series.push(part);
    }
    SeriesSet { series, others: others(options, profile, shown) }
}

/// The names of these processes, with an argument where several have the same name.
fn names(profile: &Profile, processes: &[&ProcessProfile]) -> Vec<String> {
    let lives: HashMap<&str, &ProcessLife> =
        profile.lives.iter().map(|life| (life.id.as_str(), life)).collect();
    let text = |arg: &Arg| String::from_utf8_lossy(arg.as_bytes()).into_owned();
    let args = |id: &str| lives.get(id).map_or_else(Vec::new, |life| life.args.iter().map(text).collect());
    let named: Vec<Named> =
        processes.iter().map(|process| Named { id: &process.id, args: args(&process.id) }).collect();
    process_names::names(&named)
}

/// The least peak in bytes of a process that is drawn.
fn least_drawn(profile: &Profile) -> f64 {
    // The sum is smaller than its parts where mprof recorded the parent alone.
    let parts = with_curves(profile).map(|process| process.peak);
    let highest = parts.chain(profile.peak.map(|peak| peak.value)).max().unwrap_or_default();
    SMALL * highest.0 as f64
}

/// The processes that were measured, without the `shown` largest ones.
fn others(options: &Options, profile: &Profile, shown: usize) -> Option<Others> {
    // A profile keeps the curves of the largest processes only; every process that was measured has a peak.
    let measured = profile.processes.iter().map(|process| process.peak).filter(|peak| peak.0 > 0);
    let mut peaks: Vec<Bytes> = measured.collect();
    peaks.sort_by_key(|peak| Reverse(*peak));
    let largest = peaks.get(shown).copied().filter(|_| options.processes > 0)?;
    Some(Others { count: peaks.len() - shown, largest })
}

/// The curve of the whole tree, with steps where the processes that are drawn begin and end.
fn stepped_total(profile: &Profile, processes: &[Curve]) -> Curve {
    let mut events: Vec<Seconds> = processes.iter().flat_map(|curve| steps::events(curve)).collect();
    events.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut total = steps::at_events(&profile.total, &events, profile);
    steps::until_the_end(&mut total, profile);
    total
}

/// The curve of all processes together. `total` is that of the profile with its steps.
fn whole(options: &Options, profile: &Profile, total: &[Point], range: &TimeRange) -> Series {
    let metric = profile.metric.name();
    let largest = with_curves(profile).map(|process| process.peak).max();
    let name = match largest.filter(|_| options.processes > 0) {
        None => metric.to_owned(),
        // `mprof run -M` records the parent alone in the main curve, and the trace has no field that says so.
        // A process with more memory than all of them together gives it away.
        Some(part) if profile.peak.is_some_and(|whole| whole.value < part) => {
            format!("parent process ({metric})")
        }
        Some(_) => format!("all processes ({metric})"),
    };
    let mut whole = plain(name, palette::trace(0).0, &profile.total, profile, range);
    whole.filled = true;
    let beside = PeakRemarks::of(profile).beside_words();
    whole.entry.details.extend(profile.peak.map(|peak| format!("peak {}", peak::value(&peak, &beside))));
    fit(options, &mut whole);
    whole.pieces = pieces(total, profile, range);
    whole
}

/// The PSS of all processes; `None` if it was not measured. It lies below the `total`.
fn shares(profile: &Profile, total: &[Point], range: &TimeRange) -> Option<Series> {
    let stroke = Stroke { colour: GREEN, width: 1.6, dash: "6 2.5" };
    let highest = profile.pss.iter().map(|p| p.value).max()?;
    let words = profile.pss_peak.map_or_else(|| highest.to_string(), |peak| peak.words());
    let mut details = vec![format!("peak {}", words.trim_end_matches(','))];
    let last = profile.pss.last().map(|round| round.time);
    let ends_early =
        |last: &Seconds| profile.elapsed.0.min(range.to) - last.0 > EARLY * (range.to - range.from);
    details.extend(last.filter(ends_early).map(|last| format!("not measured after {last}")));
    // The pages are divided among all processes of the machine that map them, so this is no sum of pages counted once.
    let name = "shared pages divided (PSS)".to_owned();
    let pieces = rounds::pss_pieces(profile, total, range);
    let entry = Entry { stroke, marker: None, name, details };
    Some(Series { entry, short: None, pieces, peak: None, slope: None, filled: false, bridged: false })
}

/// The memory in swap; `None` if there was none.
fn swap(profile: &Profile, range: &TimeRange) -> Option<Series> {
    let highest = profile.swap.iter().map(|p| p.value).max()?;
    let mut curve = profile.swap.clone();
    steps::until_the_end(&mut curve, profile);
    let stroke = Stroke { colour: DARK, width: 1.6, dash: "1.5 2" };
    let mut part = plain("swapped out".to_owned(), stroke, &curve, profile, range);
    part.entry.details = vec![peak_detail(highest)];
    Some(part)
}

fn with_curves(profile: &Profile) -> impl Iterator<Item = &ProcessProfile> {
    profile.processes.iter().filter(|process| !process.curve.is_empty())
}

/// The peak of a part, of which only the ticks are known.
fn peak_detail(value: Bytes) -> String {
    format!("peak at least {value}")
}

/// A curve with neither details nor marker.
fn plain(name: String, stroke: Stroke, points: &[Point], profile: &Profile, range: &TimeRange) -> Series {
    Series {
        entry: Entry { stroke, marker: None, name, details: Vec::new() },
        short: None,
        pieces: pieces(points, profile, range),
        peak: None,
        slope: None,
        filled: false,
        bridged: false,
    }
}

fn pieces(points: &[Point], profile: &Profile, range: &TimeRange) -> Vec<Vec<DataPoint>> {
    curve::pieces(points, &profile.gaps, range.from, range.to)
}

/// Fits a line to the curve, if the options ask for it.
fn fit(options: &Options, series: &mut Series) {
    if !options.slope {
        return;
    }
    series.slope = Slope::fit(&series.pieces.concat());
    let details = &mut series.entry.details;
    details.extend(series.slope.map(|slope| format!("slope {slope} (95 %)")));
    let bend = series.slope.and_then(|slope| slope.bend);
    details.extend(bend.map(|off| format!("not linear: {} off the line", Bytes(off as u64))));
}
