//! The figure of repeated runs: the curves of each command as a band, and beside them the peak of each run.

use plotters::style::RGBColor;
use rprof_trace::{Bytes, Curve};

use crate::data::band::{BandPoint, band};
use crate::error::Error;
use crate::layers::legend::{Entry, Legend};
use crate::layers::{axes, titles};
use crate::options::Options;
use crate::sheet::axis;
use crate::sheet::canvas::{Anchor, Canvas, Look, Px};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::layout::{LABEL, Layout, TICK, Wanted};
use crate::sheet::palette::{self, DARK, GRID, INK, Marker, Stroke};
use crate::sheet::text::visible;

/// The share of the plot area that the curves have, and the space to the peaks in px.
const CURVES: f64 = 0.68;
const APART: f64 = 24.0;
/// Space above the highest value, as a share of the memory axis.
const HEADROOM: f64 = 0.05;
/// The most dots of a command. Of more runs every n-th in order of size is drawn, with the smallest and the largest.
const DOTS: usize = 300;
/// The share of a colour in the band below its curve.
const TINT: f64 = 0.22;
/// The same in the edges of a band, and in the dots.
const EDGE: f64 = 0.55;

/// The runs of one command.
#[derive(Debug, Clone)]
pub struct Repeats<'a> {
    /// The name in the legend.
    pub label: &'a str,
    /// The peak of each run in bytes.
    pub peaks: Vec<f64>,
    /// Mean of the peaks and their standard deviation, in bytes; `None` for the deviation of a single run.
    pub mean: (f64, Option<f64>),
    /// The curves of the runs, in any order.
    pub curves: Vec<&'a Curve>,
}

