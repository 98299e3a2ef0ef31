//! The figure as a whole: options and profiles become one SVG. It decides everything first, then draws the layers.

mod plan;

use rprof_trace::Seconds;

use crate::data::time_range::TimeRange;
use crate::error::Error;
use crate::figure::plan::{Arrangement, Plan};
use crate::layers::{axes, gaps, limits, peak, titles};
use crate::options::{Options, Trace};
use crate::series::{Series, SeriesSet};
use crate::sheet::canvas::{Canvas, Px};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::layout::Layout;
use crate::sheet::palette::{Stroke, TINT};
use crate::sheet::text::visible;
use crate::sheet::thinning::thinned;

/// The most points of all curves together. The SVG stays below 200 kB with twice as many.
const BUDGET: usize = 8000;

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
    let plan = Plan::new(options, traces, curves, range);
    let title = plan.arrangement.layout.title.join(" ");
    let title = if title.is_empty() { "memory over time" } else { &title };
    let mut canvas = Canvas::new((plan.size.0 as u32, plan.size.1 as u32), title);
    plan.draw(&mut canvas);
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

impl Plan<'_> {
    /// Draws the layers from the back to the front, each as a group of the SVG.
    fn draw(&self, canvas: &mut Canvas) {
        let Arrangement { layout, coords, flame, marks, endings } = &self.arrangement;
        let Layout { strip, panel, legend, .. } = *layout;
        let lines = self.lines();
        titles::draw(canvas, layout);
        canvas.group("ground", |canvas| self.draw_ground(canvas, &lines));
        canvas.group("axes", |canvas| axes::draw(canvas, coords, panel.y1, self.metric));
        canvas.group("mark-lines", |canvas| marks.draw_lines(canvas, coords, strip, panel.y1));
        canvas.group("limit-lines", |canvas| {
            limits::draw_lines(canvas, coords, self.limits.iter().map(|(value, _)| *value));
        });
        if let Some(peak) = &self.peak {
            peak::draw_lines(canvas, coords, peak);
        }
        canvas.group("ending-lines", |canvas| endings.draw_lines(canvas, self.endings_row(), panel.y1));
        if panel.height() > 0.0 {
            // The id is older than the word span; scripts that read our figures may look for it.
            canvas.group("functions", |canvas| {
                flame.draw(canvas, panel);
                self.lanes.draw(canvas, coords, panel, legend.width());
            });
        }
        canvas.group("curves", |canvas| {
            // In reverse: the first curve, which is the whole, lies on top.
            for (series, line) in self.curves.series.iter().zip(&lines).rev() {
                draw_series(canvas, coords, series, line);
            }
        });
        self.draw_labels(canvas, lines);
        canvas.group("marks", |canvas| marks.draw(canvas, strip));
        canvas.group("endings", |canvas| endings.draw(canvas, self.endings_row()));
        canvas.group("legend", |canvas| self.legend.draw(canvas, legend));
    }

    /// Draws the labels of limits and of the peak.
    fn draw_labels(&self, canvas: &mut Canvas, lines: Vec<Vec<Vec<Px>>>) {
        let coords = &self.arrangement.coords;
        let peak_label =
            self.peak.as_ref().map(|peak| peak::place(coords, peak, &self.remarks.beside_words()));
        let taken: Vec<Rect> =
            peak_label.iter().map(|label| label.place).chain(gaps::labels(coords, self.gaps())).collect();
        let labels = limits::place(coords, self.limits.iter().cloned(), &taken, &self.obstacles(lines));
        canvas.group("limits", |canvas| limits::draw(canvas, &labels));
        if let Some((peak, label)) = self.peak.as_ref().zip(peak_label) {
            canvas.group("peak", |canvas| peak::draw(canvas, coords, peak, &label));
        }
    }

    /// Draws all that lies behind the grid: filled areas, gaps, the interval of the peak.
    fn draw_ground(&self, canvas: &mut Canvas, lines: &[Vec<Vec<Px>>]) {
        for (_, line) in self.curves.series.iter().zip(lines).filter(|(series, _)| series.filled) {
            for piece in line {
                fill(canvas, piece, self.arrangement.coords.plot.y1);
            }
        }
        gaps::draw(canvas, &self.arrangement.coords, self.gaps());
        if let Some(peak) = &self.peak {
            peak::draw_interval(canvas, &self.arrangement.coords, peak);
        }
    }

    fn gaps(&self) -> &[(Seconds, Seconds)] {
        self.single.map_or(&[], |profile| &profile.gaps)
    }

    /// All lines that a label of a limit should not cover: the curves, the peak, the limits.
    fn obstacles(&self, lines: Vec<Vec<Vec<Px>>>) -> Vec<Vec<Px>> {
        let Rect { x0, x1, .. } = self.arrangement.coords.plot;
        let peak = self.peak.map(|peak| peak.value.0 as f64);
        let values = self.limits.iter().map(|(value, _)| *value).chain(peak);
        let across = values.map(|value| self.arrangement.coords.y(value)).map(|y| vec![(x0, y), (x1, y)]);
        lines.into_iter().flatten().chain(across).collect()
    }

    /// The row of the labels of ends: the lowest part of the strip.
    fn endings_row(&self) -> Rect {
        let strip = self.arrangement.layout.strip;
        Rect { y0: strip.y1 - self.arrangement.endings.height(), ..strip }
    }

    /// Every curve in px, thinned just enough for all of them to keep to [`BUDGET`].
    fn lines(&self) -> Vec<Vec<Vec<Px>>> {
        let place = |piece: &Vec<_>| {
            piece.iter().map(|(time, value)| self.arrangement.coords.at(*time, *value)).collect()
        };
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
