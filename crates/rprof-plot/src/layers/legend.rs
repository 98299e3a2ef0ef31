//! The legend: a column of entries to the right of the plot area, never on it. It gives up details before entries,
//! and counts the entries that find no room.

use plotters::style::RGBColor;

use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::Rect;
use crate::sheet::palette::{DARK, MUTED, Marker, Stroke};
use crate::sheet::text::Font;

const NAME: Font = Font::regular(12.0);
const DETAIL: Font = Font::regular(11.0);
/// Length of the line that stands for a curve in px.
const SWATCH: f64 = 30.0;
/// Left edge of the texts in px from that of the legend.
const INDENT: f64 = SWATCH + 8.0;
/// Height of a line of text in px.
const LINE: f64 = 15.0;
/// Space between two entries with details in px, and between curves and blocks.
const GAP: f64 = 8.0;
/// Height of an entry without details in px.
const LOW: f64 = LINE + 3.0;

/// One entry: a line or a colour, and its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The line that the entry explains.
    pub stroke: Stroke,
    /// The marker on that line.
    pub marker: Option<Marker>,
    /// The name.
    pub name: String,
    /// Facts about it, a line each.
    pub details: Vec<String>,
}

impl Entry {
    /// Height in px.
    fn height(&self, details: bool) -> f64 {
        if details { LINE * (1 + self.details.len()) as f64 + GAP } else { LOW }
    }

    /// Width in px of an entry that is not cut.
    fn width(&self) -> f64 {
        let name = NAME.width(&self.name);
        INDENT + self.details.iter().map(|detail| DETAIL.width(detail)).fold(name, f64::max)
    }

    /// True if the first fact is cut in a legend of this width in px.
    pub fn is_cut(&self, width: f64) -> bool {
        self.details.first().is_some_and(|detail| INDENT + DETAIL.width(detail) > width)
    }

    /// The entry with facts of up to three lines where one would be cut.
    fn wrapped(&self, width: f64) -> Self {
        let lines = |detail: &String| DETAIL.wrapped(detail, width - INDENT, 3);
        Self { details: self.details.iter().flat_map(lines).collect(), ..self.clone() }
    }

    fn draw(&self, canvas: &mut Canvas, (x, y): (f64, f64), width: f64, details: bool) {
        let middle = y + 7.5;
        canvas.line(&[(x, middle), (x + SWATCH, middle)], &self.stroke);
        if let Some(marker) = self.marker {
            canvas.marker((x + SWATCH / 2.0, middle), marker, self.stroke.colour);
        }
        let (x, room) = (x + INDENT, width - INDENT);
        canvas.text(&NAME.ellipsised(&self.name, room), (x, y + 12.0), Anchor::Start, NAME, DARK);
        for (i, detail) in self.details.iter().enumerate().filter(|_| details) {
            let at = (x, y + 12.0 + LINE * (i + 1) as f64);
            canvas.text(&DETAIL.ellipsised(detail, room), at, Anchor::Start, DETAIL, MUTED);
        }
    }
}

/// The legend of a figure.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Legend {
    /// The entries of the curves.
    pub curves: Vec<Entry>,
    /// The words for what has no curve of its own.
    pub others: Option<String>,
    /// The entries of the flame blocks, below the others.
    pub blocks: Vec<Entry>,
}

impl Legend {
    /// Replaces the entries of the blocks by these names and colours.
    pub fn set_blocks(&mut self, key: Vec<(String, RGBColor)>) {
        let entry = |(name, colour)| Entry {
            stroke: Stroke::solid(colour, 11.0),
            marker: None,
            name,
            details: Vec::new(),
        };
        self.blocks = key.into_iter().map(entry).collect();
    }

    /// Width in px at which no entry is cut; 0 without entries.
    pub fn width(&self) -> f64 {
        let others = self.others.as_ref().map_or(0.0, |words| INDENT + DETAIL.width(words));
        self.curves.iter().chain(&self.blocks).map(Entry::width).fold(others, f64::max).ceil()
    }

    /// Draws the legend into `place`.
    pub fn draw(&self, canvas: &mut Canvas, place: Rect) {
        let apart = if self.curves.is_empty() || self.blocks.is_empty() { 0.0 } else { GAP };
        // Nothing but their colour explains the blocks, so their entries get their room first.
        let room = self.blocks.len() as f64 * LOW + apart;
        let y = self.draw_curves(canvas, Rect { y1: place.y1 - room, ..place }) + apart;
        for (at, entry) in self.blocks.iter().enumerate() {
            entry.draw(canvas, (place.x0, y + at as f64 * LOW), place.width(), false);
        }
    }

    /// Draws the entries of the curves and returns their lower edge.
    fn draw_curves(&self, canvas: &mut Canvas, place: Rect) -> f64 {
        let last = if self.others.is_some() { LINE } else { 0.0 };
        let height_of =
            |entries: &[Entry], details| -> f64 { entries.iter().map(|entry| entry.height(details)).sum() };
        let wrapped: Vec<Entry> = self.curves.iter().map(|entry| entry.wrapped(place.width())).collect();
        let has_room = height_of(&wrapped, true) - GAP + last <= place.height();
        let curves = if has_room { &wrapped } else { &self.curves };
        let height = |details| height_of(curves, details);
        // With their details if all fit so, else one line each, else as many as fit.
        let details = height(true) - GAP + last <= place.height();
        let shown = if details || height(false) + last <= place.height() {
            curves.len()
        } else {
            (((place.height() - last - LINE) / LOW).max(0.0) as usize).min(curves.len())
        };
        let mut y = place.y0;
        for entry in &curves[..shown] {
            entry.draw(canvas, (place.x0, y), place.width(), details);
            y += entry.height(details);
        }
        let hidden = curves.len() - shown;
        let more = (hidden > 0).then(|| format!("… and {hidden} more"));
        for words in more.iter().chain(&self.others) {
            let text = DETAIL.ellipsised(words, place.width() - INDENT);
            canvas.text(&text, (place.x0 + INDENT, y + 11.0), Anchor::Start, DETAIL, MUTED);
            y += LINE;
        }
        y
    }
}
