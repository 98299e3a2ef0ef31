//! The choices of the user: pane, window of time, filter, pause. Keys change them; a key that the caller must act on
//! gives an action.

use rprof_trace::Seconds;

/// The shortest window that can be zoomed into.
const SHORTEST: f64 = 0.02;
/// The share of a window by which one key scrolls.
const SCROLL: f64 = 0.25;
/// The longest text of a filter, in characters.
const LONGEST_FILTER: usize = 60;

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Backspace.
    Backspace,
    /// A letter with Ctrl.
    Ctrl(char),
}

/// The action that a key asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing but to draw.
    Draw,
    /// Leave the view; a recording continues.
    Quit,
    /// Pass SIGINT on to what is recorded, or leave.
    Interrupt,
    /// Stop, as Ctrl-Z does.
    Suspend,
    /// Draw every cell anew.
    Redraw,
    /// Replay from the start.
    Restart,
    /// Replay faster, or slower.
    Faster,
    /// See [`Faster`](Self::Faster).
    Slower,
}

/// A list below the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The processes as a tree.
    #[default]
    Processes,
    /// Spans that are open, and totals.
    Spans,
    /// Marks, notes and gaps.
    Events,
    /// The output of the command.
    Output,
}

impl Pane {
    /// All panes in the order of Tab.
    pub const ALL: [Self; 4] = [Self::Processes, Self::Spans, Self::Events, Self::Output];

    /// The name on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Processes => "Processes",
            Self::Spans => "Spans",
            Self::Events => "Events",
            Self::Output => "Output",
        }
    }
}

/// The choices of the user.
#[derive(Debug, Clone, PartialEq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct View {
    /// The list below the curve.
    pub pane: Pane,
    /// Length of the window; `None` for the whole run.
    length: Option<f64>,
    /// End of the window; `None` if it follows the run.
    end: Option<f64>,
    /// Only lines with this text are shown.
    pub filter: String,
    /// True while the filter is typed.
    pub is_typing: bool,
    /// Lines by which the list is scrolled.
    pub scroll: usize,
    /// True if the help is shown.
    pub has_help: bool,
    /// True if the view stands still.
    pub is_paused: bool,
    /// True if the curve has the whole screen.
    pub is_large: bool,
    /// True if the curve is an area of bars.
    pub has_bars: bool,
    /// True if processes that have ended are listed.
    pub has_ended: bool,
    has_output: bool,
}

impl View {
    /// The first view: the whole run and its processes. `has_output` is true if there is output of a command to show.
    pub fn new(has_output: bool) -> Self {
        Self { has_output, ..Self::default() }
    }

    /// The window of time that is shown of a run that has lasted until `now`.
    pub fn window(&self, now: Seconds) -> (Seconds, Seconds) {
        let to = self.end.unwrap_or(now.0).max(SHORTEST);
        let from = self.length.map_or(0.0, |length| (to - length).max(0.0));
        (Seconds(from), Seconds(to))
    }

    /// True if there is output of a command to show.
    pub fn has_output(&self) -> bool {
        self.has_output
    }

    /// True if the window is not the whole run up to now.
    pub fn is_zoomed(&self) -> bool {
        self.length.is_some() || self.end.is_some()
    }

    /// Takes a key. `now` is the time of the run.
    pub fn press(&mut self, key: Key, now: Seconds) -> Action {
        match key {
            Key::Ctrl('c') => return Action::Interrupt,
            Key::Ctrl('z') => return Action::Suspend,
            Key::Ctrl('l') => return Action::Redraw,
            _ => {}
        }
        if self.is_typing {
            self.type_filter(key);
            return Action::Draw;
        }
        if self.has_help {
            self.has_help = false;
            return if matches!(key, Key::Char('q')) { Action::Quit } else { Action::Draw };
        }
        match key {
            Key::Char('q' | 'Q') => return Action::Quit,
            Key::Char('r') => return Action::Restart,
            Key::Char('>' | '.') => return Action::Faster,
            Key::Char('<' | ',') => return Action::Slower,
            Key::Char('?' | 'h') => self.has_help = true,
            Key::Char(' ' | 'p') => self.is_paused = !self.is_paused,
            Key::Char('/') => (self.is_typing, self.scroll) = (true, 0),
            Key::Char('e') => (self.has_ended, self.scroll) = (!self.has_ended, 0),
            Key::Char('f') | Key::Enter => self.is_large = !self.is_large,
            Key::Char('b') => self.has_bars = !self.has_bars,
            Key::Escape => (self.filter, self.is_large, self.scroll) = (String::new(), false, 0),
            Key::Tab => self.turn(1),
            Key::BackTab => self.turn(Pane::ALL.len() - 1),
            Key::Char(digit @ '1'..='4') => self.show(Pane::ALL[digit as usize - '1' as usize]),
            Key::Up | Key::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            Key::Down | Key::Char('j') => self.scroll = self.scroll.saturating_add(1),
            Key::PageUp => self.scroll = self.scroll.saturating_sub(10),
            Key::PageDown => self.scroll = self.scroll.saturating_add(10),
            key => self.move_window(key, now),
        }
        Action::Draw
    }

