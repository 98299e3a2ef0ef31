//! The grid of small multiples: rows and columns whose panels are neither flat nor narrow.

use crate::layers::axes::PanelAxes;
use crate::options::Facet;
use crate::sheet::coords::Rect;

/// Height in px of the name and the facts above a panel.
pub const HEADER: f64 = 34.0;
/// The width of a panel as a multiple of its height that is best to read.
const BEST: f64 = 1.7;
/// The least width and height of a panel in px.
const LEAST: (f64, f64) = (150.0, 80.0);
/// The space in px between columns and between rows: with shared axes, and where each panel has tick labels of its own.
const APART: (f64, f64) = (18.0, 12.0);
const APART_OWN: (f64, f64) = (58.0, 26.0);

/// The places of all panels.
#[derive(Debug, Clone, Copy)]
pub struct Grid {
    area: Rect,
    count: usize,
    columns: usize,
    facet: Facet,
}

impl Grid {
    /// A grid of so many panels in an area. It has the number of columns that gives the best panels.
    pub fn new(area: Rect, count: usize, facet: Facet) -> Self {
        let count = count.max(1);
        let grid = |columns| Self { area, count, columns, facet };
        let fitting = (1..=count).map(grid).filter(|grid| grid.columns == 1 || grid.size().0 >= LEAST.0);
        let best = fitting.min_by(|a, b| a.fault().total_cmp(&b.fault()));
        best.unwrap_or_else(|| grid(1))
    }

    fn rows(&self) -> usize {
        self.count.div_ceil(self.columns)
    }

    fn apart(&self) -> (f64, f64) {
        if self.facet == Facet::Shared { APART } else { APART_OWN }
    }

    /// Width and height of a panel in px.
    fn size(&self) -> (f64, f64) {
        let (columns, rows) = (self.columns as f64, self.rows() as f64);
        let apart = self.apart();
        let width = (self.area.width() - (columns - 1.0) * apart.0) / columns;
        let height = (self.area.height() - (rows - 1.0) * apart.1) / rows - HEADER;
        (width, height)
    }

    /// How far the panels are from the best: by their shape, by the cells without a panel, by a height below the least.
    fn fault(&self) -> f64 {
        let (width, height) = self.size();
        let shape = (width / height.max(1.0) / BEST).ln().abs();
        let empty = (self.columns * self.rows() - self.count) as f64 / self.count as f64;
        let low = (LEAST.1 - height).max(0.0) / LEAST.1;
        shape + 0.7 * empty + 2.0 * low
    }

    /// The height in px by which the sheet must grow so that every panel has the least height.
    pub fn more_height(&self) -> f64 {
        (LEAST.1 - self.size().1).max(0.0) * self.rows() as f64
    }

    /// The plot area of a panel.
    pub fn panel(&self, at: usize) -> Rect {
        let (width, height) = self.size();
        let (row, column) = ((at / self.columns) as f64, (at % self.columns) as f64);
        let apart = self.apart();
        let x0 = self.area.x0 + column * (width + apart.0);
        let y0 = self.area.y0 + row * (height + HEADER + apart.1) + HEADER;
        Rect { x0, y0, x1: x0 + width, y1: y0 + height }
    }

    /// The axes of a panel that have tick labels. With shared axes those at the left and at the bottom are enough.
    pub fn axes(&self, at: usize) -> PanelAxes {
        let is_own = self.facet == Facet::Own;
        let (is_left, is_last) = (at.is_multiple_of(self.columns), at + self.columns >= self.count);
        PanelAxes { memory: is_own || is_left, time: is_own || is_last, has_units: is_own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect { x0: 76.0, y0: 40.0, x1: 932.0, y1: 485.0 };

    #[test]
    fn panels_fill_the_area_without_overlap() {
        for count in 1..60 {
            for facet in [Facet::Shared, Facet::Own] {
                let mut area = AREA;
                area.y1 += Grid::new(AREA, count, facet).more_height();
                let grid = Grid::new(area, count, facet);
                let panels: Vec<Rect> = (0..count).map(|at| grid.panel(at)).collect();
                for (at, one) in panels.iter().enumerate() {
                    assert!(one.x0 >= area.x0 && one.x1 <= area.x1 + 0.01, "{count}: {one:?}");
                    assert!(
                        one.y0 >= area.y0 && one.y1 <= area.y1 + 0.01 && one.height() > 60.0,
                        "{count}: {one:?}"
                    );
                    let meets = |other: &Rect| {
                        one.x0 < other.x1
                            && other.x0 < one.x1
                            && one.y0 - HEADER < other.y1
                            && other.y0 - HEADER < one.y1
                    };
                    assert!(!panels[at + 1..].iter().any(meets), "{count} {at}");
                }
            }
        }
    }

    #[test]
    fn shared_axes_are_labelled_at_the_left_and_the_bottom_only() {
        let grid = Grid::new(AREA, 5, Facet::Shared);
        assert_eq!(grid.columns, 3);
        let shown = |at| (grid.axes(at).memory, grid.axes(at).time);
        assert_eq!(shown(0), (true, false));
        assert_eq!(shown(2), (false, true), "no panel lies below it");
        assert_eq!(shown(4), (false, true));
        assert!(Grid::new(AREA, 5, Facet::Own).axes(1).memory);
    }
}
