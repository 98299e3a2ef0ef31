//! Spans as nested blocks below the curve. A name stands in its blocks where it fits, else in the legend.

use std::collections::HashMap;

use plotters::style::RGBColor;
use rprof_trace::short_names;

use crate::data::span_stack::{StackedSpan, depth};
use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::palette::{self, BLOCK_INK, HATCH, MUTED};
use crate::sheet::text::{Font, visible};

/// Height of a level in px, where there is room.
pub const LEVEL: f64 = 20.0;
/// The least height of a level in px: no name is readable in a lower one.
const LOWEST: f64 = 12.0;
/// The most names that the legend explains.
const MOST_UNWRITTEN: usize = 8;
/// A block narrower than this, in px, has no shape that the eye could follow.
const NARROW: f64 = 3.0;
/// Two narrow blocks less than this apart, in px, become one.
const APART: f64 = 1.5;
/// Length of the point at the end of a block whose span never ended, in px.
const TIP: f64 = 6.0;

/// The font of the names in blocks on levels of this height.
fn font(level: f64) -> Font {
    Font::regular((level * 0.65).min(11.5))
}

/// One rectangle, from left to right in px: a span, or several narrow ones merged.
struct Block<'a> {
    from: f64,
    to: f64,
    level: usize,
    /// The name in full; `None` if spans of several names were merged.
    name: Option<&'a str>,
    /// The colour of the name, grey without one.
    colour: RGBColor,
    /// True if the block is narrow, so that its neighbours may be merged into it.
    narrow: bool,
    /// True if the span never ended.
    open: bool,
    /// The text in the block, where one fits.
    text: Option<String>,
}

/// Places spans on the first `levels` levels. Narrow neighbours on a level are merged, which bounds the number of
/// blocks by the width of the figure instead of the number of spans.
fn merged<'a>(coords: &Coords, spans: &[StackedSpan<'a>], levels: usize) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut latest: Vec<Option<usize>> = vec![None; levels];
    for span in spans.iter().filter(|span| span.level < levels) {
        let from = coords.x(span.from).min(coords.plot.x1 - 1.0);
        let to = coords.x(span.to).max(from + 1.0);
        let narrow = to - from < NARROW;
        match latest[span.level].map(|at| &mut blocks[at]) {
            Some(last) if narrow && last.narrow && from - last.to < APART => {
                last.to = last.to.max(to);
                if last.name != Some(span.name) {
                    (last.name, last.colour) = (None, HATCH);
                }
            }
            // Spans on one level overlap where the trace does not name their threads: draw none that is covered.
            Some(last) if narrow && to <= last.to => {}
            _ => {
                latest[span.level] = Some(blocks.len());
                let (level, name, open) = (span.level, Some(span.name), span.open && !narrow);
                let colour = palette::span(span.rank);
                blocks.push(Block { from, to, level, name, colour, narrow, open, text: None });
            }
        }
    }
    blocks
}

/// The blocks of a panel, with their names and colours.
pub struct Flame<'a> {
    blocks: Vec<Block<'a>>,
    /// Names that fit in none of their blocks, with their colours: the legend explains them.
    pub key: Vec<(String, RGBColor)>,
    /// Height of a level in px.
    level: f64,
    /// Levels drawn.
    shown: usize,
    /// Levels that the spans have.
    depth: usize,
}

