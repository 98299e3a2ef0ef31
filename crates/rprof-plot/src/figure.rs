//! The figure as a whole: options and profiles become one SVG. It decides everything first, then draws the layers.

use rprof_trace::{Peak, PeakRemarks, Profile, Seconds};

use crate::data::endings::endings;
use crate::data::limits::{Limit, Limits};
use crate::data::span_groups::gather;
use crate::data::span_stack::{self, StackedSpan, stack};
use crate::data::time_range::TimeRange;
use crate::error::Error;
use crate::layers::endings::Endings;
use crate::layers::flame::{self, Flame};
use crate::layers::legend::Legend;
use crate::layers::marks::Marks;
use crate::layers::span_lanes::SpanLanes;
use crate::layers::{axes, gaps, limits, peak, titles};
use crate::options::{Options, SpanView, Trace};
use crate::series::{Series, SeriesSet};
use crate::sheet::axis::{self, Axis};
use crate::sheet::canvas::{Canvas, Px};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::layout::{Layout, TICK, Wanted};
use crate::sheet::palette::{Stroke, TINT};
use crate::sheet::text::visible;
use crate::sheet::thinning::thinned;

/// The most points of all curves together. The SVG stays below 200 kB with twice as many.
const BUDGET: usize = 8000;
/// Space above the highest value in px, where no label of a peak needs more.
const HEADROOM: f64 = 14.0;
/// The label of a limit below this many times the peak may meet the label of the peak.
const NEAR_PEAK: f64 = 1.2;
/// The memory axis of a run in which every value is 0: one MiB.
const LEAST_TOP: f64 = 1_048_576.0;

/// Draws a figure of memory over time as an SVG: one trace, or several that all start at 0.
///
/// Time and size of the result are bounded by the width of the figure, not by the length of the traces. The same
/// input gives the same bytes on every machine.
///
/// # Errors
/// [`Error::Size`] and [`Error::Window`] for options out of range, [`Error::Empty`] and [`Error::EmptyWindow`] if there
/// is no sample to show.
///
/// # Examples
/// ```
/// use rprof_plot::{Options, Trace};
/// use rprof_trace::{Bytes, Point, Profile, Seconds};
///
/// let at = |time, mib: u64| Point { time: Seconds(time), value: Bytes(mib << 20) };
/// let profile = Profile { total: vec![at(0.0, 1), at(2.5, 80), at(3.0, 20)], ..Profile::default() };
/// let options = Options { title: Some("Three samples".to_owned()), width: 640, ..Options::default() };
/// let svg = rprof_plot::svg(&options, &[Trace { label: "run.dat", profile: &profile }])?;
/// assert!(svg.starts_with("<svg") && svg.contains("Three samples"));
/// # Ok::<(), rprof_plot::Error>(())
/// ```
pub fn svg(options: &Options, traces: &[Trace]) -> Result<String, Error> {
    let size = (options.width, options.height);
    check_size(size)?;
    check_samples(traces)?;
    let range = TimeRange::new(options.window, traces)?;
    let curves = SeriesSet::choose(options, traces, &range);
    if curves.is_empty() {
        let [from, to, elapsed] = [range.from, range.to, range.end].map(Seconds);
        return Err(Error::EmptyWindow { from, to, elapsed });
    }
    let figure = Figure::plan(options, traces, curves, range);
    let title = figure.layout.title.join(" ");
    let mut canvas = Canvas::new(size, if title.is_empty() { "memory over time" } else { &title });
    figure.draw(&mut canvas);
    canvas.finish()
}

fn check_size((width, height): (u32, u32)) -> Result<(), Error> {
    let in_range = (400..=8192).contains(&width) && (240..=8192).contains(&height);
    if in_range { Ok(()) } else { Err(Error::Size(width, height)) }
}

