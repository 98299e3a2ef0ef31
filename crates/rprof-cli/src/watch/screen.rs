//! The full screen: enters it, draws what has changed, reads keys, and leaves the terminal as it was.

use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::time::Duration;

use anyhow::{Context, bail};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use ratatui_core::buffer::{Buffer, Cell};
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Modifier};
use rprof_sample::FullScreen;
use rprof_watch::Key;

use super::keys::Keys;
use crate::output;

/// The other screen of the terminal, without cursor and without a break of lines at the edge; and the way back.
const BEGIN: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J\x1b[H";
const END: &[u8] = b"\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

/// The screen while it is ours.
pub struct Screen {
    keys: Keys,
    shown: Buffer,
    /// True if the terminal does not show `shown`.
    is_stale: bool,
    _full: FullScreen,
}

/// Refuses to begin without a terminal that can be drawn on.
///
/// # Errors
/// When there is none. The message names the command that needs none.
pub fn must_be_possible() -> anyhow::Result<()> {
    if !io::stdin().is_terminal() || !output::is_terminal() {
        bail!(
            "`rprof watch` needs a terminal for its keys and its screen; without one, use `rprof run` and `rprof plot --term`"
        );
    }
    match std::env::var("TERM") {
        Ok(term) if term != "dumb" && !term.is_empty() => Ok(()),
        _ => bail!(
            "`rprof watch` needs a terminal that it can draw on, and TERM is `dumb` or not set; \
             use `rprof run` and `rprof plot --term`"
        ),
    }
}

impl Screen {
    /// Enters the full screen. The signals in `kept` do not end rprof.
    ///
    /// # Errors
    /// When the modes of the terminal cannot be set.
    pub fn enter(kept: &[i32]) -> anyhow::Result<Self> {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            FullScreen::release();
            usual(panic);
        }));
        let full = FullScreen::enter(BEGIN, END, kept).context("cannot draw on the terminal")?;
        Ok(Self { keys: Keys::default(), shown: Buffer::empty(size()), is_stale: true, _full: full })
    }

    /// The next keys; waits for them for a time at most. `None` when the terminal is gone.
    pub fn keys(&mut self, wait: Duration) -> Option<Vec<Key>> {
        let stdin = io::stdin();
        // The rest of a sequence follows at once, or it was Escape alone.
        let wait = if self.keys.has_rest() { wait.min(Duration::from_millis(50)) } else { wait };
        let timeout = PollTimeout::try_from(wait).unwrap_or(PollTimeout::ZERO);
        let mut fds = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, timeout) {
            Ok(0) => return Some(self.keys.rest().into_iter().collect()),
            // A signal.
            Err(_) => return Some(Vec::new()),
            Ok(_) => {}
        }
        let mut bytes = [0; 1024];
        match nix::unistd::read(&stdin, &mut bytes) {
            Ok(count @ 1..) => Some(self.keys.take(&bytes[..count])),
            Err(nix::errno::Errno::EINTR | nix::errno::Errno::EAGAIN) => Some(Vec::new()),
            Ok(0) | Err(_) => None,
        }
    }

    /// True if the size of the terminal is not that of the last picture, or the screen must be drawn anew.
    pub fn has_changed(&mut self) -> bool {
        self.is_stale |= FullScreen::has_resumed();
        self.is_stale || *self.shown.area() != size()
    }

    /// Draws every cell with the next picture.
    pub fn forget(&mut self) {
        self.is_stale = true;
    }

    /// Draws a picture: only the cells that differ from those shown.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn draw(&mut self, picture: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        let area = size();
        let mut next = Buffer::empty(area);
        picture(&mut next);
        let mut bytes = Vec::new();
        if self.is_stale || *self.shown.area() != area {
            bytes.extend_from_slice(b"\x1b[0m\x1b[2J");
            self.shown = Buffer::empty(area);
            self.is_stale = false;
        }
        encode(&self.shown.diff(&next), &mut bytes);
        self.shown = next;
        if bytes.is_empty() { Ok(()) } else { output::write(&bytes) }
    }
}

/// The area of the terminal.
fn size() -> Rect {
    let (width, height) = output::terminal_size().unwrap_or((80, 24));
    Rect::new(0, 0, width, height)
}

/// Appends the escape sequences that draw cells.
fn encode(cells: &[(u16, u16, &Cell)], bytes: &mut Vec<u8>) {
    let mut after = None;
    let mut look = None;
    for (x, y, cell) in cells {
        if after != Some((*x, *y)) {
            bytes.extend_from_slice(format!("\x1b[{};{}H", y + 1, x + 1).as_bytes());
        }
        let own = (cell.fg, cell.modifier);
        if look != Some(own) {
            bytes.extend_from_slice(sgr(cell.fg, cell.modifier).as_bytes());
            look = Some(own);
        }
        let symbol = cell.symbol();
        bytes.extend_from_slice(symbol.as_bytes());
        // Of a wide character the width is the terminal's affair, so the next cell is addressed.
        after = (symbol.is_ascii() || symbol.chars().count() == 1 && !is_maybe_wide(symbol))
            .then_some((*x + 1, *y));
    }
    if look.is_some() {
        bytes.extend_from_slice(b"\x1b[0m");
    }
}

/// True for a character that is not from the blocks of lines, bars and dots, which are narrow.
fn is_maybe_wide(symbol: &str) -> bool {
    !symbol.chars().all(|c| {
        c < '\u{300}' || ('\u{2500}'..='\u{259f}').contains(&c) || ('\u{2800}'..='\u{28ff}').contains(&c)
    })
}

/// The escape sequence of a look (ECMA-48, SGR).
fn sgr(colour: Color, modifier: Modifier) -> String {
    let mut codes = String::from("\x1b[0");
    for (flag, code) in [(Modifier::BOLD, ";1"), (Modifier::DIM, ";2"), (Modifier::REVERSED, ";7")] {
        if modifier.contains(flag) {
            codes += code;
        }
    }
    codes += match colour {
        Color::Red => ";31",
        Color::Green => ";32",
        Color::Yellow => ";33",
        Color::Magenta => ";35",
        Color::Cyan => ";36",
        _ => "",
    };
    codes + "m"
}

#[cfg(test)]
mod tests {
    use ratatui_core::style::Style;

    use super::*;

    fn encoded(before: &[&str], after: &[&str]) -> String {
        let (before, after) = (Buffer::with_lines(before.to_vec()), Buffer::with_lines(after.to_vec()));
        let mut bytes = Vec::new();
        encode(&before.diff(&after), &mut bytes);
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn only_cells_that_differ_are_drawn() {
        assert_eq!(encoded(&["abc", "def"], &["abc", "dxy"]), "\x1b[2;2H\x1b[0mxy\x1b[0m");
        assert_eq!(encoded(&["abc"], &["abc"]), "");
    }

    #[test]
    fn a_cell_after_a_wide_character_is_addressed() {
        let shown = encoded(&["    "], &["数x "]);
        assert_eq!(shown, "\x1b[1;1H\x1b[0m数\x1b[1;3Hx\x1b[0m");
    }

    #[test]
    fn a_look_is_set_once_for_its_cells() {
        let mut after = Buffer::with_lines(["ab"]);
        after.set_style(Rect::new(0, 0, 2, 1), Style::default().fg(Color::Red).add_modifier(Modifier::BOLD));
        let mut bytes = Vec::new();
        encode(&Buffer::with_lines(["  "]).diff(&after), &mut bytes);
        assert_eq!(bytes, b"\x1b[1;1H\x1b[0;1;31mab\x1b[0m");
    }
}
