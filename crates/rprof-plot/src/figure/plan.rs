//! The plan of a figure: contents, areas and scales, all decided before the first line is drawn.

use rprof_trace::{Bytes, Peak, PeakRemarks, Profile, Sizes};

use crate::data::endings::endings;
use crate::data::limits::{Limit, Limits};
use crate::data::span_groups::{SpanGroup, gather};
use crate::data::span_stack::{self, StackedSpan, stack};
use crate::data::time_range::TimeRange;
use crate::figure::labels::{Labels, Subjects};
use crate::figure::lines::{self, Line, lines};
use crate::figure::scale::{self, Reached};
use crate::layers::endings::Endings;
use crate::layers::flame::{self, Flame};
use crate::layers::legend::Legend;
use crate::layers::marks::Marks;
use crate::layers::span_lanes::{SpanLanes, TablePlace};
use crate::layers::{curve_labels, peak, titles};
use crate::options::{Options, SpanView, Trace};
use crate::series::SeriesSet;
use crate::sheet::axis::{self, Axis};
use crate::sheet::coords::Coords;
use crate::sheet::layout::{Layout, TICK, Wanted};

/// The greatest height of a sheet in px.
const HIGHEST_SHEET: f64 = 8192.0;

/// All that is decided before the first line is drawn.
pub struct Plan<'a> {
    pub subjects: Subjects<'a>,
    pub curves: SeriesSet,
    pub arrangement: Arrangement<'a>,
    /// The metric of all profiles; `None` if they differ.
    pub metric: Option<&'static str>,
}

/// The areas of the sheet, the scales, and what has been placed on them.
pub struct Arrangement<'a> {
    /// Width and height of the sheet in px.
    pub size: (f64, f64),
    pub layout: Layout,
    pub coords: Coords,
    pub flame: Flame<'a>,
    pub marks: Marks,
    pub endings: Endings,
    pub lanes: SpanLanes,
    pub legend: Legend,
    /// The curves on the sheet.
    pub lines: Vec<Line>,
    pub labels: Labels,
}

/// The contents that have to be arranged.
struct Contents<'a> {
    single: Option<&'a Profile>,
    range: TimeRange,
    size: (f64, f64),
    title: String,
    subtitle: String,
    lanes: Vec<SpanGroup>,
    spans: Vec<StackedSpan<'a>>,
    /// True if the panel may take what it needs.
    is_panel_whole: bool,
    /// The highest value of curves and marks in bytes, and the highest limit to be drawn.
    highest: f64,
    limit: f64,
    has_peak: bool,
    /// The upper end of the memory axis in bytes, if the user wants one.
    top: Option<f64>,
    /// The lowest value above 0 in bytes, if the memory axis is logarithmic.
    lowest: Option<f64>,
    sizes: Sizes,
}

impl<'a> Plan<'a> {
    /// Decides on contents, then areas, then scales.
    pub fn new(options: &Options, traces: &[Trace<'a>], curves: SeriesSet, range: TimeRange) -> Self {
        let single = if let [trace] = traces { Some(trace.profile) } else { None };
        let sizes = options.sizes();
        let top = options.highest.map(|top| (top.0 as f64).max(1.0));
        let is_shown = |peak: &Peak| options.peak && top.is_none_or(|top| peak.value.0 as f64 <= top);
        let peak = single.and_then(|profile| profile.peak).filter(is_shown);
        let in_range = peak.filter(|peak| range.contains(peak.time.0));
        let reached = curves.highest().max(in_range.as_ref().map_or(0.0, peak::reach));
        let highest = reached.min(top.unwrap_or(f64::INFINITY));
        let limits = Limits::new(&traces.iter().map(|trace| trace.profile).collect::<Vec<_>>(), highest);
        let remarks = single.filter(|_| in_range.is_some()).map(PeakRemarks::of).unwrap_or_default();
        let remarks = remarks.with_sizes(sizes);
        let names: Vec<&str> = traces.iter().map(|trace| trace.label).collect();
        let is_above = reached > highest;
        let above =
            is_above.then(|| format!("above the axis: values up to {}", sizes.text(Bytes(reached as u64))));
        let far = Some(limits.far_words(&names, sizes)).filter(|words| !words.is_empty());
        let beyond = above.into_iter().chain(far).chain(curves.remark.clone());
        let words_beyond = beyond.collect::<Vec<_>>().join("; ");
        let (lanes, spans) = span_contents(options, single, &range);
        let contents = Contents {
            single,
            range,
            size: (f64::from(options.width), f64::from(options.height)),
            title: titles::title(options.title.as_deref(), single),
            subtitle: titles::subtitle(single, &remarks, &words_beyond),
            lanes,
            spans,
            is_panel_whole: options.all_spans,
            highest,
            limit: limits.highest(),
            has_peak: in_range.is_some(),
            top,
            lowest: scale::lowest(options, &curves),
            sizes,
        };
        let words = |limit: &Limit| (limit.bytes.0 as f64, limit.words(&names, sizes));
        let is_on_axis = |limit: &&Limit| top.is_none_or(|top| limit.bytes.0 as f64 <= top);
        let limits = limits.near.iter().filter(is_on_axis).map(words).collect();
        let subjects = Subjects { single, peak, remarks, limits };
        let arrangement = contents.choose(&curves, &subjects);
        let metric = common_metric(traces).filter(|_| !curves.is_mixed);
        Self { subjects, curves, arrangement, metric }
    }
}

impl<'a> Contents<'a> {
    /// Labels every curve directly if there is room, and explains them by a legend otherwise.
    fn choose(&self, curves: &SeriesSet, subjects: &Subjects) -> Arrangement<'a> {
        let entries = curves.entries(self.single.is_some());
        let most = if curves.is_stacked { usize::MAX } else { curve_labels::MOST };
        if (1..=most).contains(&entries.len()) {
            let mut direct = self.arrange(Legend::default(), curves, subjects);
            let labels = subjects.labels(&direct.coords, &direct.lines);
            let verticals = direct.marks.places().chain(direct.endings.places());
            let labels = labels.with_curves(subjects, &direct.coords, curves, &direct.lines, verticals);
            if let Some(labels) = labels {
                direct.labels = labels;
                return direct;
            }
        }
        let mut legend = Legend { curves: entries, others: curves.others.clone(), blocks: Vec::new() };
        // Where the peaks do not fit with their times, they stand alone.
        let widest = Layout::widest_legend(self.size.0);
        if legend.curves.iter().any(|entry| entry.is_cut(widest)) {
            let short = curves.explained().map(|series| series.short.as_ref());
            for (entry, short) in legend.curves.iter_mut().zip(short) {
                if let Some((detail, short)) = entry.details.first_mut().zip(short) {
                    detail.clone_from(short);
                }
            }
        }
        self.arrange(legend, curves, subjects)
    }

