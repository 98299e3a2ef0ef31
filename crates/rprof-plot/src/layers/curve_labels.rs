//! Labels at the curves: the name of each curve and the facts about it beside its line, so that no reader has to match
//! colours with a legend. Either every curve has such a label, or none has.

use plotters::style::RGBColor;

use crate::sheet::canvas::{Anchor, Canvas, Px};
use crate::sheet::coords::Rect;
use crate::sheet::palette::{self, MUTED};
use crate::sheet::reach::Reach;
use crate::sheet::text::Font;

/// The most curves that are labelled directly. More labels than these would crowd the plot area.
pub const MOST: usize = 6;

const NAME: Font = Font { size: 12.0, bold: true };
const DETAIL: Font = Font::regular(11.0);
/// Height of a line of text in px.
const LINE: f64 = 14.0;
/// A longer fact, in px, is wrapped into at most so many lines.
const WIDEST: f64 = 250.0;
const MOST_LINES: usize = 3;
/// Distance of a label from its own curve, and the least from any other, in px.
const NEAR: f64 = 7.0;
const APART: f64 = 10.0;
/// Distance in px between two places that are tried.
const STEP: f64 = 6.0;

/// A curve that wants a label.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The name.
    pub name: &'a str,
    /// Facts, a line each.
    pub details: Vec<String>,
    /// The colour of the curve.
    pub colour: RGBColor,
    /// The curve in px.
    pub line: &'a [Vec<Px>],
    /// The point that the label should stand near: the peak, or the end.
    pub near: Px,
    /// True if the curve lies on the time axis, together with all others that do.
    pub is_low: bool,
}

/// A label with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    name: String,
    details: Vec<String>,
    colour: RGBColor,
    /// The area of the text.
    pub place: Rect,
}

/// Places a label for each curve in the plot area, none of them on a text at `taken` or on a curve.
/// `None` if one of them finds no place.
pub fn place(plot: Rect, wanted: &[Wanted], taken: &[Rect]) -> Option<Vec<Label>> {
    if wanted.len() > MOST {
        return None;
    }
    let reaches: Vec<Reach> = wanted.iter().map(|curve| Reach::new(plot, curve.line)).collect();
    let mut taken = taken.to_vec();
    let mut labels = Vec::new();
    for (at, curve) in wanted.iter().enumerate() {
        let details: Vec<String> = curve.details.iter().flat_map(|detail| balanced(detail)).collect();
        let widths = details.iter().map(|detail| DETAIL.width(detail));
        let width = widths.fold(NAME.width(curve.name), f64::max);
        let height = LINE * (1 + details.len()) as f64;
        let is_free = |place: &Rect| {
            is_inside(place, &plot)
                && !taken.iter().any(|other| overlap(place, other))
                && reaches.iter().zip(wanted).enumerate().all(|(other, (reach, with))| {
                    let together = other == at || (curve.is_low && with.is_low);
                    !reach.meets(place, if together { NEAR / 2.0 } else { APART })
                })
        };
        let together: Vec<&Reach> = reaches
            .iter()
            .zip(wanted)
            .enumerate()
            .filter(|(other, (_, with))| *other == at || (curve.is_low && with.is_low))
            .map(|(_, (reach, _))| reach)
            .collect();
        let found = candidates(plot, (width, height), &reaches[at], &together, curve.near);
        let free = found.into_iter().filter(|(place, _)| is_free(place));
        let (place, _) = free.min_by(|a, b| a.1.total_cmp(&b.1))?;
        taken.push(place);
        let name = curve.name.to_owned();
        labels.push(Label { name, details, colour: palette::ink(curve.colour), place });
    }
    Some(labels)
}

/// A fact in lines of about the same length.
fn balanced(detail: &str) -> Vec<String> {
    let width = DETAIL.width(detail);
    let lines = (width / WIDEST).ceil().max(1.0);
    // A line ends at a blank, so that the lines need a little more than their share.
    DETAIL.wrapped(detail, (width / lines * 1.25).min(WIDEST), MOST_LINES)
}

/// Draws the labels.
pub fn draw(canvas: &mut Canvas, labels: &[Label]) {
    for Label { name, details, colour, place } in labels {
        canvas.text(name, (place.x0, place.y0 + 11.0), Anchor::Start, NAME, *colour);
        for (at, detail) in details.iter().enumerate() {
            let baseline = place.y0 + 11.0 + LINE * (at + 1) as f64;
            canvas.text(detail, (place.x0, baseline), Anchor::Start, DETAIL, MUTED);
        }
    }
}

