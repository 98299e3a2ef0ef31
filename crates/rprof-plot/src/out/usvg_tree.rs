//! The SVG parsed by usvg, as PNG and PDF need it.

use crate::error::Error;
use crate::sheet::text;

/// Parses an SVG. Its texts are set in the embedded fonts; fonts of the system are never looked up.
///
/// # Errors
/// [`Error::Svg`] if usvg rejects it.
pub fn tree(svg: &str) -> Result<usvg::Tree, Error> {
    let mut options = usvg::Options { font_family: text::FAMILY.to_owned(), ..usvg::Options::default() };
    let fonts = options.fontdb_mut();
    fonts.load_font_data(text::REGULAR.to_vec());
    fonts.load_font_data(text::BOLD.to_vec());
    // The SVG lists `sans-serif` last, for browsers without DejaVu Sans; here it is DejaVu Sans too.
    fonts.set_sans_serif_family(text::FAMILY);
    usvg::Tree::from_str(svg, &options).map_err(|e| Error::Svg(e.to_string()))
}
