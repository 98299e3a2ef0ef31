//! HOW it looks: (options, profiles) → the bytes of a figure. No files, no clock, no locale, no fonts of the system:
//! same input, same bytes. One SVG is drawn with plotters; PNG and PDF are made from it.

mod axis;
mod canvas;
mod curve;
mod error;
mod figure;
mod finesvg;
mod flame;
mod functions;
mod gap;
mod lanes;
mod layout;
mod legend;
mod options;
mod palette;
mod peak;
mod series;
mod slope;
mod text;
mod view;

#[cfg(feature = "pdf")]
mod pdf;
#[cfg(feature = "png")]
mod png;

pub use error::Error;
pub use figure::{Trace, svg};
pub use options::{Functions, Options};
#[cfg(feature = "pdf")]
pub use pdf::pdf;
#[cfg(feature = "png")]
pub use png::png;

/// An SVG as usvg's tree, with the embedded faces and no other.
#[cfg(any(feature = "png", feature = "pdf"))]
fn tree(svg: &str) -> Result<usvg::Tree, Error> {
    let mut options = usvg::Options { font_family: text::FAMILY.to_owned(), ..usvg::Options::default() };
    let fonts = options.fontdb_mut();
    fonts.load_font_data(text::REGULAR.to_vec());
    fonts.load_font_data(text::BOLD.to_vec());
    fonts.set_sans_serif_family(text::FAMILY);
    usvg::Tree::from_str(svg, &options).map_err(|e| Error::Svg(e.to_string()))
}
