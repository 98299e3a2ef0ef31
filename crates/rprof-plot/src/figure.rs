//! The figure: profiles and options become one SVG.

use rprof_trace::{Metric, Profile, Seconds};

use crate::data::curve::thinned;
use crate::data::span_groups;
use crate::data::time_range::{bounds, length};
use crate::error::Error;
use crate::layers::{axes, flame, gaps, legend, marks, peak, span_lanes};
use crate::options::{Options, SpanView, Trace};
use crate::series::{self, Chosen, Series};
use crate::sheet::axis;
use crate::sheet::canvas::{Anchor, Canvas, Px};
use crate::sheet::coords::Coords;
use crate::sheet::layout::{Layout, TICK, TITLE};
use crate::sheet::palette::{INK, Stroke, TINT};
use crate::sheet::text::visible;

/// Points of all curves together; the file stays below 200 kB with twice as many.
const BUDGET: usize = 8000;

/// Draws a figure: memory over time of one trace, or of several from the start of each.
/// The cost and the size of the result are bounded by the figure's width, not by the length of the traces.
///
/// # Errors
/// When there is no sample to show, or the options cannot be met.
pub fn svg(options: &Options, traces: &[Trace]) -> Result<String, Error> {
    let size = (options.width, options.height);
    if !(400..=8192).contains(&size.0) || !(240..=8192).contains(&size.1) {
        return Err(Error::Size(size.0, size.1));
    }
    let (from, to) = bounds(options, traces)?;
    let chosen = series::choose(options, traces, from, to);
    if chosen.series.iter().all(|s| s.pieces.is_empty()) {
        return Err(Error::EmptyWindow {
            from: Seconds(from),
            to: Seconds(to),
            elapsed: Seconds(length(traces)),
        });
    }
    let figure = Figure::new(options, traces, chosen, (from, to));
    let title = figure.layout.title.join(" ");
    let mut canvas = Canvas::new(size, if title.is_empty() { "memory over time" } else { &title });
    figure.draw(&mut canvas);
    canvas.finish()
}

/// All that is decided before the first line is drawn.
struct Figure<'a> {
    options: &'a Options,
    /// The only profile; `None` when there are several.
    single: Option<&'a Profile>,
    chosen: Chosen,
    layout: Layout,
    coords: Coords,
    groups: (Vec<span_groups::SpanGroup>, usize),
    flame: flame::Flame<'a>,
    /// The legend's: so many of curves, then those of blocks.
    entries: (Vec<legend::Entry>, usize),
    marks: marks::Marks,
    /// The end of the run.
    end: f64,
    metric: Option<&'static str>,
}