fn check_samples(traces: &[Trace]) -> Result<(), Error> {
    if traces.iter().any(|trace| !trace.profile.total.is_empty()) {
        return Ok(());
    }
    Err(Error::Empty(match traces {
        [] => "no trace given".to_owned(),
        [one] => format!("`{}` has no samples", visible(one.label)),
        all => format!("none of the {} traces has samples", all.len()),
    }))
}

/// All that is decided before the first line is drawn.
struct Figure<'a> {
    /// The only profile; `None` when there are several.
    single: Option<&'a Profile>,
    curves: SeriesSet,
    layout: Layout,
    coords: Coords,
    lanes: SpanLanes,
    flame: Flame<'a>,
    legend: Legend,
    marks: Marks,
    endings: Endings,
    /// The limits to be drawn, each with its words.
    limits: Vec<(f64, String)>,
    /// The peak to be marked, if it lies on the time axis.
    peak: Option<Peak>,
    remarks: PeakRemarks,
    /// The metric of all profiles; `None` if they differ.
    metric: Option<&'static str>,
}

impl<'a> Figure<'a> {
    /// Decides on contents, then areas, then scales.
    ///
    /// These depend on one another. The width of the plot area depends on the legend, the legend on the names that
    /// fit in no flame block, and these names on the width of the plot area. The height of the plot area depends on
    /// the tiers of mark labels, and these on its width. Each step takes the result of the step before. No step is
    /// repeated until the result settles, so that the cost of a figure is bounded.
    fn plan(options: &Options, traces: &[Trace<'a>], curves: SeriesSet, range: TimeRange) -> Self {
        let single = if let [trace] = traces { Some(trace.profile) } else { None };
        let size = (f64::from(options.width), f64::from(options.height));
        let (lanes, spans) = span_contents(options, single, &range);
        let peak = single.and_then(|profile| profile.peak).filter(|_| options.peak);
        let in_range = peak.filter(|peak| range.contains(peak.time.0));
        let highest = curves.highest().max(in_range.as_ref().map_or(0.0, peak::reach));
        let limits = Limits::new(&traces.iter().map(|trace| trace.profile).collect::<Vec<_>>(), highest);
        let remarks = single.filter(|_| in_range.is_some()).map(PeakRemarks::of).unwrap_or_default();
        let names: Vec<&str> = traces.iter().map(|trace| trace.label).collect();
        let title = titles::title(options.title.as_deref(), single);
        let subtitle = titles::subtitle(&remarks, &limits.far_words(&names));
        let others = curves.others.map(|others| others.to_string());
        let mut legend = Legend { curves: curves.entries(single.is_some()), others, blocks: Vec::new() };
        let layout_for = |legend: &Legend, strip: f64| {
            let panel = lanes.height() + span_stack::depth(&spans) as f64 * flame::LEVEL;
            let wanted = Wanted { legend: legend.width().max(lanes.table_width()), panel, strip };
            Layout::new(size, (&title, &subtitle), wanted)
        };
        // The first round makes the plot area narrower; the second one finds the names that no longer fit.
        for _ in 0..2 {
            let layout = layout_for(&legend, 0.0);
            legend.set_blocks(Flame::new(&times_only(&layout, &range), layout.panel.height(), &spans).key);
        }
        let layout = layout_for(&legend, 0.0);
        let marks = single.map_or(&[][..], |profile| &profile.marks);
        let times = times_only(&layout, &range);
        let marks = Marks::place(marks, &times, layout.strip.x1, size.1);
        let endings = single.map(endings).unwrap_or_default();
        let endings = Endings::place(&endings, &times, (layout.strip.x0, layout.strip.x1));
        let layout = layout_for(&legend, marks.height() + endings.height());

        let memory = memory_axis(highest, in_range.is_some(), limits.highest(), layout.plot.height());
        let coords = Coords::new(layout.plot, time_axis(&layout, &range), memory);
        let flame = Flame::new(&coords, layout.panel.height(), &spans);
        let peak = peak.filter(|peak| coords.shows(peak.time.0));
        let metric = common_metric(traces);
        let words = |limit: &Limit| (limit.bytes.0 as f64, limit.words(&names));
        let limits = limits.near.iter().map(words).collect();
        Self {
            single,
            curves,
            layout,
            coords,
            lanes,
            flame,
            legend,
            marks,
            endings,
            limits,
            peak,
            remarks,
            metric,
        }
    }

    /// Draws the layers from the back to the front, each as a group of the SVG.
    fn draw(&self, canvas: &mut Canvas) {
        let coords = &self.coords;
        let Layout { strip, panel, legend, .. } = self.layout;
        let lines = self.lines();
        titles::draw(canvas, &self.layout);
        canvas.group("ground", |canvas| self.draw_ground(canvas, &lines));
        canvas.group("axes", |canvas| axes::draw(canvas, coords, panel.y1, self.metric));
        canvas.group("mark-lines", |canvas| self.marks.draw_lines(canvas, coords, strip, panel.y1));
        canvas.group("limit-lines", |canvas| {
            limits::draw_lines(canvas, coords, self.limits.iter().map(|(value, _)| *value));
        });
        if let Some(peak) = &self.peak {
            peak::draw_lines(canvas, coords, peak);
        }
        canvas.group("ending-lines", |canvas| self.endings.draw_lines(canvas, self.endings_row(), panel.y1));
        if panel.height() > 0.0 {
            // The id is older than the word span; scripts that read our figures may look for it.
            canvas.group("functions", |canvas| {
                self.flame.draw(canvas, panel);
                self.lanes.draw(canvas, coords, panel, legend.width());
            });
        }
        canvas.group("curves", |canvas| {
            // In reverse: the first curve, which is the whole, lies on top.
            for (series, line) in self.curves.series.iter().zip(&lines).rev() {
                draw_series(canvas, coords, series, line);
            }
        });
        let peak_label =
            self.peak.as_ref().map(|peak| peak::place(coords, peak, &self.remarks.beside_words()));
        let taken: Vec<Rect> =
            peak_label.iter().map(|label| label.place).chain(gaps::labels(coords, self.gaps())).collect();
        let labels = limits::place(coords, self.limits.iter().cloned(), &taken, &self.obstacles(lines));
        canvas.group("limits", |canvas| limits::draw(canvas, &labels));
        if let Some((peak, label)) = self.peak.as_ref().zip(peak_label) {
            canvas.group("peak", |canvas| peak::draw(canvas, coords, peak, &label));
        }
        canvas.group("marks", |canvas| self.marks.draw(canvas, strip));
        canvas.group("endings", |canvas| self.endings.draw(canvas, self.endings_row()));
        canvas.group("legend", |canvas| self.legend.draw(canvas, legend));
    }

    /// Draws all that lies behind the grid: filled areas, gaps, the interval of the peak.
    fn draw_ground(&self, canvas: &mut Canvas, lines: &[Vec<Vec<Px>>]) {
        for (_, line) in self.curves.series.iter().zip(lines).filter(|(series, _)| series.filled) {
            for piece in line {
                fill(canvas, piece, self.coords.plot.y1);
            }
        }
        gaps::draw(canvas, &self.coords, self.gaps());
        if let Some(peak) = &self.peak {
            peak::draw_interval(canvas, &self.coords, peak);
        }
    }

    fn gaps(&self) -> &'a [(Seconds, Seconds)] {
        self.single.map_or(&[], |profile| &profile.gaps)
    }

