//! The texts of the SVG: plain text, text with the fonts it needs, or outlines.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ttf_parser::GlyphId;

use crate::options::SvgText;
use crate::sheet::extra_font;
use crate::sheet::font_subset::subset;
use crate::sheet::outline::Outline;
use crate::sheet::text::{FAMILY, Font, face};

/// A text with its place.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// The characters.
    pub text: &'a str,
    /// The attributes of the place, colour and anchor of a text element.
    pub attributes: &'a str,
    /// The colour as an attribute.
    pub fill: &'a str,
    /// The point on the baseline in px.
    pub at: (f64, f64),
    /// The share of the width that lies before that point.
    pub before: f64,
    /// The clockwise turn around that point in degrees.
    pub turn: u32,
    pub font: Font,
}

/// The texts of one figure: what they need is collected while they are written.
#[derive(Debug, Default)]
pub struct Typesetting {
    mode: SvgText,
    /// The characters in use, regular and bold.
    chars: [BTreeSet<char>; 2],
    /// The outlines in use, by their ids.
    outlines: BTreeMap<String, String>,
}

impl Typesetting {
    /// Sets the mode before the first text.
    pub fn new(mode: SvgText) -> Self {
        Self { mode, ..Self::default() }
    }

    /// The markup of a text. `escaped` is the text as XML.
    pub fn markup(&mut self, words: &Words, escaped: &str) -> String {
        if (self.mode == SvgText::Outlines || needs_extra_font(words))
            && let Some(outlines) = self.outlined(words, escaped)
        {
            return outlines;
        }
        self.chars[usize::from(words.font.bold)].extend(words.text.chars());
        format!("<text {}>{escaped}</text>\n", words.attributes)
    }

    /// The text as outlines; `None` if the fonts lack one of the characters and the text can stay as it is.
    fn outlined(&mut self, words: &Words, escaped: &str) -> Option<String> {
        let face = face(words.font.bold)?;
        let scale = words.font.size / f64::from(face.units_per_em());
        let (mut uses, mut x, mut missing) = (String::new(), 0_u32, String::new());
        for c in words.text.chars() {
            let (id, advance) = if let Some(glyph) = face.glyph_index(c) {
                self.own_glyph(glyph, words.font.bold)
            } else if let Some(glyph) = extra_font::glyph(c) {
                let id = format!("x{}", glyph.id);
                self.outlines.entry(id.clone()).or_insert_with(|| glyph.outline.to_string());
                (id, (glyph.advance * f64::from(face.units_per_em())) as u32)
            } else {
                // In a text that only outlines can show, a sign stands for a character that no font has.
                let sign = face.glyph_index('\u{fffd}').filter(|_| needs_extra_font(words))?;
                if !missing.contains(c) {
                    missing.push(c);
                }
                self.own_glyph(sign, words.font.bold)
            };
            if !self.outlines[&id].is_empty() {
                write!(uses, "<use xlink:href=\"#{id}\" x=\"{x}\"/>").ok()?;
            }
            x += advance;
        }
        let missing =
            if missing.is_empty() { missing } else { format!(" data-missing=\"{}\"", attribute(&missing)) };
        let back = f64::from(x) * words.before;
        let turn = if words.turn == 0 { String::new() } else { format!(" rotate({})", words.turn) };
        let (left, baseline) = words.at;
        Some(format!(
            "<g aria-label=\"{}\"{missing} {} transform=\"translate({left:.2} {baseline:.2}){turn} scale({scale:.5}) \
             translate({back:.0})\">{uses}</g>\n",
            attribute(escaped),
            words.fill,
            back = 0.0 - back
        ))
    }

    /// The id of a glyph of the embedded font, and its width in units.
    fn own_glyph(&mut self, glyph: GlyphId, bold: bool) -> (String, u32) {
        let id = format!("{}{}", if bold { 'b' } else { 'r' }, glyph.0);
        let face = face(bold);
        let outlined = || {
            let mut outline = Outline::default();
            face.and_then(|face| face.outline_glyph(glyph, &mut outline));
            outline.data
        };
        self.outlines.entry(id.clone()).or_insert_with(outlined);
        let advance = face.and_then(|face| face.glyph_hor_advance(glyph));
        (id, u32::from(advance.unwrap_or_default()))
    }

