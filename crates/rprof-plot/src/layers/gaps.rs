//! Gaps: a hatched grey band for each time in which nothing was measured, so that no reader takes a break in the
//! curve for a drop of memory.

use rprof_trace::Seconds;

use crate::sheet::canvas::Canvas;
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::palette::{GAP, HATCH, MUTED, Stroke};
use crate::sheet::text::Font;

const LABEL: &str = "not measured";
const FONT: Font = Font::regular(11.0);
/// The narrowest band with hatching in px.
const HATCHED: f64 = 6.0;
/// The narrowest band with a label in px.
const LABELLED: f64 = 18.0;

/// Draws the gaps on the time axis. Hatching and label need a band that is wide enough for them.
pub fn draw(canvas: &mut Canvas, coords: &Coords, gaps: &[(Seconds, Seconds)]) {
    let bands = bands(coords, gaps);
    let (top, bottom) = (coords.plot.y0, coords.plot.y1);
    for (from, to) in &bands {
        canvas.rect((*from, top), (*to, bottom), GAP);
    }
    for (from, to) in bands.iter().filter(|b| b.1 - b.0 >= HATCHED) {
        hatch(canvas, (*from, *to), (top, bottom));
    }
    for Rect { x0, y0, x1, y1 } in labels(coords, gaps) {
        canvas.rect((x0, y0), (x1, y1), GAP);
        canvas.upright(LABEL, (x0 + 12.0, f64::midpoint(y0, y1)), FONT, MUTED);
    }
}

/// The areas of the labels in the gaps.
pub fn labels(coords: &Coords, gaps: &[(Seconds, Seconds)]) -> Vec<Rect> {
    let middle = f64::midpoint(coords.plot.y0, coords.plot.y1);
    let half = FONT.width(LABEL) / 2.0 + 5.0;
    let wide = bands(coords, gaps).into_iter().filter(|band| band.1 - band.0 >= LABELLED);
    wide.map(|(from, to)| f64::midpoint(from, to))
        .map(|x| Rect { x0: x - 8.0, y0: middle - half, x1: x + 8.0, y1: middle + half })
        .collect()
}

/// The gaps on the time axis in px. Gaps less than 1 px apart become one band.
fn bands(coords: &Coords, gaps: &[(Seconds, Seconds)]) -> Vec<(f64, f64)> {
    let mut bands: Vec<(f64, f64)> = Vec::new();
    for (from, to) in gaps.iter().filter(|gap| gap.1.0 >= coords.time.from && gap.0.0 <= coords.time.to) {
        let (from, to) = (coords.x(from.0), coords.x(to.0).max(coords.x(from.0) + 1.0).min(coords.plot.x1));
        match bands.last_mut() {
            Some(last) if from - last.1 < 1.0 => last.1 = last.1.max(to),
            _ => bands.push((from, to)),
        }
    }
    bands
}

/// Draws lines that rise at 45 degrees, 9 px apart, cut to the band.
/// All points of such a line have the same sum x + y, which steps from line to line.
fn hatch(canvas: &mut Canvas, (x0, x1): (f64, f64), (y0, y1): (f64, f64)) {
    let stroke = Stroke::solid(HATCH, 0.8);
    let mut sum = x0 + y0 + 4.5;
    while sum < x1 + y1 {
        let (left, right) = (x0.max(sum - y1), x1.min(sum - y0));
        canvas.line(&[(left, sum - left), (right, sum - right)], &stroke);
        sum += 9.0;
    }
}
