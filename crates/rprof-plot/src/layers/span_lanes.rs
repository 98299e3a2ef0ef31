//! Span groups as lanes below the curve, one lane for each name, with a table of names and totals to the right.
//! Their place alone distinguishes the lanes, so the figure needs no colour key. A name has the colour of its blocks.

use plotters::style::RGBColor;
use rprof_trace::{Bytes, SpanTotal};

use crate::data::bounds;
use crate::data::span_groups::SpanGroup;
use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::palette::{self, DARK, GRID, MUTED, PAPER, Stroke};
use crate::sheet::text::{Font, visible};

/// Height of a lane in px.
pub const LANE: f64 = 17.0;
/// The most lanes of a figure, however high it is.
const MOST_LANES: usize = 8;

const NAME: Font = Font::regular(12.0);
const CELL: Font = Font::regular(11.0);
const HEADING: Font = Font::regular(10.0);
/// Space between two columns of the table in px.
const GAP: f64 = 11.0;
/// Space between the lanes and the table in px.
const TABLE_GAP: f64 = 14.0;
/// Space above and below a bar in its lane in px.
const RIM: f64 = 4.0;
/// A span narrower than this, in px, is not separated from the next one.
const SEPARABLE: f64 = 5.0;
/// A name cut to less than this, in px, is not readable: columns give way first.
const NARROW: f64 = 60.0;

/// Headings of the table's columns.
const HEADINGS: [&str; 4] = ["calls", "time", "gained", "peak inside"];
/// Sets of columns in order of preference; the first that leaves room for the names is drawn.
const COLUMN_SETS: [&[usize]; 5] = [&[0, 1, 2, 3], &[0, 1, 3], &[0, 1], &[1], &[]];

/// One lane with its cells of the table.
struct Lane {
    name: String,
    cells: [String; HEADINGS.len()],
    /// Start and end of each span in seconds.
    spans: Vec<(f64, f64)>,
    /// The colour of the name.
    colour: RGBColor,
    /// True if one of the spans never ended.
    open: bool,
}

/// The lanes of a panel.
#[derive(Default)]
pub struct SpanLanes {
    lanes: Vec<Lane>,
    /// Groups without a lane.
    hidden: usize,
    /// End of the run in seconds.
    end: f64,
}

impl SpanLanes {
    /// Gives lanes to the groups with the longest total time, as many as a panel of this height in px has room for.
    /// The run ends at `end` seconds.
    pub fn new(groups: Vec<SpanGroup>, height: f64, end: f64) -> Self {
        let (groups, hidden) = longest(groups, ((height / LANE) as usize).min(MOST_LANES));
        let lane = |group: SpanGroup| Lane {
            name: visible(&group.name),
            cells: cells(&group.total),
            spans: group.spans,
            colour: palette::span(group.rank),
            open: group.total.open > 0,
        };
        Self { lanes: groups.into_iter().map(lane).collect(), hidden, end }
    }

    /// Height of all lanes in px; 0 if there is none.
    pub fn height(&self) -> f64 {
        (self.lanes.len() + usize::from(self.hidden > 0)) as f64 * LANE
    }

    /// Width of the table in px, with names and columns in full; 0 if there is no lane.
    pub fn table_width(&self) -> f64 {
        let cells: f64 = (0..HEADINGS.len()).map(|column| self.column_width(column)).sum();
        if self.lanes.is_empty() { 0.0 } else { (self.name_width() + cells).ceil() }
    }

    fn name_width(&self) -> f64 {
        self.lanes.iter().map(|lane| NAME.width(&lane.name)).fold(0.0, f64::max)
    }

    /// Width of a column and the gap before it; 0 for an empty column.
    fn column_width(&self, column: usize) -> f64 {
        let widest = self.lanes.iter().map(|lane| CELL.width(&lane.cells[column])).fold(0.0, f64::max);
        if widest > 0.0 { GAP + widest.max(HEADING.width(HEADINGS[column])) } else { 0.0 }
    }

