//! Marks: a thin vertical line for each, with its label in a strip above the plot area. No label covers another label
//! or a line. Marks whose label finds no place are counted, and lines too many to be useful are cut short.

use rprof_trace::Mark;

use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::palette::{DARK, MARK, MUTED, Stroke};
use crate::sheet::text::{Font, visible};

/// Height in px of a tier, which is a line of labels in the strip.
pub const TIER: f64 = 14.0;

const LABEL: Font = Font::regular(11.0);
/// The most tiers of a figure.
const MOST_TIERS: usize = 3;
/// Height of figure in px for each tier.
const HEIGHT_FOR_TIER: f64 = 170.0;
/// Space in px between a line and its label, and between a label and the next line.
const NEAR: f64 = 3.0;
/// Width of the widest label in px.
const WIDEST: f64 = 180.0;
/// The most lines through the whole figure. More would hide the curve: then all are short and have no labels.
const MOST_LINES: usize = 40;

/// A label in the strip.
#[derive(Debug, Clone, PartialEq)]
struct Label {
    text: String,
    left: f64,
    tier: usize,
}

/// A vertical line.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Line {
    x: f64,
    /// The tier of its label, down from which the line is drawn; `None` without a label.
    tier: Option<usize>,
}

/// The marks of a figure with their places.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Marks {
    /// From left to right.
    lines: Vec<Line>,
    labels: Vec<Label>,
    /// Marks on the time axis without a label.
    hidden: usize,
}

impl Marks {
    /// Places the marks on the time axis in a strip that ends at `right` px, on a sheet of this height in px.
    pub fn place(marks: &[Mark], coords: &Coords, right: f64, height: f64) -> Self {
        let mut shown: Vec<&Mark> = marks.iter().filter(|mark| coords.shows(mark.time.0)).collect();
        shown.sort_by(|a, b| a.time.0.total_cmp(&b.time.0));
        let tiers = ((height / HEIGHT_FOR_TIER) as usize).clamp(1, MOST_TIERS);
        let placed = Strip::new(right, 0.0, tiers).fill(&shown, coords);
        if placed.hidden == 0 {
            return placed;
        }
        if placed.lines.len() > MOST_LINES {
            let lines = placed.lines.into_iter().map(|line| Line { tier: None, ..line }).collect();
            return Self { lines, labels: Vec::new(), hidden: shown.len() };
        }
        // Again, with room for the count. This takes places away and so changes the count, but the room suffices for
        // the count of all marks.
        Strip::new(right, LABEL.width(&more(shown.len())) + 2.0 * NEAR, tiers).fill(&shown, coords)
    }

    /// The places in px of the lines through the whole plot area.
    pub fn places(&self) -> impl Iterator<Item = f64> {
        let are_whole = self.lines.len() <= MOST_LINES;
        self.lines.iter().filter(move |_| are_whole).map(|line| line.x)
    }

    /// Height of the strip in px; 0 without marks.
    pub fn height(&self) -> f64 {
        let tiers = self.labels.iter().map(|label| label.tier + 1).max().unwrap_or(0);
        tiers.max(usize::from(self.hidden > 0)) as f64 * TIER
    }

    /// Draws the lines, from the strip down to `bottom` px.
    pub fn draw_lines(&self, canvas: &mut Canvas, coords: &Coords, strip: Rect, bottom: f64) {
        let many = self.lines.len() > MOST_LINES;
        for Line { x, tier } in &self.lines {
            let top = tier.map_or(coords.plot.y0, |tier| strip.y0 + tier as f64 * TIER + 2.0);
            let (bottom, stroke) =
                if many { (coords.plot.y0 + 6.0, Stroke::solid(MUTED, 0.9)) } else { (bottom, MARK) };
            canvas.line(&[(*x, top), (*x, bottom)], &stroke);
        }
    }

