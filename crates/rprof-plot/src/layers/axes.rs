//! The axes: grid, axis lines, ticks and labels around the curves, of one plot area or of a panel among several.

use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::layout::{LABEL, TICK};
use crate::sheet::palette::{DARK, GRID, INK, Stroke};

/// Draws grid, axes, ticks and labels. The vertical grid lines go down to `bottom`, through the panel below the plot
/// area, so that spans can be compared with the curve above them. The time axis has its labels there.
pub fn draw(canvas: &mut Canvas, coords: &Coords, bottom: f64, metric: Option<&str>) {
    draw_ticks(canvas, coords, bottom, PanelAxes { memory: true, time: true, has_units: false });
    let units = Some((coords.memory.unit, coords.time.unit));
    draw_labels(canvas, coords.plot, bottom, metric, units);
}

/// The axes of a panel that have tick labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PanelAxes {
    pub memory: bool,
    pub time: bool,
    /// True if the last tick label of each axis has the unit, because the panels differ in it.
    pub has_units: bool,
}

/// Draws grid, axes and ticks of a panel.
pub fn draw_panel(canvas: &mut Canvas, coords: &Coords, axes: PanelAxes) {
    draw_ticks(canvas, coords, coords.plot.y1, axes);
}

fn draw_ticks(canvas: &mut Canvas, coords: &Coords, bottom: f64, axes: PanelAxes) {
    let plot = coords.plot;
    let grid = Stroke::solid(GRID, 0.8);
    for (value, _) in &coords.memory.ticks {
        canvas.line(&[(plot.x0, coords.y(*value)), (plot.x1, coords.y(*value))], &grid);
    }
    for (time, _) in &coords.time.ticks {
        canvas.line(&[(coords.x(*time), plot.y0), (coords.x(*time), bottom)], &grid);
    }
    let axis = Stroke::solid(DARK, 1.0);
    canvas.line(&[(plot.x0, plot.y0), (plot.x0, plot.y1), (plot.x1, plot.y1)], &axis);
    let unit = |at: usize, all: usize, unit: &str| {
        if axes.has_units && at + 1 == all { format!(" {unit}") } else { String::new() }
    };
    for (at, (value, label)) in coords.memory.ticks.iter().enumerate().filter(|_| axes.memory) {
        let y = coords.y(*value);
        canvas.line(&[(plot.x0 - 4.0, y), (plot.x0, y)], &axis);
        let label = format!("{label}{}", unit(at, coords.memory.ticks.len(), coords.memory.unit));
        canvas.text(&label, (plot.x0 - 8.0, y + 4.3), Anchor::End, TICK, DARK);
    }
    for (at, (time, label)) in coords.time.ticks.iter().enumerate().filter(|_| axes.time) {
        let x = coords.x(*time);
        canvas.line(&[(x, bottom), (x, bottom + 4.0)], &axis);
        let label = format!("{label}{}", unit(at, coords.time.ticks.len(), coords.time.unit));
        canvas.text(&label, (x, bottom + 19.0), Anchor::Middle, TICK, DARK);
    }
}

/// Draws the labels of both axes around an area, with the units of memory and time if all panels share them.
pub fn draw_labels(
    canvas: &mut Canvas,
    plot: Rect,
    bottom: f64,
    metric: Option<&str>,
    units: Option<(&str, &str)>,
) {
    let middle = (f64::midpoint(plot.x0, plot.x1), f64::midpoint(plot.y0, plot.y1));
    let metric = metric.map_or(String::new(), |metric| format!(", {metric}"));
    let in_brackets = |unit: &str| if unit.is_empty() { String::new() } else { format!(" ({unit})") };
    let [memory, time] =
        units.map_or_else(Default::default, |(memory, time)| [memory, time].map(in_brackets));
    // Where tick labels have their units, they need the room of the label.
    let left = if units.is_some_and(|(memory, _)| !memory.is_empty()) { 24.0 } else { 14.0 };
    let memory = LABEL.ellipsised(&format!("memory{metric}{memory}"), plot.height() + 40.0);
    canvas.upright(&memory, (left, middle.1), LABEL, INK);
    canvas.text(&format!("time{time}"), (middle.0, bottom + 40.0), Anchor::Middle, LABEL, INK);
}
