//! A TrueType font reduced to the characters of one figure, small enough to be a part of its SVG.
//!
//! The tables are those of the OpenType specification 1.9. Kerning is dropped: the layout measures texts without it.

use std::collections::BTreeSet;

use ttf_parser::{Face, GlyphId, Tag};

/// The flags of a component of a composite glyph that say what follows it.
const ARGUMENTS_ARE_WORDS: u16 = 0x01;
const HAS_SCALE: u16 = 0x08;
const MORE_COMPONENTS: u16 = 0x20;
const HAS_TWO_SCALES: u16 = 0x40;
const HAS_MATRIX: u16 = 0x80;

/// A font with the glyphs of these characters; `None` if the font lacks a table. Characters that it does not have are
/// missing in the result too.
pub fn subset(face: &Face, chars: &BTreeSet<char>) -> Option<Vec<u8>> {
    let table = |name: &[u8; 4]| face.raw_face().table(Tag::from_bytes(name));
    let in_plane = chars.iter().filter_map(|c| Some((u16::try_from(*c as u32).ok()?, face.glyph_index(*c)?)));
    let mapped: Vec<(u16, GlyphId)> = in_plane.collect();
    // The glyphs in the order of their characters follow `.notdef`; the components of composite glyphs come last.
    let mut glyphs = vec![GlyphId(0)];
    glyphs.extend(mapped.iter().map(|(_, glyph)| *glyph));
    let source =
        Glyphs { glyf: table(b"glyf")?, loca: table(b"loca")?, is_long: word(table(b"head")?, 50)? != 0 };
    let (loca, glyf) = source.copied(&mut glyphs)?;

    let (head, hhea, maxp) = (table(b"head")?, table(b"hhea")?, table(b"maxp")?);
    let count = u16::try_from(glyphs.len()).ok()?;
    let mut tables = vec![
        (b"OS/2", table(b"OS/2")?.to_vec()),
        (b"cmap", cmap(&mapped.iter().map(|(c, _)| *c).collect::<Vec<_>>())),
        (b"glyf", glyf),
        (b"head", patched(head, &[(8, 0), (10, 0), (50, 1)])?),
        (b"hhea", patched(hhea, &[(34, count)])?),
        (b"hmtx", hmtx(table(b"hmtx")?, word(hhea, 34)?, &glyphs)?),
        (b"loca", loca),
        (b"maxp", patched(maxp, &[(4, count)])?),
        (b"name", table(b"name")?.to_vec()),
        (b"post", table(b"post")?.to_vec()),
    ];
    tables.iter_mut().for_each(|(_, data)| data.resize(data.len().next_multiple_of(4), 0));
    Some(file(&tables))
}

fn word(table: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(table.get(at..at + 2)?.try_into().ok()?))
}

/// A table with some of its words replaced.
fn patched(table: &[u8], words: &[(usize, u16)]) -> Option<Vec<u8>> {
    let mut table = table.to_vec();
    for (at, value) in words {
        table.get_mut(*at..at + 2)?.copy_from_slice(&value.to_be_bytes());
    }
    Some(table)
}

/// The outlines of a font.
struct Glyphs<'a> {
    glyf: &'a [u8],
    loca: &'a [u8],
    is_long: bool,
}

impl Glyphs<'_> {
    fn data(&self, glyph: GlyphId) -> Option<&[u8]> {
        let offset = |at: usize| {
            if self.is_long {
                let bytes = self.loca.get(4 * at..4 * at + 4)?;
                Some(u32::from_be_bytes(bytes.try_into().ok()?) as usize)
            } else {
                word(self.loca, 2 * at).map(|half| 2 * usize::from(half))
            }
        };
        self.glyf.get(offset(glyph.0.into())?..offset(usize::from(glyph.0) + 1)?)
    }

    /// The tables `loca`, in its long form, and `glyf` of these glyphs. Components of composite glyphs are added to them.
    fn copied(&self, glyphs: &mut Vec<GlyphId>) -> Option<(Vec<u8>, Vec<u8>)> {
        let (mut loca, mut glyf) = (Vec::new(), Vec::new());
        let mut at = 0;
        while let Some(glyph) = glyphs.get(at).copied() {
            loca.extend(u32::try_from(glyf.len()).ok()?.to_be_bytes());
            let mut data = self.data(glyph)?.to_vec();
            renumber(&mut data, glyphs)?;
            data.resize(data.len().next_multiple_of(4), 0);
            glyf.extend(data);
            at += 1;
        }
        loca.extend(u32::try_from(glyf.len()).ok()?.to_be_bytes());
        Some((loca, glyf))
    }
}

/// Gives the components of a composite glyph their new numbers.
fn renumber(data: &mut [u8], glyphs: &mut Vec<GlyphId>) -> Option<()> {
    // A glyph without an outline is empty, and a simple one has a number of contours that is not negative.
    if data.is_empty() || word(data, 0)?.cast_signed() >= 0 {
        return Some(());
    }
    let mut at = 10;
    loop {
        let (flags, component) = (word(data, at)?, GlyphId(word(data, at + 2)?));
        let number = glyphs.iter().position(|glyph| *glyph == component).unwrap_or_else(|| {
            glyphs.push(component);
            glyphs.len() - 1
        });
        data.get_mut(at + 2..at + 4)?.copy_from_slice(&u16::try_from(number).ok()?.to_be_bytes());
        let has = |flag| flags & flag != 0;
        let scales = 2 * usize::from(has(HAS_SCALE)) + 4 * usize::from(has(HAS_TWO_SCALES));
        at += 4 + if has(ARGUMENTS_ARE_WORDS) { 4 } else { 2 } + scales + 8 * usize::from(has(HAS_MATRIX));
        if !has(MORE_COMPONENTS) {
            return Some(());
        }
    }
}

