//! Function spans as nested blocks under the curve, with their names in them where they fit, else in the legend.

use std::collections::{BTreeMap, HashMap};

use plotters::style::RGBColor;
use rprof_trace::{Span, short_names};

use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::palette::{BLOCK_COLOURS, HATCH, INK, MUTED};
use crate::sheet::text::{Font, visible};

/// Height of a level in px, where there is room.
pub const LEVEL: f64 = 20.0;
/// Lower than this a name cannot be set in it.
const LOWEST: f64 = 12.0;
/// Rows of the legend for names that are in no box.
const MOST_UNWRITTEN: usize = 8;

/// The face for blocks of a height.
fn font(level: f64) -> Font {
    Font::regular((level * 0.65).min(11.5))
}

/// Rows that are told apart; below, which no sheet shows, all is one.
const DEEPEST: usize = 512;

/// A call and the level it is drawn on.
#[derive(Debug, Clone, PartialEq)]
pub struct Block<'a> {
    name: &'a str,
    from: f64,
    to: f64,
    level: usize,
    open: bool,
}

/// The calls between two times with their levels. Threads lie one under the other where they overlap in time; in each
/// the levels are the trace's own where it says, else the first that is free.
pub fn stack(spans: &[Span], from: f64, to: f64, end: f64) -> Vec<Block<'_>> {
    let mut threads: BTreeMap<Option<&str>, (Vec<Block>, bool)> = BTreeMap::new();
    for span in spans {
        let leave = span.leave.map_or(end.max(span.enter.0.0), |leave| leave.0.0);
        if leave < from || span.enter.0.0 > to {
            continue;
        }
        let (blocks, levels_told) = threads.entry(span.thread.as_deref()).or_insert((Vec::new(), true));
        *levels_told &= span.level.is_some();
        let level = span.level.unwrap_or(0) as usize;
        blocks.push(Block { name: &span.name, from: span.enter.0.0, to: leave, level, open: span.is_open() });
    }
    let mut threads: Vec<Vec<Block>> =
        threads.into_values().map(|(blocks, told)| nested(blocks, told)).collect();
    let begin = |blocks: &[Block]| blocks.first().map_or(0.0, |block| block.from);
    threads.sort_by(|a, b| begin(a).total_cmp(&begin(b)));
    let mut busy: Vec<f64> = Vec::new();
    let mut all = Vec::new();
    for mut blocks in threads {
        let (rows, begin) = (depth(&blocks).min(DEEPEST), begin(&blocks));
        let last = blocks.iter().map(|block| block.to).fold(begin, f64::max);
        let free = |row: usize| busy.get(row).is_none_or(|until| *until <= begin);
        let top = (0..DEEPEST).find(|top| (*top..top + rows).all(free)).unwrap_or(DEEPEST);
        busy.resize(busy.len().max(top + rows), f64::NEG_INFINITY);
        busy[top..top + rows].fill(last);
        for block in &mut blocks {
            block.level = block.level.min(DEEPEST) + top;
        }
        all.append(&mut blocks);
    }
    all.sort_by(|a, b| a.from.total_cmp(&b.from).then(b.to.total_cmp(&a.to)));
    all
}

/// The calls of one thread in order of their begin, each with its level.
fn nested(mut blocks: Vec<Block<'_>>, levels_told: bool) -> Vec<Block<'_>> {
    blocks.sort_by(|a, b| a.from.total_cmp(&b.from).then(b.to.total_cmp(&a.to)));
    if !levels_told {
        let mut ends: Vec<f64> = Vec::new();
        for block in &mut blocks {
            block.level = ends.iter().position(|end| *end <= block.from).unwrap_or(ends.len());
            // A call inside another lies below it, even where an upper level is free.
            let inside = ends.iter().rposition(|end| *end > block.from).map_or(0, |level| level + 1);
            block.level = block.level.max(inside);
            ends.resize(ends.len().max(block.level + 1), f64::NEG_INFINITY);
            ends[block.level] = block.to;
        }
    }
    blocks
}

/// How many levels there are.
pub fn depth(blocks: &[Block]) -> usize {
    blocks.iter().map(|block| block.level + 1).max().unwrap_or(0)
}

/// A box on the sheet, or a run of blocks too narrow to be told apart.
struct PlacedBlock<'a> {
    from: f64,
    to: f64,
    level: usize,
    /// Whose calls they are; `None` for a run of several functions'.
    name: Option<&'a str>,
    run: bool,
    open: bool,
}

