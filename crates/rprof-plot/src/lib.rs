//! HOW it looks: (options, profiles) → the bytes of a figure. No files, no clock, no locale, no fonts of the system:
//! same input, same bytes. One SVG is drawn with plotters; PNG and PDF are made from it.
//!
//! ```
//! use rprof_trace::{Bytes, Point, Profile, Seconds};
//! let at = |time, mib: u64| Point { time: Seconds(time), value: Bytes(mib * 1_048_576) };
//! let profile = Profile { total: vec![at(0.0, 1), at(2.5, 80), at(3.0, 20)], ..Profile::default() };
//! let svg = rprof_plot::svg(&rprof_plot::Options::default(), &[rprof_plot::Trace { label: "run.dat", profile: &profile }])?;
//! assert!(svg.contains("memory, RSS (MiB)"));
//! # Ok::<(), rprof_plot::Error>(())
//! ```

mod axis;
mod bounds;
mod canvas;
mod curve;
mod error;
mod figure;
mod finesvg;
mod flame;
mod frame;
mod functions;
mod gap;
mod lanes;
mod layout;
mod legend;
mod marks;
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
pub use figure::svg;
pub use options::{Functions, Options, Trace};
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
