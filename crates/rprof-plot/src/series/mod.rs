//! The curves of a figure: which of them each view draws, their strokes and markers, and their entries in the legend.

mod overview;
mod pairs;
mod stacks;

use std::cmp::Reverse;

use plotters::style::RGBColor;
use rprof_trace::{Bytes, PeakRemarks, Point, ProcessProfile, Profile, Seconds, Sizes};

use crate::data::curve::{self, DataPoint};
use crate::data::rounds;
use crate::data::slope::Slope;
use crate::data::steps;
use crate::data::time_range::TimeRange;
use crate::error::Error;
use crate::layers::legend::Entry;
use crate::layers::peak;
use crate::options::{Options, Trace, View};
use crate::sheet::palette::{self, GREEN, Stroke, TINT};
use crate::sheet::text::visible;

/// One curve.
pub struct Series {
    /// The entry in the legend.
    pub entry: Entry,
    /// The stroke of the curve.
    pub stroke: Stroke,
    /// The first fact of the entry without the time in it, where it has one.
    pub short: Option<String>,
    /// The points inside the time range, a piece for each stretch between two gaps.
    pub pieces: Vec<Vec<DataPoint>>,
    /// The place of the marker at the peak.
    pub peak: Option<DataPoint>,
    /// The line fitted to the points.
    pub slope: Option<Slope>,
    /// The colour of the area below the curve.
    pub fill: Option<RGBColor>,
    /// True for the curve of the whole tree, whose first fact is its peak.
    pub is_whole: bool,
    /// True if a dotted line leads across each gap. In a figure of several traces, no band explains it.
    pub bridged: bool,
}

/// The curves of a figure.
#[derive(Default)]
pub struct SeriesSet {
    /// In order of the legend. Of stacked layers the whole comes first, and then the layers from the top.
    pub series: Vec<Series>,
    /// The words for what has no curve of its own.
    pub others: Option<String>,
    /// A fact about the curves that the figure does not draw.
    pub remark: Option<String>,
    /// True if all curves but the first are layers of a stack.
    pub is_stacked: bool,
    /// True if a curve shows other memory than the metric of the trace.
    pub is_mixed: bool,
}

/// A shorter time than this share of the time axis is not seen.
const VISIBLE: f64 = 0.005;
/// The label of a curve states its end if that is more than this share of the time axis before the end of the run.
const EARLY: f64 = 0.03;

impl Series {
    /// A curve with the stroke of its entry.
    fn new(entry: Entry, pieces: Vec<Vec<DataPoint>>) -> Self {
        Self {
            stroke: entry.stroke,
            entry,
            short: None,
            pieces,
            peak: None,
            slope: None,
            fill: None,
            is_whole: false,
            bridged: false,
        }
    }
}

impl SeriesSet {
    /// Chooses the curves: one for each of several traces, or the view of a single one.
    ///
    /// # Errors
    /// [`Error::View`] if a trace lacks what the view shows.
    pub fn choose(options: &Options, traces: &[Trace], range: &TimeRange) -> Result<Self, Error> {
        if let [trace] = traces {
            return Self::of_view(options.view, options, trace.profile, range);
        }
        if !matches!(options.view, View::Overview | View::Line) {
            let reason = format!("the figure has {} traces", traces.len());
            return Err(view_error(
                options.view,
                reason,
                "draw one trace, or a panel for each with `--facet`",
            ));
        }
        let series = traces.iter().enumerate().map(|(i, trace)| several(options, i, trace, range)).collect();
        Ok(Self { series, ..Self::default() })
    }

    /// Chooses the curves of a panel among several: those of a view, and of the overview the whole only.
    ///
    /// # Errors
    /// [`Error::View`] as for a single trace, and for a view whose colours differ from panel to panel.
    pub fn panel(options: &Options, profile: &Profile, range: &TimeRange) -> Result<Self, Error> {
        match options.view {
            View::Overview => Ok(pairs::whole_only(options, profile, range)),
            view @ (View::Processes | View::Programs | View::Spans | View::Functions) => {
                let reason = "each panel would need a legend of its own".to_owned();
                Err(view_error(view, reason, "draw a figure for each trace, without `--facet`"))
            }
            view => Self::of_view(view, options, profile, range),
        }
    }