    /// Fonts, or the outlines of all glyphs, for the start of the SVG.
    pub fn definitions(&self) -> String {
        let mut definitions = String::new();
        if !self.outlines.is_empty() {
            definitions += "<defs>";
            for (id, data) in self.outlines.iter().filter(|(_, data)| !data.is_empty()) {
                // A `String` accepts every write.
                write!(definitions, "<path id=\"{id}\" d=\"{data}\"/>").unwrap_or(());
            }
            definitions += "</defs>\n";
        }
        if self.mode == SvgText::Plain {
            return definitions;
        }
        let fonts: String = [false, true].into_iter().filter_map(|bold| self.font_face(bold)).collect();
        if !fonts.is_empty() {
            definitions += &format!("<style>{fonts}</style>\n");
        }
        definitions
    }

    fn font_face(&self, bold: bool) -> Option<String> {
        let chars = &self.chars[usize::from(bold)];
        let font = subset(face(bold)?, chars).filter(|_| !chars.is_empty())?;
        let weight = if bold { ";font-weight:bold" } else { "" };
        Some(format!(
            "@font-face{{font-family:\"{FAMILY}\"{weight};src:url(data:font/ttf;base64,{}) format(\"truetype\")}}",
            base64(&font)
        ))
    }
}

/// True if only the font of the user has one of the characters.
fn needs_extra_font(words: &Words) -> bool {
    let is_foreign = |c| face(words.font.bold).is_some_and(|face| face.glyph_index(c).is_none());
    extra_font::is_in_use() && words.text.chars().any(|c| is_foreign(c) && extra_font::glyph(c).is_some())
}

/// Text that is XML already, as the value of an attribute.
fn attribute(escaped: &str) -> String {
    escaped.replace('"', "&quot;")
}

/// Base64 with padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit)) & 63;
            text.push(if digit > three.len() { '=' } else { char::from(DIGITS[value as usize]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::FontFile;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let encoded = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(encoded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn a_text_without_a_glyph_stays_text() {
        let mut set = Typesetting::new(SvgText::Outlines);
        let font = Font::regular(10.0);
        let words =
            |text| Words { text, attributes: "", fill: "", at: (1.0, 2.0), before: 0.0, turn: 0, font };
        assert!(
            set.markup(&words("ab"), "ab").contains("<use ")
                && set.markup(&words("界"), "界").contains(">界<")
        );
        assert_eq!(set.definitions().matches("<path ").count(), 2);
    }

    /// A font in which `界` has the glyph of `A`, and no other character has any.
    fn foreign_font() -> FontFile {
        let mut font = subset(face(false).expect("ours"), &['A'].into()).expect("a font");
        // The segments of its character map: their ends, their starts, and the distances to their glyphs.
        let map = |c: u16| {
            let words = [c, 0xffff, 0, c, 0xffff, 1_u16.wrapping_sub(c)];
            words.map(u16::to_be_bytes).concat()
        };
        let (from, to) = (map('A' as u16), map('界' as u16));
        let at = font.windows(from.len()).position(|bytes| bytes == from).expect("a character map");
        font[at..at + to.len()].copy_from_slice(&to);
        FontFile(font.into())
    }

    #[test]
    fn a_font_of_the_user_gives_the_outlines_that_ours_lacks() {
        let font = Font::regular(10.0);
        let (drawn, width) = extra_font::within(Some(&foreign_font()), || {
            let mut set = Typesetting::new(SvgText::Font);
            let words =
                |text| Words { text, attributes: "", fill: "", at: (1.0, 2.0), before: 0.0, turn: 0, font };
            let texts = ["plain", "a界", "界\"世"];
            (texts.map(|text| set.markup(&words(text), text)), font.width("界"))
        })
        .expect("a font");
        assert!(drawn[0].contains(">plain</text>"), "a text of ours stays text");
        assert!(
            drawn[1].contains("aria-label=\"a界\"")
                && drawn[1].contains("\"#x1\"")
                && !drawn[1].contains("<text")
        );
        assert!(drawn[2].contains("data-missing=\"世\"") && drawn[2].contains("界&quot;世"), "{}", drawn[2]);
        assert!((width - font.width("A")).abs() < 1e-9);
    }
}
