//! The figure of the peaks of repeated runs: a row for each group of runs, a point for each run with its bounds, and the
//! median of the group with its interval.

use plotters::style::RGBColor;
use rprof_trace::Bytes;

use crate::error::Error;
use crate::options::Options;
use crate::sheet::axis::{Axis, memory_across};
use crate::sheet::canvas::{Anchor, Canvas, Look};
use crate::sheet::coords::Rect;
use crate::sheet::layout::{LABEL, TICK, TITLE};
use crate::sheet::palette::{DARK, GRID, INK, MUTED, Marker, Stroke, trace};
use crate::sheet::text::{Font, visible};

const WIDTH: u32 = 960;
/// Height of the row of a group in px.
const ROW: f64 = 44.0;
/// The most groups; the figure counts the rest.
const MOST_GROUPS: usize = 150;
/// The most points of all groups. Of more runs, evenly spaced ones in the order of their peaks are drawn.
const BUDGET: usize = 600;
const MARGIN: f64 = 16.0;
/// Below the rows: tick labels and the label of the axis.
const BOTTOM: f64 = 55.0;
/// The widest column of names, and of words, in px.
const WIDEST: f64 = 240.0;
const NAME: Font = Font::regular(13.0);
const WORDS: Font = Font::regular(12.0);
/// The axis begins at 0 unless all values are in this share of its length.
const NARROW: f64 = 0.5;

/// The runs of one command.
#[derive(Debug, Clone, PartialEq)]
pub struct PeakGroup<'a> {
    /// The name on the left.
    pub label: &'a str,
    /// Words about the group on the right, for example its median and its change.
    pub words: &'a str,
    /// The peak of each run and its upper bound; `None` if the bound is not known.
    pub runs: &'a [(Bytes, Option<Bytes>)],
    /// The median of the peaks in bytes.
    pub median: f64,
    /// The interval of the median in bytes; `None` if it is not known.
    pub interval: Option<(f64, f64)>,
}

/// Draws the peaks of groups of runs as an SVG: a row for each group, from top to bottom.
///
/// A point is the peak of a run. A line to its right ends at the upper bound, or in an arrow if there is no bound. The
/// diamond is the median of the group, on a bar from end to end of its interval. The same input gives the same bytes on
/// every machine.
///
/// # Errors
/// [`Error::Empty`] if no group has a run.
pub fn peaks(title: &str, metric: &str, groups: &[PeakGroup<'_>]) -> Result<String, Error> {
    if groups.iter().all(|group| group.runs.is_empty()) {
        return Err(Error::Empty("no run has a peak".to_owned()));
    }
    let shown = &groups[..groups.len().min(MOST_GROUPS)];
    let widest = |font: Font, text: fn(&PeakGroup<'_>) -> String| {
        shown.iter().map(|group| font.width(&text(group))).fold(0.0, f64::max).min(WIDEST)
    };
    let names = widest(NAME, |group| visible(group.label));
    let words = widest(WORDS, |group| visible(group.words));
    let title = TITLE.wrapped(&visible(title), f64::from(WIDTH) - 2.0 * MARGIN, 3);
    let top = MARGIN + 20.0 * title.len() as f64 + 8.0;
    let bottom = top + ROW * shown.len() as f64;
    let right = f64::from(WIDTH) - MARGIN - if words > 0.0 { words + 12.0 } else { 12.0 };
    let plot = Rect { x0: MARGIN + names + 12.0, y0: top, x1: right, y1: bottom };
    let more = groups.len() - shown.len();
    let height = bottom + BOTTOM + if more > 0 { 18.0 } else { 0.0 };
    let figure = Figure { plot, axis: axis(shown, plot.width()), groups: shown };
    let name = if title.is_empty() { "peaks of runs".to_owned() } else { title.join(" ") };
    let mut canvas = Canvas::new((WIDTH, height.ceil() as u32), &name, &Look::from(&Options::default()));
    canvas.group("title", |canvas| {
        for (at, line) in title.iter().enumerate() {
            canvas.text(line, (MARGIN, MARGIN + 20.0 * (at + 1) as f64 - 5.0), Anchor::Start, TITLE, INK);
        }
    });
    canvas.group("axes", |canvas| figure.draw_axis(canvas, metric));
    canvas.group("peaks", |canvas| figure.draw_groups(canvas));
    if more > 0 {
        let text = format!("… and {more} more");
        canvas.text(&text, (MARGIN, height - 8.0), Anchor::Start, WORDS, MUTED);
    }
    canvas.finish()
}

/// An axis for all peaks, bounds and intervals. A bound far above the peaks would press them together; it is drawn to the
/// edge.
fn axis(groups: &[PeakGroup<'_>], width: f64) -> Axis {
    let peaks = groups.iter().flat_map(|group| group.runs).map(|(peak, _)| peak.0 as f64);
    let highest = peaks.clone().fold(0.0, f64::max);
    let bounds = groups.iter().flat_map(|group| group.runs).filter_map(|(_, upper)| *upper);
    let ends = groups.iter().filter_map(|group| group.interval).flat_map(|(low, high)| [low, high]);
    let others = bounds.map(|upper| upper.0 as f64).chain(ends).filter(|value| *value <= 2.0 * highest);
    let all = || peaks.clone().chain(others.clone());
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
    let room = 0.06 * (high - low).max(high * 0.02);
    let from = if high - low < NARROW * high { (low - room).max(0.0) } else { 0.0 };
    memory_across(from, high + room, width)
}

struct Figure<'a> {
    plot: Rect,
    axis: Axis,
    groups: &'a [PeakGroup<'a>],
}