impl<'a> Flame<'a> {
    /// Lays out as many levels as a panel of this height has room for.
    pub fn new(coords: &Coords, height: f64, spans: &[StackedSpan<'a>]) -> Self {
        let depth = depth(spans);
        let level = (height / depth.max(1) as f64).clamp(LOWEST, LEVEL);
        // A height that is a whole number of levels may come out of the division a little too small.
        let fitting = ((height / level + 0.01) as usize).max(1);
        // If there are more levels than fit, the last one that fits reports how many are missing.
        let shown = if depth > fitting { fitting - 1 } else { depth };
        let mut blocks = merged(coords, spans, shown);
        let names = blocks.iter().filter_map(|block| block.name);
        let short: HashMap<&str, String> =
            short_names(names).into_iter().map(|(name, short)| (name, visible(short))).collect();
        for block in &mut blocks {
            block.text =
                block.name.and_then(|name| written(&short[name], font(level), block.to - block.from));
        }
        let key =
            unwritten(&blocks).into_iter().map(|(name, colour)| (short[name].clone(), colour)).collect();
        Self { blocks, key, level, shown, depth }
    }

    /// Draws the blocks from the top of the panel down, then the number of levels that found no room.
    pub fn draw(&self, canvas: &mut Canvas, panel: Rect) {
        let (level, font) = (self.level, font(self.level));
        self.draw_blocks(canvas, panel.y0);
        let baseline = |at: usize| panel.y0 + at as f64 * level + (level / 2.0 + 4.0 * level / LEVEL);
        for block in &self.blocks {
            if let Some(text) = &block.text {
                let at = (f64::midpoint(block.from, block.to), baseline(block.level));
                canvas.text(text, at, Anchor::Middle, font, BLOCK_INK);
            }
        }
        if self.shown < self.depth {
            let text = format!("… {} deeper levels", self.depth - self.shown);
            let at = (f64::midpoint(panel.x0, panel.x1), baseline(self.shown));
            canvas.text(&text, at, Anchor::Middle, font, MUTED);
        }
    }

    fn draw_blocks(&self, canvas: &mut Canvas, top: f64) {
        let mut painted: Vec<&Block> = self.blocks.iter().collect();
        // Consecutive shapes of one colour become one path of the SVG, so sorting by colour keeps the file small.
        painted.sort_by_key(|block| (block.colour.0, block.colour.1, block.colour.2));
        for block in painted {
            let y = top + block.level as f64 * self.level;
            // White between wide blocks; narrow ones would disappear in it.
            let rim = if block.narrow { 0.0 } else { 0.5 };
            let colour = block.colour;
            let ((left, top), (right, bottom)) =
                ((block.from + rim, y + 0.5), (block.to - rim, y + self.level - 0.5));
            if block.open {
                // An arrow to the right: the span went on.
                let shoulder = (right - TIP).max(left);
                let tip = (right, f64::midpoint(top, bottom));
                canvas.area(&[(left, top), (shoulder, top), tip, (shoulder, bottom), (left, bottom)], colour);
            } else {
                canvas.rect((left, top), (right, bottom), colour);
            }
        }
    }
}

/// The text for a block of this width in px: the name, or its two ends if they still identify it, or none.
fn written(name: &str, font: Font, width: f64) -> Option<String> {
    let text = font.ellipsised(name, width - 8.0);
    (text == *name || text.chars().count() > 4).then_some(text)
}

/// The names that are written in none of their blocks, with their colours, in order of their first block.
///
/// A figure whose spans are all short would else show no name at all. The legend has room for a few, so those whose
/// blocks cover the most width are kept, and no two of one colour.
fn unwritten<'a>(blocks: &[Block<'a>]) -> Vec<(&'a str, RGBColor)> {
    let mut known: HashMap<&str, (bool, f64)> = HashMap::new();
    let mut names = Vec::new();
    for block in blocks {
        let Some(name) = block.name else { continue };
        let (written, width) = known.entry(name).or_insert_with(|| {
            names.push((name, block.colour));
            (false, 0.0)
        });
        *written |= block.text.is_some();
        *width += block.to - block.from;
    }
    names.retain(|(name, _)| !known[name].0);
    let mut widest = names.clone();
    widest.sort_by(|a, b| known[b.0].1.total_cmp(&known[a.0].1));
    let mut colours: Vec<RGBColor> = Vec::new();
    widest.retain(|(_, colour)| {
        let is_new = !colours.contains(colour);
        colours.extend(is_new.then_some(*colour));
        is_new
    });
    widest.truncate(MOST_UNWRITTEN);
    names.retain(|name| widest.contains(name));
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::span_stack::stack;
    use crate::data::time_range::TimeRange;
    use crate::sheet::axis;
    use crate::sheet::layout::TICK;
    use rprof_trace::{Bytes, Seconds, Span};

    /// A flame of spans that were all too short for their names once showed no name at all.
    #[test]
    fn a_name_that_fits_in_no_block_is_in_the_key_with_its_colour() {
        let span = |name: &str, from, to| Span {
            name: name.into(),
            enter: (Seconds(from), Bytes(0)),
            leave: Some((Seconds(to), Bytes(0))),
            ..Span::default()
        };
        let plot = Rect { x0: 0.0, y0: 0.0, x1: 1000.0, y1: 100.0 };
        let coords = Coords::new(plot, axis::time(0.0, 10.0, 1000.0, TICK), axis::memory(1.0, 1.0, 100.0));
        let mut spans: Vec<Span> = (0..12)
            .map(|i| span(&format!("m.short_{i}"), f64::from(i) * 0.2, f64::from(i) * 0.2 + 0.1))
            .collect();
        spans.extend([span("m.wide", 3.0, 6.0), span("m.both", 6.0, 9.0), span("m.both", 9.0, 9.1)]);
        let range = TimeRange { from: 0.0, to: 10.0, end: 10.0 };
        let flame = Flame::new(&coords, 20.0, &stack(&spans, &range));
        assert_eq!(flame.key.len(), MOST_UNWRITTEN);
        let colours: Vec<RGBColor> = flame.key.iter().map(|(_, colour)| *colour).collect();
        let repeats = |at: usize| colours[..at].contains(&colours[at]);
        assert!(!(0..colours.len()).any(repeats), "no two of one colour");
        assert!(flame.key.iter().all(|(name, _)| name.starts_with("short_")), "{:?}", flame.key);
        assert!(Flame::new(&coords, 20.0, &stack(&spans[12..], &range)).key.is_empty());
    }
}
