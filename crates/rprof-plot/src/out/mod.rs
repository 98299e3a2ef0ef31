//! The other formats of a figure, made from its SVG. One file for each format; none of them draws anything itself.

#[cfg(feature = "pdf")]
pub mod pdf;
#[cfg(feature = "png")]
pub mod png;
#[cfg(any(feature = "png", feature = "pdf"))]
mod usvg_tree;
