//! The axes: grid, axis lines, ticks and labels around the curves.

use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::Coords;
use crate::sheet::layout::{LABEL, TICK};
use crate::sheet::palette::{DARK, GRID, INK, Stroke};

/// Draws grid, axes, ticks and labels. The vertical grid lines go down to `bottom`, through the panel below the plot
/// area, so that spans can be compared with the curve above them. The time axis has its labels there.
pub fn draw(canvas: &mut Canvas, coords: &Coords, bottom: f64, metric: Option<&str>) {
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
    for (value, label) in &coords.memory.ticks {
        let y = coords.y(*value);
        canvas.line(&[(plot.x0 - 4.0, y), (plot.x0, y)], &axis);
        canvas.text(label, (plot.x0 - 8.0, y + 4.3), Anchor::End, TICK, DARK);
    }
    for (time, label) in &coords.time.ticks {
        let x = coords.x(*time);
        canvas.line(&[(x, bottom), (x, bottom + 4.0)], &axis);
        canvas.text(label, (x, bottom + 19.0), Anchor::Middle, TICK, DARK);
    }
    let middle = (f64::midpoint(plot.x0, plot.x1), f64::midpoint(plot.y0, plot.y1));
    let metric = metric.map_or(String::new(), |metric| format!(", {metric}"));
    let memory = LABEL.ellipsised(&format!("memory{metric} ({})", coords.memory.unit), plot.height() + 40.0);
    canvas.upright(&memory, (24.0, middle.1), LABEL, INK);
    canvas.text(
        &format!("time ({})", coords.time.unit),
        (middle.0, bottom + 40.0),
        Anchor::Middle,
        LABEL,
        INK,
    );
}
