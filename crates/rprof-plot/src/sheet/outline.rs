//! The outline of a glyph as path data of an SVG.

use std::fmt::Write;

use ttf_parser::OutlineBuilder;

/// Path data in units of the font, or of another one, upside down as SVG needs it.
#[derive(Debug, Default)]
pub struct Outline {
    pub data: String,
    /// Units of the other font in one of this; `None` if they stay as they are.
    pub scale: Option<f32>,
}

impl Outline {
    fn push(&mut self, command: char, points: &[(f32, f32)]) {
        self.data.push(command);
        let scaled = |v: f32| self.scale.map_or(v, |scale| (v * scale).round());
        let points: Vec<(f32, f32)> = points.iter().map(|(x, y)| (scaled(*x), scaled(*y))).collect();
        for (at, (x, y)) in points.into_iter().enumerate() {
            let separator = if at > 0 && x >= 0.0 { " " } else { "" };
            let between = if y <= 0.0 { " " } else { "" };
            // A `String` accepts every write. Adding 0 turns a negative zero into a plain one.
            write!(self.data, "{separator}{}{between}{}", x + 0.0, 0.0 - y).unwrap_or(());
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
        self.data.push('Z');
    }
}
