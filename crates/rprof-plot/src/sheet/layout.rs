//! The layout of the sheet: the areas of title, plot, panel and legend. None of them overlap.

use crate::sheet::coords::Rect;
use crate::sheet::text::Font;

/// Font of the title.
pub const TITLE: Font = Font { size: 15.0, bold: true };
/// Font of the lines below the title.
pub const SUBTITLE: Font = Font::regular(12.0);
/// Font of tick labels.
pub const TICK: Font = Font::regular(12.0);
/// Font of axis labels.
pub const LABEL: Font = Font::regular(13.0);

const MARGIN: f64 = 16.0;
/// Height of a line of the title.
const TITLE_LINE: f64 = 20.0;
/// The most lines of a title.
const TITLE_LINES: usize = 3;
/// Height of a line of the subtitle, and the most of them.
const SUBTITLE_LINE: f64 = 15.0;
const SUBTITLE_LINES: usize = 2;
/// Left of the plot area: the label of the memory axis and tick labels of five digits. It is the same in all figures,
/// so that the plot areas of two figures on one page line up.
const LEFT: f64 = 76.0;
/// Right of the plot area where there is no legend: half of the last tick label.
const RIGHT: f64 = 28.0;
/// Below the panel: tick labels and the label of the time axis.
const BOTTOM: f64 = 55.0;
/// Between the plot area and the panel: the headings of the panel's table.
const GAP: f64 = 14.0;
/// Between the plot area and the legend.
const LEGEND_GAP: f64 = 16.0;
/// The most of the width that the legend may take, as a share and in px.
const WIDEST_LEGEND: (f64, f64) = (0.34, 320.0);
/// The most of the height between title and time axis that the panel may take, as a share.
const HIGHEST_PANEL: f64 = 0.5;
/// The same for a panel that must not be cut down, on a sheet that grew for it.
const HIGHEST_WHOLE_PANEL: f64 = 0.9;

/// The sizes in px that the contents of a figure ask for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// Width of the column to the right: the legend, and the table below it.
    pub legend: f64,
    /// Height of the panel below the plot area.
    pub panel: f64,
    /// True if the panel must not be cut down.
    pub is_panel_whole: bool,
    /// Height of the strip with the labels of marks.
    pub strip: f64,
}

/// The areas of the sheet in px.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The title, line by line.
    pub title: Vec<String>,
    /// The subtitle, line by line.
    pub subtitle: Vec<String>,
    /// The labels of marks, above the plot area and the legend; of height 0 without marks.
    pub strip: Rect,
    /// The plot area.
    pub plot: Rect,
    /// The panel of spans below the plot area, as wide as that; of height 0 without spans.
    pub panel: Rect,
    /// The column to the right; of width 0 without a legend.
    pub legend: Rect,
}

impl Layout {
    /// Lays out a sheet of this width and height in px, with title and subtitle. Legend and panel are cut down where they
    /// would leave too little of the sheet to the curves; the strip is not, because it has four lines at most.
    pub fn new((width, height): (f64, f64), (title, subtitle): (&str, &str), wanted: Wanted) -> Self {
        let lines = title.lines().flat_map(|line| TITLE.wrapped(line, width - LEFT - MARGIN, TITLE_LINES));
        let title: Vec<String> = lines.take(TITLE_LINES).collect();
        let subtitle = SUBTITLE.wrapped(subtitle, width - LEFT - MARGIN, SUBTITLE_LINES);
        let top = MARGIN + if title.is_empty() { 4.0 } else { TITLE_LINE * title.len() as f64 + 8.0 };
        let top = top + SUBTITLE_LINE * subtitle.len() as f64;
        let legend = wanted.legend.min(Self::widest_legend(width));
        let right = if legend > 0.0 { width - MARGIN - legend - LEGEND_GAP } else { width - RIGHT };
        let (strip_top, top) = (top, top + wanted.strip);
        let room = height - top - BOTTOM;
        let share = if wanted.is_panel_whole { HIGHEST_WHOLE_PANEL } else { HIGHEST_PANEL };
        let panel = wanted.panel.min(room * share);
        let gap = if panel > 0.0 { GAP } else { 0.0 };
        // Space between the legend and the headings of the table below it.
        let apart = if panel > 0.0 { 8.0 } else { 0.0 };
        let plot = Rect { x0: LEFT, y0: top, x1: right, y1: height - BOTTOM - panel - gap };
        Self {
            title,
            subtitle,
            strip: Rect { x0: LEFT, y0: strip_top, x1: width - MARGIN, y1: top },
            plot,
            panel: Rect { y0: plot.y1 + gap, y1: height - BOTTOM, ..plot },
            legend: Rect {
                x0: right + LEGEND_GAP,
                y0: top,
                x1: right + LEGEND_GAP + legend,
                y1: plot.y1 - apart,
            },
        }
    }

    /// The greatest width of a legend in px on a sheet of this width.
    pub fn widest_legend(width: f64) -> f64 {
        (width * WIDEST_LEGEND.0).min(WIDEST_LEGEND.1)
    }

    /// The greatest height of a panel in px on a sheet of this height, whatever the title.
    pub fn panel_room(height: f64) -> f64 {
        (height - MARGIN - TITLE_LINES as f64 * TITLE_LINE - 8.0 - BOTTOM) * HIGHEST_PANEL
    }

    /// Start of a line of the subtitle, on its baseline.
    pub fn subtitle_at(&self, line: usize) -> (f64, f64) {
        let title = MARGIN + TITLE_LINE * self.title.len() as f64;
        (LEFT, title + SUBTITLE_LINE * (line + 1) as f64 - 3.0)
    }

    /// Start of a line of the title, on its baseline.
    pub fn title_at(line: usize) -> (f64, f64) {
        (LEFT, MARGIN + TITLE_LINE * (line + 1) as f64 - 5.0)
    }
}