    /// All lines that a label of a limit should not cover: the curves, the peak, the limits.
    fn obstacles(&self, lines: Vec<Vec<Vec<Px>>>) -> Vec<Vec<Px>> {
        let Rect { x0, x1, .. } = self.coords.plot;
        let peak = self.peak.map(|peak| peak.value.0 as f64);
        let values = self.limits.iter().map(|(value, _)| *value).chain(peak);
        let across = values.map(|value| self.coords.y(value)).map(|y| vec![(x0, y), (x1, y)]);
        lines.into_iter().flatten().chain(across).collect()
    }

    /// The row of the labels of ends: the lowest part of the strip.
    fn endings_row(&self) -> Rect {
        let strip = self.layout.strip;
        Rect { y0: strip.y1 - self.endings.height(), ..strip }
    }

    /// Every curve in px, thinned just enough for all of them to keep to [`BUDGET`].
    fn lines(&self) -> Vec<Vec<Vec<Px>>> {
        let place =
            |piece: &Vec<_>| piece.iter().map(|(time, value)| self.coords.at(*time, *value)).collect();
        let placed: Vec<Vec<Vec<Px>>> =
            self.curves.series.iter().map(|series| series.pieces.iter().map(place).collect()).collect();
        let mut width = 1.0;
        loop {
            let lines: Vec<Vec<Vec<Px>>> = placed.iter().map(|pieces| thinned(pieces, width)).collect();
            // With bins wider than this a curve would be a zigzag. Only dozens of noisy curves get there.
            if lines.iter().flatten().map(Vec::len).sum::<usize>() <= BUDGET || width > 32.0 {
                return lines;
            }
            width *= 1.5;
        }
    }
}

