//! Function spans as nested boxes under the curve, with their names in them where they fit.

use std::collections::HashMap;

use rprof_trace::profile::Span;

use crate::canvas::{Anchor, Canvas};
use crate::functions::short_names;
use crate::palette::{BOXES, HATCH, INK, MUTED};
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

/// A box on the sheet, or a run of boxes too narrow to be told apart.
struct Drawn<'a> {
    from: f64,
    to: f64,
    level: usize,
    /// Whose calls they are; `None` for a run of several functions'.
    name: Option<&'a str>,
    run: bool,
}

/// The boxes in px. Those narrower than 3 px and less than 1.5 px apart become one, so that their number is bounded.
fn merged<'a>(view: &View, boxes: &[Box<'a>], levels: usize) -> Vec<Drawn<'a>> {
    let mut drawn: Vec<Drawn> = Vec::new();
    let mut latest: Vec<Option<usize>> = vec![None; levels];
    for b in boxes.iter().filter(|b| b.level < levels) {
        let from = view.x(b.from).min(view.plot.x1 - 1.0);
        let to = view.x(b.to).max(from + 1.0);
        let narrow = to - from < 3.0;
        match latest[b.level].map(|at| &mut drawn[at]) {
            Some(last) if narrow && last.run && from - last.to < 1.5 => {
                last.to = last.to.max(to);
                last.name = last.name.filter(|name| *name == b.name);
            }
            // Calls of one level that overlap, of two threads say, are not drawn over and over.
            Some(last) if narrow && to <= last.to => {}
            _ => {
                latest[b.level] = Some(drawn.len());
                drawn.push(Drawn { from, to, level: b.level, name: Some(b.name), run: narrow });
            }
        }
    }
    drawn
}

/// Draws as many levels as the panel has room for, and says how many it has not.
pub fn draw(canvas: &mut Canvas, view: &View, panel: Rect, boxes: &[Box]) {
    let rows = ((panel.height() / LEVEL + 0.01) as usize).max(1);
    let depth = depth(boxes);
    let shown = if depth > rows { rows - 1 } else { depth };
    let boxes = merged(view, boxes, shown);
    let short = short_names(boxes.iter().filter_map(|b| b.name));
    let mut colours: HashMap<&str, usize> = HashMap::new();
    let mut painted: Vec<(usize, &Drawn)> = Vec::new();
    for b in &boxes {
        let fresh = colours.len();
        let colour = b.name.map_or(BOXES.len(), |name| *colours.entry(name).or_insert(fresh) % BOXES.len());
        painted.push((colour, b));
    }
    // One colour after the other: each is one path.
    painted.sort_by_key(|(colour, _)| *colour);
    for (colour, b) in painted {
        let y = panel.y0 + b.level as f64 * LEVEL;
        let rim = if b.run { 0.0 } else { 0.5 };
        let colour = BOXES.get(colour).copied().unwrap_or(HATCH);
        canvas.rect((b.from + rim, y + 0.5), (b.to - rim, y + LEVEL - 0.5), colour);
    }
    for b in &boxes {
        let Some(name) = b.name else { continue };
        let name = visible(short.get(name).copied().unwrap_or(name));
        let text = FONT.ellipsised(&name, b.to - b.from - 8.0);
        if text == name || text.chars().count() > 4 {
            let at = (f64::midpoint(b.from, b.to), panel.y0 + b.level as f64 * LEVEL + 14.0);
            canvas.text(&text, at, Anchor::Middle, FONT, INK);
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
            ..Span::default()
        };
        let spans =
            [span("inner", 1.0, 2.0), span("outer", 0.0, 5.0), span("next", 6.0, 7.0), span("in2", 2.0, 4.0)];
        let levels: Vec<(&str, usize)> =
            stack(&spans, 0.0, 9.0, 9.0).iter().map(|b| (b.name, b.level)).collect();
        assert_eq!(levels, [("outer", 0), ("inner", 1), ("in2", 1), ("next", 0)]);
        assert_eq!(depth(&stack(&spans, 6.5, 9.0, 9.0)), 1);
    }
}
