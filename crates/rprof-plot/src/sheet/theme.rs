//! Themes: every colour of the palette as it looks on a light sheet, on a dark one and in print. Drawing code names the
//! light colour only.

use plotters::style::RGBColor;

use crate::options::Theme;
use crate::sheet::palette;

/// Each colour of the palette with its dark counterpart. Colours of spans stay: they are neither light nor dark.
const DARK: [(RGBColor, RGBColor); 24] = [
    (palette::PAPER, RGBColor(0x16, 0x19, 0x1d)),
    (palette::INK, RGBColor(0xf2, 0xf2, 0xf2)),
    (palette::DARK, RGBColor(0xd0, 0xd3, 0xd6)),
    (palette::MUTED, RGBColor(0xa4, 0xa9, 0xae)),
    (palette::GRID, RGBColor(0x33, 0x38, 0x3e)),
    (palette::TINT, RGBColor(0x1b, 0x2e, 0x3d)),
    (palette::PSS_TINT, RGBColor(0x1f, 0x40, 0x36)),
    (palette::BOUND_TINT, RGBColor(0x33, 0x27, 0x1e)),
    (palette::PEAK_TINT, RGBColor(0x47, 0x29, 0x1a)),
    (palette::GAP, RGBColor(0x22, 0x26, 0x2c)),
    (palette::HATCH, RGBColor(0x4c, 0x52, 0x5a)),
    (palette::BLUE, RGBColor(0x4a, 0xa8, 0xe0)),
    (palette::VERMILLION, RGBColor(0xff, 0x8a, 0x3c)),
    (palette::GREEN, RGBColor(0x34, 0xc7, 0x9a)),
    (palette::PURPLE, RGBColor(0xdd, 0x8f, 0xbe)),
    (palette::ORANGE, RGBColor(0xf2, 0xb6, 0x32)),
    (palette::SKY, RGBColor(0x9a, 0xd6, 0xf8)),
    (palette::BROWN, RGBColor(0xc1, 0x9a, 0x6b)),
    (palette::ink(palette::VERMILLION), RGBColor(0xff, 0x8a, 0x3c)),
    (palette::ink(palette::GREEN), RGBColor(0x34, 0xc7, 0x9a)),
    (palette::ink(palette::PURPLE), RGBColor(0xdd, 0x8f, 0xbe)),
    (palette::ink(palette::ORANGE), RGBColor(0xf2, 0xb6, 0x32)),
    (palette::ink(palette::SKY), RGBColor(0x9a, 0xd6, 0xf8)),
    (palette::MARK.colour, RGBColor(0x80, 0x86, 0x8c)),
];

/// The colour in this theme.
pub fn themed(theme: Theme, colour: RGBColor) -> RGBColor {
    match theme {
        Theme::Light => colour,
        Theme::Dark => {
            let known = DARK.iter().find(|(light, _)| *light == colour);
            known.map_or(colour, |(_, dark)| *dark)
        }
        Theme::Print => printed(colour),
    }
}

/// The colour in print, a grey. Curves are black or nearly so: their dash patterns and markers distinguish them.
fn printed(colour: RGBColor) -> RGBColor {
    /// The greys of layers: those of neighbours differ most.
    const BANDS: [u8; 8] = [0x98, 0xe2, 0xb6, 0xf2, 0x8c, 0xd4, 0xa6, 0xea];
    if let Some(at) = (0..BANDS.len()).find(|at| palette::band(*at) == colour) {
        return RGBColor(BANDS[at], BANDS[at], BANDS[at]);
    }
    let grey = match colour {
        palette::BLUE | palette::VERMILLION => 0x00,
        palette::GREEN | palette::PURPLE => 0x30,
        palette::ORANGE | palette::BROWN => 0x48,
        palette::SKY => 0x60,
        palette::BAND_REST => 0xc4,
        palette::TINT | palette::BOUND_TINT => 0xf3,
        palette::PSS_TINT => 0xe0,
        RGBColor(r, g, b) => {
            // The weights are those of Rec. 709.
            (0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)).round() as u8
        }
    };
    RGBColor(grey, grey, grey)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of WCAG 2.
    fn luminance(RGBColor(r, g, b): RGBColor) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    #[test]
    fn text_can_be_read_in_every_theme() {
        let texts = [palette::INK, palette::DARK, palette::MUTED, palette::VERMILLION, palette::BLUE];
        let named = [palette::GREEN, palette::PURPLE, palette::ORANGE, palette::SKY].map(palette::ink);
        for theme in [Theme::Light, Theme::Dark, Theme::Print] {
            let paper = luminance(themed(theme, palette::PAPER)) + 0.05;
            for colour in texts.into_iter().chain(named) {
                let text = luminance(themed(theme, colour)) + 0.05;
                let contrast = paper.max(text) / paper.min(text);
                assert!(contrast > 3.8, "{theme:?} {colour:?}: {contrast}");
            }
        }
        let span = (0..16).map(palette::span).map(luminance);
        let ink = luminance(palette::BLOCK_INK) + 0.05;
        assert!(span.map(|block| (block + 0.05) / ink).all(|contrast| contrast > 3.9));
        assert!((0..8).map(palette::band).all(|band| (0..16).all(|rank| palette::span(rank) != band)));
        let bands = (0..8).map(palette::band).chain([palette::BAND_REST]);
        for theme in [Theme::Light, Theme::Print] {
            let band = bands.clone().map(|band| luminance(themed(theme, band)) + 0.05);
            assert!(band.map(|band| band / ink).all(|contrast| contrast > 5.0), "{theme:?}");
        }
    }
}
