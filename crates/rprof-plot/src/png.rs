//! PNG from the SVG, by resvg.

use resvg::tiny_skia::{Pixmap, Transform};

use crate::error::Error;

/// Paints an SVG of [`svg`](crate::svg) at `scale` pixels for each of its px; 2 suits print and dense screens.
///
/// # Errors
/// When the scale is out of range or the SVG is not ours.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, Error> {
    let tree = crate::tree(svg)?;
    let side = |px: f32| Some((px * scale).round()).filter(|side| (1.0..=16384.0).contains(side));
    let size = side(tree.size().width()).zip(side(tree.size().height()));
    let (width, height) = size.ok_or(Error::Scale(scale))?;
    let mut pixmap = Pixmap::new(width as u32, height as u32).ok_or(Error::Scale(scale))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|e| Error::Svg(e.to_string()))
}
