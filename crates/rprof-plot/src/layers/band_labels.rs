//! Labels inside the layers of a stack, each where its layer is thick enough. Either every layer has one, or none has.

use crate::sheet::canvas::{Anchor, Canvas, Px};
use crate::sheet::coords::Rect;
use crate::sheet::palette::BLOCK_INK;
use crate::sheet::reach::Reach;
use crate::sheet::text::Font;

const NAME: Font = Font { size: 12.0, bold: true };
const DETAIL: Font = Font::regular(11.0);
/// Height of a line of text in px, and the space around a label inside its layer.
const LINE: f64 = 14.0;
const SPACE: (f64, f64) = (6.0, 2.0);
/// Distance in px between two places that are tried.
const STEP: f64 = 4.0;

/// A layer that wants a label.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The name, and a fact about it.
    pub name: &'a str,
    pub detail: &'a str,
    /// The upper edge in px, and the lower one; without one the layer stands on the time axis.
    pub upper: &'a [Vec<Px>],
    pub lower: Option<&'a [Vec<Px>]>,
}

/// A label with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    lines: Vec<String>,
    place: Rect,
}

/// Places a label in each layer, none of them on an area that is taken. `None` if one of them finds no place.
pub fn place(plot: Rect, wanted: &[Wanted], taken: &[Rect]) -> Option<Vec<Label>> {
    wanted.iter().map(|layer| place_one(plot, layer, taken)).collect()
}

/// Places the label of one layer: its name and the fact in two lines or in one, else the name alone.
fn place_one(plot: Rect, layer: &Wanted, taken: &[Rect]) -> Option<Label> {
    let upper = Reach::new(plot, layer.upper);
    let lower = layer.lower.map(|lower| Reach::new(plot, lower));
    let (name, detail) = (layer.name.to_owned(), layer.detail.to_owned());
    let forms = [vec![name.clone(), detail.clone()], vec![format!("{name}, {detail}")], vec![name]];
    forms.into_iter().find_map(|lines| {
        let widths = lines.iter().enumerate().map(|(at, line)| font(at).width(line));
        let width = widths.fold(0.0, f64::max) + 2.0 * SPACE.0;
        let height = LINE * lines.len() as f64 + 2.0 * SPACE.1;
        let count = ((plot.width() - width) / STEP).max(-1.0) as i64 + 1;
        let places = (0..count).filter_map(|at| {
            let x0 = plot.x0 + at as f64 * STEP;
            let x1 = x0 + width;
            let (_, top) = upper.between(x0, x1).filter(|_| upper.share(x0, x1) >= 1.0)?;
            let bottom =
                lower.as_ref().and_then(|lower| lower.between(x0, x1)).map_or(plot.y1, |edge| edge.0);
            let room = bottom - top;
            let y0 = f64::midpoint(top, bottom) - height / 2.0;
            let place = Rect { x0, y0, x1, y1: y0 + height };
            let is_free = room >= height && !taken.iter().any(|other| overlap(&place, other));
            is_free.then_some((place, room))
        });
        let (place, _) = places.max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(Label { lines, place })
    })
}

/// The font of a line: the name, then the fact.
fn font(line: usize) -> Font {
    if line == 0 { NAME } else { DETAIL }
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1
}

/// Draws the labels.
pub fn draw(canvas: &mut Canvas, labels: &[Label]) {
    for Label { lines, place } in labels {
        let middle = f64::midpoint(place.x0, place.x1);
        for (at, line) in lines.iter().enumerate() {
            let baseline = place.y0 + SPACE.1 + LINE * (at + 1) as f64 - 3.0;
            canvas.text(line, (middle, baseline), Anchor::Middle, font(at), BLOCK_INK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLOT: Rect = Rect { x0: 0.0, y0: 0.0, x1: 800.0, y1: 400.0 };

    fn wanted<'a>(upper: &'a [Vec<Px>], lower: Option<&'a [Vec<Px>]>) -> Wanted<'a> {
        Wanted { name: "anonymous", detail: "512.0 MiB at the peak", upper, lower }
    }

    #[test]
    fn a_label_lies_between_the_edges_of_its_layer() {
        let upper = [vec![(0.0, 390.0), (400.0, 100.0), (800.0, 100.0)]];
        let lower = [vec![(0.0, 395.0), (400.0, 300.0), (800.0, 250.0)]];
        let labels = place(PLOT, &[wanted(&upper, Some(&lower)), wanted(&lower, None)], &[]).expect("room");
        assert!(labels[0].place.y0 > 100.0 && labels[0].place.y1 < 300.0, "{labels:?}");
        assert!(labels[1].place.y0 > 250.0 && labels[1].place.y1 < 400.0, "{labels:?}");
        assert_eq!(labels[0].lines.len(), 2);
    }

    #[test]
    fn a_thin_layer_has_less_text_and_a_thinner_one_none() {
        let upper = |y: f64| [vec![(0.0, y), (800.0, y)]];
        let labels = place(PLOT, &[wanted(&upper(375.0), None)], &[]).expect("room");
        assert_eq!(labels[0].lines, ["anonymous, 512.0 MiB at the peak"]);
        assert_eq!(place(PLOT, &[wanted(&upper(390.0), None)], &[]), None);
        assert_eq!(place(PLOT, &[wanted(&upper(100.0), None)], &[PLOT]), None, "all is taken");
    }
}
