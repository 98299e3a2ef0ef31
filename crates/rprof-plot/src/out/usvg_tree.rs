//! An SVG as a tree of usvg, for the formats that are made from it.

use crate::error::Error;
use crate::sheet::text;

/// An SVG as usvg's tree, with the embedded faces and no other.
pub fn tree(svg: &str) -> Result<usvg::Tree, Error> {
    let mut options = usvg::Options { font_family: text::FAMILY.to_owned(), ..usvg::Options::default() };
    let fonts = options.fontdb_mut();
    fonts.load_font_data(text::REGULAR.to_vec());
    fonts.load_font_data(text::BOLD.to_vec());
    fonts.set_sans_serif_family(text::FAMILY);
    usvg::Tree::from_str(svg, &options).map_err(|e| Error::Svg(e.to_string()))
}
