//! The curves as lines on the sheet: thinned to a bounded number of points, and lifted off the time axis where they
//! would lie on it.

use plotters::style::RGBColor;

use crate::layers::curve_labels;
use crate::series::{Series, SeriesSet};
use crate::sheet::canvas::{Canvas, Px};
use crate::sheet::coords::Coords;
use crate::sheet::palette::Stroke;
use crate::sheet::thinning::thinned;

/// The most points of all curves together. The SVG stays below 200 kB with twice as many.
pub const BUDGET: usize = 8000;
/// A curve that stays below this height in px lies on the time axis.
const LOW: f64 = 4.0;
/// Height in px of the first such curve above the time axis, and distance of the next one.
const LIFT: f64 = 2.5;

/// One curve on the sheet.
pub struct Line {
    /// Points in px, a piece for each stretch without a break.
    pub pieces: Vec<Vec<Px>>,
    /// The height in px by which the line lies above its true place.
    lift: f64,
}

impl Line {
    /// True if the curve lies on the time axis.
    pub fn is_low(&self) -> bool {
        self.lift > 0.0
    }
}

/// Every curve in px, thinned just enough for all of them to have no more points than `budget`.
pub fn lines(curves: &SeriesSet, coords: &Coords, budget: usize) -> Vec<Line> {
    let mut lines: Vec<Line> =
        within_budget(curves, coords, budget).into_iter().map(|pieces| Line { pieces, lift: 0.0 }).collect();
    let mut height = 0.0;
    for (series, line) in curves.series.iter().zip(&mut lines) {
        let highest = line.pieces.iter().flatten().map(|point| point.1).fold(f64::INFINITY, f64::min);
        if series.fill.is_some() || !(0.0..LOW).contains(&(coords.plot.y1 - highest)) {
            continue;
        }
        height += LIFT;
        line.lift = height;
        line.pieces.iter_mut().flatten().for_each(|point| point.1 -= height);
    }
    lines
}

fn within_budget(curves: &SeriesSet, coords: &Coords, budget: usize) -> Vec<Vec<Vec<Px>>> {
    let place = |piece: &Vec<_>| piece.iter().map(|(time, value)| coords.at(*time, *value)).collect();
    let placed: Vec<Vec<Vec<Px>>> =
        curves.series.iter().map(|series| series.pieces.iter().map(place).collect()).collect();
    let mut width = 1.0;
    loop {
        let lines: Vec<Vec<Vec<Px>>> = placed.iter().map(|pieces| thinned(pieces, width)).collect();
        // With bins wider than this a curve would be a zigzag. Only dozens of noisy curves get there.
        if lines.iter().flatten().map(Vec::len).sum::<usize>() <= budget || width > 32.0 {
            return lines;
        }
        width *= 1.5;
    }
}

/// The label that a curve wants; `None` if it has no point in the figure. `has_peak` is true if the peak of the whole is
/// labelled anyway, and `is_short` if there is no room for the time of the peak.
pub fn wanted<'a>(
    series: &'a Series,
    line: &'a Line,
    coords: &Coords,
    (has_peak, is_short): (bool, bool),
) -> Option<curve_labels::Wanted<'a>> {
    let end = *line.pieces.last()?.last()?;
    let near = series.peak.map_or(end, |(time, value)| coords.at(time, value));
    // The first detail of the whole is its peak.
    let skipped = usize::from(series.is_whole && has_peak);
    let mut details = series.entry.details[skipped..].to_vec();
    if let Some((detail, short)) = details.first_mut().zip(series.short.as_ref().filter(|_| is_short)) {
        detail.clone_from(short);
    }
    Some(curve_labels::Wanted {
        name: &series.entry.name,
        details,
        colour: series.stroke.colour,
        line: &line.pieces,
        near: if line.is_low() { end } else { near },
        is_low: line.is_low(),
    })
}

/// Fills the areas below the curves, each over those before it.
pub fn fill_all(canvas: &mut Canvas, curves: &SeriesSet, lines: &[Line], coords: &Coords) {
    // Layers lie over the time axis, whose line must stay visible.
    let ground = coords.plot.y1 - if curves.is_stacked { 0.5 } else { 0.0 };
    for (series, line) in curves.series.iter().zip(lines) {
        if let Some(colour) = series.fill {
            fill(canvas, line, ground, colour);
        }
    }
}

/// Fills the area between a curve and the time axis at `ground` px.
fn fill(canvas: &mut Canvas, line: &Line, ground: f64, colour: RGBColor) {
    for piece in &line.pieces {
        if let [first, .., last] = piece[..] {
            let mut corners = vec![(first.0, ground)];
            corners.extend(piece);
            corners.push((last.0, ground));
            canvas.area(&corners, colour);
        }
    }
}

/// Draws a curve, the line fitted to it and the marker at its peak.
pub fn draw(canvas: &mut Canvas, coords: &Coords, series: &Series, line: &Line) {
    let colour = series.stroke.colour;
    for piece in &line.pieces {
        match piece[..] {
            // A line needs two points: a sample alone between two gaps is a dot.
            [only] => canvas.dot(only, 2.0, colour),
            _ => canvas.line(piece, &series.stroke),
        }
    }
    for two in line.pieces.windows(2).filter(|_| series.bridged) {
        let ends: Vec<Px> = two[0].last().into_iter().chain(two[1].first()).copied().collect();
        canvas.line(&ends, &Stroke { colour, width: 1.2, dash: "1 4" });
    }
    if let Some(slope) = series.slope {
        let [from, to] = slope.ends(coords.memory.to);
        let stroke = Stroke { colour, width: 1.2, dash: "2 3" };
        // On a logarithmic axis it is no straight line.
        let parts = if coords.memory.is_log { 60 } else { 1 };
        let times = (0..=parts).map(|part| from + (to - from) * f64::from(part) / f64::from(parts));
        canvas.line(&times.map(|time| coords.at(time, slope.at(time))).collect::<Vec<_>>(), &stroke);
    }
    if let (Some(marker), Some((time, value))) = (series.entry.marker, series.peak) {
        let (x, y) = coords.at(time, value);
        canvas.marker((x, y - line.lift), marker, colour);
    }
}
