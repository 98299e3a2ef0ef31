//! Marks: a thin line through the figure for each, its label in a strip of its own above. No label lies on another or
//! on the line of another; those that find no place are counted, and lines too many to be told apart are short.

use rprof_trace::profile::Mark;

use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::palette::{DARK, MARK, MUTED, Stroke};
use crate::sheet::text::{Font, visible};

/// Height of a row of labels in px.
pub const ROW: f64 = 14.0;

const LABEL: Font = Font::regular(11.0);
const ROWS: usize = 3;
/// A figure gets a row of labels for so much of its height.
const HEIGHT_FOR_ROW: f64 = 170.0;
/// Between a line and its label, and between a label and the next line.
const NEAR: f64 = 3.0;
const WIDEST: f64 = 180.0;
/// With more lines than this the curve could not be seen: then they are short and have no labels.
const MOST_LINES: usize = 40;

/// A label in the strip.
#[derive(Debug, Clone, PartialEq)]
struct Label {
    text: String,
    left: f64,
    row: usize,
}

/// The marks of a figure, placed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Marks {
    /// Where lines are, from left to right, and the row of the label where one has it.
    lines: Vec<(f64, Option<usize>)>,
    labels: Vec<Label>,
    /// Marks in view without a label.
    hidden: usize,
}

impl Marks {
    /// Places the marks in view in a strip that ends at `right` px, on a sheet of this height.
    pub fn place(marks: &[Mark], coords: &Coords, right: f64, height: f64) -> Self {
        let mut shown: Vec<&Mark> = marks.iter().filter(|mark| coords.shows(mark.time.0)).collect();
        shown.sort_by(|a, b| a.time.0.total_cmp(&b.time.0));
        let rows = ((height / HEIGHT_FOR_ROW) as usize).clamp(1, ROWS);
        let placed = Strip::new(right, 0.0, rows).fill(&shown, coords);
        if placed.hidden == 0 {
            return placed;
        }
        if placed.lines.len() > MOST_LINES {
            let lines = placed.lines.into_iter().map(|(x, _)| (x, None)).collect();
            return Self { lines, labels: Vec::new(), hidden: shown.len() };
        }
        // Room for the count, whatever it will be.
        Strip::new(right, LABEL.width(&more(shown.len())) + 2.0 * NEAR, rows).fill(&shown, coords)
    }

    /// Height of the strip.
    pub fn height(&self) -> f64 {
        let rows = self.labels.iter().map(|label| label.row + 1).max().unwrap_or(0);
        rows.max(usize::from(self.hidden > 0)) as f64 * ROW
    }

    /// Draws the lines, from the strip to `bottom`.
    pub fn draw_lines(&self, canvas: &mut Canvas, coords: &Coords, strip: Rect, bottom: f64) {
        let many = self.lines.len() > MOST_LINES;
        for (x, row) in &self.lines {
            let top = row.map_or(coords.plot.y0, |row| strip.y0 + row as f64 * ROW + 2.0);
            let (bottom, stroke) =
                if many { (coords.plot.y0 + 6.0, Stroke::solid(MUTED, 0.9)) } else { (bottom, MARK) };
            canvas.line(&[(*x, top), (*x, bottom)], &stroke);
        }
    }

    /// Draws the labels.
    pub fn draw(&self, canvas: &mut Canvas, strip: Rect) {
        for Label { text, left, row } in &self.labels {
            let at = (*left, strip.y0 + *row as f64 * ROW + 10.0);
            canvas.text(text, at, Anchor::Start, LABEL, DARK);
        }
        if self.hidden > 0 {
            let count =
                if self.labels.is_empty() { format!("{} marks", self.hidden) } else { more(self.hidden) };
            canvas.text(&count, (strip.x1, strip.y0 + 10.0), Anchor::End, LABEL, MUTED);
        }
    }
}

fn more(count: usize) -> String {
    if count == 1 { "… 1 more mark".to_owned() } else { format!("… {count} more marks") }
}

/// The strip while it is being filled from left to right.
struct Strip {
    right: f64,
    /// Kept free at the end of the first row.
    reserved: f64,
    /// Where each row is free from.
    ends: Vec<f64>,
    placed: Marks,
}

impl Strip {
    fn new(right: f64, reserved: f64, rows: usize) -> Self {
        Self { right, reserved, ends: vec![f64::NEG_INFINITY; rows], placed: Marks::default() }
    }