/// Advance and left bearing of each glyph. The first `count` glyphs of the font have an advance of their own, the others
/// that of the last of these.
fn hmtx(table: &[u8], count: u16, glyphs: &[GlyphId]) -> Option<Vec<u8>> {
    let last = usize::from(count.checked_sub(1)?);
    let mut metrics = Vec::new();
    for glyph in glyphs.iter().map(|glyph| usize::from(glyph.0)) {
        let advance = word(table, 4 * glyph.min(last))?;
        let bearing = if glyph <= last { 4 * glyph + 2 } else { 4 * (last + 1) + 2 * (glyph - last - 1) };
        metrics.extend(advance.to_be_bytes());
        metrics.extend(word(table, bearing)?.to_be_bytes());
    }
    Some(metrics)
}

/// A character map in format 4: a segment for each run of characters. The first character has glyph 1.
fn cmap(chars: &[u16]) -> Vec<u8> {
    // First and last character of each segment, and the glyph of the first.
    let mut segments: Vec<(u16, u16, u16)> = Vec::new();
    for (c, glyph) in chars.iter().copied().zip(1_u16..) {
        match segments.last_mut() {
            Some((_, last, _)) if last.checked_add(1) == Some(c) => *last = c,
            _ => segments.push((c, c, glyph)),
        }
    }
    // The last segment must end at this character, which maps to `.notdef`.
    segments.push((0xffff, 0xffff, 0));
    let count = segments.len() as u16;
    let power = count.ilog2();
    let search = 2 << power;
    let mut words = vec![4, 16 + 8 * count, 0, 2 * count, search, power as u16, 2 * count - search];
    words.extend(segments.iter().map(|segment| segment.1));
    words.push(0);
    words.extend(segments.iter().map(|segment| segment.0));
    words.extend(segments.iter().map(|(first, _, glyph)| glyph.wrapping_sub(*first)));
    words.extend(segments.iter().map(|_| 0));
    // Version 0, with one map: that of Windows for Unicode, 12 bytes from the start.
    let header = [0, 1, 3, 1, 0, 12];
    header.iter().chain(&words).flat_map(|word| word.to_be_bytes()).collect()
}

/// The file of tables that are in order of their names and padded.
fn file(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = tables.len() as u16;
    let power = count.ilog2();
    let search = 16 << power;
    let mut file = 0x0001_0000_u32.to_be_bytes().to_vec();
    file.extend(
        [count, search, power as u16, 16 * count - search].iter().flat_map(|word| word.to_be_bytes()),
    );
    let mut offset = 12 + 16 * tables.len();
    for (name, data) in tables {
        file.extend(*name);
        file.extend([checksum(data), offset as u32, data.len() as u32].iter().flat_map(|n| n.to_be_bytes()));
        offset += data.len();
    }
    tables.iter().for_each(|(_, data)| file.extend(data));
    file
}

fn checksum(data: &[u8]) -> u32 {
    let words = data.chunks_exact(4).map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]));
    words.fold(0, u32::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::text::{BOLD, REGULAR};

    /// Draws a glyph as text, to compare two fonts.
    #[derive(Default)]
    struct Outline(Vec<String>);

    impl ttf_parser::OutlineBuilder for Outline {
        fn move_to(&mut self, x: f32, y: f32) {
            self.0.push(format!("M{x} {y}"));
        }
        fn line_to(&mut self, x: f32, y: f32) {
            self.0.push(format!("L{x} {y}"));
        }
        fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
            self.0.push(format!("Q{x1} {y1} {x} {y}"));
        }
        fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
            self.0.push(format!("C{x1} {y1} {x2} {y2} {x} {y}"));
        }
        fn close(&mut self) {}
    }

    #[test]
    fn the_subset_has_the_same_glyphs_and_no_others() {
        for font in [REGULAR, BOLD] {
            let full = Face::parse(font, 0).expect("our font");
            let chars: BTreeSet<char> = "peak 14.95 GiB at 41.1 s (µé≥…)界".chars().collect();
            let bytes = subset(&full, &chars).expect("all tables");
            assert!(bytes.len() < 12_000, "{} bytes", bytes.len());
            let small = Face::parse(&bytes, 0).expect("a font");
            for c in chars.iter().copied().filter(|c| *c != '界') {
                let (a, b) = (full.glyph_index(c), small.glyph_index(c));
                let (a, b) = (a.expect("in the font"), b.expect("in the subset"));
                assert_eq!(full.glyph_hor_advance(a), small.glyph_hor_advance(b), "{c}");
                let (mut one, mut other) = (Outline::default(), Outline::default());
                assert_eq!(full.outline_glyph(a, &mut one), small.outline_glyph(b, &mut other), "{c}");
                assert_eq!(one.0, other.0, "{c}");
            }
            assert_eq!(small.glyph_index('z'), None);
            assert_eq!(small.glyph_index('界'), None);
        }
    }
}
