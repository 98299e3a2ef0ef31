//! Gaps: a hatched grey band for each time in which nothing was measured, so that no reader takes a break in the
//! curve for a drop of memory.

use rprof_trace::Seconds;

use crate::sheet::canvas::Canvas;
use crate::sheet::coords::Coords;
use crate::sheet::palette::{GAP, HATCH, MUTED, Stroke};
use crate::sheet::text::Font;

const LABEL: &str = "not measured";
/// The narrowest band with hatching in px.
const HATCHED: f64 = 6.0;
/// The narrowest band with a label in px.
const LABELLED: f64 = 18.0;

/// Draws the gaps on the time axis. Gaps less than 1 px apart become one band. Hatching and label need a band that is
/// wide enough for them.
pub fn draw(canvas: &mut Canvas, coords: &Coords, gaps: &[(Seconds, Seconds)]) {
    let mut bands: Vec<(f64, f64)> = Vec::new();
    for (from, to) in gaps.iter().filter(|gap| gap.1.0 >= coords.time.from && gap.0.0 <= coords.time.to) {
        let (from, to) = (coords.x(from.0), coords.x(to.0).max(coords.x(from.0) + 1.0).min(coords.plot.x1));
        match bands.last_mut() {
            Some(last) if from - last.1 < 1.0 => last.1 = last.1.max(to),
            _ => bands.push((from, to)),
        }
    }
    let (top, bottom) = (coords.plot.y0, coords.plot.y1);
    for (from, to) in &bands {
        canvas.rect((*from, top), (*to, bottom), GAP);
    }
    for (from, to) in bands.iter().filter(|b| b.1 - b.0 >= HATCHED) {
        hatch(canvas, (*from, *to), (top, bottom));
    }
    let font = Font::regular(11.0);
    for (from, to) in bands.iter().filter(|b| b.1 - b.0 >= LABELLED) {
        let (x, y) = (f64::midpoint(*from, *to), f64::midpoint(top, bottom));
        let half = font.width(LABEL) / 2.0 + 5.0;
        canvas.rect((x - 8.0, y - half), (x + 8.0, y + half), GAP);
        canvas.upright(LABEL, (x + 4.0, y), font, MUTED);
    }
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
