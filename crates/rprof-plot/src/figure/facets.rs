//! Small multiples: a panel for each trace, in rows and columns, with shared axes or with axes of their own.

use rprof_trace::{PeakRemarks, Profile, Seconds, Sizes};

use crate::data::endings::endings;
use crate::data::limits::{Limit, Limits};
use crate::data::time_range::TimeRange;
use crate::error::Error;
use crate::figure::grid::{Grid, HEADER};
use crate::figure::lines::{self, Line, lines};
use crate::figure::plan::common_metric;
use crate::figure::scale::{self, Reached};
use crate::layers::axes::{self, PanelAxes};
use crate::layers::legend::{Entry, Legend};
use crate::layers::{gaps, limits, peak, titles};
use crate::options::{Facet, Options, Trace};
use crate::series::SeriesSet;
use crate::sheet::axis;
use crate::sheet::canvas::{Anchor, Canvas, Look};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::layout::{Layout, TICK, Wanted};
use crate::sheet::palette::{INK, MUTED, Marker, VERMILLION};
use crate::sheet::text::{Font, visible};

const NAME: Font = Font { size: 12.0, bold: true };
const WORDS: Font = Font::regular(11.0);

/// One panel, before it has a place.
struct Panel<'a> {
    profile: &'a Profile,
    name: String,
    /// The peak and all else that the panel does not label.
    facts: Vec<String>,
    /// The peak without its time.
    short: String,
    range: TimeRange,
    curves: SeriesSet,
    reached: Reached,
    /// The lowest value above 0 in bytes, if the axis is logarithmic.
    lowest: Option<f64>,
    limits: Vec<f64>,
}

/// A panel with its place.
struct Placed<'a> {
    panel: Panel<'a>,
    coords: Coords,
    lines: Vec<Line>,
    axes: PanelAxes,
}

/// Draws a panel for each trace.
///
/// # Errors
/// As [`svg`](super::svg()).
pub fn svg(options: &Options, traces: &[Trace], facet: Facet) -> Result<String, Error> {
    let common = TimeRange::new(options.window, traces)?;
    let mut panels = Vec::with_capacity(traces.len());
    for trace in traces {
        let range = if facet == Facet::Shared { common } else { TimeRange::new(options.window, &[*trace])? };
        panels.push(Panel::new(options, trace.label, trace.profile, range)?);
    }
    if panels.iter().all(|panel| panel.curves.is_empty()) {
        let [from, to, elapsed] = [common.from, common.to, common.end].map(Seconds);
        return Err(Error::EmptyWindow { from, to, elapsed });
    }
    if facet == Facet::Shared {
        share(&mut panels);
    }
    let legend = legend(&panels);
    let single = if let [trace] = traces { Some(trace.profile) } else { None };
    let title = titles::title(options.title.as_deref(), single);
    let wanted = Wanted { legend: legend.width(), panel: 0.0, is_panel_whole: false, strip: 0.0 };
    let size = (f64::from(options.width), f64::from(options.height));
    let layout_for = |height: f64| Layout::new((size.0, height), (&title, ""), wanted);
    let grid = Grid::new(layout_for(size.1).plot, panels.len(), facet);
    let height = (size.1 + grid.more_height()).min(8192.0).ceil();
    let layout = layout_for(height);
    let grid = Grid::new(layout.plot, panels.len(), facet);
    let budget = lines::BUDGET / panels.len().max(1);
    let placed: Vec<Placed> = panels
        .into_iter()
        .enumerate()
        .map(|(at, panel)| panel.placed(options, (grid.panel(at), grid.axes(at)), budget.max(200)))
        .collect();
    let name = layout.title.join(" ");
    let name = if name.is_empty() { "memory over time" } else { &name };
    let mut canvas = Canvas::new((size.0 as u32, height as u32), name, &Look::from(options));
    titles::draw(&mut canvas, &layout);
    draw_labels(&mut canvas, &layout, &placed, common_metric(traces), facet);
    for (at, panel) in placed.iter().enumerate() {
        canvas.group(&format!("panel-{}", at + 1), |canvas| panel.draw(canvas));
    }
    canvas.group("legend", |canvas| legend.draw(canvas, layout.legend));
    canvas.finish()
}

/// Gives all panels the scales that fit all of them.
fn share(panels: &mut [Panel]) {
    let highest = panels.iter().map(|panel| panel.reached.highest).fold(0.0, f64::max);
    let limit = panels.iter().map(|panel| panel.reached.limit).fold(0.0, f64::max);
    let lowest = panels.iter().filter_map(|panel| panel.lowest).min_by(f64::total_cmp);
    for panel in panels {
        panel.reached = Reached { highest, limit, has_peak: false, ..panel.reached };
        panel.lowest = lowest;
    }
}

/// The curves that panels have in common, each once; empty if every panel has a single one.
fn legend(panels: &[Panel]) -> Legend {
    let mut curves: Vec<Entry> = Vec::new();
    for series in panels.iter().flat_map(|panel| panel.curves.explained()) {
        if !curves.iter().any(|entry| entry.name == series.entry.name) {
            curves.push(Entry { details: Vec::new(), ..series.entry.clone() });
        }
    }
    if curves.len() < 2 {
        curves.clear();
    }
    Legend { curves, ..Legend::default() }
}

