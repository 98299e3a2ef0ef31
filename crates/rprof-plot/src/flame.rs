//! Function spans as nested boxes under the curve, with their names in them where they fit.

use std::collections::HashMap;

use rprof_trace::profile::Span;

use crate::canvas::{Anchor, Canvas};
use crate::functions::short_names;
use crate::palette::{BOXES, INK, MUTED};
use crate::text::{Font, visible};
use crate::view::{Rect, View};

/// Height of a level in px.
pub const LEVEL: f64 = 20.0;

const FONT: Font = Font::regular(11.5);

/// A call and the level it is drawn on.
#[derive(Debug, Clone, PartialEq)]
pub struct Box<'a> {
    name: &'a str,
    from: f64,
    to: f64,
    level: usize,
}

/// The calls between two times with their levels: the trace's own where it says, else the first that is free.
pub fn stack(spans: &[Span], from: f64, to: f64, end: f64) -> Vec<Box<'_>> {
    let mut boxes: Vec<Box> = spans
        .iter()
        .map(|s| Box {
            name: &s.name,
            from: s.enter.0.0,
            to: s.leave.map_or(end.max(s.enter.0.0), |leave| leave.0.0),
            level: s.level.unwrap_or(0) as usize,
        })
        .filter(|b| b.to >= from && b.from <= to)
        .collect();
    boxes.sort_by(|a, b| a.from.total_cmp(&b.from).then(b.to.total_cmp(&a.to)));
    if spans.iter().any(|s| s.level.is_none()) {
        let mut ends: Vec<f64> = Vec::new();
        for b in &mut boxes {
            b.level = ends.iter().position(|end| *end <= b.from).unwrap_or(ends.len());
            // A call inside another lies below it, even where an upper level is free.
            let inside = ends.iter().rposition(|end| *end > b.from).map_or(0, |level| level + 1);
            b.level = b.level.max(inside);
            ends.resize(ends.len().max(b.level + 1), f64::NEG_INFINITY);
            ends[b.level] = b.to;
        }
    }
    boxes
}

/// How many levels there are.
pub fn depth(boxes: &[Box]) -> usize {
    boxes.iter().map(|b| b.level + 1).max().unwrap_or(0)
}

/// Draws as many levels as the panel has room for, and says how many it has not.
pub fn draw(canvas: &mut Canvas, view: &View, panel: Rect, boxes: &[Box]) {
    let rows = ((panel.height() / LEVEL + 0.01) as usize).max(1);
    let depth = depth(boxes);
    let shown = if depth > rows { rows - 1 } else { depth };
    let short = short_names(boxes.iter().map(|b| b.name));
    let mut colours: HashMap<&str, usize> = HashMap::new();
    // Where the last box of each level ended: what is narrower than a px and starts before that is not drawn again.
    let mut drawn: Vec<f64> = vec![f64::NEG_INFINITY; shown];
    for b in boxes.iter().filter(|b| b.level < shown) {
        let fresh = colours.len();
        let colour = BOXES[*colours.entry(b.name).or_insert(fresh) % BOXES.len()];
        let from = view.x(b.from).min(view.plot.x1 - 1.0);
        let to = view.x(b.to).max(from + 1.0);
        if to < drawn[b.level] + 1.0 {
            continue;
        }
        drawn[b.level] = to;
        let y = panel.y0 + b.level as f64 * LEVEL;
        let rim = if to - from > 4.0 { 0.5 } else { 0.0 };
        canvas.rect((from + rim, y + 0.5), (to - rim, y + LEVEL - 0.5), colour);
        let room = to - from - 8.0;
        let name = visible(short.get(b.name).copied().unwrap_or(b.name));
        let text = FONT.ellipsised(&name, room);
        if text == name || text.chars().count() > 4 {
            canvas.text(&text, (f64::midpoint(from, to), y + 14.0), Anchor::Middle, FONT, INK);
        }
    }
    if shown < depth {
        let text = format!("… {} deeper levels", depth - shown);
        let at = (f64::midpoint(panel.x0, panel.x1), panel.y0 + shown as f64 * LEVEL + 14.0);
        canvas.text(&text, at, Anchor::Middle, FONT, MUTED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rprof_trace::{Bytes, Seconds};

    #[test]
    fn calls_without_a_level_are_nested_by_their_times() {
        let span = |name: &str, from, to| Span {
            name: name.into(),
            enter: (Seconds(from), Bytes(0)),
            leave: Some((Seconds(to), Bytes(0))),
            level: None,
        };
        let spans =
            [span("inner", 1.0, 2.0), span("outer", 0.0, 5.0), span("next", 6.0, 7.0), span("in2", 2.0, 4.0)];
        let levels: Vec<(&str, usize)> =
            stack(&spans, 0.0, 9.0, 9.0).iter().map(|b| (b.name, b.level)).collect();
        assert_eq!(levels, [("outer", 0), ("inner", 1), ("in2", 1), ("next", 0)]);
        assert_eq!(depth(&stack(&spans, 6.5, 9.0, 9.0)), 1);
    }
}
