//! The sheet a figure is drawn on: canvas, text metrics, colours, axis scales, and the areas of the page.
//! It knows pixels, seconds and bytes, but neither traces nor options.

pub mod axis;
pub mod canvas;
pub mod coords;
pub mod layout;
pub mod palette;
pub mod svg_backend;
pub mod text;
pub mod thinning;
