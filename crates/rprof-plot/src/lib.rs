//! Figures of memory over time: options and profiles become the bytes of an SVG, a PNG or a PDF.
//!
//! plotters draws one SVG; PNG and PDF are made from it. The crate reads no files, clock, locale or system fonts, so
//! the same input gives the same bytes on every machine. See [`svg()`] for an example.
#![doc = include_str!("../README.md")]

mod data;
mod error;
mod figure;
mod layers;
mod options;
mod out;
#[cfg(feature = "page")]
mod page;
mod peaks;
mod repeats;
mod series;
mod sheet;
mod terminal;

pub use error::Error;
pub use figure::svg;
pub use options::{Facet, FontFile, Options, Scale, SpanView, SvgText, Theme, Trace, View};
pub use out::missing::{MissingGlyphs, missing_glyphs};
#[cfg(feature = "pdf")]
pub use out::pdf::pdf;
#[cfg(feature = "png")]
pub use out::png::png;
#[cfg(feature = "page")]
pub use page::{FunctionBounds, FunctionBytes, FunctionLevels, FunctionMoment, MOST_BYTES, PageTrace, page};
pub use peaks::{PeakGroup, peaks};
pub use repeats::{Repeats, repeats};
pub use terminal::chart::TextChart;
pub use terminal::figure::{TextOptions, text};
pub use terminal::sparkline::sparkline;
pub use terminal::{Glyphs, Ink, TextLine, plain_text};
