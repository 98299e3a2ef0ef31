//! Kills and reached limits: a solid vertical line at the time of each, with its label directly above the plot area.

use crate::data::endings::Ending;
use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::palette::{INK, PAPER, Stroke};
use crate::sheet::text::{Font, visible};

/// Height in px of the row of labels.
pub const ROW: f64 = 16.0;

const LABEL: Font = Font { size: 11.0, bold: true };
/// Space in px between a line and its label, and between two labels.
const NEAR: f64 = 4.0;

/// A label with its left edge in px.
#[derive(Debug, Clone, PartialEq)]
struct Label {
    text: String,
    left: f64,
}

/// The ends of a figure with their places.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endings {
    /// The places of the lines in px, from left to right.
    lines: Vec<f64>,
    labels: Vec<Label>,
}

impl Endings {
    /// Places the ends on the time axis, their labels in a row from `left` to `right` px.
    ///
    /// Several workers may be killed at once. If the row has no room for all labels, the first one counts the others.
    pub fn place(endings: &[Ending], coords: &Coords, (left, right): (f64, f64)) -> Self {
        let shown: Vec<&Ending> = endings.iter().filter(|ending| coords.shows(ending.time.0)).collect();
        let place = |ending: &Ending, more: usize, from: f64| {
            let x = coords.x(ending.time.0);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let room = right - left - LABEL.width(&more);
            let text = LABEL.ellipsised(&visible(&ending.words), room) + &more;
            let width = LABEL.width(&text);
            // To the right of the line, else to its left, else across it.
            let places = [x + NEAR, x - NEAR - width, left.max(right - width)];
            let found = places.into_iter().find(|place| *place >= from && place + width <= right);
            found.map(|left| Label { text, left })
        };
        let mut from = left;
        let mut labels: Vec<Label> = Vec::new();
        for ending in &shown {
            let Some(label) = place(ending, 0, from) else {
                labels =
                    shown.first().and_then(|first| place(first, shown.len() - 1, left)).into_iter().collect();
                break;
            };
            from = label.left + LABEL.width(&label.text) + 2.0 * NEAR;
            labels.push(label);
        }
        let mut lines: Vec<f64> = shown.iter().map(|ending| coords.x(ending.time.0)).collect();
        lines.dedup_by(|next, last| *next - *last < 1.0);
        Self { lines, labels }
    }

    /// The places of the lines in px.
    pub fn places(&self) -> impl Iterator<Item = f64> {
        self.lines.iter().copied()
    }

    /// Height of the row in px; 0 without an end.
    pub fn height(&self) -> f64 {
        if self.labels.is_empty() { 0.0 } else { ROW }
    }

    /// Draws the lines, from the row down to `bottom` px.
    pub fn draw_lines(&self, canvas: &mut Canvas, row: Rect, bottom: f64) {
        for x in &self.lines {
            canvas.line(&[(*x, row.y0 + 2.0), (*x, bottom)], &Stroke::solid(INK, 1.2));
        }
    }

    /// Draws the labels over the lines of marks.
    pub fn draw(&self, canvas: &mut Canvas, row: Rect) {
        for Label { text, left } in &self.labels {
            let right = left + LABEL.width(text);
            canvas.rect((left - 1.0, row.y0 + 1.0), (right + 1.0, row.y1 - 1.0), PAPER);
            canvas.text(text, (*left, row.y0 + 11.5), Anchor::Start, LABEL, INK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::axis;
    use rprof_trace::Seconds;

    fn place(times: &[f64]) -> Endings {
        let plot = Rect { x0: 76.0, y0: 60.0, x1: 932.0, y1: 480.0 };
        let coords =
            Coords::new(plot, axis::time(0.0, 100.0, plot.width(), LABEL), axis::memory(1.0, 1.0, 400.0));
        let endings: Vec<Ending> = times
            .iter()
            .map(|time| Ending {
                time: Seconds(*time),
                words: format!("out of memory: {time}:python3 killed"),
            })
            .collect();
        Endings::place(&endings, &coords, (76.0, 944.0))
    }

    #[test]
    fn each_end_has_a_line_and_a_label_within_the_row() {
        let endings = place(&[2.0, 50.0, 100.0]);
        assert_eq!((endings.lines.len(), endings.labels.len(), endings.height()), (3, 3, ROW));
        assert!(endings.labels[2].left < 932.0 - 100.0);
        assert_eq!(place(&[]), Endings::default());
        assert_eq!(place(&[200.0]), Endings::default(), "outside of the window");
    }

    #[test]
    fn ends_without_room_for_their_labels_are_counted() {
        let endings = place(&[10.0, 10.01, 10.02, 11.0]);
        assert_eq!((endings.lines.len(), endings.labels.len()), (2, 1));
        assert!(endings.labels[0].text.ends_with("10:python3 killed and 3 more"), "{endings:?}");
        let many = place(&(0..5000).map(|i| f64::from(i) * 0.02).collect::<Vec<_>>());
        assert!(many.lines.len() < 1000 && many.labels.len() == 1);
    }
}
