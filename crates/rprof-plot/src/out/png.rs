//! PNG made from the SVG by resvg.

use png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};

use crate::error::Error;
use crate::out::usvg_tree::tree;

/// Renders an SVG of [`svg()`](crate::svg) as a PNG with `scale` pixels for each of its CSS pixels.
/// A scale of 2 suits print and dense screens; time and memory grow with the square of the scale.
///
/// # Errors
/// [`Error::Scale`] if a side would be below 1 or above 16384 pixels, [`Error::Svg`] if the SVG cannot be parsed.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, Error> {
    let tree = tree(svg)?;
    let side = |px: f32| Some((px * scale).round()).filter(|side| (1.0..=16384.0).contains(side));
    let size = side(tree.size().width()).zip(side(tree.size().height()));
    let (width, height) = size.ok_or(Error::Scale(scale))?;
    let mut pixmap = Pixmap::new(width as u32, height as u32).ok_or(Error::Scale(scale))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    encode(&pixmap).map_err(|e| Error::Svg(e.to_string()))
}

/// Encodes the pixels: as RGB, or with their opacity if the figure has no ground.
fn encode(pixmap: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let is_transparent = pixmap.pixels().first().is_some_and(|pixel| pixel.alpha() == 0);
    let pixels: Vec<u8> = if is_transparent {
        let plain = pixmap.pixels().iter().map(PremultipliedColorU8::demultiply);
        plain.flat_map(|p| [p.red(), p.green(), p.blue(), p.alpha()]).collect()
    } else {
        // Pixels at the edge may be partly covered; below them is white.
        let white = |p: &[u8], at: usize| p[at].saturating_add(255 - p[3]);
        pixmap.data().chunks_exact(4).flat_map(|p| [0, 1, 2].map(|at| white(p, at))).collect()
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(if is_transparent { ColorType::Rgba } else { ColorType::Rgb });
    encoder.set_depth(BitDepth::Eight);
    // Most lines of pixels equal the one above, so the filter `Up` leaves little to compress. With it the fastest
    // level takes half the time of the default, for a third more bytes.
    encoder.set_deflate_compression(DeflateCompression::Level(1));
    encoder.set_filter(Filter::Up);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}