impl Figure<'_> {
    fn x(&self, value: f64) -> f64 {
        let share = (value - self.axis.from) / (self.axis.to - self.axis.from);
        self.plot.x0 + share.clamp(0.0, 1.0) * self.plot.width()
    }

    fn draw_axis(&self, canvas: &mut Canvas, metric: &str) {
        let Rect { x0, y0, x1, y1 } = self.plot;
        let (grid, line) = (Stroke::solid(GRID, 0.8), Stroke::solid(DARK, 1.0));
        for (value, label) in &self.axis.ticks {
            let x = self.x(*value);
            canvas.line(&[(x, y0), (x, y1)], &grid);
            canvas.line(&[(x, y1), (x, y1 + 4.0)], &line);
            canvas.text(label, (x, y1 + 19.0), Anchor::Middle, TICK, DARK);
        }
        canvas.line(&[(x0, y1), (x1, y1)], &line);
        let label = format!("peak, {metric} ({})", self.axis.unit);
        canvas.text(&label, (f64::midpoint(x0, x1), y1 + 40.0), Anchor::Middle, LABEL, INK);
    }

    fn draw_groups(&self, canvas: &mut Canvas) {
        let budget = (BUDGET / self.groups.len()).max(4);
        for (at, group) in self.groups.iter().enumerate() {
            let y = self.plot.y0 + ROW * (at as f64 + 0.5);
            let colour = trace(at).0.colour;
            let name = NAME.ellipsised(&visible(group.label), WIDEST);
            canvas.text(&name, (self.plot.x0 - 12.0, y + 4.5), Anchor::End, NAME, DARK);
            let words = WORDS.ellipsised(&visible(group.words), WIDEST);
            canvas.text(&words, (self.plot.x1 + 12.0, y + 4.3), Anchor::Start, WORDS, DARK);
            self.draw_runs(canvas, &thinned(group.runs, budget), y, colour);
            if group.runs.len() > 1 {
                let y = y + 11.0;
                if let Some((low, high)) = group.interval {
                    canvas.line(&[(self.x(low), y), (self.x(high), y)], &Stroke::solid(INK, 2.0));
                }
                canvas.marker((self.x(group.median), y), Marker::Diamond, INK);
            }
        }
    }

    /// Draws the runs of a group, the smallest at the top of the row.
    fn draw_runs(&self, canvas: &mut Canvas, runs: &[(Bytes, Option<Bytes>)], y: f64, colour: RGBColor) {
        let spread = if runs.len() > 1 { 18.0 / (runs.len() - 1) as f64 } else { 0.0 };
        let stroke = Stroke::solid(colour, 1.2);
        for (at, (peak, upper)) in runs.iter().enumerate() {
            let y = if runs.len() > 1 { y - 14.0 + spread * at as f64 } else { y };
            let from = self.x(peak.0 as f64);
            let to = upper.map_or(self.plot.x1, |upper| self.x(upper.0 as f64));
            if to > from {
                canvas.line(&[(from, y), (to, y)], &stroke);
            }
            if upper.is_none_or(|upper| upper.0 as f64 > self.axis.to) {
                canvas.line(&[(to - 5.0, y - 3.0), (to, y), (to - 5.0, y + 3.0)], &stroke);
            }
            canvas.dot((from, y), 2.6, colour);
        }
    }
}

/// Evenly spaced runs in the order of their peaks, the first and the last among them.
fn thinned(runs: &[(Bytes, Option<Bytes>)], most: usize) -> Vec<(Bytes, Option<Bytes>)> {
    let mut sorted = runs.to_vec();
    sorted.sort();
    if sorted.len() <= most {
        return sorted;
    }
    (0..most).map(|at| sorted[at * (sorted.len() - 1) / (most - 1)]).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn draw(groups: &[PeakGroup<'_>]) -> String {
        let svg = peaks("make", "RSS", groups).unwrap();
        roxmltree::Document::parse(&svg).unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        svg
    }

    fn group<'a>(label: &'a str, runs: &'a [(Bytes, Option<Bytes>)]) -> PeakGroup<'a> {
        let median = runs.first().map_or(0.0, |(peak, _)| peak.0 as f64);
        PeakGroup { label, words: "+10.0 %", runs, median, interval: Some((median * 0.9, median * 1.1)) }
    }

    #[test]
    fn each_run_has_a_point_and_each_group_its_words() {
        let runs = |mib: u64| [0, 1, 2].map(|more| (Bytes((mib + more) * MIB), Some(Bytes((mib + 9) * MIB))));
        let (one, two) = (runs(300), runs(330));
        let svg = draw(&[group("before", &one), group("after", &two)]);
        assert!(svg.contains(">before<") && svg.contains(">after<") && svg.contains(">+10.0 %<"));
        assert!(svg.contains("peak, RSS (MiB)"));
        // A point each, and no arrow: all bounds are known.
        assert_eq!(svg.matches("<circle").count(), 6, "{svg}");
    }

    #[test]
    fn the_figure_is_bounded_and_any_value_can_be_drawn() {
        let many: Vec<_> = (0..5000).map(|run| (Bytes(300 * MIB + run), None)).collect();
        let groups: Vec<PeakGroup<'_>> = (0..200).map(|_| group("<&\u{1b}x", &many)).collect();
        let svg = draw(&groups);
        assert!(svg.len() < 400_000 && svg.contains("and 50 more"), "{}", svg.len());
        for value in [0, 1, u64::MAX] {
            let runs = [(Bytes(value), Some(Bytes(value)))];
            draw(&[group("x", &runs)]);
        }
        assert!(matches!(peaks("", "RSS", &[]), Err(Error::Empty(_))));
        assert!(matches!(peaks("", "RSS", &[group("x", &[])]), Err(Error::Empty(_))));
    }
}
