//! An interactive flame graph as SVG, drawn by inferno.

use std::io::Write;

use inferno::flamegraph::{
    Direction, Options, Palette, TextTruncateDirection, color::BasicPalette, from_lines,
};

use super::folded::folded;
use crate::attribution::{Names, View};
use crate::error::Error;
use crate::file::Log;

/// The unit of the boxes: bytes make numbers that no one reads.
const KIB: u64 = 1024;
/// Boxes narrower than this part of the width, in percent, are skipped.
const SMALLEST: f64 = 0.2;

/// Writes the flame graph of a view.
///
/// # Errors
/// When the output fails, or when the view has no stacks.
pub fn flame_graph(
    view: &View,
    log: &Log,
    names: &Names,
    (title, subtitle): (&str, &str),
    out: &mut dyn Write,
) -> Result<(), Error> {
    let lines = folded(view, log, names, KIB);
    let mut options = Options::default();
    options.title = title.to_owned();
    options.subtitle = Some(subtitle.to_owned());
    options.count_name = "KiB".to_owned();
    options.name_type = "Function:".to_owned();
    options.colors = Palette::Basic(BasicPalette::Mem);
    options.deterministic = true;
    // The outermost function stands at the top: deep stacks of imports would push it out of sight.
    options.direction = Direction::Inverted;
    options.min_width = SMALLEST;
    options.text_truncate_direction = TextTruncateDirection::Right;
    from_lines(&mut options, lines.iter().map(String::as_str), out)?;
    Ok(())
}
