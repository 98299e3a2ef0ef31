//! The figure as a whole: options and profiles become one SVG. It decides everything first, then draws the layers.

mod facets;
mod grid;
mod labels;
mod lines;
mod plan;
mod scale;

use rprof_trace::{Peak, Seconds};

use crate::data::time_range::TimeRange;
use crate::error::Error;
use crate::figure::plan::{Arrangement, Plan};
use crate::layers::{axes, gaps, limits, peak, titles};
use crate::options::{Options, Scale, SpanView, Trace, View};
use crate::series::SeriesSet;
use crate::sheet::canvas::{Canvas, Look};
use crate::sheet::coords::Rect;
use crate::sheet::extra_font;
use crate::sheet::layout::Layout;
use crate::sheet::text::visible;

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
    extra_font::within(options.font.as_ref(), || draw(options, traces))?
}

fn draw(options: &Options, traces: &[Trace]) -> Result<String, Error> {
    let size = (options.width, options.height);
    check_size(size)?;
    check_scale(options.scale)?;
    check_scale_of_memory(options)?;
    check_samples(traces)?;
    if let Some(facet) = options.facet {
        return facets::svg(options, traces, facet);
    }
    let options = &with_spans_of_view(options);
    let range = TimeRange::new(options.window, traces)?;
    let curves = SeriesSet::choose(options, traces, &range)?;
    if curves.is_empty() {
        let [from, to, elapsed] = [range.from, range.to, range.end].map(Seconds);
        return Err(Error::EmptyWindow { from, to, elapsed });
    }
    let plan = Plan::new(options, traces, curves, range);
    let title = plan.arrangement.layout.title.join(" ");
    let title = if title.is_empty() { "memory over time" } else { &title };
    let (width, height) = plan.arrangement.size;
    let mut canvas = Canvas::new((width as u32, height as u32), title, &Look::from(options));
    plan.draw(&mut canvas);
    canvas.finish()
}

/// The options with the spans that suit the view. Below a stack they would have its colours.
fn with_spans_of_view(options: &Options) -> Options {
    let mut options = options.clone();
    if options.view.is_stacked() && options.spans == SpanView::Lanes && !options.all_spans {
        options.spans = SpanView::Hidden;
    }
    options.all_spans |= options.view == View::Spans;
    options
}

fn check_scale_of_memory(options: &Options) -> Result<(), Error> {
    if options.view.is_stacked() && options.scale_of_memory == Some(Scale::Log) {
        return Err(Error::View {
            view: options.view.name(),
            reason: "heights on a logarithmic axis do not add up".to_owned(),
            remedy: "use `--yscale linear`, or `--view line` for one curve",
        });
    }
    Ok(())
}

fn check_size((width, height): (u32, u32)) -> Result<(), Error> {
    let in_range = (400..=8192).contains(&width) && (240..=8192).contains(&height);
    if in_range { Ok(()) } else { Err(Error::Size(width, height)) }
}

fn check_scale(scale: f64) -> Result<(), Error> {
    if (0.1..=10.0).contains(&scale) { Ok(()) } else { Err(Error::Scale(scale as f32)) }
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
        let Arrangement { layout, coords, flame, marks, endings, lanes, .. } = &self.arrangement;
        let Layout { strip, panel, legend, .. } = *layout;
        let row = Rect { y0: strip.y1 - endings.height(), ..strip };
        titles::draw(canvas, layout);
        // The tint below a curve must not hide the grid; the strong colours of layers would be cut up by it.
        if !self.curves.is_stacked {
            canvas.group("ground", |canvas| self.draw_ground(canvas));
        }
        canvas.group("axes", |canvas| axes::draw(canvas, coords, panel.y1, self.metric));
        if self.curves.is_stacked {
            canvas.group("ground", |canvas| self.draw_ground(canvas));
        }
        canvas.group("mark-lines", |canvas| marks.draw_lines(canvas, coords, strip, panel.y1));
        let limits = self.subjects.limits.iter().map(|(value, _)| *value);
        canvas.group("limit-lines", |canvas| limits::draw_lines(canvas, coords, limits));
        if let Some(peak) = self.peak() {
            peak::draw_lines(canvas, coords, peak);
        }
        canvas.group("ending-lines", |canvas| endings.draw_lines(canvas, row, panel.y1));
        if panel.height() > 0.0 {
            // The id is older than the word span; scripts that read our figures may look for it.
            canvas.group("functions", |canvas| {
                flame.draw(canvas, panel);
                lanes.draw(canvas, coords, panel, legend.width());
            });
        }
        canvas.group("curves", |canvas| {
            // In reverse: the first curve, which is the whole, lies on top.
            for (series, line) in self.curves.series.iter().zip(&self.arrangement.lines).rev() {
                lines::draw(canvas, coords, series, line);
            }
        });
        self.arrangement.labels.draw(canvas, coords);
        canvas.group("marks", |canvas| marks.draw(canvas, strip));
        canvas.group("endings", |canvas| endings.draw(canvas, row));
        canvas.group("legend", |canvas| self.arrangement.legend.draw(canvas, legend));
    }

    /// Draws all that lies behind the grid: filled areas, gaps, the interval of the peak.
    fn draw_ground(&self, canvas: &mut Canvas) {
        let Arrangement { coords, lines, .. } = &self.arrangement;
        lines::fill_all(canvas, &self.curves, lines, coords);
        gaps::draw(canvas, coords, self.subjects.gaps());
        if let Some(peak) = self.peak() {
            peak::draw_interval(canvas, coords, peak);
        }
    }

    /// The peak, if it lies on the time axis.
    fn peak(&self) -> Option<&Peak> {
        self.subjects.peak.as_ref().filter(|peak| self.arrangement.coords.shows(peak.time.0))
    }
}
