//! The message for characters of a figure that no font has, so that no box in a figure comes without a word.

use rprof_plot::MissingGlyphs;

use crate::message;

/// The most characters, and the most texts, that are named.
const MOST_CHARACTERS: usize = 12;
const MOST_TEXTS: usize = 5;

/// Prints each text of a figure with characters that its fonts lack, and the remedy.
pub fn print(svg: &str) {
    let missing = rprof_plot::missing_glyphs(svg);
    for MissingGlyphs { text, characters } in missing.iter().take(MOST_TEXTS) {
        let shown: Vec<String> = characters.chars().take(MOST_CHARACTERS).map(|c| format!("`{c}`")).collect();
        let more = if characters.chars().count() > MOST_CHARACTERS { ", …" } else { "" };
        message::print(&format!("no font of the figure has {}{more} in `{text}`", shown.join(", ")));
    }
    if missing.len() > MOST_TEXTS {
        message::print(&format!("{} more texts of the figure lack characters", missing.len() - MOST_TEXTS));
    }
    if !missing.is_empty() {
        message::print(
            "PNG and PDF show a box for each; name a font that has them with `rprof plot --font FILE`",
        );
    }
}