    /// Chooses the lanes and the place of their table. If all are wanted, the sheet grows by what they need.
    fn lanes(&self, legend: &Legend) -> (SpanLanes, (f64, f64)) {
        // A table beside the lanes fills the column of the legend; without a legend it would leave that column blank.
        let place = if legend.width() > 0.0 { TablePlace::Beside } else { TablePlace::Above };
        let room = Layout::panel_room(self.size.1);
        let mut lanes = SpanLanes::new(self.lanes.clone(), self.range.end, self.sizes);
        lanes.fit(place, if self.is_panel_whole { HIGHEST_SHEET / 2.0 } else { room });
        let depth = span_stack::depth(&self.spans) as f64 * flame::LEVEL;
        let needed = lanes.height().max(depth).min(HIGHEST_SHEET / 2.0);
        let more = if self.is_panel_whole { (needed - room).max(0.0) } else { 0.0 };
        (lanes, (self.size.0, (self.size.1 + more).min(HIGHEST_SHEET).ceil()))
    }

    /// Arranges the contents.
    ///
    /// These depend on one another. The width of the plot area depends on the legend, the legend on the names that
    /// fit in no flame block, and these names on the width of the plot area. The height of the plot area depends on
    /// the tiers of mark labels, and these on its width. Each step takes the result of the step before. No step is
    /// repeated until the result settles, so that the cost of a figure is bounded.
    fn arrange(&self, mut legend: Legend, curves: &SeriesSet, subjects: &Subjects) -> Arrangement<'a> {
        let (lanes, size) = self.lanes(&legend);
        let layout_for = |legend: &Legend, strip: f64| {
            let panel = lanes.height() + span_stack::depth(&self.spans) as f64 * flame::LEVEL;
            let is_panel_whole = self.is_panel_whole;
            let wanted =
                Wanted { legend: legend.width().max(lanes.table_width()), panel, is_panel_whole, strip };
            Layout::new(size, (&self.title, &self.subtitle), wanted)
        };
        // The first round makes the plot area narrower; the second one finds the names that no longer fit.
        for _ in 0..2 {
            let layout = layout_for(&legend, 0.0);
            let times = times_only(&layout, &self.range);
            legend.set_blocks(Flame::new(&times, layout.panel.height(), &self.spans).key);
        }
        let layout = layout_for(&legend, 0.0);
        let marks = self.single.map_or(&[][..], |profile| &profile.marks);
        let times = times_only(&layout, &self.range);
        let marks = Marks::place(marks, &times, layout.strip.x1, size.1);
        let endings = self.single.map(endings).unwrap_or_default();
        let endings = Endings::place(&endings, &times, (layout.strip.x0, layout.strip.x1));
        let layout = layout_for(&legend, marks.height() + endings.height());

        let height = layout.plot.height();
        let Self { highest, has_peak, limit, sizes, .. } = *self;
        let reached = Reached { highest, has_peak, limit, sizes };
        let memory = reached.axis(self.top, self.lowest, height);
        let coords = Coords::new(layout.plot, time_axis(&layout, &self.range), memory);
        let flame = Flame::new(&coords, layout.panel.height(), &self.spans);
        let lines = lines(curves, &coords, lines::BUDGET);
        let labels = subjects.labels(&coords, &lines);
        Arrangement { size, layout, coords, flame, marks, endings, lanes, legend, lines, labels }
    }
}

/// The spans as groups for lanes or as a stack, by the options; the other one is empty.
fn span_contents<'a>(
    options: &Options,
    single: Option<&'a Profile>,
    range: &TimeRange,
) -> (Vec<SpanGroup>, Vec<StackedSpan<'a>>) {
    let spans = single.map_or(&[][..], |profile| &profile.spans);
    match options.spans {
        SpanView::Hidden => (Vec::new(), Vec::new()),
        SpanView::Flame => (Vec::new(), stack(spans, range)),
        SpanView::Lanes => (gather(spans, range), Vec::new()),
    }
}

/// The metric of all traces; `None` if they differ.
pub fn common_metric(traces: &[Trace]) -> Option<&'static str> {
    let first = traces.first()?.profile.metric;
    traces.iter().all(|trace| trace.profile.metric == first).then(|| first.name())
}

fn time_axis(layout: &Layout, range: &TimeRange) -> Axis {
    axis::time(range.from, range.to, layout.plot.width(), TICK)
}

/// Coordinates for times alone, while the height of the plot area is still open. The values of their memory axis mean
/// nothing.
fn times_only(layout: &Layout, range: &TimeRange) -> Coords {
    Coords::new(layout.plot, time_axis(layout, range), axis::memory(1.0, 1.0, layout.plot.height()))
}
