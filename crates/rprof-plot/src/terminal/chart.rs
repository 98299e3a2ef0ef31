//! A chart of one curve in rows and columns of text: both axes with units, the peak, a limit and marks.

use rprof_trace::{Bytes, Point, Seconds};

use crate::sheet::axis::{self, Axis};
use crate::sheet::text::Font;
use crate::terminal::columns::columns;
use crate::terminal::glyphs::Signs;
use crate::terminal::{Glyphs, Ink, TextLine};

/// The font by whose widths the axis chooses its ticks, and the px of a character in it.
const FONT: Font = Font::regular(13.0);
const CHARACTER: f64 = 8.0;
/// The px of a row, so that a memory axis has a label every other row at most.
const ROW: f64 = 22.0;
/// The least size of a chart with axes.
const LEAST: (usize, usize) = (24, 5);

/// A chart of one curve.
#[derive(Debug, Clone)]
pub struct TextChart<'a> {
    /// Width in characters, with the labels.
    pub width: usize,
    /// Height in lines, with the axis.
    pub height: usize,
    /// The characters.
    pub glyphs: Glyphs,
    /// Start and end of the time axis.
    pub window: (Seconds, Seconds),
    /// The curve.
    pub curve: &'a [Point],
    /// Times without a measurement.
    pub gaps: &'a [(Seconds, Seconds)],
    /// Upper end of the memory axis.
    pub top: Bytes,
    /// The value whose unit the labels of the axis have.
    pub highest: Bytes,
    /// Time of the peak, and the words for it.
    pub peak: Option<(Seconds, String)>,
    /// A limit and the words for it; drawn if it is not above the axis.
    pub limit: Option<(Bytes, String)>,
    /// Times of marks.
    pub marks: &'a [Seconds],
    /// The number of the curve, for its colour.
    pub number: usize,
}