/// Draws the labels of the axes that all panels have in common.
fn draw_labels(
    canvas: &mut Canvas,
    layout: &Layout,
    panels: &[Placed],
    metric: Option<&'static str>,
    facet: Facet,
) {
    let Some(first) = panels.first() else { return };
    let metric = metric.filter(|_| panels.iter().all(|placed| !placed.panel.curves.is_mixed));
    let units = (facet == Facet::Shared).then_some((first.coords.memory.unit, first.coords.time.unit));
    canvas.group("axes", |canvas| axes::draw_labels(canvas, layout.plot, layout.plot.y1, metric, units));
}

impl<'a> Panel<'a> {
    fn new(options: &Options, label: &str, profile: &'a Profile, range: TimeRange) -> Result<Self, Error> {
        let curves = SeriesSet::panel(options, profile, &range)?;
        let top = options.highest.map_or(f64::INFINITY, |top| (top.0 as f64).max(1.0));
        let highest = curves.highest().min(top);
        let limits = Limits::new(&[profile], highest);
        let is_on_axis = |limit: &&Limit| (limit.bytes.0 as f64) <= top;
        let near: Vec<&Limit> = limits.near.iter().filter(is_on_axis).collect();
        let lowest = scale::lowest(options, &curves);
        Ok(Self {
            facts: facts(profile, &curves, &near, options.sizes()),
            short: short(profile, options.sizes()),
            limits: near.iter().map(|limit| limit.bytes.0 as f64).collect(),
            reached: Reached {
                highest,
                has_peak: false,
                limit: near.last().map_or(0.0, |l| l.bytes.0 as f64),
                sizes: options.sizes(),
            },
            name: visible(label),
            profile,
            range,
            curves,
            lowest,
        })
    }

    fn placed(self, options: &Options, (place, axes): (Rect, PanelAxes), budget: usize) -> Placed<'a> {
        let top = options.highest.map(|top| (top.0 as f64).max(1.0));
        let memory = self.reached.axis(top, self.lowest, place.height());
        let time = axis::time(self.range.from, self.range.to, place.width(), TICK);
        let coords = Coords::new(place, time, memory);
        let lines = lines(&self.curves, &coords, budget);
        Placed { panel: self, coords, lines, axes }
    }
}

/// The facts of a panel: its peak, its limits, what ended it, what it does not draw.
fn facts(profile: &Profile, curves: &SeriesSet, limits: &[&Limit], sizes: Sizes) -> Vec<String> {
    let beside = PeakRemarks::of(profile).with_sizes(sizes).beside_words();
    let peak = profile.peak.map(|peak| peak::label(&peak, &beside, sizes));
    let peak = peak.unwrap_or_else(|| "no sample".to_owned());
    let limits = limits.iter().map(|limit| limit.words(&[], sizes));
    let ends = endings(profile).into_iter().map(|ending| visible(&ending.words));
    // After its peak, the whole has the facts of its slope.
    let whole = curves.series.iter().filter(|series| series.is_whole);
    let slope = whole.flat_map(|series| series.entry.details.iter().skip(1).cloned());
    let all = [peak].into_iter().chain(slope).chain(limits).chain(ends).chain(curves.remark.clone());
    all.collect()
}

/// The peak without its time, for a narrow panel.
fn short(profile: &Profile, sizes: Sizes) -> String {
    let beside = PeakRemarks::of(profile).with_sizes(sizes).beside_words();
    profile.peak.map_or_else(String::new, |peak| format!("peak {}", peak::value(&peak, &beside, sizes)))
}

/// As many facts as fit into this width in px, with a sign for the others; else the short one.
fn fitting(facts: &[String], short: &str, room: f64) -> String {
    let shown = |count: usize| {
        let more = if count < facts.len() { " …" } else { "" };
        facts[..count].join("; ") + more
    };
    let fits = (1..=facts.len()).rev().map(shown).find(|words| WORDS.width(words) <= room);
    fits.unwrap_or_else(|| WORDS.ellipsised(short, room))
}

impl Placed<'_> {
    fn draw(&self, canvas: &mut Canvas) {
        let Self { panel, coords, lines: drawn, axes: shown } = self;
        let ground = |canvas: &mut Canvas| {
            lines::fill_all(canvas, &panel.curves, drawn, coords);
            gaps::draw(canvas, coords, &panel.profile.gaps);
        };
        if panel.curves.is_stacked {
            axes::draw_panel(canvas, coords, *shown);
            ground(canvas);
        } else {
            ground(canvas);
            axes::draw_panel(canvas, coords, *shown);
        }
        limits::draw_lines(canvas, coords, panel.limits.iter().copied());
        for (series, line) in panel.curves.series.iter().zip(drawn).rev() {
            lines::draw(canvas, coords, series, line);
        }
        if let Some(peak) = panel.profile.peak.filter(|peak| coords.shows(peak.time.0))
            && peak.value.0 as f64 <= coords.memory.to
        {
            canvas.marker(coords.at(peak.time.0, peak.value.0 as f64), Marker::Circle, VERMILLION);
        }
        let Rect { x0, y0, .. } = coords.plot;
        let room = coords.plot.width();
        let top = y0 - HEADER;
        canvas.text(&NAME.ellipsised(&panel.name, room), (x0, top + 12.0), Anchor::Start, NAME, INK);
        canvas.text(
            &fitting(&panel.facts, &panel.short, room),
            (x0, top + 26.0),
            Anchor::Start,
            WORDS,
            MUTED,
        );
    }
}