/// The blocks in px. Those narrower than 3 px and less than 1.5 px apart become one, so that their number is bounded.
fn merged<'a>(coords: &Coords, blocks: &[Block<'a>], levels: usize) -> Vec<PlacedBlock<'a>> {
    let mut drawn: Vec<PlacedBlock> = Vec::new();
    let mut latest: Vec<Option<usize>> = vec![None; levels];
    for block in blocks.iter().filter(|block| block.level < levels) {
        let from = coords.x(block.from).min(coords.plot.x1 - 1.0);
        let to = coords.x(block.to).max(from + 1.0);
        let narrow = to - from < 3.0;
        match latest[block.level].map(|at| &mut drawn[at]) {
            Some(last) if narrow && last.run && from - last.to < 1.5 => {
                last.to = last.to.max(to);
                last.name = last.name.filter(|name| *name == block.name);
            }
            // Calls of one level that overlap, of two threads say, are not drawn over and over.
            Some(last) if narrow && to <= last.to => {}
            _ => {
                latest[block.level] = Some(drawn.len());
                let (name, open) = (Some(block.name), block.open && !narrow);
                drawn.push(PlacedBlock { from, to, level: block.level, name, run: narrow, open });
            }
        }
    }
    drawn
}

/// The blocks as they lie in a panel, with what can be said in them.
pub struct Flame<'a> {
    /// Each with what is written in it: its name, or enough of it to be told.
    blocks: Vec<(PlacedBlock<'a>, Option<String>)>,
    /// Names that are in no box, with their colours: for the legend.
    pub key: Vec<(String, RGBColor)>,
    /// The number of each name's colour.
    colours: HashMap<&'a str, usize>,
    /// Height of a level in px.
    level: f64,
    /// The levels drawn, and all there are.
    shown: usize,
    depth: usize,
}