/// The spans as lanes or as a stack, by the options; the other one is empty.
fn span_contents<'a>(
    options: &Options,
    single: Option<&'a Profile>,
    range: &TimeRange,
) -> (SpanLanes, Vec<StackedSpan<'a>>) {
    let spans = single.map_or(&[][..], |profile| &profile.spans);
    match options.spans {
        SpanView::Hidden => (SpanLanes::default(), Vec::new()),
        SpanView::Flame => (SpanLanes::default(), stack(spans, range)),
        SpanView::Lanes => {
            let room = Layout::panel_room(options.height.into());
            (SpanLanes::new(gather(spans, range), room, range.end), Vec::new())
        }
    }
}

fn common_metric(traces: &[Trace]) -> Option<&'static str> {
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

/// The memory axis of a plot area of this height in px: it reaches over the highest value in bytes and the highest limit,
/// with room for the label of each.
fn memory_axis(highest: f64, has_peak: bool, limit: f64, height: f64) -> Axis {
    let headroom = match has_peak {
        // Both labels may have to stand above each other.
        true if limit > 0.0 && limit < highest * NEAR_PEAK => peak::HEADROOM + limits::HEADROOM / 2.0,
        true => peak::HEADROOM,
        false => HEADROOM,
    };
    // On a low figure the headroom is half of the plot area at most.
    let top = |value: f64, headroom: f64| value / (1.0 - (headroom / height).min(0.5));
    let top = top(highest, headroom).max(top(limit, limits::HEADROOM));
    axis::memory(if top > 0.0 { top } else { LEAST_TOP }, highest, height)
}

/// Fills the area between a piece of a curve and the time axis at `ground` px.
fn fill(canvas: &mut Canvas, piece: &[Px], ground: f64) {
    if let [first, .., last] = piece {
        let mut corners = vec![(first.0, ground)];
        corners.extend(piece);
        corners.push((last.0, ground));
        canvas.area(&corners, TINT);
    }
}

/// Draws a curve, the line fitted to it and the marker at its peak.
fn draw_series(canvas: &mut Canvas, coords: &Coords, series: &Series, line: &[Vec<Px>]) {
    let colour = series.entry.stroke.colour;
    for piece in line {
        match piece[..] {
            // A line needs two points: a sample alone between two gaps is a dot.
            [only] => canvas.dot(only, 2.0, colour),
            _ => canvas.line(piece, &series.entry.stroke),
        }
    }
    if let Some(slope) = series.slope {
        let ends = slope.ends(coords.memory.to);
        let stroke = Stroke { colour, width: 1.2, dash: "2 3" };
        canvas.line(&ends.map(|time| coords.at(time, slope.at(time))), &stroke);
    }
    if let (Some(marker), Some((time, value))) = (series.entry.marker, series.peak) {
        canvas.marker(coords.at(time, value), marker, colour);
    }
}
