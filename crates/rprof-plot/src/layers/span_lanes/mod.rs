//! Span groups as lanes below the curve, one lane for each name, with a table of names and totals beside or above them.
//! Their place alone distinguishes the lanes, so the figure needs no colour key. A name has the colour of its blocks.

mod table;

use plotters::style::RGBColor;
use rprof_trace::{Seconds, Sizes};

use crate::data::span_groups::SpanGroup;
use crate::layers::span_lanes::table::{Row, Table, Widths};
use crate::sheet::canvas::Canvas;
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::palette::{self, GRID, PAPER, Stroke};
use crate::sheet::text::visible;

/// Height in px of a lane whose text stands beside it.
const LANE: f64 = 17.0;
/// Height in px of a lane below its text.
const BELOW_TEXT: f64 = 22.0;
/// Space between the lanes and the table in px.
const TABLE_GAP: f64 = 14.0;
/// Space above and below a bar in its lane in px.
const RIM: f64 = 4.0;
/// A span narrower than this, in px, is not separated from the next one.
const SEPARABLE: f64 = 5.0;

/// The place of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TablePlace {
    /// To the right of the lanes, below the legend.
    #[default]
    Beside,
    /// Each row above its bars. The curve then has the whole width of the sheet.
    Above,
}

/// One lane with its row of the table.
struct Lane {
    row: Row,
    /// Start and end of each span in seconds.
    spans: Vec<(f64, f64)>,
    /// Sum of their lengths in seconds.
    time: f64,
    /// The colour of the name.
    colour: RGBColor,
    /// True if one of the spans never ended.
    open: bool,
}

/// The lanes of a panel.
#[derive(Default)]
pub struct SpanLanes {
    /// A lane for each name, in order of the first span.
    all: Vec<Lane>,
    /// Those that are drawn, by their place in `all`.
    shown: Vec<usize>,
    place: TablePlace,
    widths: Widths,
    /// End of the run in seconds.
    end: f64,
}

impl SpanLanes {
    /// The lanes of all groups, none of them shown. The run ends at `end` seconds.
    pub fn new(groups: Vec<SpanGroup>, end: f64, sizes: Sizes) -> Self {
        let lane = |group: SpanGroup| Lane {
            row: Row::new(visible(&group.name), &group.total, sizes),
            spans: group.spans,
            time: group.total.time.0,
            colour: palette::span(group.rank),
            open: group.total.open > 0,
        };
        Self { all: groups.into_iter().map(lane).collect(), end, ..Self::default() }
    }

    /// Shows the lanes with the longest total time, as many as a panel of this height in px has room for.
    pub fn fit(&mut self, place: TablePlace, height: f64) {
        self.place = place;
        self.shown = longest(&self.all, (height / self.lane_height()) as usize);
        let rows: Vec<&Row> = self.shown.iter().map(|at| &self.all[*at].row).collect();
        self.widths = Widths::of(&rows);
    }

    fn lane_height(&self) -> f64 {
        match self.place {
            TablePlace::Beside => LANE,
            TablePlace::Above => BELOW_TEXT,
        }
    }

    /// Height in px of the lanes that are shown; 0 if there is none.
    pub fn height(&self) -> f64 {
        let rows = self.shown.len() + usize::from(self.shown.len() < self.all.len());
        rows as f64 * self.lane_height()
    }

    /// Width in px of a table beside the lanes, with names and columns in full; 0 if there is none.
    pub fn table_width(&self) -> f64 {
        if self.place == TablePlace::Above { 0.0 } else { self.widths.total() }
    }

    /// Draws the lanes into the panel, and a table beside it in `width` px. Headings stand above the panel.
    pub fn draw(&self, canvas: &mut Canvas, coords: &Coords, panel: Rect, width: f64) {
        let is_above = self.place == TablePlace::Above;
        let (left, width) =
            if is_above { (panel.x0 + 3.0, panel.width() - 6.0) } else { (panel.x1 + TABLE_GAP, width) };
        let table = Table::new(left, width, &self.widths);
        table.draw_headings(canvas, panel.y0 - 2.0);
        let height = self.lane_height();
        let mut y = panel.y0;
        for lane in self.shown.iter().map(|at| &self.all[*at]) {
            // A bar below its text is lower.
            let (top, bottom) =
                if is_above { (y + 14.5, y + height - 3.0) } else { (y + RIM, y + height - RIM) };
            self.draw_bars(canvas, coords, lane, (top, bottom));
            let baseline = if is_above { y + 11.0 } else { y + height / 2.0 + 4.0 };
            table.draw_row(canvas, baseline, &lane.row, is_above);
            y += height;
        }
        if let Some(words) = self.hidden_words() {
            table.draw_remark(canvas, y + LANE / 2.0 + 4.0, &words, width);
        }
    }

    /// The words for the names without a lane; `None` if every name has one.
    fn hidden_words(&self) -> Option<String> {
        let is_hidden = |at: &usize| !self.shown.contains(at);
        let hidden: Vec<f64> = (0..self.all.len()).filter(is_hidden).map(|at| self.all[at].time).collect();
        let names = if hidden.len() == 1 { "name" } else { "names" };
        let most = hidden.iter().copied().reduce(f64::max)?;
        Some(format!("… and {} more {names}, at most {}", hidden.len(), Seconds(most)))
    }

    fn draw_bars(&self, canvas: &mut Canvas, coords: &Coords, lane: &Lane, (top, bottom): (f64, f64)) {
        let middle = f64::midpoint(top, bottom);
        canvas.line(&[(coords.plot.x0, middle), (coords.plot.x1, middle)], &Stroke::solid(GRID, 0.8));
        let bars = bars(coords, &lane.spans);
        // A span that never ended points onward, unless the figure starts after the end of the run.
        let open = lane.open && self.end >= coords.time.from;
        for (at, (from, to)) in bars.iter().enumerate() {
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
            canvas.line(&[(x, top), (x, bottom)], &Stroke::solid(PAPER, 1.0));
        }
    }
}

/// The places of the lanes with the longest total time, in the order they have. If not all fit, the last place stays
/// free for the number of the others.
fn longest(all: &[Lane], lanes: usize) -> Vec<usize> {
    let mut longest: Vec<usize> = (0..all.len()).collect();
    if all.len() > lanes {
        longest.sort_by(|a, b| all[*b].time.total_cmp(&all[*a].time));
        longest.truncate(lanes.saturating_sub(1));
        longest.sort_unstable();
    }
    longest
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
    use crate::sheet::axis;
    use crate::sheet::layout::TICK;
    use rprof_trace::SpanTotal;

    #[test]
    fn names_without_room_are_counted_with_their_longest_time() {
        let group = |at: u32| SpanGroup {
            name: format!("f{at}"),
            rank: 0,
            total: SpanTotal { time: Seconds(f64::from(at % 5)), ..SpanTotal::default() },
            spans: Vec::new(),
        };
        let mut lanes = SpanLanes::new((0..9).map(group).collect(), 10.0, Sizes::default());
        lanes.fit(TablePlace::Above, 4.0 * BELOW_TEXT);
        assert_eq!(lanes.shown, [3, 4, 8]);
        assert_eq!(lanes.hidden_words().as_deref(), Some("… and 6 more names, at most 2.00 s"));
        lanes.fit(TablePlace::Beside, f64::INFINITY);
        assert_eq!((lanes.shown.len(), lanes.hidden_words()), (9, None));
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
