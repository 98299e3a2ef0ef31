//! Functions as lanes under the curve, one each: told apart by place, so no colour is needed to read them. To the right
//! of each stand its name and what it comes to, as a table.

use crate::data::span_groups::{HEADINGS, SpanGroup};
use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::palette::{DARK, GRID, LANE_COLOURS, MUTED, PAPER, Stroke};
use crate::sheet::text::Font;

/// Height of a lane in px.
pub const LANE: f64 = 17.0;

const NAME: Font = Font::regular(12.0);
const CELL: Font = Font::regular(11.0);
const HEADING: Font = Font::regular(10.0);
/// Between two columns.
const GAP: f64 = 11.0;
/// A call narrower than this, in px, is not told from the next.
const TELLABLE: f64 = 5.0;
/// A name narrower than this says nothing: columns are left out first.
const NARROW: f64 = 60.0;

/// The groups that get a lane, and how many do not: those with the longest total time stay.
pub fn choose(groups: Vec<SpanGroup>, lanes: usize) -> (Vec<SpanGroup>, usize) {
    if groups.len() <= lanes {
        return (groups, 0);
    }
    let mut longest: Vec<usize> = (0..groups.len()).collect();
    longest.sort_by(|a, b| groups[*b].sum.time.0.total_cmp(&groups[*a].sum.time.0));
    // The last lane tells of the others.
    longest.truncate(lanes.saturating_sub(1));
    let hidden = groups.len() - longest.len();
    let stays = |at: &usize| longest.contains(at);
    (groups.into_iter().enumerate().filter(|(at, _)| stays(at)).map(|(_, group)| group).collect(), hidden)
}

/// Width of the table to the right of the lanes, with all its columns.
pub fn label_width(groups: &[SpanGroup]) -> f64 {
    let cells: f64 = (0..HEADINGS.len()).map(|column| column_width(groups, column)).sum();
    let name = groups.iter().map(|group| NAME.width(&group.name)).fold(0.0, f64::max);
    if groups.is_empty() { 0.0 } else { (name + cells).ceil() }
}

/// Width of a column and the gap before it; 0 for one in which nothing stands.
fn column_width(groups: &[SpanGroup], column: usize) -> f64 {
    let widest = groups.iter().map(|group| CELL.width(&group.cells()[column])).fold(0.0, f64::max);
    if widest > 0.0 { GAP + widest.max(HEADING.width(HEADINGS[column])) } else { 0.0 }
}

/// The columns that have something to say, as many as leave room for the name; each with its width.
fn columns(groups: &[SpanGroup], width: f64) -> Vec<(usize, f64)> {
    let name = groups.iter().map(|group| NAME.width(&group.name)).fold(0.0, f64::max).min(NARROW);
    let with = |columns: &[usize]| -> Vec<(usize, f64)> {
        let measured = columns.iter().map(|column| (*column, column_width(groups, *column)));
        measured.filter(|(_, width)| *width > 0.0).collect()
    };
    let fits = |columns: &Vec<(usize, f64)>| columns.iter().map(|c| c.1).sum::<f64>() + name <= width;
    let wishes: [&[usize]; 5] = [&[0, 1, 2, 3], &[0, 1, 3], &[0, 1], &[1], &[]];
    wishes.into_iter().map(with).find(fits).unwrap_or_default()
}

