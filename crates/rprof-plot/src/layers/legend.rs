//! The legend: a column to the right of the plot area, never on it; what does not fit is folded into one row.

use plotters::style::RGBColor;

use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::Rect;
use crate::sheet::palette::{DARK, MUTED, Marker, Stroke};
use crate::sheet::text::Font;

const NAME: Font = Font::regular(12.0);
const DETAIL: Font = Font::regular(11.0);
const SWATCH: f64 = 30.0;
const LINE: f64 = 15.0;
const GAP: f64 = 8.0;
/// A row without details.
const LOW: f64 = LINE + 3.0;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The line it explains.
    pub stroke: Stroke,
    /// The marker on that line.
    pub marker: Option<Marker>,
    /// What it is.
    pub name: String,
    /// What to know of it, a line each.
    pub details: Vec<String>,
}

impl Row {
    /// What the boxes of a colour are called.
    pub fn of_boxes((name, colour): (String, RGBColor)) -> Self {
        Self { stroke: Stroke::solid(colour, 11.0), marker: None, name, details: Vec::new() }
    }
}

/// Width the rows would like to have.
pub fn width(rows: &[Row]) -> f64 {
    let widest =
        |row: &Row| row.details.iter().map(|d| DETAIL.width(d)).fold(NAME.width(&row.name), f64::max);
    rows.iter().map(|row| SWATCH + 8.0 + widest(row)).fold(0.0, f64::max).ceil()
}

/// Draws the rows into `place`, then how many `more` were left out already, then the rows of the boxes.
pub fn draw(canvas: &mut Canvas, place: Rect, rows: &[Row], more: usize, boxes: &[Row]) {
    let apart = if rows.is_empty() || boxes.is_empty() { 0.0 } else { GAP };
    let room = boxes.len() as f64 * LOW + apart;
    let y = draw_curves(canvas, Rect { y1: place.y1 - room, ..place }, rows, more) + apart;
    for (at, row) in boxes.iter().enumerate() {
        draw_row(canvas, (place.x0, y + at as f64 * LOW), place.width(), row, false);
    }
}

/// Gives the height at which they end.
fn draw_curves(canvas: &mut Canvas, place: Rect, rows: &[Row], more: usize) -> f64 {
    let height = |row: &Row, details: bool| {
        if details { LINE * (1 + row.details.len()) as f64 + GAP } else { LOW }
    };
    let last = if more > 0 { LINE } else { 0.0 };
    // With their details if all fit so, else one line each, else as many as fit.
    let details = rows.iter().map(|row| height(row, true)).sum::<f64>() - GAP + last <= place.height();
    let needed = rows.iter().map(|row| height(row, details)).sum::<f64>() + last;
    let shown = if details || needed <= place.height() {
        rows.len()
    } else {
        ((place.height() - LINE) / LOW).max(0.0) as usize
    };
    let mut y = place.y0;
    for row in &rows[..shown.min(rows.len())] {
        draw_row(canvas, (place.x0, y), place.width(), row, details);
        y += height(row, details);
    }
    let more = more + rows.len().saturating_sub(shown);
    if more > 0 {
        let text = DETAIL.ellipsised(&format!("… and {more} more"), place.width() - SWATCH - 8.0);
        canvas.text(&text, (place.x0 + SWATCH + 8.0, y + 11.0), Anchor::Start, DETAIL, MUTED);
        y += LINE;
    }
    y
}

fn draw_row(canvas: &mut Canvas, (x, y): (f64, f64), width: f64, row: &Row, details: bool) {
    let middle = y + 7.5;
    canvas.line(&[(x, middle), (x + SWATCH, middle)], &row.stroke);
    if let Some(marker) = row.marker {
        canvas.marker((x + SWATCH / 2.0, middle), marker, row.stroke.colour);
    }
    let (x, room) = (x + SWATCH + 8.0, width - SWATCH - 8.0);
    canvas.text(&NAME.ellipsised(&row.name, room), (x, y + 12.0), Anchor::Start, NAME, DARK);
    for (i, detail) in row.details.iter().enumerate().filter(|_| details) {
        let at = (x, y + 12.0 + LINE * (i + 1) as f64);
        canvas.text(&DETAIL.ellipsised(detail, room), at, Anchor::Start, DETAIL, MUTED);
    }
}
