//! The curve of the window, with the peak, the limit and the marks.

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use rprof_plot::{Glyphs, TextChart};
use rprof_trace::{Point, Seconds};

use super::paint::{Line, put};
use super::{Scene, Status};
use crate::state::history::highest;

/// A limit is drawn if it is at most this many times the highest value.
const NEAR: u64 = 2;

impl Scene<'_> {
    /// Draws the curve.
    pub fn draw_chart(&self, buffer: &mut Buffer, area: Rect) {
        let (run, now) = (self.run, self.run.now());
        let window = self.view.window(now);
        let mut points = run.history().points(window);
        // Up to now the last value holds: a tick that is late is not yet a fall.
        if let Some(last) =
            points.last().copied().filter(|last| last.time < window.1 && last.time == self.last_time())
        {
            let end =
                if self.context.status == Status::Ended { window.1 } else { Seconds(now.0.min(window.1.0)) };
            points.push(Point { time: end, value: last.value });
        }
        let value = highest(&points);
        let limit = run.limit(self.context.limit).filter(|limit| limit.bytes.0 / NEAR <= value.0);
        let top = limit.map_or(value, |limit| limit.bytes.max(value));
        let peak = run.peak().filter(|peak| (window.0.0..=window.1.0).contains(&peak.time.0));
        let marks = run.events().marks();
        let is_braille = self.context.glyphs == Glyphs::Braille;
        let glyphs = if is_braille && self.view.has_bars { Glyphs::Blocks } else { self.context.glyphs };
        let chart = TextChart {
            width: usize::from(area.width),
            height: usize::from(area.height),
            glyphs,
            window,
            curve: &points,
            gaps: run.history().gaps(),
            top,
            highest: value,
            peak: peak.map(|peak| (peak.time, format!("peak {}", peak.value))),
            limit: limit.map(|limit| (limit.bytes, format!("{} {}", limit.of, limit.bytes))),
            marks: &marks,
            number: 0,
        };
        for (y, line) in (area.y..area.bottom()).zip(chart.lines()) {
            let line: Line = line.into_iter().map(|(ink, text)| (ink.into(), text)).collect();
            put(buffer, Rect { y, height: 1, ..area }, &line, self.theme);
        }
    }

    /// The time of the last point of the curve.
    fn last_time(&self) -> Seconds {
        self.run.last_tick_time()
    }
}
