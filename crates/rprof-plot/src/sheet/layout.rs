//! Where the title, the plot area, the panel of functions and the legend are; none of them overlap.

use crate::sheet::coords::Rect;
use crate::sheet::text::Font;

/// The title's face.
pub const TITLE: Font = Font { size: 15.0, bold: true };
/// Tick labels.
pub const TICK: Font = Font::regular(12.0);
/// What the axes show.
pub const LABEL: Font = Font::regular(13.0);

const MARGIN: f64 = 16.0;
const TITLE_LINE: f64 = 20.0;
/// Left of the plot area: the label of the memory axis and tick labels of five digits. The same in all figures, so
/// that several of them line up.
const LEFT: f64 = 76.0;
/// Below the panel: tick labels and the label of the time axis.
const BOTTOM: f64 = 55.0;
/// Between the plot area and the panel: the headings of the panel's table.
const GAP: f64 = 14.0;
/// How much of the room the panel may take.
const PANEL: f64 = 0.45;

/// The places.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The title, line by line.
    pub title: Vec<String>,
    /// The labels of marks, above the plot area and the legend; no height when there are none.
    pub strip: Rect,
    /// The plot area.
    pub plot: Rect,
    /// The panel of functions under it, of the same width; no height when there are none.
    pub panel: Rect,
    /// The column to the right; no width when there is no legend.
    pub legend: Rect,
}

impl Layout {
    /// Lays out a sheet of `width` x `height` px for a title, a legend, a panel and a strip of these sizes; legend
    /// and panel are cut down where they would take more of the sheet.
    pub fn new((width, height): (f64, f64), title: &str, legend: f64, panel: f64, strip: f64) -> Self {
        let title: Vec<String> =
            title.lines().flat_map(|line| TITLE.wrapped(line, width - LEFT - MARGIN, 3)).take(3).collect();
        let top = MARGIN + if title.is_empty() { 4.0 } else { TITLE_LINE * title.len() as f64 + 8.0 };
        let legend = legend.min(width * 0.34).min(320.0);
        let right = if legend > 0.0 { width - MARGIN - legend - 16.0 } else { width - 28.0 };
        let (strip_top, top) = (top, top + strip);
        let room = height - top - BOTTOM;
        let panel = panel.min(room * PANEL);
        let gap = if panel > 0.0 { GAP } else { 0.0 };
        // The legend keeps off the headings.
        let apart = if panel > 0.0 { 8.0 } else { 0.0 };
        let plot = Rect { x0: LEFT, y0: top, x1: right, y1: height - BOTTOM - panel - gap };
        Self {
            title,
            strip: Rect { x0: LEFT, y0: strip_top, x1: width - MARGIN, y1: top },
            plot,
            panel: Rect { y0: plot.y1 + gap, y1: height - BOTTOM, ..plot },
            legend: Rect { x0: right + 16.0, y0: top, x1: right + 16.0 + legend, y1: plot.y1 - apart },
        }
    }

    /// How high a panel can be on a sheet of this height, whatever the title.
    pub fn panel_room(height: f64) -> f64 {
        (height - MARGIN - 3.0 * TITLE_LINE - 8.0 - BOTTOM) * PANEL
    }

    /// Baseline and beginning of a line of the title.
    pub fn title_at(line: usize) -> (f64, f64) {
        (LEFT, MARGIN + TITLE_LINE * (line + 1) as f64 - 5.0)
    }
}
