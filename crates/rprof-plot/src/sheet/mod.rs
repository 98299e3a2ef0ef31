//! The sheet that a figure is drawn on: canvas, fonts, colours, axis scales, and the areas of the page.
//! It places points, lines and texts, and must not know traces or options.

pub mod axis;
pub mod canvas;
pub mod coords;
pub mod extra_font;
pub mod font_subset;
pub mod layout;
pub mod outline;
pub mod palette;
pub mod reach;
pub mod svg_backend;
pub mod text;
pub mod theme;
pub mod thinning;
pub mod typesetting;
