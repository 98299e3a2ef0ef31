//! The characters of a figure that no font has. A PNG and a PDF show a box in their place.

use std::collections::BTreeSet;

use crate::sheet::text::face;

/// A text with characters that neither the embedded font has nor the one of the user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingGlyphs {
    /// The text.
    pub text: String,
    /// The characters, each once.
    pub characters: String,
}

/// The texts of a figure with characters that no font has, each once; empty if all texts can be set.
pub fn missing_glyphs(svg: &str) -> Vec<MissingGlyphs> {
    let mut found = BTreeSet::new();
    let mut rest = svg;
    while let Some(at) = rest.find("<text ") {
        rest = &rest[at..];
        let Some((text, after)) = rest.split_once('>').and_then(|(_, content)| content.split_once("</text>"))
        else {
            break;
        };
        found.extend(of_text(&unescaped(text)));
        rest = after;
    }
    // A text in outlines names the characters that it lacks itself.
    for group in svg.split("<g aria-label=\"").skip(1) {
        let tag = group.split_once('>').map_or(group, |(tag, _)| tag);
        let missing = tag.split_once(" data-missing=\"").and_then(|(_, rest)| rest.split_once('"'));
        if let (Some((text, _)), Some((characters, _))) = (tag.split_once('"'), missing) {
            found.insert(MissingGlyphs { text: unescaped(text), characters: unescaped(characters) });
        }
    }
    found.into_iter().collect()
}

fn of_text(text: &str) -> Option<MissingGlyphs> {
    if text.is_ascii() {
        return None;
    }
    let face = face(false)?;
    let missing: BTreeSet<char> = text.chars().filter(|c| face.glyph_index(*c).is_none()).collect();
    (!missing.is_empty())
        .then(|| MissingGlyphs { text: text.to_owned(), characters: missing.into_iter().collect() })
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_names_the_characters_that_it_lacks() {
        let svg = "<text x=\"1\">plain µ</text>\n<text y=\"2\">&lt;界&gt; 😀界</text><text>界</text>\
                   <g aria-label=\"a&quot;世\" fill=\"#000\" data-missing=\"世\"></g><g aria-label=\"b\"></g>";
        let found: Vec<(String, String)> =
            missing_glyphs(svg).into_iter().map(|missing| (missing.text, missing.characters)).collect();
        let expected = [("<界> 😀界", "界😀"), ("a\"世", "世")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(found, expected);
        assert!(missing_glyphs("<text ").is_empty() && missing_glyphs("").is_empty());
    }
}