    /// Chooses the columns of a table of this width in px, each with its own width. Empty columns are skipped.
    fn columns(&self, width: f64) -> Vec<(usize, f64)> {
        let name = self.name_width().min(NARROW);
        let measured = |columns: &[usize]| -> Vec<(usize, f64)> {
            let widths = columns.iter().map(|column| (*column, self.column_width(*column)));
            widths.filter(|(_, width)| *width > 0.0).collect()
        };
        let fits = |columns: &Vec<(usize, f64)>| columns.iter().map(|c| c.1).sum::<f64>() + name <= width;
        COLUMN_SETS.into_iter().map(measured).find(fits).unwrap_or_default()
    }

    /// Draws the lanes into the panel, and to its right the table in `width` px, its headings above the panel.
    pub fn draw(&self, canvas: &mut Canvas, coords: &Coords, panel: Rect, width: f64) {
        let table = Table::new(panel.x1 + TABLE_GAP, width, self.columns(width));
        table.draw_headings(canvas, panel.y0 - 2.0);
        let mut y = panel.y0;
        for lane in &self.lanes {
            let middle = y + LANE / 2.0;
            canvas.line(&[(panel.x0, middle), (panel.x1, middle)], &Stroke::solid(GRID, 0.8));
            let bars = bars(coords, &lane.spans);
            // A span that never ended points onward, unless the figure starts after the end of the run.
            let open = lane.open && self.end >= coords.time.from;
            for (at, (from, to)) in bars.iter().enumerate() {
                let (top, bottom) = (y + RIM, y + LANE - RIM);
                let tip = if open && at + 1 == bars.len() { (to - from).min(5.0) } else { 0.0 };
                if tip > 0.0 {
                    let shoulder = to - tip;
                    let corners =
                        [(*from, top), (shoulder, top), (*to, middle), (shoulder, bottom), (*from, bottom)];
                    canvas.area(&corners, lane.colour);
                } else {
                    canvas.rect((*from, top), (*to, bottom), lane.colour);
                }
            }
            for x in seams(coords, &lane.spans, &bars) {
                canvas.line(&[(x, y + RIM), (x, y + LANE - RIM)], &Stroke::solid(PAPER, 1.0));
            }
            table.draw_cells(canvas, middle + 4.0, lane);
            y += LANE;
        }
        if self.hidden > 0 {
            let text = format!("… and {} more", self.hidden);
            canvas.text(&text, (table.left, y + LANE / 2.0 + 4.0), Anchor::Start, CELL, MUTED);
        }
    }
}

/// The table to the right of the lanes.
struct Table {
    left: f64,
    name_width: f64,
    /// For each column drawn, its index in [`HEADINGS`] and its right edge in px.
    columns: Vec<(usize, f64)>,
}

impl Table {
    fn new(left: f64, width: f64, columns: Vec<(usize, f64)>) -> Self {
        let name_width = width - columns.iter().map(|(_, width)| width).sum::<f64>();
        let mut right = left + name_width;
        let edges = columns.into_iter().map(|(column, width)| {
            right += width;
            (column, right)
        });
        Self { left, name_width, columns: edges.collect() }
    }

    fn draw_headings(&self, canvas: &mut Canvas, baseline: f64) {
        for (column, right) in &self.columns {
            canvas.text(HEADINGS[*column], (*right, baseline), Anchor::End, HEADING, MUTED);
        }
    }

    fn draw_cells(&self, canvas: &mut Canvas, baseline: f64, lane: &Lane) {
        let name = NAME.ellipsised(&lane.name, self.name_width);
        canvas.text(&name, (self.left, baseline), Anchor::Start, NAME, DARK);
        for (column, right) in self.columns.iter().filter(|(column, _)| !lane.cells[*column].is_empty()) {
            canvas.text(&lane.cells[*column], (*right, baseline), Anchor::End, CELL, MUTED);
        }
    }
}

/// Splits off the groups with the longest total time, in the order they had, and counts the others.
fn longest(groups: Vec<SpanGroup>, lanes: usize) -> (Vec<SpanGroup>, usize) {
    if groups.len() <= lanes {
        return (groups, 0);
    }
    let mut longest: Vec<usize> = (0..groups.len()).collect();
    longest.sort_by(|a, b| groups[*b].total.time.0.total_cmp(&groups[*a].total.time.0));
    // The last lane holds the number of the others.
    longest.truncate(lanes.saturating_sub(1));
    let hidden = groups.len() - longest.len();
    let stays = |at: &usize| longest.contains(at);
    (groups.into_iter().enumerate().filter(|(at, _)| stays(at)).map(|(_, group)| group).collect(), hidden)
}