impl<'a> Figure<'a> {
    fn new(options: &'a Options, traces: &[Trace<'a>], chosen: Chosen, (from, to): (f64, f64)) -> Self {
        let single = if let [trace] = traces { Some(trace.profile) } else { None };
        let end = length(traces);
        let spans = single.map_or(&[][..], |profile| &profile.spans);
        let blocks =
            if options.spans == SpanView::Flame { flame::stack(spans, from, to, end) } else { Vec::new() };
        let groups = if options.spans == SpanView::Lanes {
            let lanes = (Layout::panel_room(options.height.into()) / span_lanes::LANE) as usize;
            span_lanes::choose(span_groups::gather(spans, from, to, end), lanes.min(8))
        } else {
            (Vec::new(), 0)
        };
        let title = match (&options.title, single) {
            (Some(title), _) => title.split('\n').map(visible).collect::<Vec<_>>().join("\n"),
            (None, Some(profile)) => visible(profile.command.trim()),
            (None, None) => String::new(),
        };
        let mut entries = chosen.legend_entries(single.is_some());
        let curves = entries.len();
        let lanes = groups.0.len() + usize::from(groups.1 > 0);
        let panel = lanes as f64 * span_lanes::LANE + flame::depth(&blocks) as f64 * flame::LEVEL;
        let size = (options.width.into(), options.height.into());
        let plan = |entries: &[legend::Entry], strip: f64| {
            let wide = legend::width(entries).max(span_lanes::label_width(&groups.0));
            Layout::new(size, &title, wide, panel, strip)
        };
        // Where a time is does not depend on the height of the memory axis.
        let flat = |layout: &Layout| {
            let time = axis::time(from, to, layout.plot.width(), TICK);
            Coords::new(layout.plot, time, axis::memory(1.0, 1.0, layout.plot.height()))
        };
        // Names that are in no box go into the legend, which may leave the blocks less room: looked at twice.
        for _ in 0..2 {
            let layout = plan(&entries, 0.0);
            let flame = flame::Flame::new(&flat(&layout), layout.panel.height(), &blocks);
            entries.truncate(curves);
            entries.extend(flame.key.into_iter().map(legend::Entry::of_blocks));
        }
        let layout = plan(&entries, 0.0);
        // Nor does it on the height of the strip, which depends on where the marks are.
        let own = single.map_or(&[][..], |profile| &profile.marks);
        let marks = marks::Marks::place(own, &flat(&layout), layout.strip.x1, options.height.into());
        let layout = plan(&entries, marks.height());

        let marked = single.and_then(|profile| profile.peak).filter(|_| options.peak);
        let marked = marked.filter(|peak| (from..=to).contains(&peak.time.0));
        let highest = chosen.highest().max(marked.as_ref().map_or(0.0, peak::reach));
        let headroom = if marked.is_some() { peak::HEADROOM } else { 14.0 };
        let height = layout.plot.height();
        // Nothing but zeros still needs an axis: a MiB.
        let top = if highest > 0.0 { highest / (1.0 - (headroom / height).min(0.5)) } else { 1_048_576.0 };
        let coords = Coords::new(
            layout.plot,
            axis::time(from, to, layout.plot.width(), TICK),
            axis::memory(top, highest, height),
        );
        let flame = flame::Flame::new(&coords, layout.panel.height(), &blocks);
        let first = traces.first().map(|t| t.profile.metric);
        let metric = first.filter(|m| traces.iter().all(|t| t.profile.metric == *m)).map(Metric::name);
        Self {
            options,
            single,
            chosen,
            layout,
            coords,
            groups,
            flame,
            entries: (entries, curves),
            marks,
            end,
            metric,
        }
    }

    fn draw(&self, canvas: &mut Canvas) {
        let lines = self.thinned();
        let marked =
            self.single.and_then(|p| p.peak).filter(|p| self.options.peak && self.coords.shows(p.time.0));
        canvas.group("title", |canvas| {
            for (i, line) in self.layout.title.iter().enumerate() {
                canvas.text(line, Layout::title_at(i), Anchor::Start, TITLE, INK);
            }
        });
        canvas.group("ground", |canvas| {
            for (_, line) in self.chosen.series.iter().zip(&lines).filter(|(series, _)| series.filled) {
                for piece in line {
                    self.fill(canvas, piece);
                }
            }
            gaps::draw(canvas, &self.coords, self.single.map_or(&[], |profile| &profile.gaps));
            if let Some(peak) = &marked {
                peak::draw_interval(canvas, &self.coords, peak);
            }
        });
        canvas.group("axes", |canvas| axes::draw(canvas, &self.coords, self.layout.panel.y1, self.metric));
        let Layout { strip, panel, legend, .. } = self.layout;
        canvas.group("mark-lines", |canvas| self.marks.draw_lines(canvas, &self.coords, strip, panel.y1));
        if let Some(peak) = &marked {
            peak::draw_lines(canvas, &self.coords, peak);
        }
        if self.layout.panel.height() > 0.0 {
            canvas.group("functions", |canvas| {
                self.flame.draw(canvas, panel);
                let groups = (&self.groups.0[..], self.groups.1);
                span_lanes::draw(canvas, &self.coords, panel, groups, legend.width(), self.end);
            });
        }
        canvas.group("curves", |canvas| {
            // The first, which is the whole, lies on top.
            for (series, line) in self.chosen.series.iter().zip(&lines).rev() {
                self.draw_series(canvas, series, line);
            }
        });
        if let Some(peak) = &marked {
            canvas.group("peak", |canvas| peak::draw(canvas, &self.coords, peak));
        }
        canvas.group("marks", |canvas| self.marks.draw(canvas, strip));
        let (curves, blocks) = self.entries.0.split_at(self.entries.1);
        if !self.entries.0.is_empty() {
            let more = self.chosen.more;
            canvas.group("legend", |canvas| {
                legend::draw(canvas, self.layout.legend, curves, more, blocks);
            });
        }
    }

    /// Every curve in px; the columns are widened until all of them keep to the budget.
    fn thinned(&self) -> Vec<Vec<Vec<Px>>> {
        let mut column = 1.0;
        loop {
            let thin = |series: &Series| thinned(&series.pieces, |s| self.coords.at(s.0, s.1), column);
            let lines: Vec<Vec<Vec<Px>>> = self.chosen.series.iter().map(thin).collect();
            if lines.iter().flatten().map(Vec::len).sum::<usize>() <= BUDGET || column > 32.0 {
                return lines;
            }
            column *= 1.5;
        }
    }

    fn fill(&self, canvas: &mut Canvas, piece: &[Px]) {
        if let [first, .., last] = piece {
            let ground = self.coords.plot.y1;
            let corners: Vec<Px> = std::iter::once((first.0, ground))
                .chain(piece.iter().copied())
                .chain([(last.0, ground)])
                .collect();
            canvas.area(&corners, TINT);
        }
    }

    fn draw_series(&self, canvas: &mut Canvas, series: &Series, line: &[Vec<Px>]) {
        for piece in line {
            match piece[..] {
                [only] => canvas.dot(only, 2.0, series.entry.stroke.colour),
                _ => canvas.line(piece, &series.entry.stroke),
            }
        }
        if let Some(slope) = series.slope {
            let ends = slope.ends(self.coords.memory.to);
            let stroke = Stroke { colour: series.entry.stroke.colour, width: 1.2, dash: "2 3" };
            canvas.line(&ends.map(|time| self.coords.at(time, slope.at(time))), &stroke);
        }
        if let (Some(marker), Some((time, value))) = (series.entry.marker, series.peak) {
            canvas.marker(self.coords.at(time, value), marker, series.entry.stroke.colour);
        }
    }
}

impl Chosen {
    /// The entries of the legend: none where a single plain curve explains itself.
    fn legend_entries(&self, single: bool) -> Vec<legend::Entry> {
        let plain = single && self.more == 0 && matches!(&self.series[..], [one] if one.slope.is_none());
        if plain { Vec::new() } else { self.series.iter().map(|s| s.entry.clone()).collect() }
    }

    /// The highest value of all curves in bytes.
    fn highest(&self) -> f64 {
        let values = self
            .series
            .iter()
            .flat_map(|s| s.pieces.iter().flatten().map(|p| p.1).chain(s.peak.map(|p| p.1)));
        values.fold(0.0, f64::max)
    }
}