impl<'a> Flame<'a> {
    /// Lays out as many levels as a panel of this height has room for.
    pub fn new(coords: &Coords, height: f64, blocks: &[Block<'a>]) -> Self {
        let depth = depth(blocks);
        let level = (height / depth.max(1) as f64).clamp(LOWEST, LEVEL);
        let rows = ((height / level + 0.01) as usize).max(1);
        let shown = if depth > rows { rows - 1 } else { depth };
        let blocks = merged(coords, blocks, shown);
        let names = || blocks.iter().filter_map(|block| block.name);
        let short: HashMap<&str, String> =
            short_names(names()).into_iter().map(|(name, short)| (name, visible(short))).collect();
        let text = |block: &PlacedBlock| {
            let name = &short[block.name?];
            let text = font(level).ellipsised(name, block.to - block.from - 8.0);
            (text == *name || text.chars().count() > 4).then_some(text)
        };
        let texts: Vec<Option<String>> = blocks.iter().map(text).collect();
        let unwritten = unwritten(&blocks, &texts);
        // Those that only their colour tells apart choose first.
        let mut colours: HashMap<&str, usize> = HashMap::new();
        for name in unwritten.iter().copied().chain(names()) {
            let fresh = colours.len();
            colours.entry(name).or_insert(fresh % BLOCK_COLOURS.len());
        }
        let key = unwritten.iter().map(|name| (short[name].clone(), BLOCK_COLOURS[colours[name]])).collect();
        Self { blocks: blocks.into_iter().zip(texts).collect(), key, colours, level, shown, depth }
    }

    /// Draws them into the panel, and says how many levels found no room.
    pub fn draw(&self, canvas: &mut Canvas, panel: Rect) {
        let (level, font) = (self.level, font(self.level));
        let baseline = level / 2.0 + 4.0 * level / LEVEL;
        let colour = |block: &PlacedBlock| block.name.map_or(BLOCK_COLOURS.len(), |name| self.colours[name]);
        let mut painted: Vec<(usize, &PlacedBlock)> =
            self.blocks.iter().map(|(block, _)| (colour(block), block)).collect();
        // One colour after the other: each is one path.
        painted.sort_by_key(|(colour, _)| *colour);
        for (colour, block) in painted {
            let y = panel.y0 + block.level as f64 * level;
            let rim = if block.run { 0.0 } else { 0.5 };
            let colour = BLOCK_COLOURS.get(colour).copied().unwrap_or(HATCH);
            let ((left, top), (right, bottom)) =
                ((block.from + rim, y + 0.5), (block.to - rim, y + level - 0.5));
            if block.open {
                // What never ended points onward.
                let shoulder = (right - 6.0).max(left);
                let tip = (right, f64::midpoint(top, bottom));
                canvas.area(&[(left, top), (shoulder, top), tip, (shoulder, bottom), (left, bottom)], colour);
            } else {
                canvas.rect((left, top), (right, bottom), colour);
            }
        }
        for (block, text) in &self.blocks {
            if let Some(text) = text {
                let at =
                    (f64::midpoint(block.from, block.to), panel.y0 + block.level as f64 * level + baseline);
                canvas.text(text, at, Anchor::Middle, font, INK);
            }
        }
        if self.shown < self.depth {
            let text = format!("… {} deeper levels", self.depth - self.shown);
            let at = (f64::midpoint(panel.x0, panel.x1), panel.y0 + self.shown as f64 * level + baseline);
            canvas.text(&text, at, Anchor::Middle, font, MUTED);
        }
    }
}

/// Names that stand in none of their blocks, which are too narrow for them: those that take the most room, in order of
/// their first box.
fn unwritten<'a>(blocks: &[PlacedBlock<'a>], texts: &[Option<String>]) -> Vec<&'a str> {
    let mut known: HashMap<&str, (bool, f64)> = HashMap::new();
    let mut names = Vec::new();
    for (block, text) in blocks.iter().zip(texts) {
        let Some(name) = block.name else { continue };
        let (written, room) = known.entry(name).or_insert_with(|| {
            names.push(name);
            (false, 0.0)
        });
        *written |= text.is_some();
        *room += block.to - block.from;
    }
    names.retain(|name| !known[name].0);
    let mut widest = names.clone();
    widest.sort_by(|a, b| known[b].1.total_cmp(&known[a].1));
    widest.truncate(MOST_UNWRITTEN);
    names.retain(|name| widest.contains(name));
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::axis;
    use crate::sheet::layout::TICK;
    use rprof_trace::{Bytes, Seconds};

    #[test]
    fn calls_without_a_level_are_nested_by_their_times() {
        let span = |name: &str, from, to| Span {
            name: name.into(),
            enter: (Seconds(from), Bytes(0)),
            leave: Some((Seconds(to), Bytes(0))),
            ..Span::default()
        };
        let spans =
            [span("inner", 1.0, 2.0), span("outer", 0.0, 5.0), span("next", 6.0, 7.0), span("in2", 2.0, 4.0)];
        let levels: Vec<(&str, usize)> =
            stack(&spans, 0.0, 9.0, 9.0).iter().map(|block| (block.name, block.level)).collect();
        assert_eq!(levels, [("outer", 0), ("inner", 1), ("in2", 1), ("next", 0)]);
        assert_eq!(depth(&stack(&spans, 6.5, 9.0, 9.0)), 1);
    }

    /// A flame of calls that were all too short for their names had no name at all.
    #[test]
    fn a_name_that_fits_in_no_box_is_in_the_key_with_its_colour() {
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
        let flame = Flame::new(&coords, 20.0, &stack(&spans, 0.0, 10.0, 10.0));
        assert_eq!(flame.key.len(), MOST_UNWRITTEN);
        let colours: Vec<RGBColor> = flame.key.iter().map(|(_, colour)| *colour).collect();
        assert_eq!(colours, BLOCK_COLOURS, "no two of one colour");
        assert!(flame.key.iter().all(|(name, _)| name.starts_with("short_")), "{:?}", flame.key);
        assert!(Flame::new(&coords, 20.0, &stack(&spans[12..], 0.0, 10.0, 10.0)).key.is_empty());
    }

    #[test]
    fn threads_that_overlap_lie_one_under_the_other() {
        let span = |thread: &str, level, from, to| Span {
            name: thread.into(),
            enter: (Seconds(from), Bytes(0)),
            leave: Some((Seconds(to), Bytes(0))),
            level: Some(level),
            thread: Some(thread.into()),
            ..Span::default()
        };
        let spans = [
            span("1.1", 0, 0.0, 5.0),
            span("1.1", 1, 1.0, 2.0),
            span("2.2", 0, 1.0, 6.0),
            span("3.3", 0, 5.0, 7.0),
            span("4.4", 0, 5.5, 7.0),
        ];
        let rows: Vec<(&str, usize)> =
            stack(&spans, 0.0, 9.0, 9.0).iter().map(|block| (block.name, block.level)).collect();
        assert_eq!(rows, [("1.1", 0), ("2.2", 2), ("1.1", 1), ("3.3", 0), ("4.4", 1)]);
    }
}
