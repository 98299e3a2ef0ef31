//! Formats made from the finished SVG, one file for each. They convert, and must not draw anything of their own.

pub mod missing;
#[cfg(feature = "pdf")]
pub mod pdf;
#[cfg(feature = "png")]
pub mod png;
#[cfg(any(feature = "png", feature = "pdf"))]
mod usvg_tree;