impl TextChart<'_> {
    /// The lines of the chart: `height` of them, each at most `width` wide.
    pub fn lines(&self) -> Vec<TextLine> {
        if self.width < LEAST.0 || self.height < LEAST.1 {
            return self.bare();
        }
        // A line for the words of the peak, two for the time axis.
        let rows = self.height - 3;
        let memory = self.memory_axis(rows);
        let labels = memory_labels(&memory, rows);
        let margin = labels.iter().map(|(_, label)| label.chars().count()).max().unwrap_or(0) + 1;
        let inner = self.width.saturating_sub(margin + 1).max(1);
        let picture = self.picture(inner, rows, memory.to as u64);
        let signs = self.glyphs.signs();
        let mut lines = vec![self.peak_line(margin + 1, inner)];
        let limit = self.limit_row(rows, memory.to);
        for (row, cells) in picture.into_iter().enumerate() {
            let label = labels.iter().find(|(at, _)| *at == row).map(|(_, label)| label.as_str());
            let sign = if label.is_some() { signs.tick } else { signs.upright };
            let edge = format!("{:>margin$}{sign}", label.unwrap_or_default());
            let mut line = vec![(Ink::Axis, edge)];
            match &self.limit {
                Some((_, words)) if limit == Some(row) => line.extend(self.limit_line(cells, words, &signs)),
                _ => line.push((Ink::Curve(self.number), String::from_iter(cells))),
            }
            lines.push(line);
        }
        lines.extend(self.time_axis(margin, inner, &signs));
        lines
    }

    /// The memory axis, with one label at least besides 0.
    fn memory_axis(&self, rows: usize) -> Axis {
        let axis = |more: f64| {
            axis::memory(self.top.0.max(1) as f64, self.highest.0 as f64, rows as f64 * ROW * more)
        };
        let finer = [1.0, 2.0, 4.0].into_iter().map(axis).find(|axis| axis.ticks.len() > 1);
        finer.unwrap_or_else(|| axis(1.0))
    }

    /// The curve alone, in a place too small for axes.
    fn bare(&self) -> Vec<TextLine> {
        let cells = self.picture(self.width, self.height, self.top.0.max(1));
        cells.into_iter().map(|row| vec![(Ink::Curve(self.number), String::from_iter(row))]).collect()
    }

    fn picture(&self, width: usize, rows: usize, top: u64) -> Vec<Vec<char>> {
        let found = columns(self.curve, self.gaps, self.window, width * self.glyphs.columns());
        self.glyphs.picture(&found, rows, top)
    }

    /// The column of a time; `None` outside the window.
    fn column(&self, time: Seconds, inner: usize) -> Option<usize> {
        let share = (time.0 - self.window.0.0) / (self.window.1.0 - self.window.0.0);
        (0.0..=1.0).contains(&share).then(|| ((share * inner as f64) as usize).min(inner - 1))
    }

    /// The words of the peak, with a sign above its column.
    fn peak_line(&self, left: usize, inner: usize) -> TextLine {
        let Some((time, words)) = &self.peak else { return Vec::new() };
        let Some(at) = self.column(*time, inner) else { return Vec::new() };
        let sign = self.glyphs.signs().peak;
        let length = words.chars().count() + 1;
        let text = if length <= at {
            format!("{words} {sign}")
        } else if at + 1 + length <= inner {
            format!("{sign} {words}")
        } else {
            sign.to_string()
        };
        let before = if text.starts_with(sign) { at } else { at - length };
        vec![(Ink::Plain, " ".repeat(left + before)), (Ink::Peak, text)]
    }

    fn limit_row(&self, rows: usize, top: f64) -> Option<usize> {
        let (limit, _) = self.limit.as_ref()?;
        let up = limit.0 as f64 / top * rows as f64;
        (up <= rows as f64 * 1.001).then(|| rows - (up.round() as usize).clamp(1, rows))
    }

    /// A row of the curve with the line of the limit in its blanks, and its words at the right.
    fn limit_line(&self, cells: Vec<char>, words: &str, signs: &Signs) -> TextLine {
        let words: Vec<char> = format!(" {words} ").chars().collect();
        let start = cells.len().saturating_sub(words.len() + 2);
        let fits = words.len() + 2 < cells.len();
        let mut line = TextLine::new();
        for (at, cell) in cells.into_iter().enumerate() {
            let word = if fits && at >= start { words.get(at - start).copied() } else { None };
            let (ink, sign) = match cell {
                ' ' | '\u{2800}' => (Ink::Limit, word.unwrap_or(signs.limit)),
                cell => (Ink::Curve(self.number), cell),
            };
            match line.last_mut() {
                Some((last, text)) if *last == ink => text.push(sign),
                _ => line.push((ink, sign.to_string())),
            }
        }
        line
    }

    /// The line of the time axis with the marks on it, and its labels.
    fn time_axis(&self, margin: usize, inner: usize, signs: &Signs) -> [TextLine; 2] {
        let (from, to) = (self.window.0.0, self.window.1.0);
        let axis = axis::time(from, to, inner as f64 * CHARACTER, FONT);
        let mut line = vec![(Ink::Axis, signs.across); inner];
        let mut labels = vec![' '; margin + 1 + inner];
        let mut free = 0;
        for (number, (time, label)) in axis.ticks.iter().enumerate() {
            let Some(at) = self.column(Seconds(*time), inner) else { continue };
            // The corner is the tick of the left edge.
            if at > 0 {
                line[at].1 = signs.across_tick;
            }
            let unit = if number == 0 && label == "0" { String::new() } else { format!(" {}", axis.unit) };
            let text: Vec<char> = format!("{label}{unit}").chars().collect();
            let start = (margin + 1 + at)
                .saturating_sub(text.len() / 2)
                .min(labels.len() - text.len().min(labels.len()));
            if start >= free && start + text.len() <= labels.len() {
                labels[start..start + text.len()].copy_from_slice(&text);
                free = start + text.len() + 1;
            }
        }
        for at in self.marks.iter().filter_map(|time| self.column(*time, inner)) {
            line[at] = (Ink::Mark, signs.mark);
        }
        let mut edge = vec![(Ink::Axis, format!("{:>margin$}{}", "0", signs.corner))];
        for (ink, sign) in line {
            match edge.last_mut() {
                Some((last, text)) if *last == ink => text.push(sign),
                _ => edge.push((ink, sign.to_string())),
            }
        }
        [edge, vec![(Ink::Axis, String::from_iter(labels))]]
    }
}