/// The places for a label of this size, each with a penalty: above its curve, below it, and right of its end.
/// `together` are the curves that it has to clear.
fn candidates(
    plot: Rect,
    (width, height): (f64, f64),
    own: &Reach,
    together: &[&Reach],
    near: Px,
) -> Vec<(Rect, f64)> {
    let mut places = Vec::new();
    let count = ((plot.width() - width - 2.0 * NEAR) / STEP).max(-1.0) as i64 + 1;
    for at in 0..count {
        let x0 = plot.x0 + NEAR + at as f64 * STEP;
        let Some((top, bottom)) = own.between(x0, x0 + width) else { continue };
        // The share of its width at which the label has its curve, and the distance from the wanted point.
        let bare = 1.0 - own.share(x0, x0 + width);
        let away = (near.0 - near.0.clamp(x0, x0 + width)).abs();
        let edges = together.iter().filter_map(|reach| reach.between(x0, x0 + width));
        let highest = edges.clone().map(|edge| edge.0).fold(top, f64::min);
        let lowest = edges.map(|edge| edge.1).fold(bottom, f64::max);
        // A label above a steep curve touches it at one point only.
        let steep = (bottom - top).min(160.0) * 0.3;
        let penalty = 40.0 * bare + 0.2 * away + steep;
        let above = Rect { x0, y0: highest - NEAR - height, x1: x0 + width, y1: highest - NEAR };
        let below = Rect { x0, y0: lowest + NEAR, x1: x0 + width, y1: lowest + NEAR + height };
        places.extend([(above, penalty), (below, penalty + 8.0)]);
    }
    if let Some((x, y)) = own.end {
        let y0 = (y - height / 2.0).clamp(plot.y0 + 2.0, (plot.y1 - height - 2.0).max(plot.y0 + 2.0));
        let x0 = x + NEAR + 2.0;
        places.push((Rect { x0, y0, x1: x0 + width, y1: y0 + height }, 4.0));
    }
    places
}

fn is_inside(place: &Rect, plot: &Rect) -> bool {
    place.x0 >= plot.x0 && place.x1 <= plot.x1 - 2.0 && place.y0 >= plot.y0 && place.y1 <= plot.y1 - 1.0
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x0 < b.x1 + 4.0 && b.x0 < a.x1 + 4.0 && a.y0 < b.y1 + 2.0 && b.y0 < a.y1 + 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::palette::{BLUE, GREEN};
    use crate::sheet::reach::end;

    const PLOT: Rect = Rect { x0: 0.0, y0: 0.0, x1: 800.0, y1: 400.0 };

    fn wanted<'a>(line: &'a [Vec<Px>], details: &[String], is_low: bool) -> Wanted<'a> {
        let near = end(line).expect("a line");
        Wanted { name: "a curve", details: details.to_vec(), colour: BLUE, line, near, is_low }
    }

    fn clear_of(label: &Label, line: &[Vec<Px>]) -> bool {
        !Reach::new(PLOT, line).meets(&label.place, 0.0)
    }

    #[test]
    fn every_label_is_near_its_curve_and_on_none() {
        let high = [vec![(0.0, 390.0), (400.0, 50.0), (800.0, 50.0)]];
        let middle = [vec![(0.0, 390.0), (800.0, 200.0)]];
        let details = ["peak 1.0 GiB".to_owned()];
        let curves = [wanted(&high, &details, false), wanted(&middle, &details, false)];
        let labels = place(PLOT, &curves, &[]).expect("room");
        for label in &labels {
            assert!(clear_of(label, &high) && clear_of(label, &middle), "{label:?}");
            assert!(is_inside(&label.place, &PLOT));
        }
        let gap = Reach::new(PLOT, &high).between(labels[0].place.x0, labels[0].place.x1).expect("its curve");
        assert!(gap.0 - labels[0].place.y1 < 2.0 * NEAR || labels[0].place.y0 - gap.1 < 2.0 * NEAR);
        assert!(!overlap(&labels[0].place, &labels[1].place));
    }

    /// Two programs that kept their array in a file lay on the time axis of one that did not.
    #[test]
    fn curves_on_the_time_axis_have_labels_at_their_ends() {
        let short = [vec![(0.0, 398.0), (300.0, 398.0)]];
        let long = [vec![(0.0, 395.0), (700.0, 395.0)]];
        let curves = [wanted(&short, &[], true), Wanted { colour: GREEN, ..wanted(&long, &[], true) }];
        let labels = place(PLOT, &curves, &[]).expect("room");
        assert!(labels[0].place.x0 < 310.0 && labels[1].place.x1 > 600.0, "{labels:?}");
    }

    #[test]
    fn without_room_for_one_of_them_there_is_no_label() {
        let curve = [vec![(0.0, 200.0), (800.0, 200.0)]];
        assert_eq!(place(PLOT, &[wanted(&curve, &[], false)], &[PLOT]), None);
        let many: Vec<Wanted> = (0..=MOST).map(|_| wanted(&curve, &[], false)).collect();
        assert_eq!(place(PLOT, &many, &[]), None);
    }

    /// The unit of a time stood alone on the second line of a label.
    #[test]
    fn a_fact_is_wrapped_into_lines_of_about_the_same_length() {
        assert_eq!(balanced("peak 14.93 GiB between 28.5 s and 28.6 s").len(), 1);
        let remark = "7.43 GiB of the peak are file-backed, reclaimable";
        let lines = balanced(remark);
        assert_eq!((lines.len(), lines.join(" ")), (2, remark.to_owned()));
        assert!(lines.iter().all(|line| DETAIL.width(line) > 90.0), "{lines:?}");
    }

    /// A curve that ends in the middle has its label beside the end, not beside the fall to 0 there.
    #[test]
    fn the_end_of_a_curve_is_before_its_fall() {
        let line = [vec![(0.0, 300.0), (400.0, 100.0), (400.0, 399.0)]];
        assert_eq!(end(&line), Some((400.0, 100.0)));
        let labels = place(PLOT, &[wanted(&line, &[], false)], &[]).expect("room");
        let place = labels[0].place;
        assert!(place.x0 > 400.0 && place.y0 < 100.0 && place.y1 > 100.0, "{place:?}");
    }
}
