//! Functions as lanes under the curve, one each: told apart by place, so no colour is needed to read them.

use crate::canvas::{Anchor, Canvas};
use crate::functions::Function;
use crate::palette::{BARS, DARK, GRID, MUTED, Stroke};
use crate::text::Font;
use crate::view::{Rect, View};

/// Height of a lane in px.
pub const LANE: f64 = 17.0;

const NAME: Font = Font::regular(12.0);
const DETAIL: Font = Font::regular(11.0);

/// The functions that get a lane, and how many do not: those with the longest total time stay.
pub fn choose(functions: Vec<Function>, lanes: usize) -> (Vec<Function>, usize) {
    if functions.len() <= lanes {
        return (functions, 0);
    }
    let mut longest: Vec<usize> = (0..functions.len()).collect();
    longest.sort_by(|a, b| functions[*b].total.total_cmp(&functions[*a].total));
    // The last lane tells of the others.
    longest.truncate(lanes.saturating_sub(1));
    let hidden = functions.len() - longest.len();
    let stays = |at: &usize| longest.contains(at);
    (functions.into_iter().enumerate().filter(|(at, _)| stays(at)).map(|(_, f)| f).collect(), hidden)
}

/// Width of the labels to the right of the lanes.
pub fn label_width(functions: &[Function]) -> f64 {
    functions.iter().map(|f| NAME.width(&f.name) + 8.0 + DETAIL.width(&f.detail())).fold(0.0, f64::max)
}

/// Draws the lanes into `panel`, their labels from its right edge for `width` px.
pub fn draw(
    canvas: &mut Canvas,
    view: &View,
    panel: Rect,
    functions: &[Function],
    hidden: usize,
    width: f64,
) {
    let mut y = panel.y0;
    for (function, colour) in functions.iter().zip(BARS.iter().cycle()) {
        let middle = y + LANE / 2.0;
        canvas.line(&[(panel.x0, middle), (panel.x1, middle)], &Stroke::solid(GRID, 0.8));
        for (from, to) in bars(view, &function.spans) {
            canvas.rect((from, y + 4.0), (to, y + LANE - 4.0), *colour);
        }
        let detail = function.detail();
        let room = width - 8.0 - DETAIL.width(&detail);
        let (detail, room) = if room > 40.0 { (detail, room) } else { (String::new(), width) };
        let name = NAME.ellipsised(&function.name, room);
        let x = panel.x1 + 14.0;
        canvas.text(&name, (x, middle + 4.0), Anchor::Start, NAME, DARK);
        canvas.text(&detail, (x + NAME.width(&name) + 8.0, middle + 4.0), Anchor::Start, DETAIL, MUTED);
        y += LANE;
    }
    if hidden > 0 {
        let text = format!("… and {hidden} more");
        canvas.text(&text, (panel.x1 + 14.0, y + LANE / 2.0 + 4.0), Anchor::Start, DETAIL, MUTED);
    }
}

/// Calls as bars at least 1 px wide; those less than 1 px apart are one, so a million calls cost no more than a lane.
fn bars(view: &View, spans: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted: Vec<(f64, f64)> = spans.iter().map(|s| (view.x(s.0), view.x(s.1))).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut bars: Vec<(f64, f64)> = Vec::new();
    for (from, to) in sorted {
        let from = from.min(view.plot.x1 - 1.0);
        let to = to.max(from + 1.0);
        match bars.last_mut() {
            Some(last) if from - last.1 < 1.0 => last.1 = last.1.max(to),
            _ => bars.push((from, to)),
        }
    }
    bars
}
