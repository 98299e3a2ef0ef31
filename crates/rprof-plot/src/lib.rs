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

mod data;
mod error;
mod figure;
mod layers;
mod options;
mod out;
mod series;
mod sheet;

pub use error::Error;
pub use figure::svg;
pub use options::{Options, SpanView, Trace};
#[cfg(feature = "pdf")]
pub use out::pdf::pdf;
#[cfg(feature = "png")]
pub use out::png::png;
