//! The screen: state and choices become cells. Every size is allowed; what does not fit is clipped or dropped.

mod chart;
mod event_pane;
mod help;
mod numbers;
mod output_pane;
mod paint;
mod process_pane;
mod span_pane;
mod theme;

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use rprof_plot::Glyphs;
use rprof_trace::{Bytes, Seconds};

use crate::state::Run;
use crate::view::{Pane, View};
use paint::{Line, put};
use theme::{Role, Theme};

/// The narrowest screen with a second column of lists.
const WIDE: u16 = 120;
/// The least height of a screen with a list below the curve.
const WITH_LIST: u16 = 12;

/// The source of the records, as it is now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Status {
    /// No record has arrived.
    Waiting,
    /// The trace is being read; the share of it that has been.
    Reading(f64),
    /// Records arrive as they are written.
    Live,
    /// No record for this time, though the run has not ended.
    Silent(Seconds),
    /// A replay with this speed.
    Replay(f64),
    /// The run has ended.
    Ended,
}

/// The facts that the screen shows besides the run.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The name of the trace.
    pub trace: &'a str,
    /// The state of the source.
    pub status: Status,
    /// The output of the command, the latest line last; `None` if there is none to show.
    pub output: Option<&'a [String]>,
    /// A limit that the user gave.
    pub limit: Option<Bytes>,
    /// A message, until the next one.
    pub message: Option<&'a str>,
    /// True if the terminal shows colours.
    pub has_colours: bool,
    /// The characters of the curve.
    pub glyphs: Glyphs,
}

/// Everything that is drawn.
struct Scene<'a> {
    run: &'a Run,
    view: &'a View,
    context: Context<'a>,
    theme: Theme,
}

/// Draws the whole screen.
pub fn draw(buffer: &mut Buffer, run: &Run, view: &View, context: Context<'_>) {
    let area = *buffer.area();
    let theme = Theme { has_colours: context.has_colours, is_ascii: context.glyphs == Glyphs::Ascii };
    let scene = Scene { run, view, context, theme };
    if area.width == 0 || area.height == 0 {
        return;
    }
    let numbers = scene.numbers(usize::from(area.width), rows_of_numbers(area));
    let head = scene.title(usize::from(area.width));
    let mut y = area.y;
    for line in std::iter::once(head).chain(numbers) {
        if y < area.bottom() {
            put(buffer, Rect { y, height: 1, ..area }, &line, theme);
            y += 1;
        }
    }
    let has_footer = area.height >= 6;
    let bottom = area.bottom() - u16::from(has_footer);
    let body = Rect { y, height: bottom.saturating_sub(y), ..area };
    if has_footer {
        put(buffer, Rect { y: bottom, height: 1, ..area }, &scene.footer(usize::from(area.width)), theme);
    }
    scene.draw_body(buffer, body);
    if view.has_help {
        help::draw(buffer, body, theme);
    }
}

fn rows_of_numbers(area: Rect) -> usize {
    match area.height {
        0..=3 => 1,
        4..=11 => 2,
        // A wide screen has all numbers in two rows, and the curve gains the third.
        _ if area.width >= WIDE => 2,
        _ => 3,
    }
}

