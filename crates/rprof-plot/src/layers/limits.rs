//! Memory limits: a horizontal line for each, with its label beside the line where nothing else stands.

use crate::sheet::canvas::{Anchor, Canvas, Px};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::palette::{DARK, LIMIT, PAPER};
use crate::sheet::text::{Font, visible};

/// Height in px of the label above a line.
pub const HEADROOM: f64 = 19.0;

const LABEL: Font = Font::regular(11.0);
/// Height of a label in px.
const HEIGHT: f64 = 14.0;
/// Distance of a label from its line, and from the edges of the plot area, in px.
const APART: f64 = 2.0;
/// The number of places along a line that are tried for its label.
const PLACES: u32 = 33;

/// A label with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    text: String,
    /// The area of the text.
    pub place: Rect,
}

/// Draws the lines at these values in bytes, behind the curves.
pub fn draw_lines(canvas: &mut Canvas, coords: &Coords, values: impl Iterator<Item = f64>) {
    for value in values {
        let y = coords.y(value);
        canvas.line(&[(coords.plot.x0, y), (coords.plot.x1, y)], &LIMIT);
    }
}

/// Places a label for each limit, given by its value in bytes and its words. A label avoids the texts at `taken`, and the
/// curves and other `lines` as far as it can.
pub fn place(
    coords: &Coords,
    limits: impl Iterator<Item = (f64, String)>,
    taken: &[Rect],
    lines: &[Vec<Px>],
) -> Vec<Label> {
    let mut taken = taken.to_vec();
    let mut labels = Vec::new();
    for (value, words) in limits {
        let text = LABEL.ellipsised(&visible(&words), coords.plot.width() - 4.0 * APART);
        let candidates = candidates(coords, coords.y(value), LABEL.width(&text), &taken);
        let is_free = |place: &Rect| !taken.iter().any(|other| overlap(place, other));
        let covered = |place: &Rect| lines.iter().map(|line| covered(line, place)).sum::<f64>();
        // The first of the places that cover least.
        let free = candidates.into_iter().filter(is_free).map(|place| (covered(&place), place));
        let Some((_, place)) = free.min_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        taken.push(place);
        labels.push(Label { text, place });
    }
    labels
}

/// Draws the labels, in front of the curves.
pub fn draw(canvas: &mut Canvas, labels: &[Label]) {
    for Label { text, place } in labels {
        canvas.rect((place.x0, place.y0), (place.x1, place.y1), PAPER);
        canvas.text(text, (place.x0 + APART, place.y1 - 3.5), Anchor::Start, LABEL, DARK);
    }
}

/// The places for a label of this width at a line, inside the plot area: above it, below it, and above the text that covers
/// the line.
fn candidates(coords: &Coords, y: f64, width: f64, taken: &[Rect]) -> Vec<Rect> {
    let plot = coords.plot;
    let (left, room) = (plot.x0 + APART, (plot.width() - width - 4.0 * APART).max(0.0));
    let covering = taken.iter().filter(|text| text.y0 - HEIGHT < y && text.y1 + HEIGHT > y);
    let top = covering.map(|text| text.y0).fold(y, f64::min);
    let sides = [y - APART - HEIGHT, y + APART, top - HEIGHT];
    let inside = sides.into_iter().filter(|top| *top >= plot.y0 && top + HEIGHT <= plot.y1);
    // The right end first, then the left one.
    let shares = || [1.0, 0.0].into_iter().chain((1..PLACES).map(|i| 1.0 - f64::from(i) / f64::from(PLACES)));
    inside
        .flat_map(|top| shares().map(move |share| (top, left + share * room)))
        .map(|(y0, x0)| Rect { x0, y0, x1: x0 + width + 2.0 * APART, y1: y0 + HEIGHT })
        .collect()
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1
}

/// The width in px over which a line may cross the place, by the boxes around its segments. A steep segment counts as 1 px.
fn covered(line: &[Px], place: &Rect) -> f64 {
    let of_segment = |ends: &[Px]| {
        let [(ax, ay), (bx, by)] = [ends[0], ends[1]];
        let segment = Rect { x0: ax.min(bx), y0: ay.min(by), x1: ax.max(bx), y1: ay.max(by) };
        let width = segment.x1.min(place.x1) - segment.x0.max(place.x0);
        if overlap(&segment, place) { width.max(1.0) } else { 0.0 }
    };
    line.windows(2).map(of_segment).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::axis;
    use crate::sheet::layout::TICK;

    const PLOT: Rect = Rect { x0: 0.0, y0: 0.0, x1: 1000.0, y1: 400.0 };

    fn coords() -> Coords {
        Coords::new(PLOT, axis::time(0.0, 10.0, 1000.0, TICK), axis::memory(100.0, 100.0, 400.0))
    }

    fn place_one(value: f64, taken: &[Rect], curve: &[Px]) -> Option<Rect> {
        let limits = [(value, "memory limit 1.00 GiB".to_owned())].into_iter();
        let labels = place(&coords(), limits, taken, &[curve.to_vec()]);
        labels.first().map(|label| label.place)
    }

    #[test]
    fn a_label_stands_at_the_right_end_above_its_line() {
        let at = place_one(50.0, &[], &[]).expect("room");
        assert!(at.y1 <= 200.0 && at.x1 > 990.0 && at.x1 <= 1000.0, "{at:?}");
        // At the top of the plot area it stands below the line.
        let at = place_one(100.0, &[], &[]).expect("room");
        assert!(at.y0 >= 0.0 && at.y1 < 20.0, "{at:?}");
    }

    #[test]
    fn a_label_avoids_other_texts_and_the_curves() {
        let right = Rect { x0: 700.0, y0: 170.0, x1: 1000.0, y1: 230.0 };
        let at = place_one(50.0, &[right], &[(0.0, 400.0), (50.0, 100.0)]).expect("room");
        assert!(at.x0 > 50.0 && at.x1 <= 700.0, "{at:?}");
        // No place is clear: the label covers as little as it can.
        let level = [(0.0, 195.0), (1000.0, 195.0), (1000.0, 0.0)];
        let at = place_one(50.0, &[], &level).expect("room");
        assert!(at.y0 >= 200.0, "{at:?}");
        // A text across the whole width: the label stands above it.
        let across = Rect { x0: 0.0, y0: 190.0, x1: 1000.0, y1: 205.0 };
        let at = place_one(50.0, &[across], &[]).expect("room");
        assert!((170.0..=176.0).contains(&at.y0) && at.y1 <= 190.0, "{at:?}");
        // A curve everywhere is no reason to give up the label, a text everywhere is.
        assert!(place_one(50.0, &[], &[(0.0, 0.0), (1000.0, 400.0)]).is_some());
        assert_eq!(place_one(50.0, &[PLOT], &[]), None);
    }

    #[test]
    fn two_limits_of_one_size_have_two_labels() {
        let limits = ["memory limit 50 B", "cgroup limit 50 B"].map(|words| (50.0, words.to_owned()));
        let labels = place(&coords(), limits.into_iter(), &[], &[]);
        assert!(labels.len() == 2 && !overlap(&labels[0].place, &labels[1].place), "{labels:?}");
    }
}