    fn of_view(view: View, options: &Options, profile: &Profile, range: &TimeRange) -> Result<Self, Error> {
        match view {
            View::Overview => Ok(overview::overview(options, profile, range)),
            View::Line => Ok(pairs::line(options, profile, range)),
            View::Kinds => stacks::kinds(options, profile, range),
            View::Processes => stacks::processes(options, profile, range),
            View::Programs => stacks::programs(options, profile, range),
            View::Pss => pairs::pss(options, profile, range),
            View::Requested => pairs::requested(options, profile, range),
            View::Spans => pairs::spans(options, profile, range),
            View::Functions => stacks::functions(options, profile, range),
        }
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

    /// The highest value of the whole tree in bytes.
    pub fn highest_whole(&self) -> f64 {
        let whole = self.series.iter().filter(|series| series.is_whole);
        whole.flat_map(|series| series.pieces.iter().flatten()).map(|point| point.1).fold(0.0, f64::max)
    }

    /// The lowest value above 0 of all curves in bytes; `None` if all values are 0.
    pub fn lowest(&self) -> Option<f64> {
        let values =
            self.series.iter().flat_map(|series| series.pieces.iter().flatten()).map(|point| point.1);
        values.filter(|value| *value > 0.0).min_by(f64::total_cmp)
    }

    /// The entries of the legend. A single curve without a slope has none: the axis already names it.
    pub fn entries(&self, single: bool) -> Vec<Entry> {
        let plain =
            single && self.others.is_none() && matches!(&self.series[..], [one] if one.slope.is_none());
        if plain { Vec::new() } else { self.explained().map(|series| series.entry.clone()).collect() }
    }

    /// The curves that labels or a legend explain. The axis and the label of the peak explain the top of a stack.
    pub fn explained(&self) -> impl Iterator<Item = &Series> {
        self.series.iter().skip(usize::from(self.is_stacked))
    }
}

fn view_error(view: View, reason: String, remedy: &'static str) -> Error {
    Error::View { view: view.name(), reason, remedy }
}

/// The curve of the `i`-th of several traces, with a marker at its peak.
fn several(options: &Options, i: usize, trace: &Trace, range: &TimeRange) -> Series {
    let (stroke, marker) = palette::trace(i);
    let profile = trace.profile;
    let mut series = plain(visible(trace.label), stroke, &profile.total, profile, range);
    match profile.peak.filter(|_| options.peak) {
        Some(peak) => {
            let sizes = options.sizes();
            let remarks = PeakRemarks::of(profile).with_sizes(sizes);
            let beside = remarks.beside_words();
            series.short = Some(format!("peak {}", peak::value(&peak, &beside, sizes)));
            series.entry.details = vec![peak::label(&peak, &beside, sizes)];
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
    (whole.fill, whole.is_whole) = (Some(TINT), true);
    let sizes = options.sizes();
    let beside = PeakRemarks::of(profile).with_sizes(sizes).beside_words();
    let words = profile.peak.map(|peak| format!("peak {}", peak::value(&peak, &beside, sizes)));
    whole.entry.details.extend(words);
    fit(options, &mut whole);
    whole.pieces = pieces(total, profile, range);
    whole
}

/// The PSS of all processes; `None` if it was not measured. It lies below the `total`.
fn shares(options: &Options, profile: &Profile, total: &[Point], range: &TimeRange) -> Option<Series> {
    let sizes = options.sizes();
    let stroke = Stroke { colour: GREEN, width: 1.6, dash: "6 2.5" };
    let highest = profile.pss.iter().map(|p| p.value).max()?;
    let words = profile.pss_peak.map_or_else(|| sizes.text(highest), |peak| peak.words_in(sizes));
    let mut details = vec![format!("peak {}", words.trim_end_matches(','))];
    let last = profile.pss.last().map(|round| round.time);
    let ends_early =
        |last: &Seconds| profile.elapsed.0.min(range.to) - last.0 > EARLY * (range.to - range.from);
    details.extend(last.filter(ends_early).map(|last| format!("not measured after {last}")));
    // The pages are divided among all processes of the machine that map them, so this is no sum of pages counted once.
    let name = "shared pages divided (PSS)".to_owned();
    let pieces = rounds::pss_pieces(profile, total, range);
    let entry = Entry { stroke, marker: None, name, details };
    Some(Series::new(entry, pieces))
}

fn with_curves(profile: &Profile) -> impl Iterator<Item = &ProcessProfile> {
    profile.processes.iter().filter(|process| !process.curve.is_empty())
}

/// The peak of a part, of which only the ticks are known.
fn peak_detail(value: Bytes, sizes: Sizes) -> String {
    format!("peak at least {}", sizes.text(value))
}

/// All but the largest parts of a tree.
struct Others {
    /// `38 others, the largest at least 26.7 MiB`.
    words: String,
    /// The sum of their largest values at ticks, which they cannot pass together at any tick.
    sum: u64,
}

/// All but the `shown` largest parts, from the largest value that each part had at a tick; `None` if there are no others.
fn others(peaks: impl Iterator<Item = Bytes>, shown: usize, sizes: Sizes) -> Option<Others> {
    let mut peaks: Vec<Bytes> = peaks.filter(|peak| peak.0 > 0).collect();
    peaks.sort_by_key(|peak| Reverse(*peak));
    let others = peaks.get(shown..)?;
    let words = match others {
        [] => return None,
        [only] => format!("1 other, {}", peak_detail(*only, sizes)),
        [largest, rest @ ..] => {
            format!("{} others, the largest at least {}", rest.len() + 1, sizes.text(*largest))
        }
    };
    Some(Others { words, sum: others.iter().map(|peak| peak.0).sum() })
}

/// A curve with neither details nor marker.
fn plain(name: String, stroke: Stroke, points: &[Point], profile: &Profile, range: &TimeRange) -> Series {
    let entry = Entry { stroke, marker: None, name, details: Vec::new() };
    Series::new(entry, pieces(points, profile, range))
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
    let (details, sizes) = (&mut series.entry.details, options.sizes());
    details.extend(series.slope.map(|slope| format!("slope {} (95 %)", slope.words(sizes))));
    let bend = series.slope.and_then(|slope| slope.bend);
    details.extend(bend.map(|off| format!("not linear: {} off the line", sizes.text(Bytes(off as u64)))));
}
