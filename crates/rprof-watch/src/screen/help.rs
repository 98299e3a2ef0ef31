//! The keys, over the rest of the screen.

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;

use super::paint::put;
use super::theme::{Role, Theme};

const KEYS: [(&str, &str); 17] = [
    ("q", "leave the view; a recording continues"),
    ("Ctrl-C", "interrupt the command, end the recording of a process"),
    ("Tab, 1-4", "processes, spans, events, output"),
    ("+ -", "zoom the time axis"),
    ("Left Right", "scroll back and forward in time"),
    ("End", "follow the run again"),
    ("0", "the whole run"),
    ("Up Down", "scroll the list; PgUp and PgDn by ten lines"),
    ("/", "show only lines with a text; Esc shows all"),
    ("e", "processes that have ended"),
    ("f b", "the curve on the whole screen; as a line or in bars"),
    ("Space", "stand still; nothing is lost meanwhile"),
    ("< >", "replay slower or faster"),
    ("r", "replay from the start"),
    ("Ctrl-Z", "back to the shell; `fg` returns"),
    ("Ctrl-L", "draw the screen anew"),
    ("?", "this help; any key closes it"),
];

/// Draws the keys into the middle of an area.
pub fn draw(buffer: &mut Buffer, area: Rect, theme: Theme) {
    let width = area.width.min(72);
    let height = area.height.min(KEYS.len() as u16 + 2);
    let (x, y) = (area.x + (area.width - width) / 2, area.y + (area.height - height) / 2);
    let heading = (Role::Title, " Keys".to_owned());
    let keys = KEYS
        .iter()
        .map(|(key, words)| vec![(Role::Strong, format!(" {key:<12}")), (Role::Plain, (*words).to_owned())]);
    let mut lines = std::iter::once(vec![heading]).chain(keys);
    for row in 0..height {
        let place = Rect { x, y: y + row, width, height: 1 };
        put(buffer, place, &vec![(Role::Plain, " ".repeat(usize::from(width)))], theme);
        put(buffer, place, &lines.next().unwrap_or_default(), theme);
    }
}
