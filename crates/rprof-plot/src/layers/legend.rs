//! The legend: a column to the right of the plot area, never on it; what does not fit is folded into one entry.

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
/// A entry without details.
const LOW: f64 = LINE + 3.0;

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The line it explains.
    pub stroke: Stroke,
    /// The marker on that line.
    pub marker: Option<Marker>,
    /// What it is.
    pub name: String,
    /// What to know of it, a line each.
    pub details: Vec<String>,
}

impl Entry {
    /// What the blocks of a colour are called.
    pub fn of_blocks((name, colour): (String, RGBColor)) -> Self {
        Self { stroke: Stroke::solid(colour, 11.0), marker: None, name, details: Vec::new() }
    }
}

/// Width the entries would like to have.
pub fn width(entries: &[Entry]) -> f64 {
    let widest =
        |entry: &Entry| entry.details.iter().map(|d| DETAIL.width(d)).fold(NAME.width(&entry.name), f64::max);
    entries.iter().map(|entry| SWATCH + 8.0 + widest(entry)).fold(0.0, f64::max).ceil()
}

/// Draws the entries into `place`, then how many `more` were left out already, then the entries of the blocks.
pub fn draw(canvas: &mut Canvas, place: Rect, entries: &[Entry], more: usize, blocks: &[Entry]) {
    let apart = if entries.is_empty() || blocks.is_empty() { 0.0 } else { GAP };
    let room = blocks.len() as f64 * LOW + apart;
    let y = draw_curves(canvas, Rect { y1: place.y1 - room, ..place }, entries, more) + apart;
    for (at, entry) in blocks.iter().enumerate() {
        draw_entry(canvas, (place.x0, y + at as f64 * LOW), place.width(), entry, false);
    }
}

/// Gives the height at which they end.
fn draw_curves(canvas: &mut Canvas, place: Rect, entries: &[Entry], more: usize) -> f64 {
    let height = |entry: &Entry, details: bool| {
        if details { LINE * (1 + entry.details.len()) as f64 + GAP } else { LOW }
    };
    let last = if more > 0 { LINE } else { 0.0 };
    // With their details if all fit so, else one line each, else as many as fit.
    let details = entries.iter().map(|entry| height(entry, true)).sum::<f64>() - GAP + last <= place.height();
    let needed = entries.iter().map(|entry| height(entry, details)).sum::<f64>() + last;
    let shown = if details || needed <= place.height() {
        entries.len()
    } else {
        ((place.height() - LINE) / LOW).max(0.0) as usize
    };
    let mut y = place.y0;
    for entry in &entries[..shown.min(entries.len())] {
        draw_entry(canvas, (place.x0, y), place.width(), entry, details);
        y += height(entry, details);
    }
    let more = more + entries.len().saturating_sub(shown);
    if more > 0 {
        let text = DETAIL.ellipsised(&format!("… and {more} more"), place.width() - SWATCH - 8.0);
        canvas.text(&text, (place.x0 + SWATCH + 8.0, y + 11.0), Anchor::Start, DETAIL, MUTED);
        y += LINE;
    }
    y
}

fn draw_entry(canvas: &mut Canvas, (x, y): (f64, f64), width: f64, entry: &Entry, details: bool) {
    let middle = y + 7.5;
    canvas.line(&[(x, middle), (x + SWATCH, middle)], &entry.stroke);
    if let Some(marker) = entry.marker {
        canvas.marker((x + SWATCH / 2.0, middle), marker, entry.stroke.colour);
    }
    let (x, room) = (x + SWATCH + 8.0, width - SWATCH - 8.0);
    canvas.text(&NAME.ellipsised(&entry.name, room), (x, y + 12.0), Anchor::Start, NAME, DARK);
    for (i, detail) in entry.details.iter().enumerate().filter(|_| details) {
        let at = (x, y + 12.0 + LINE * (i + 1) as f64);
        canvas.text(&DETAIL.ellipsised(detail, room), at, Anchor::Start, DETAIL, MUTED);
    }
}
