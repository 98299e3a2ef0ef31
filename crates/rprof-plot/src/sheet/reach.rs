//! The reach of a curve on the sheet, column by column: what a label must keep clear of, or fit between.

use crate::sheet::canvas::Px;
use crate::sheet::coords::Rect;

/// Width of a column in px.
const COLUMN: f64 = 2.0;

/// The part of the plot area that a curve covers: its upper and lower edge in each column.
pub struct Reach {
    left: f64,
    columns: Vec<Option<(f64, f64)>>,
    /// The end of the line, before it falls to the time axis there.
    pub end: Option<Px>,
}

impl Reach {
    /// The reach of a curve, piece by piece in px.
    pub fn new(plot: Rect, line: &[Vec<Px>]) -> Self {
        let count = (plot.width() / COLUMN).ceil().max(1.0) as usize + 1;
        let mut reach = Self { left: plot.x0, columns: vec![None; count], end: end(line) };
        for piece in line {
            match piece[..] {
                [only] => reach.add(only, only),
                _ => piece.windows(2).for_each(|two| reach.add(two[0], two[1])),
            }
        }
        reach
    }

    fn column(&self, x: f64) -> usize {
        (((x - self.left) / COLUMN).max(0.0) as usize).min(self.columns.len() - 1)
    }

    /// Adds a straight line between two points, the first of which is not to the right of the second.
    fn add(&mut self, (ax, ay): Px, (bx, by): Px) {
        let at = |x: f64| if bx > ax { ay + (by - ay) * ((x - ax) / (bx - ax)).clamp(0.0, 1.0) } else { ay };
        for column in self.column(ax)..=self.column(bx) {
            let from = self.left + column as f64 * COLUMN;
            // A vertical line has both ends in its column.
            let ends = if bx - ax < 1e-6 { [ay, by] } else { [at(from), at(from + COLUMN)] };
            let (top, bottom) = self.columns[column].unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
            self.columns[column] = Some((top.min(ends[0]).min(ends[1]), bottom.max(ends[0]).max(ends[1])));
        }
    }

    fn within(&self, x0: f64, x1: f64) -> &[Option<(f64, f64)>] {
        &self.columns[self.column(x0)..=self.column(x1)]
    }

    /// Upper and lower edge between two places; `None` if the curve is not there.
    pub fn between(&self, x0: f64, x1: f64) -> Option<(f64, f64)> {
        self.within(x0, x1).iter().flatten().copied().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// The share of the columns between two places in which the curve is.
    pub fn share(&self, x0: f64, x1: f64) -> f64 {
        let columns = self.within(x0, x1);
        columns.iter().flatten().count() as f64 / columns.len().max(1) as f64
    }

    /// True if the curve comes nearer to a place than this distance in px.
    pub fn meets(&self, place: &Rect, distance: f64) -> bool {
        // Beside a label a line may be nearer than above or below it.
        let aside = distance.min(5.0);
        let near = self.within(place.x0 - aside, place.x1 + aside);
        near.iter().flatten().any(|(top, bottom)| *top - distance < place.y1 && *bottom + distance > place.y0)
    }
}

/// The last point of a line, or of the points at its last time the first one.
pub fn end(line: &[Vec<Px>]) -> Option<Px> {
    let piece = line.last()?;
    let last = piece.last()?;
    piece.iter().find(|point| last.0 - point.0 < 0.05).copied()
}
