//! PDF made from the SVG by krilla: vector graphics, selectable text, embedded subsets of the fonts.

use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};

use crate::error::Error;
use crate::out::usvg_tree::tree;

/// Points (1/72 inch) in a px (1/96 inch).
const POINTS: f32 = 0.75;

/// Converts an SVG of [`svg()`](crate::svg) to a PDF of one page of the same size.
/// The PDF has neither a date nor a random id, so the same SVG gives the same bytes.
///
/// # Errors
/// [`Error::Svg`] if the SVG cannot be parsed or converted.
pub fn pdf(svg: &str) -> Result<Vec<u8>, Error> {
    let tree = tree(svg)?;
    let failed = || Error::Svg("no page has its size".to_owned());
    let size =
        Size::from_wh(tree.size().width() * POINTS, tree.size().height() * POINTS).ok_or_else(failed)?;
    let page = PageSettings::from_wh(size.width(), size.height()).ok_or_else(failed)?;
    let mut document = Document::new();
    if let Some(title) = title(svg) {
        document.set_metadata(Metadata::new().title(title));
    }
    let mut page = document.start_page_with(page);
    let mut surface = page.surface();
    surface.draw_svg(&tree, size, SvgSettings::default()).ok_or_else(failed)?;
    surface.finish();
    page.finish();
    document.finish().map_err(|e| Error::Svg(format!("{e:?}")))
}

/// The text of the `<title>` element.
fn title(svg: &str) -> Option<String> {
    let document = usvg::roxmltree::Document::parse(svg).ok()?;
    let title = document.descendants().find(|node| node.has_tag_name("title"))?;
    title.text().map(str::to_owned)
}