    fn fill(mut self, marks: &[&Mark], coords: &Coords) -> Marks {
        for mark in marks {
            let x = coords.x(mark.time.0);
            if self.placed.lines.last().is_some_and(|last| x - last.0 < 1.0) {
                self.placed.hidden += 1;
                continue;
            }
            let text = visible(&mark.label);
            let text = LABEL.ellipsised(if text.is_empty() { "mark" } else { &text }, WIDEST);
            let found = self.find(x, LABEL.width(&text));
            self.placed.lines.push((x, found.map(|(row, _)| row)));
            match found {
                Some((row, left)) => self.placed.labels.push(Label { text, left, row }),
                None => self.placed.hidden += 1,
            }
        }
        self.placed
    }

    /// A row and a place in it for a label beside the line at `x`, to its right or else to its left. The line goes
    /// down from there, so the rows below must be free at `x` too.
    fn find(&mut self, x: f64, width: f64) -> Option<(usize, f64)> {
        let rows = self.ends.len();
        let free = |row: usize, from: f64| self.ends[row] <= from;
        let limit = |row: usize| self.right - if row == 0 { self.reserved } else { 0.0 };
        let below = |row: usize| (row..rows).all(|row| free(row, x - NEAR));
        let to_the_right = |row: &usize| below(*row) && x + NEAR + width <= limit(*row);
        if let Some(row) = (0..rows).find(to_the_right) {
            self.ends[row] = x + NEAR + width + NEAR;
            return Some((row, x + NEAR));
        }
        let left = x - NEAR - width;
        // Lines from rows above come down through this one.
        let crossed = |row: usize| {
            self.placed
                .lines
                .iter()
                .any(|(line, top)| *line > left - NEAR && top.is_some_and(|top| top < row))
        };
        let to_the_left = |row: &usize| free(*row, left) && below(*row) && x <= limit(*row) && !crossed(*row);
        let row = (0..rows).find(to_the_left)?;
        self.ends[row] = x + NEAR;
        Some((row, left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::axis;
    use rprof_trace::Seconds;

    fn place(times: &[f64], label: impl Fn(usize) -> String) -> Marks {
        let plot = Rect { x0: 76.0, y0: 60.0, x1: 932.0, y1: 480.0 };
        let coords =
            Coords::new(plot, axis::time(0.0, 100.0, plot.width(), LABEL), axis::memory(1.0, 1.0, 400.0));
        let mark = |(i, time): (usize, &f64)| Mark { time: Seconds(*time), label: label(i) };
        let marks: Vec<Mark> = times.iter().enumerate().map(mark).collect();
        Marks::place(&marks, &coords, 944.0, 540.0)
    }

    #[test]
    fn no_label_lies_on_another_or_on_a_line() {
        let mut state = 7_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut hidden = 0;
        for _ in 0..300 {
            let times: Vec<f64> = (0..random(38)).map(|_| random(1001) as f64 / 10.0).collect();
            let lengths: Vec<usize> = times.iter().map(|_| 1 + random(40) as usize).collect();
            let marks = place(&times, |i| "m".repeat(lengths[i]));
            hidden += marks.hidden;
            for (i, label) in marks.labels.iter().enumerate() {
                let right = label.left + LABEL.width(&label.text);
                assert!(label.left >= 0.0 && right <= 944.0 && label.row < ROWS, "{label:?}");
                for other in &marks.labels[i + 1..] {
                    let apart = right <= other.left || other.left + LABEL.width(&other.text) <= label.left;
                    assert!(apart || label.row != other.row, "{label:?} {other:?}");
                }
                for (x, top) in &marks.lines {
                    let passes = top.is_some_and(|top| top <= label.row);
                    assert!(!passes || *x <= label.left || *x >= right, "{label:?} at {x}");
                }
            }
            assert_eq!(marks.labels.len() + marks.hidden, times.len());
        }
        assert!(hidden > 0);
    }

    #[test]
    fn a_mark_at_the_end_has_its_label_before_it_and_one_without_a_name_is_a_mark() {
        let marks = place(&[0.0, 100.0], |i| ["", "done"][i].to_owned());
        assert_eq!((marks.labels.len(), marks.hidden, marks.height()), (2, 0, ROW));
        assert_eq!(marks.labels[0].text, "mark");
        assert!(marks.labels[1].left < 932.0 - LABEL.width("done"));
        assert_eq!(place(&[], |_| String::new()), Marks::default());
    }

    #[test]
    fn lines_too_many_to_be_told_apart_have_no_labels() {
        let times: Vec<f64> = (0..5000).map(|i| f64::from(i) * 0.02).collect();
        let marks = place(&times, |i| i.to_string());
        assert!(marks.labels.is_empty() && marks.lines.len() < 1000);
        assert_eq!(marks.hidden, 5000);
    }
}
