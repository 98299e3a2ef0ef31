//! The table of the lanes: a row of text for each, beside its bars or above them.

use rprof_trace::{Bytes, Sizes, SpanTotal};

use crate::data::bounds;
use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::palette::{DARK, MUTED, PAPER};
use crate::sheet::text::Font;

const NAME: Font = Font::regular(12.0);
/// The font of all cells but the name.
pub const CELL: Font = Font::regular(11.0);
const HEADING: Font = Font::regular(10.0);
/// Space between two columns of the table in px.
const GAP: f64 = 11.0;
/// A name cut to less than this, in px, is not readable: columns give way first.
const NARROW: f64 = 60.0;

/// Headings of the columns after the name.
const HEADINGS: [&str; 4] = ["calls", "time", "gained", "peak inside"];
/// Sets of columns in order of preference; the first that leaves room for the names is drawn.
const COLUMN_SETS: [&[usize]; 5] = [&[0, 1, 2, 3], &[0, 1, 3], &[0, 1], &[1], &[]];

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The name of the span.
    pub name: String,
    cells: [String; HEADINGS.len()],
}

impl Row {
    /// The row of all spans of one name.
    pub fn new(name: String, total: &SpanTotal, sizes: Sizes) -> Self {
        Self { name, cells: cells(total, sizes) }
    }
}

/// The widths in px that the rows ask for.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Widths {
    name: f64,
    /// Each with the gap before it; 0 for an empty column.
    columns: [f64; HEADINGS.len()],
}

impl Widths {
    /// Measures the rows.
    pub fn of(rows: &[&Row]) -> Self {
        let name = rows.iter().map(|row| NAME.width(&row.name)).fold(0.0, f64::max);
        let mut columns = [0.0; HEADINGS.len()];
        for (at, width) in columns.iter_mut().enumerate() {
            let widest = rows.iter().map(|row| CELL.width(&row.cells[at])).fold(0.0, f64::max);
            *width = if widest > 0.0 { GAP + widest.max(HEADING.width(HEADINGS[at])) } else { 0.0 };
        }
        Self { name, columns }
    }

    /// Width in px of a table with names and columns in full.
    pub fn total(&self) -> f64 {
        (self.name + self.columns.iter().sum::<f64>()).ceil()
    }

    /// Chooses the columns of a table of this width in px, each with its own width. Empty columns are skipped.
    fn columns(&self, width: f64) -> Vec<(usize, f64)> {
        let measured = |columns: &[usize]| -> Vec<(usize, f64)> {
            let widths = columns.iter().map(|column| (*column, self.columns[*column]));
            widths.filter(|(_, width)| *width > 0.0).collect()
        };
        let name = self.name.min(NARROW);
        let fits = |columns: &Vec<(usize, f64)>| columns.iter().map(|c| c.1).sum::<f64>() + name <= width;
        COLUMN_SETS.into_iter().map(measured).find(fits).unwrap_or_default()
    }
}

/// The table with its columns.
pub struct Table {
    left: f64,
    name_width: f64,
    /// For each column drawn, its index in [`HEADINGS`] and its right edge in px.
    columns: Vec<(usize, f64)>,
}

impl Table {
    /// A table whose left edge is at `left` px and that is `width` px wide at most.
    pub fn new(left: f64, width: f64, widths: &Widths) -> Self {
        let columns = widths.columns(width);
        let name_width = width - columns.iter().map(|(_, width)| width).sum::<f64>();
        let name_width = name_width.min(widths.name.ceil());
        let mut right = left + name_width;
        let edges = columns.into_iter().map(|(column, width)| {
            right += width;
            (column, right)
        });
        Self { left, name_width, columns: edges.collect() }
    }

    /// Right edge in px.
    pub fn right(&self) -> f64 {
        self.columns.last().map_or(self.left + self.name_width, |column| column.1)
    }

    /// Draws the headings.
    pub fn draw_headings(&self, canvas: &mut Canvas, baseline: f64) {
        for (column, right) in &self.columns {
            canvas.text(HEADINGS[*column], (*right, baseline), Anchor::End, HEADING, MUTED);
        }
    }

    /// Draws a row. `covers` is true if it lies on the lines of the figure, which it then covers.
    pub fn draw_row(&self, canvas: &mut Canvas, baseline: f64, row: &Row, covers: bool) {
        if covers {
            canvas.rect((self.left - 2.0, baseline - 10.5), (self.right() + 2.0, baseline + 2.5), PAPER);
        }
        let name = NAME.ellipsised(&row.name, self.name_width);
        canvas.text(&name, (self.left, baseline), Anchor::Start, NAME, DARK);
        for (column, right) in self.columns.iter().filter(|(column, _)| !row.cells[*column].is_empty()) {
            canvas.text(&row.cells[*column], (*right, baseline), Anchor::End, CELL, MUTED);
        }
    }

    /// Draws a remark in place of a row.
    pub fn draw_remark(&self, canvas: &mut Canvas, baseline: f64, words: &str, room: f64) {
        canvas.text(&CELL.ellipsised(words, room), (self.left, baseline), Anchor::Start, CELL, MUTED);
    }
}

/// The cells below the [`HEADINGS`]; a value that was not measured has an empty cell.
fn cells(total: &SpanTotal, sizes: Sizes) -> [String; HEADINGS.len()] {
    let SpanTotal { calls, time, peak, peak_upper, growth, open, .. } = total;
    let calls = match open {
        0 => calls.to_string(),
        open if open == calls => format!("{open} open"),
        open => format!("{calls}, {open} open"),
    };
    let peak = peak.map(|peak| bounds::bounds(peak, *peak_upper, sizes)).unwrap_or_default();
    [calls, time.to_string(), growth.map(|growth| signed(growth, sizes)).unwrap_or_default(), peak]
}

/// Bytes with a sign, as `+40.0 MiB`; the minus is U+2212, which is as wide as the plus.
fn signed(growth: i64, sizes: Sizes) -> String {
    let sign = match growth {
        0 => "",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", sizes.text(Bytes(growth.unsigned_abs())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::span_groups::gather;
    use crate::data::time_range::TimeRange;
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
        let rows = groups.iter().map(|group| Row::new(group.name.clone(), &group.total, Sizes::default()));
        let shown: Vec<String> = rows.map(|row| format!("{}: {}", row.name, row.cells.join(" | "))).collect();
        assert_eq!(
            shown,
            [
                "early: 2 | 1.50 s | +1.5 MiB | 3.0–3.5 MiB",
                "late: 1 | 1.00 s |  | ",
                "never: 1 open | 2.00 s |  | "
            ]
        );
        assert_eq!(signed(-(3 << 20), Sizes::default()), "−3.0 MiB");
    }
}