/// The row and the text of each label of the memory axis but 0, which stands beside the time axis.
fn memory_labels(axis: &Axis, rows: usize) -> Vec<(usize, String)> {
    let row = |value: f64| rows - ((value / axis.to * rows as f64).round() as usize).clamp(1, rows);
    let ticks = axis.ticks.iter().filter(|(value, _)| *value > 0.0);
    ticks.map(|(value, label)| (row(*value), format!("{label} {}", axis.unit))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::plain_text;

    const MIB: u64 = 1 << 20;

    fn ramp() -> Vec<Point> {
        (0..=40).map(|i| Point { time: Seconds(f64::from(i)), value: Bytes(i as u64 * 5 * MIB) }).collect()
    }

    fn chart(curve: &[Point], glyphs: Glyphs) -> TextChart<'_> {
        TextChart {
            width: 50,
            height: 9,
            glyphs,
            window: (Seconds(0.0), Seconds(40.0)),
            curve,
            gaps: &[],
            top: Bytes(200 * MIB),
            highest: Bytes(200 * MIB),
            peak: Some((Seconds(40.0), "peak 200.0 MiB at 40.0 s".to_owned())),
            limit: None,
            marks: &[Seconds(10.0)],
            number: 0,
        }
    }

    fn text(chart: &TextChart<'_>) -> String {
        let lines: Vec<String> = chart.lines().iter().map(plain_text).collect();
        lines.join("\n")
    }

    #[test]
    fn a_chart_has_axes_with_units_the_peak_and_marks() {
        let curve = ramp();
        let shown = text(&chart(&curve, Glyphs::Ascii));
        let lines: Vec<&str> = shown.lines().collect();
        let wanted = [
            "                        peak 200.0 MiB at 40.0 s v",
            " 200 MiB+                                  ..::###",
            "        |                           ..:::#########",
            "        |                     ..::################",
            " 100 MiB+              ..::#######################",
            "        |       ..:::#############################",
            "        | ..::####################################",
            "       0+----------^---------+---------+---------+",
            "         0       10 s      20 s      30 s     40 s",
        ];
        assert_eq!(lines, wanted);
    }

    #[test]
    fn a_limit_is_a_line_with_its_words() {
        let curve = ramp();
        let limit = Some((Bytes(400 * MIB), "limit 400.0 MiB".to_owned()));
        let chart = TextChart { limit, top: Bytes(400 * MIB), ..chart(&curve, Glyphs::Blocks) };
        let text = text(&chart);
        assert!(text.lines().nth(1).is_some_and(|line| line.ends_with("╌ limit 400.0 MiB ╌╌")), "{text}");
    }

    #[test]
    fn every_size_gives_lines_that_fit() {
        let curve = ramp();
        for width in 0..60 {
            for height in 0..14 {
                for glyphs in [Glyphs::Braille, Glyphs::Blocks, Glyphs::Ascii] {
                    let lines = TextChart { width, height, ..chart(&curve, glyphs) }.lines();
                    assert_eq!(lines.len(), height, "{width} {height}");
                    let widest = lines.iter().map(|line| plain_text(line).chars().count()).max();
                    assert!(widest.unwrap_or(0) <= width, "{width} {height}");
                }
            }
        }
    }

    #[test]
    fn a_chart_without_a_value_has_its_axes() {
        let empty = TextChart {
            peak: None,
            marks: &[],
            top: Bytes(0),
            highest: Bytes(0),
            ..chart(&[], Glyphs::Ascii)
        };
        let text = text(&empty);
        assert!(text.contains("0+") && text.contains("40 s"), "{text}");
    }
}