/// The cells below the [`HEADINGS`]; a value that was not measured has an empty cell.
fn cells(total: &SpanTotal) -> [String; HEADINGS.len()] {
    let SpanTotal { calls, time, peak, peak_upper, growth, open, .. } = total;
    let calls = match open {
        0 => calls.to_string(),
        open if open == calls => format!("{open} open"),
        open => format!("{calls}, {open} open"),
    };
    let peak = peak.map(|peak| bounds::bounds(peak, *peak_upper)).unwrap_or_default();
    [calls, time.to_string(), growth.map(signed).unwrap_or_default(), peak]
}

/// Bytes with a sign, as `+40.0 MiB`; the minus is U+2212, which is as wide as the plus.
fn signed(growth: i64) -> String {
    let sign = match growth {
        0 => "",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", Bytes(growth.unsigned_abs()))
}

/// Spans as bars in px, each at least 1 px wide. Bars less than 1 px apart become one, which bounds their number by
/// the width of the figure: a million spans make no larger figure than a thousand.
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

/// The places in px where a span starts inside a bar, right after another span or during it.
/// Spans too narrow to be separated have none: the seams would cover the bar.
fn seams(coords: &Coords, spans: &[(f64, f64)], bars: &[(f64, f64)]) -> Vec<f64> {
    let mut begins: Vec<f64> = spans
        .iter()
        .map(|(from, to)| (coords.x(*from), coords.x(*to)))
        .filter(|(from, to)| to - from >= SEPARABLE)
        .map(|(from, _)| from)
        .collect();
    begins.sort_by(f64::total_cmp);
    let inside = |x: f64| bars.iter().any(|(from, to)| x >= from + SEPARABLE && x <= to - SEPARABLE);
    let mut seams: Vec<f64> = Vec::new();
    for x in begins {
        if seams.last().is_none_or(|last| x - last >= SEPARABLE) && inside(x) {
            seams.push(x);
        }
    }
    seams
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::span_groups::gather;
    use crate::data::time_range::TimeRange;
    use crate::sheet::axis;
    use crate::sheet::layout::TICK;
    use rprof_trace::{Seconds, Span};

    fn span(name: &str, enter: f64, leave: Option<f64>) -> Span {
        let at = |t| (Seconds(t), Bytes(0));
        Span { name: name.into(), enter: at(enter), leave: leave.map(at), ..Span::default() }
    }

    #[test]
    fn calls_are_summed_by_name_in_order_of_the_first() {
        let measured = |peak, growth, span| Span {
            peak: Some(Bytes(peak)),
            peak_upper: Some(Bytes(7 << 19)),
            growth: Some(growth),
            ..span
        };
        let spans = [
            span("m.late", 5.0, Some(6.0)),
            measured(3 << 20, 5 << 19, span("m.early", 1.0, Some(2.0))),
            measured(2 << 20, -(1 << 20), span("m.early", 3.0, Some(3.5))),
            span("m.never", 8.0, None),
            span("m.outside", 20.0, Some(21.0)),
        ];
        let groups = gather(&spans, &TimeRange { from: 0.0, to: 10.0, end: 10.0 });
        assert_eq!(groups[2].spans, [(8.0, 10.0)]);
        let lanes = SpanLanes::new(groups, 540.0, 10.0).lanes;
        let shown: Vec<String> =
            lanes.iter().map(|lane| format!("{}: {}", lane.name, lane.cells.join(" | "))).collect();
        assert_eq!(
            shown,
            [
                "early: 2 | 1.50 s | +1.5 MiB | 3.0–3.5 MiB",
                "late: 1 | 1.00 s |  | ",
                "never: 1 open | 2.00 s |  | "
            ]
        );
        assert_eq!(signed(-(3 << 20)), "−3.0 MiB");
    }

    /// Two spans, one right after the other, once looked like one long bar.
    #[test]
    fn spans_that_touch_or_overlap_have_a_seam_between_them() {
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