impl Scene<'_> {
    fn draw_body(&self, buffer: &mut Buffer, body: Rect) {
        if body.height < WITH_LIST - 4 || self.view.is_large {
            self.draw_chart(buffer, body);
            return;
        }
        // The curve has the larger half of a low screen; on a high one lists gain more.
        let height = if body.height < 30 { body.height.div_ceil(2) } else { (body.height * 2).div_ceil(5) };
        let (curve, list) =
            (Rect { height, ..body }, Rect { y: body.y + height, height: body.height - height, ..body });
        self.draw_chart(buffer, curve);
        if body.width < WIDE {
            self.draw_pane(buffer, list, self.view.pane, true);
            return;
        }
        let left = list.width * 3 / 5;
        self.draw_pane(buffer, Rect { width: left - 1, ..list }, self.view.pane, true);
        let right = Rect { x: list.x + left + 1, width: list.width - left - 1, ..list };
        let [first, second] = self.beside();
        let upper = Rect { height: right.height / 2, ..right };
        let lower = Rect { y: right.y + upper.height, height: right.height - upper.height, ..right };
        self.draw_pane(buffer, upper, first, false);
        self.draw_pane(buffer, lower, second, false);
    }

    /// The two lists beside the selected one.
    fn beside(&self) -> [Pane; 2] {
        let other = if self.view.has_output() { Pane::Output } else { Pane::Events };
        match self.view.pane {
            Pane::Processes => [Pane::Spans, other],
            Pane::Spans => [Pane::Processes, other],
            Pane::Events => [Pane::Processes, Pane::Spans],
            Pane::Output => [Pane::Processes, Pane::Events],
        }
    }

    /// Draws a list with its heading. Keys scroll the selected one only.
    fn draw_pane(&self, buffer: &mut Buffer, area: Rect, pane: Pane, is_selected: bool) {
        if area.height == 0 || area.width == 0 {
            return;
        }
        let width = usize::from(area.width);
        let heading = if is_selected && buffer.area().width < WIDE {
            self.tabs()
        } else {
            self.heading(pane, is_selected)
        };
        put(buffer, Rect { height: 1, ..area }, &heading, self.theme);
        let rows = usize::from(area.height - 1);
        let lines = match pane {
            Pane::Processes => self.process_lines(width),
            Pane::Spans => self.span_lines(width),
            Pane::Events => self.event_lines(width),
            Pane::Output => self.output_lines(),
        };
        let (fixed, lines) = lines;
        // Lists that grow at their end show it, and scroll up from there.
        let room = rows.saturating_sub(fixed.len());
        let scroll = if is_selected { self.view.scroll } else { 0 };
        let most = lines.len().saturating_sub(room);
        let first = match pane {
            Pane::Processes | Pane::Spans => scroll.min(most),
            Pane::Events | Pane::Output => most - scroll.min(most),
        };
        let shown = fixed.into_iter().chain(lines.into_iter().skip(first).take(room));
        for (row, line) in (area.y + 1..).zip(shown.take(rows)) {
            put(buffer, Rect { y: row, height: 1, ..area }, &line, self.theme);
        }
    }

    /// The names of all lists in one line, the selected one marked.
    fn tabs(&self) -> Line {
        let mut line = Line::new();
        for pane in Pane::ALL.into_iter().filter(|pane| *pane != Pane::Output || self.view.has_output()) {
            let role = if pane == self.view.pane { Role::Selected } else { Role::Dim };
            line.push((role, format!(" {} ", self.name(pane))));
            line.push((Role::Plain, " ".to_owned()));
        }
        line.extend(self.filter_words());
        line
    }

    fn heading(&self, pane: Pane, is_selected: bool) -> Line {
        let role = if is_selected { Role::Selected } else { Role::Dim };
        let mut line = vec![(role, format!(" {} ", self.name(pane)))];
        if is_selected {
            line.push((Role::Plain, " ".to_owned()));
            line.extend(self.filter_words());
        }
        line
    }

    fn name(&self, pane: Pane) -> String {
        let count = match pane {
            Pane::Processes => self.run.process_count().map(u64::from).filter(|_| self.run.end().is_none()),
            Pane::Spans => Some(self.run.spans().open().len() as u64).filter(|count| *count > 0),
            Pane::Events | Pane::Output => None,
        };
        count.map_or_else(|| pane.name().to_owned(), |count| format!("{} {count}", pane.name()))
    }

    fn filter_words(&self) -> Option<(Role, String)> {
        let is_shown = !self.view.filter.is_empty() || self.view.is_typing;
        let cursor = if self.view.is_typing { "_" } else { "" };
        is_shown.then(|| (Role::Strong, format!(" filter: {}{cursor}", self.view.filter)))
    }
}
