//! The labels inside the plot area: that of the peak, those of the limits and those of the curves. None lies on another.

use rprof_trace::{Peak, PeakRemarks, Profile, Seconds};

use crate::figure::lines::{Line, wanted};
use crate::layers::{band_labels, curve_labels, gaps, limits, peak};
use crate::series::SeriesSet;
use crate::sheet::canvas::{Canvas, Px};
use crate::sheet::coords::{Coords, Rect};

/// The labels with their places.
pub struct Labels {
    peak: Option<(Peak, peak::Label)>,
    limits: Vec<limits::Label>,
    /// Empty if a legend explains the curves.
    curves: Vec<curve_labels::Label>,
    /// The same for the layers of a stack.
    layers: Vec<band_labels::Label>,
}

/// The subject of the labels.
pub struct Subjects<'a> {
    /// The only profile; `None` when there are several.
    pub single: Option<&'a Profile>,
    /// The peak to be marked.
    pub peak: Option<Peak>,
    pub remarks: PeakRemarks,
    /// The limits to be drawn, each with its words.
    pub limits: Vec<(f64, String)>,
}

impl Subjects<'_> {
    /// The gaps of the only profile.
    pub fn gaps(&self) -> &[(Seconds, Seconds)] {
        self.single.map_or(&[], |profile| &profile.gaps)
    }

    /// Places the labels of the peak and of the limits.
    pub fn labels(&self, coords: &Coords, lines: &[Line]) -> Labels {
        let peak = self.peak.filter(|peak| coords.shows(peak.time.0));
        let peak = peak.map(|peak| (peak, self.place_peak(coords, &peak)));
        let taken: Vec<Rect> =
            peak.iter().map(|(_, label)| label.place).chain(gaps::labels(coords, self.gaps())).collect();
        let limits = self.limits.iter().cloned();
        let limits = limits::place(coords, limits, &taken, &self.obstacles(coords, lines));
        Labels { peak, limits, curves: Vec::new(), layers: Vec::new() }
    }

    fn place_peak(&self, coords: &Coords, peak: &Peak) -> peak::Label {
        peak::place(coords, peak, &self.remarks.beside_words(), self.remarks.sizes)
    }

    /// All lines that a label of a limit should not cover: the curves, the peak, the limits.
    fn obstacles(&self, coords: &Coords, lines: &[Line]) -> Vec<Vec<Px>> {
        let pieces = lines.iter().flat_map(|line| line.pieces.iter().cloned());
        pieces.chain(self.levels(coords).map(|y| vec![(coords.plot.x0, y), (coords.plot.x1, y)])).collect()
    }

    /// The heights of the horizontal lines in px: the limits and the peak.
    fn levels(&self, coords: &Coords) -> impl Iterator<Item = f64> {
        let peak = self.peak.map(|peak| peak.value.0 as f64);
        self.limits.iter().map(|(value, _)| *value).chain(peak).map(move |value| coords.y(value))
    }
}

impl Labels {
    /// Adds a label for every curve; `None` if one of them has no place. `verticals` are the places of lines across the
    /// plot area in px.
    pub fn with_curves(
        mut self,
        subjects: &Subjects,
        coords: &Coords,
        curves: &SeriesSet,
        lines: &[Line],
        verticals: impl Iterator<Item = f64>,
    ) -> Option<Self> {
        let Rect { x0, x1, y0, y1 } = coords.plot;
        let levels = subjects.levels(coords).map(|y| Rect { x0, y0: y - 1.0, x1, y1: y + 1.0 });
        let upright = verticals.map(|x| Rect { x0: x - 1.0, y0, x1: x + 1.0, y1 });
        let below_peak = self.peak.iter().map(|(peak, _)| {
            let (x, y0) = coords.at(peak.time.0, peak.value.0 as f64);
            Rect { x0: x - 1.0, y0, x1: x + 1.0, y1 }
        });
        let peak = self.peak.iter().map(|(_, label)| label.place);
        let taken: Vec<Rect> = (peak.chain(self.limits.iter().map(|label| label.place)))
            .chain(gaps::labels(coords, subjects.gaps()))
            .chain(levels)
            .chain(upright)
            .chain(below_peak)
            .collect();
        if curves.is_stacked {
            self.layers = band_labels::place(coords.plot, &layers(curves, lines), &taken)?;
            return Some(self);
        }
        self.curves = [false, true].into_iter().find_map(|is_short| {
            let wanted = self.wanted(coords, curves, lines, is_short)?;
            curve_labels::place(coords.plot, &wanted, &taken)
        })?;
        Some(self)
    }

    /// The labels that the curves want; `None` if one of them has no point in the figure.
    fn wanted<'a>(
        &self,
        coords: &Coords,
        curves: &'a SeriesSet,
        lines: &'a [Line],
        is_short: bool,
    ) -> Option<Vec<curve_labels::Wanted<'a>>> {
        let all = curves.series.iter().zip(lines);
        let has_peak = self.peak.is_some();
        let wanted = all.map(|(series, line)| wanted(series, line, coords, (has_peak, is_short)));
        let mut wanted: Vec<_> = wanted.collect::<Option<_>>()?;
        // Processes without a curve are counted in the label of the total.
        wanted.first_mut()?.details.extend(curves.others.clone());
        Some(wanted)
    }

    /// Draws the labels.
    pub fn draw(&self, canvas: &mut Canvas, coords: &Coords) {
        canvas.group("labels", |canvas| {
            curve_labels::draw(canvas, &self.curves);
            band_labels::draw(canvas, &self.layers);
        });
        canvas.group("limits", |canvas| limits::draw(canvas, &self.limits));
        if let Some((peak, label)) = &self.peak {
            canvas.group("peak", |canvas| peak::draw(canvas, coords, peak, label));
        }
    }
}

/// The layers of a stack, each between its line and that of the layer below it.
fn layers<'a>(curves: &'a SeriesSet, lines: &'a [Line]) -> Vec<band_labels::Wanted<'a>> {
    let edges = &lines[1..];
    let wanted = curves.explained().zip(edges).enumerate().map(|(at, (series, line))| band_labels::Wanted {
        name: &series.entry.name,
        detail: series.entry.details.first().map_or("", String::as_str),
        upper: &line.pieces,
        lower: edges.get(at + 1).map(|below| &below.pieces[..]),
    });
    wanted.collect()
}
