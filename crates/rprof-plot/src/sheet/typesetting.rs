//! The texts of the SVG: plain text, text with the fonts it needs, or outlines.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ttf_parser::{GlyphId, OutlineBuilder};

use crate::options::SvgText;
use crate::sheet::font_subset::subset;
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
        if self.mode == SvgText::Outlines
            && let Some(outlines) = self.outlined(words, escaped)
        {
            return outlines;
        }
        self.chars[usize::from(words.font.bold)].extend(words.text.chars());
        format!("<text {}>{escaped}</text>\n", words.attributes)
    }

    /// The text as outlines; `None` if the font lacks one of the characters.
    fn outlined(&mut self, words: &Words, escaped: &str) -> Option<String> {
        let face = face(words.font.bold)?;
        let scale = words.font.size / f64::from(face.units_per_em());
        let (mut uses, mut x) = (String::new(), 0_u32);
        for c in words.text.chars() {
            let glyph = face.glyph_index(c)?;
            let id = format!("{}{}", if words.font.bold { 'b' } else { 'r' }, glyph.0);
            if !self.outlines.contains_key(&id) {
                let mut outline = Outline::default();
                face.outline_glyph(glyph, &mut outline);
                self.outlines.insert(id.clone(), outline.0);
            }
            if !self.outlines[&id].is_empty() {
                write!(uses, "<use xlink:href=\"#{id}\" x=\"{x}\"/>").ok()?;
            }
            x += u32::from(face.glyph_hor_advance(GlyphId(glyph.0))?);
        }
        let back = f64::from(x) * words.before;
        let turn = if words.turn == 0 { String::new() } else { format!(" rotate({})", words.turn) };
        let (left, baseline) = words.at;
        Some(format!(
            "<g aria-label=\"{}\" {} transform=\"translate({left:.2} {baseline:.2}){turn} scale({scale:.5}) \
             translate({back:.0})\">{uses}</g>\n",
            escaped.replace('"', "&quot;"),
            words.fill,
            back = 0.0 - back
        ))
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

/// The outline of a glyph as path data in units of the font, upside down as SVG needs it.
#[derive(Default)]
struct Outline(String);

impl Outline {
    fn push(&mut self, command: char, points: &[(f32, f32)]) {
        self.0.push(command);
        for (at, (x, y)) in points.iter().enumerate() {
            let separator = if at > 0 && *x >= 0.0 { " " } else { "" };
            let between = if *y <= 0.0 { " " } else { "" };
            // A `String` accepts every write.
            write!(self.0, "{separator}{x}{between}{}", 0.0 - y).unwrap_or(());
        }
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.push('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.push('L', &[(x, y)]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.push('Q', &[(x1, y1), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.push('C', &[(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.0.push('Z');
    }
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
}
