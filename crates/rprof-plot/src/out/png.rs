//! PNG from the SVG, by resvg.

use png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};
use resvg::tiny_skia::{Color, Pixmap, Transform};

use super::usvg_tree;
use crate::error::Error;

/// Paints an SVG of [`svg`](crate::svg) at `scale` pixels for each of its px, on white; 2 suits print and dense screens.
///
/// # Errors
/// When the scale is out of range or the SVG is not ours.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, Error> {
    let tree = usvg_tree::tree(svg)?;
    let side = |px: f32| Some((px * scale).round()).filter(|side| (1.0..=16384.0).contains(side));
    let size = side(tree.size().width()).zip(side(tree.size().height()));
    let (width, height) = size.ok_or(Error::Scale(scale))?;
    let mut pixmap = Pixmap::new(width as u32, height as u32).ok_or(Error::Scale(scale))?;
    pixmap.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    encode(&pixmap).map_err(|e| Error::Svg(e.to_string()))
}

/// On white every pixel is opaque: three bytes tell it. Lines of a figure are much like those above them, which the
/// filter makes use of; then the lightest compression takes half the time of the usual one, for a third more bytes.
fn encode(pixmap: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let pixels: Vec<u8> = pixmap.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_deflate_compression(DeflateCompression::Level(1));
    encoder.set_filter(Filter::Up);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}
