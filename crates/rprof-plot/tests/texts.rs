//! The forms of texts in an SVG: plain, with embedded fonts, as outlines.
#![allow(clippy::unwrap_used)]

mod support;

use rprof_plot::{Options, SvgText, Trace};
use rprof_trace::Profile;
use usvg::{Node, Tree};

fn figure(text: SvgText, profile: &Profile) -> String {
    let options = Options { text, title: Some("Größe ≥ 1 µ \"q\" <&>".into()), ..Options::default() };
    rprof_plot::svg(&options, &[Trace { label: "x", profile }]).unwrap()
}

/// Parses a figure without any font.
fn tree(svg: &str) -> Tree {
    Tree::from_str(svg, &usvg::Options::default()).unwrap()
}

/// The fonts in an SVG.
fn fonts(svg: &str) -> Vec<Vec<u8>> {
    let encoded = svg.split("base64,").skip(1).map(|rest| rest.split(')').next().unwrap());
    encoded.map(decoded).collect()
}

fn decoded(base64: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = base64.bytes().filter(|c| *c != b'=').map(digit).collect();
    let bits = |four: &[u8]| {
        four.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit)) << (24 - 6 * four.len())
    };
    digits.chunks(4).flat_map(|four| bits(four).to_be_bytes()[1..four.len()].to_vec()).collect()
}

/// The documentation spoke of an embedded font, and the SVG had none: on a machine without that font, texts ran into
/// one another.
#[test]
fn every_character_is_in_the_embedded_fonts() {
    let svg = figure(SvgText::Font, &support::nested());
    let document = roxmltree::Document::parse(&svg).unwrap();
    let fonts = fonts(&svg);
    assert_eq!(fonts.len(), 2, "regular and bold");
    let faces: Vec<_> = fonts.iter().map(|font| ttf_parser::Face::parse(font, 0).unwrap()).collect();
    for text in document.descendants().filter(|node| node.has_tag_name("text")) {
        let face = &faces[usize::from(text.attribute("font-weight") == Some("bold"))];
        for c in text.text().unwrap().chars() {
            assert!(face.glyph_index(c).is_some(), "{c}");
        }
    }
    assert_eq!(svg, figure(SvgText::Font, &support::nested()), "reproducible");
}

#[test]
fn outlines_need_no_font_and_stand_where_the_text_stood() {
    let svg = figure(SvgText::Outlines, &support::nested());
    assert!(!svg.contains("<text") && !svg.contains("@font-face"));
    assert!(
        svg.contains("aria-label=\"Größe ≥ 1 µ &quot;q&quot; &lt;&amp;&gt;\""),
        "readable for a screen reader"
    );
    let mut options = usvg::Options::default();
    for file in ["DejaVuSans.subset.ttf", "DejaVuSans-Bold.subset.ttf"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts").join(file);
        options.fontdb_mut().load_font_data(std::fs::read(path).unwrap());
    }
    let plain = Tree::from_str(&figure(SvgText::Plain, &support::nested()), &options).unwrap();
    let outlined = tree(&svg);
    for group in ["title", "axes", "peak", "functions", "marks"] {
        let place = |tree: &Tree| tree.node_by_id(group).map(Node::abs_bounding_box).unwrap();
        let (text, outlines) = (place(&plain), place(&outlined));
        // The box of a text reaches over the height of its line, that of outlines over their ink.
        assert!((text.left() - outlines.left()).abs() < 4.0, "{group}: {text:?} {outlines:?}");
        assert!((text.right() - outlines.right()).abs() < 4.0, "{group}: {text:?} {outlines:?}");
    }
}

#[test]
fn a_million_samples_stay_below_200_kb_in_every_form() {
    let million = support::million();
    for text in [SvgText::Plain, SvgText::Font, SvgText::Outlines] {
        let svg = figure(text, &million);
        assert!(svg.len() < 200_000, "{text:?}: {} bytes", svg.len());
        roxmltree::Document::parse(&svg).unwrap();
    }
}

#[test]
fn a_character_that_no_font_has_stays_text() {
    let profile = Profile { command: "界 abc".into(), ..support::ramp() };
    for text in [SvgText::Font, SvgText::Outlines] {
        let options = Options { text, ..Options::default() };
        let svg = rprof_plot::svg(&options, &[Trace { label: "x", profile: &profile }]).unwrap();
        assert!(svg.contains(">界 abc</text>"), "{text:?}");
    }
}