    fn move_window(&mut self, key: Key, now: Seconds) {
        let (from, to) = self.window(now);
        let length = to.0 - from.0;
        match key {
            Key::Char('+' | '=' | 'i') => self.length = Some((length / 2.0).max(SHORTEST)),
            Key::Char('-' | '_' | 'o') => self.length = Some(length * 2.0).filter(|length| *length < now.0),
            Key::Char('0') | Key::Home => (self.length, self.end) = (None, None),
            Key::End => self.end = None,
            Key::Left => {
                self.length.get_or_insert(length);
                self.end = Some((to.0 - length * SCROLL).max(length));
            }
            Key::Right => self.end = self.end.map(|end| end + length * SCROLL).filter(|end| *end < now.0),
            _ => {}
        }
    }

    /// Shows the pane that many places on. That of the output is skipped if there is none.
    fn turn(&mut self, places: usize) {
        let at = Pane::ALL.iter().position(|pane| *pane == self.pane).unwrap_or(0);
        let next = |places: usize| Pane::ALL[(at + places) % Pane::ALL.len()];
        let skips = next(places) == Pane::Output && !self.has_output;
        self.show(next(if skips { 2 * places } else { places }));
    }

    fn show(&mut self, pane: Pane) {
        if pane != Pane::Output || self.has_output {
            (self.pane, self.scroll, self.is_large) = (pane, 0, false);
        }
    }

    fn type_filter(&mut self, key: Key) {
        match key {
            Key::Enter => self.is_typing = false,
            Key::Escape => (self.is_typing, self.filter) = (false, String::new()),
            Key::Backspace => _ = self.filter.pop(),
            Key::Ctrl('u') => self.filter.clear(),
            Key::Char(c) if self.filter.chars().count() < LONGEST_FILTER => self.filter.push(c),
            _ => {}
        }
    }

    /// True if a line with this text passes the filter, which ignores the case of letters.
    pub fn passes(&self, text: &str) -> bool {
        self.filter.is_empty() || text.to_lowercase().contains(&self.filter.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = Seconds(100.0);

    fn after(keys: &[Key]) -> View {
        let mut view = View::default();
        for key in keys {
            view.press(*key, NOW);
        }
        view
    }

    fn window(keys: &[Key]) -> (f64, f64) {
        let (from, to) = after(keys).window(NOW);
        (from.0, to.0)
    }

    #[test]
    fn zoom_and_scroll_stay_inside_the_run() {
        let plus = Key::Char('+');
        assert_eq!(window(&[]), (0.0, 100.0));
        assert_eq!(window(&[plus]), (50.0, 100.0));
        assert_eq!(window(&[plus, Key::Left]), (37.5, 87.5));
        assert_eq!(window(&[plus, Key::Left, Key::Right, Key::Right]), (50.0, 100.0));
        assert_eq!(window(&[plus, Key::Left, Key::Char('-')]), (0.0, 87.5));
        assert_eq!(window(&[plus, Key::Left, Key::Home]), (0.0, 100.0));
        let far = [&[plus, plus][..], &[Key::Left; 50]].concat();
        assert_eq!(window(&far), (0.0, 25.0));
        let deep = window(&[plus; 60]);
        assert!(deep.1 - deep.0 >= SHORTEST * 0.99, "{deep:?}");
    }

    #[test]
    fn a_window_at_the_end_follows_the_run() {
        let view = after(&[Key::Char('+')]);
        assert_eq!(view.window(Seconds(200.0)).1, Seconds(200.0));
        let view = after(&[Key::Char('+'), Key::Left]);
        assert_eq!(view.window(Seconds(200.0)).1, Seconds(87.5));
    }

    #[test]
    fn a_filter_is_typed_and_cleared() {
        let typed =
            [Key::Char('/'), Key::Char('C'), Key::Char('q'), Key::Backspace, Key::Char('c'), Key::Enter];
        let view = after(&typed);
        assert!(!view.is_typing && view.passes("/usr/bin/cc1") && !view.passes("ld"));
        assert!(after(&[&typed[..], &[Key::Escape]].concat()).filter.is_empty());
    }

    #[test]
    fn keys_that_are_not_the_views_give_actions() {
        let action = |key| View::default().press(key, NOW);
        assert_eq!(action(Key::Char('q')), Action::Quit);
        assert_eq!(action(Key::Ctrl('c')), Action::Interrupt);
        assert_eq!(action(Key::Ctrl('z')), Action::Suspend);
        let mut help = after(&[Key::Char('?')]);
        assert!(help.has_help);
        assert_eq!(help.press(Key::Char('q'), NOW), Action::Quit);
    }

    #[test]
    fn the_pane_of_the_output_is_there_only_with_output() {
        assert_eq!(after(&[Key::Tab, Key::Tab, Key::Tab]).pane, Pane::Processes);
        assert_eq!(after(&[Key::BackTab]).pane, Pane::Events);
        assert_eq!(after(&[Key::Char('4')]).pane, Pane::Processes);
        let mut view = View { has_output: true, ..View::default() };
        view.press(Key::BackTab, NOW);
        assert_eq!(view.pane, Pane::Output);
    }
}