/// Draws repeated runs of one command or several as an SVG.
///
/// To the left is memory over time: the median of the runs as a line, and the middle half of them as a band. To the right is the
/// peak of each run as a dot, with mean and standard deviation.
///
/// # Errors
/// [`Error::Size`] for a size out of range, [`Error::Empty`] without any run.
pub fn repeats(options: &Options, groups: &[Repeats<'_>]) -> Result<String, Error> {
    let size = (options.width, options.height);
    if !(400..=8192).contains(&size.0) || !(240..=8192).contains(&size.1) {
        return Err(Error::Size(size.0, size.1));
    }
    if groups.iter().all(|group| group.peaks.is_empty()) {
        return Err(Error::Empty("no command has a run with a sample".to_owned()));
    }
    let figure = Figure::plan(options, groups);
    let title = figure.layout.title.join(" ");
    let name = if title.is_empty() { "memory of repeated runs" } else { &title };
    let mut canvas = Canvas::new(size, name, &Look::from(options));
    figure.draw(&mut canvas, groups);
    canvas.finish()
}

/// All that is decided before the first line is drawn.
struct Figure {
    layout: Layout,
    coords: Coords,
    /// The area of the peaks.
    peaks: Rect,
    legend: Legend,
    bands: Vec<Vec<BandPoint>>,
}

impl Figure {
    fn plan(options: &Options, groups: &[Repeats<'_>]) -> Self {
        let bands: Vec<Vec<BandPoint>> = groups
            .iter()
            .map(|group| band(&group.curves.iter().map(|curve| &curve[..]).collect::<Vec<_>>()))
            .collect();
        let legend = Legend {
            curves: groups.iter().enumerate().map(|(at, group)| entry(at, group)).collect(),
            others: None,
            blocks: Vec::new(),
        };
        let title = titles::title(options.title.as_deref(), None);
        let wanted = Wanted { legend: legend.width(), panel: 0.0, is_panel_whole: false, strip: 0.0 };
        let size = (f64::from(options.width), f64::from(options.height));
        let layout = Layout::new(size, (&title, ""), wanted);
        let middle = layout.plot.x0 + layout.plot.width() * CURVES;
        let left = Rect { x1: middle, ..layout.plot };
        let peaks = Rect { x0: middle + APART, ..layout.plot };
        let end = bands.iter().flatten().map(|point| point.time).fold(0.0, f64::max);
        let of_bands = bands.iter().flatten().map(|point| point.high);
        let highest =
            groups.iter().flat_map(|group| &group.peaks).copied().chain(of_bands).fold(0.0, f64::max);
        let memory = axis::memory(highest * (1.0 + HEADROOM), highest, left.height());
        let coords = Coords::new(left, axis::time(0.0, end, left.width(), TICK), memory);
        Self { layout, coords, peaks, legend, bands }
    }

    fn draw(&self, canvas: &mut Canvas, groups: &[Repeats<'_>]) {
        titles::draw(canvas, &self.layout);
        canvas.group("bands", |canvas| {
            for (at, band) in self.bands.iter().enumerate() {
                self.draw_band(canvas, band, tint(palette::trace(at).0.colour));
            }
            // A band hides those below it, but not their edges.
            for (at, band) in self.bands.iter().enumerate() {
                self.draw_edges(canvas, band, tinted(palette::trace(at).0.colour, EDGE));
            }
        });
        canvas.group("axes", |canvas| {
            axes::draw(canvas, &self.coords, self.coords.plot.y1, Some("RSS"));
            self.draw_peak_axes(canvas, groups.len());
        });
        canvas.group("curves", |canvas| {
            // In reverse: the first command lies on top.
            for (at, band) in self.bands.iter().enumerate().rev() {
                let line: Vec<Px> =
                    band.iter().map(|point| self.coords.at(point.time, point.median)).collect();
                match line[..] {
                    [] => {}
                    [only] => canvas.dot(only, 2.0, palette::trace(at).0.colour),
                    _ => canvas.line(&line, &palette::trace(at).0),
                }
            }
        });
        canvas.group("peaks", |canvas| {
            for (at, group) in groups.iter().enumerate() {
                self.draw_peaks(canvas, at, group, groups.len());
            }
        });
        canvas.group("legend", |canvas| self.legend.draw(canvas, self.layout.legend));
    }

    fn draw_edges(&self, canvas: &mut Canvas, band: &[BandPoint], colour: RGBColor) {
        if band.len() < 2 {
            return;
        }
        for value in [|point: &BandPoint| point.low, |point: &BandPoint| point.high] {
            let edge: Vec<Px> = band.iter().map(|point| self.coords.at(point.time, value(point))).collect();
            canvas.line(&edge, &Stroke::solid(colour, 0.8));
        }
    }

    fn draw_band(&self, canvas: &mut Canvas, band: &[BandPoint], colour: RGBColor) {
        if band.len() < 2 {
            return;
        }
        let upper = band.iter().map(|point| self.coords.at(point.time, point.high));
        let lower = band.iter().rev().map(|point| self.coords.at(point.time, point.low));
        canvas.area(&upper.chain(lower).collect::<Vec<_>>(), colour);
    }

    /// Draws the grid, the axis lines and the numbers of the commands. The memory axis is that of the curves.
    fn draw_peak_axes(&self, canvas: &mut Canvas, groups: usize) {
        let Rect { x0, y0, x1, y1 } = self.peaks;
        for (value, _) in &self.coords.memory.ticks {
            let y = self.coords.y(*value);
            canvas.line(&[(x0, y), (x1, y)], &Stroke::solid(GRID, 0.8));
        }
        canvas.line(&[(x0, y0), (x0, y1), (x1, y1)], &Stroke::solid(DARK, 1.0));
        // A number needs some 20 px; with many commands every n-th has one.
        let every = (groups as f64 * 20.0 / self.peaks.width()).ceil().max(1.0) as usize;
        for at in (0..groups).step_by(every) {
            let x = self.column(at, groups);
            canvas.text(&(at + 1).to_string(), (x, y1 + 19.0), Anchor::Middle, TICK, DARK);
        }
        let words = LABEL.ellipsised("peak of each run", self.peaks.width() + APART);
        canvas.text(&words, (f64::midpoint(x0, x1), y1 + 40.0), Anchor::Middle, LABEL, INK);
    }

    /// The middle of the column of a command.
    fn column(&self, at: usize, groups: usize) -> f64 {
        self.peaks.x0 + self.peaks.width() * (at as f64 + 0.5) / groups.max(1) as f64
    }

    fn draw_peaks(&self, canvas: &mut Canvas, at: usize, group: &Repeats<'_>, groups: usize) {
        let (stroke, marker) = palette::trace(at);
        let x = self.column(at, groups);
        let width = (self.peaks.width() / groups.max(1) as f64 * 0.6).min(60.0);
        let mut sorted = group.peaks.clone();
        sorted.sort_by(f64::total_cmp);
        let shown = thinned(&sorted);
        for (number, peak) in shown.iter().enumerate() {
            // Neighbours in size stand apart: the golden ratio spreads any number of dots evenly.
            let shift = (number as f64 * 0.618_034).fract() - 0.5;
            canvas.dot((x + shift * width, self.coords.y(*peak)), 2.0, tinted(stroke.colour, EDGE));
        }
        self.draw_mean(canvas, x, group, (stroke, marker));
    }

    /// Draws the mean as a marker, and one standard deviation to either side of it as a line with ends.
    fn draw_mean(
        &self,
        canvas: &mut Canvas,
        x: f64,
        group: &Repeats<'_>,
        (stroke, marker): (Stroke, Marker),
    ) {
        let (mean, deviation) = group.mean;
        if group.peaks.is_empty() || !mean.is_finite() {
            return;
        }
        if let Some(deviation) = deviation.filter(|deviation| *deviation > 0.0) {
            let [low, high] = [mean - deviation, mean + deviation].map(|value| self.coords.y(value));
            let line = Stroke::solid(stroke.colour, 1.6);
            canvas.line(&[(x, low), (x, high)], &line);
            for y in [low, high] {
                canvas.line(&[(x - 5.0, y), (x + 5.0, y)], &line);
            }
        }
        canvas.marker((x, self.coords.y(mean)), marker, stroke.colour);
    }
}

/// The entry of a command: its number, its name, and the mean of its peaks.
fn entry(at: usize, group: &Repeats<'_>) -> Entry {
    let (stroke, marker) = palette::trace(at);
    let (mean, deviation) = group.mean;
    let size = |value: f64| Bytes(value.max(0.0) as u64);
    let mut details = Vec::new();
    if !group.peaks.is_empty() {
        let spread = deviation.map(|deviation| format!(" ± {}", size(deviation).in_unit_of(size(mean))));
        details.push(format!("{}. peak {}{}", at + 1, size(mean), spread.unwrap_or_default()));
    }
    details.push(match group.peaks.len() {
        1 => "1 run".to_owned(),
        runs => format!("{runs} runs"),
    });
    Entry { stroke, marker: Some(marker), name: visible(group.label), details }
}

/// At most [`DOTS`] of the values, which are in order.
fn thinned(sorted: &[f64]) -> Vec<f64> {
    if sorted.len() <= DOTS {
        return sorted.to_vec();
    }
    (0..DOTS).map(|dot| sorted[dot * (sorted.len() - 1) / (DOTS - 1)]).collect()
}

/// The colour of a band.
fn tint(colour: RGBColor) -> RGBColor {
    tinted(colour, TINT)
}

/// A colour mixed with the white of the sheet.
fn tinted(RGBColor(red, green, blue): RGBColor, share: f64) -> RGBColor {
    let mixed = |part: u8| (f64::from(part) * share + 255.0 * (1.0 - share)).round() as u8;
    RGBColor(mixed(red), mixed(green), mixed(blue))
}