/// Draws the lanes into `panel`, the table from its right edge for `width` px, its headings above. `end`: of the run.
pub fn draw(
    canvas: &mut Canvas,
    coords: &Coords,
    panel: Rect,
    (groups, hidden): (&[SpanGroup], usize),
    width: f64,
    end: f64,
) {
    let columns = columns(groups, width);
    let left = panel.x1 + 14.0;
    let name_room = width - columns.iter().map(|(_, width)| width).sum::<f64>();
    let right_of = |at: usize| left + name_room + columns[..=at].iter().map(|(_, width)| width).sum::<f64>();
    for (at, (column, _)) in columns.iter().enumerate() {
        let place = (right_of(at), panel.y0 - 2.0);
        canvas.text(HEADINGS[*column], place, Anchor::End, HEADING, MUTED);
    }
    let mut y = panel.y0;
    for (group, colour) in groups.iter().zip(LANE_COLOURS.iter().cycle()) {
        let middle = y + LANE / 2.0;
        canvas.line(&[(panel.x0, middle), (panel.x1, middle)], &Stroke::solid(GRID, 0.8));
        let bars = bars(coords, &group.spans);
        let open = group.sum.open > 0 && end >= coords.time.from;
        for (at, (from, to)) in bars.iter().enumerate() {
            let (top, bottom) = (y + 4.0, y + LANE - 4.0);
            // What never ended points onward.
            let tip = if open && at + 1 == bars.len() { (to - from).min(5.0) } else { 0.0 };
            let corners = [(*from, top), (to - tip, top), (*to, middle), (to - tip, bottom), (*from, bottom)];
            if tip > 0.0 {
                canvas.area(&corners, *colour);
            } else {
                canvas.rect((*from, top), (*to, bottom), *colour);
            }
        }
        for x in seams(coords, &group.spans, &bars) {
            canvas.line(&[(x, y + 4.0), (x, y + LANE - 4.0)], &Stroke::solid(PAPER, 1.0));
        }
        let name = NAME.ellipsised(&group.name, name_room);
        canvas.text(&name, (left, middle + 4.0), Anchor::Start, NAME, DARK);
        let cells = group.cells();
        for (at, (column, _)) in
            columns.iter().enumerate().filter(|(_, (column, _))| !cells[*column].is_empty())
        {
            canvas.text(&cells[*column], (right_of(at), middle + 4.0), Anchor::End, CELL, MUTED);
        }
        y += LANE;
    }
    if hidden > 0 {
        let text = format!("… and {hidden} more");
        canvas.text(&text, (left, y + LANE / 2.0 + 4.0), Anchor::Start, CELL, MUTED);
    }
}

/// Calls as bars at least 1 px wide; those less than 1 px apart are one, so a million calls cost no more than a lane.
fn bars(coords: &Coords, spans: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted: Vec<(f64, f64)> = spans.iter().map(|s| (coords.x(s.0), coords.x(s.1))).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut bars: Vec<(f64, f64)> = Vec::new();
    for (from, to) in sorted {
        let from = from.min(coords.plot.x1 - 1.0);
        let to = to.max(from + 1.0);
        match bars.last_mut() {
            Some(last) if from - last.1 < 1.0 => last.1 = last.1.max(to),
            _ => bars.push((from, to)),
        }
    }
    bars
}

/// Where a call begins inside a bar: next to another, or while another lasts. Not where calls are too short to be told
/// apart.
fn seams(coords: &Coords, spans: &[(f64, f64)], bars: &[(f64, f64)]) -> Vec<f64> {
    let mut begins: Vec<f64> = spans
        .iter()
        .map(|(from, to)| (coords.x(*from), coords.x(*to)))
        .filter(|(from, to)| to - from >= TELLABLE)
        .map(|(from, _)| from)
        .collect();
    begins.sort_by(f64::total_cmp);
    let inside = |x: f64| bars.iter().any(|(from, to)| x >= from + TELLABLE && x <= to - TELLABLE);
    let mut seams: Vec<f64> = Vec::new();
    for x in begins {
        if seams.last().is_none_or(|last| x - last >= TELLABLE) && inside(x) {
            seams.push(x);
        }
    }
    seams
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::axis;
    use crate::sheet::layout::TICK;

    /// Two calls, one right after the other, were one long bar.
    #[test]
    fn calls_that_touch_or_overlap_are_told_apart() {
        let plot = Rect { x0: 0.0, y0: 0.0, x1: 1000.0, y1: 100.0 };
        let coords = Coords::new(plot, axis::time(0.0, 10.0, 1000.0, TICK), axis::memory(1.0, 1.0, 100.0));
        let at = |spans: &[(f64, f64)]| {
            let bars = bars(&coords, spans);
            (bars.len(), seams(&coords, spans, &bars).iter().map(|x| x.round()).collect::<Vec<_>>())
        };
        assert_eq!(at(&[(1.0, 2.0), (2.001, 3.0)]), (1, vec![200.0]));
        assert_eq!(at(&[(1.0, 4.0), (2.0, 5.0), (3.0, 4.0)]), (1, vec![200.0, 300.0]));
        assert_eq!(at(&[(1.0, 2.0), (3.0, 4.0)]), (2, vec![]));
        let short: Vec<(f64, f64)> =
            (0..1000).map(|i| (f64::from(i) * 0.01, f64::from(i) * 0.01 + 0.009)).collect();
        assert_eq!(at(&short), (1, vec![]));
    }
}