    /// Draws the labels, and the number of marks without a label.
    pub fn draw(&self, canvas: &mut Canvas, strip: Rect) {
        for Label { text, left, tier } in &self.labels {
            let at = (*left, strip.y0 + *tier as f64 * TIER + 10.0);
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

/// The strip while it is filled from left to right.
///
/// A label stands right of its line, or left of it where the strip ends. Its line starts at its tier and crosses all
/// tiers below, so a label must keep clear of three things: labels on its own tier, lines that come down from tiers
/// above, and, for its own line, labels on the tiers below. Tier 0 is the upper one.
struct Strip {
    /// Right edge in px.
    right: f64,
    /// Width in px that stays free at the end of the first tier.
    reserved: f64,
    /// For each tier, the place in px from which it is free.
    ends: Vec<f64>,
    placed: Marks,
}

impl Strip {
    fn new(right: f64, reserved: f64, tiers: usize) -> Self {
        Self { right, reserved, ends: vec![f64::NEG_INFINITY; tiers], placed: Marks::default() }
    }

    /// Places lines and labels of marks in order of time.
    fn fill(mut self, marks: &[&Mark], coords: &Coords) -> Marks {
        for mark in marks {
            let x = coords.x(mark.time.0);
            // Marks less than 1 px apart share a line, and its label is that of the first.
            if self.placed.lines.last().is_some_and(|last| x - last.x < 1.0) {
                self.placed.hidden += 1;
                continue;
            }
            let text = visible(&mark.label);
            let text = LABEL.ellipsised(if text.is_empty() { "mark" } else { &text }, WIDEST);
            let found = self.find(x, LABEL.width(&text));
            self.placed.lines.push(Line { x, tier: found.map(|(tier, _)| tier) });
            match found {
                Some((tier, left)) => self.placed.labels.push(Label { text, left, tier }),
                None => self.placed.hidden += 1,
            }
        }
        self.placed
    }

    /// Finds and takes a place for a label of this width: its tier and its left edge.
    fn find(&mut self, x: f64, width: f64) -> Option<(usize, f64)> {
        let tiers = self.ends.len();
        let free = |tier: usize, from: f64| self.ends[tier] <= from;
        let limit = |tier: usize| self.right - if tier == 0 { self.reserved } else { 0.0 };
        // The line must be able to come down from this tier.
        let below = |tier: usize| (tier..tiers).all(|tier| free(tier, x - NEAR));
        let to_the_right = |tier: &usize| below(*tier) && x + NEAR + width <= limit(*tier);
        if let Some(tier) = (0..tiers).find(to_the_right) {
            self.ends[tier] = x + NEAR + width + NEAR;
            return Some((tier, x + NEAR));
        }
        let left = x - NEAR - width;
        // Only a label to the left can meet earlier lines; those to come are kept off by `ends`.
        let crossed = |tier: usize| {
            self.placed
                .lines
                .iter()
                .any(|line| line.x > left - NEAR && line.tier.is_some_and(|top| top < tier))
        };
        let to_the_left =
            |tier: &usize| free(*tier, left) && below(*tier) && x <= limit(*tier) && !crossed(*tier);
        let tier = (0..tiers).find(to_the_left)?;
        self.ends[tier] = x + NEAR;
        Some((tier, left))
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
    fn no_label_covers_another_label_or_a_line() {
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
                assert!(label.left >= 0.0 && right <= 944.0 && label.tier < MOST_TIERS, "{label:?}");
                for other in &marks.labels[i + 1..] {
                    let apart = right <= other.left || other.left + LABEL.width(&other.text) <= label.left;
                    assert!(apart || label.tier != other.tier, "{label:?} {other:?}");
                }
                for Line { x, tier } in &marks.lines {
                    let passes = tier.is_some_and(|tier| tier <= label.tier);
                    assert!(!passes || *x <= label.left || *x >= right, "{label:?} at {x}");
                }
            }
            assert_eq!(marks.labels.len() + marks.hidden, times.len());
        }
        assert!(hidden > 0);
    }

    #[test]
    fn a_mark_at_the_end_has_its_label_to_the_left_and_a_mark_without_a_name_is_labelled_mark() {
        let marks = place(&[0.0, 100.0], |i| ["", "done"][i].to_owned());
        assert_eq!((marks.labels.len(), marks.hidden, marks.height()), (2, 0, TIER));
        assert_eq!(marks.labels[0].text, "mark");
        assert!(marks.labels[1].left < 932.0 - LABEL.width("done"));
        assert_eq!(place(&[], |_| String::new()), Marks::default());
    }

    #[test]
    fn thousands_of_marks_have_lines_but_no_labels() {
        let times: Vec<f64> = (0..5000).map(|i| f64::from(i) * 0.02).collect();
        let marks = place(&times, |i| i.to_string());
        assert!(marks.labels.is_empty() && marks.lines.len() < 1000);
        assert_eq!(marks.hidden, 5000);
    }
}
