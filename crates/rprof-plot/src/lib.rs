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
mod peaks;
mod repeats;
mod series;
mod sheet;

pub use error::Error;
pub use figure::svg;
pub use options::{Options, SpanView, SvgText, Theme, Trace};
#[cfg(feature = "pdf")]
pub use out::pdf::pdf;
#[cfg(feature = "png")]
pub use out::png::png;
pub use peaks::{PeakGroup, peaks};
pub use repeats::{Repeats, repeats};
