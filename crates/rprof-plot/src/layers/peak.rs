//! The peak: dashed lines at its value and its time, a dot where they meet, and a label with both.

use rprof_trace::{Peak, Sizes};

use crate::data::bounds;
use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::{Coords, Rect};
use crate::sheet::palette::{Marker, PAPER, PEAK_TINT, Stroke, VERMILLION};
use crate::sheet::text::Font;

/// Height of the label above the peak in px.
pub const HEADROOM: f64 = 30.0;

/// The widest band of an interval, as a share of the plot area.
const WIDEST_BAND: f64 = 0.25;

const DASHED: Stroke = Stroke { colour: VERMILLION, width: 1.1, dash: "6 4" };

const LABEL: Font = Font { size: 13.0, bold: true };

/// The label, for example `peak 14.95 GiB at 41.1 s`, with the interval and the upper bound where the trace has them.
/// `beside` names memory that the value does not include: ` + 844.0 MiB huge pages`.
pub fn label(peak: &Peak, beside: &str, sizes: Sizes) -> String {
    let words = peak.words_in(sizes);
    match words.at_most {
        Some(most) if beside.is_empty() => format!("peak {}, at most {most}, {}", words.value, words.when),
        Some(most) => format!("peak {} RSS (at most {most}){beside} {}", words.value, words.when),
        None => format!("peak {} {}", value(peak, beside, sizes), words.when),
    }
}

/// The value without its time: `14.95 GiB`, `at least 14.95 GiB`, `1.21–1.24 GiB`, `43.4 MiB RSS + 844.0 MiB huge pages`.
pub fn value(peak: &Peak, beside: &str, sizes: Sizes) -> String {
    let words = peak.words_in(sizes);
    let metric = if beside.is_empty() { "" } else { " RSS" };
    let size = match peak.upper.filter(|_| words.at_most.is_some()) {
        Some(upper) => bounds::range(peak.value, upper, sizes),
        None => format!("{}{}", words.at_least, words.value),
    };
    format!("{size}{metric}{beside}")
}

/// The label with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    text: String,
    /// The area of the text.
    pub place: Rect,
}

/// The highest value in bytes that the marks of the peak reach. It includes the upper bound, but no more than a
/// quarter above the peak: a distant bound would squeeze the curve.
pub fn reach(peak: &Peak) -> f64 {
    let value = peak.value.0 as f64;
    peak.upper.filter(|_| !peak.is_loose()).map_or(value, |upper| (upper.0 as f64).clamp(value, value * 1.25))
}

/// Draws the interval that contains the peak, behind the curve: a tinted band, or a bracket where a band would cover much
/// of the plot area.
pub fn draw_interval(canvas: &mut Canvas, coords: &Coords, peak: &Peak) {
    let Some((from, to)) = peak.within else { return };
    let (from, to) = (coords.at(from.0, 0.0), coords.at(to.0, peak.value.0 as f64));
    if to.0 - from.0 > WIDEST_BAND * coords.plot.width() {
        let bracket = [(from.0, to.1 + 5.0), (from.0, to.1), (to.0, to.1), (to.0, to.1 + 5.0)];
        canvas.line(&bracket, &Stroke::solid(VERMILLION, 1.3));
    } else if to.0 - from.0 >= 2.0 {
        canvas.rect(from, to, PEAK_TINT);
    }
}

/// Draws the dashed lines, behind the curve.
pub fn draw_lines(canvas: &mut Canvas, coords: &Coords, peak: &Peak) {
    let (x, y) = coords.at(peak.time.0, peak.value.0 as f64);
    canvas.line(&[(coords.plot.x0, y), (coords.plot.x1, y)], &DASHED);
    canvas.line(&[(x, coords.plot.y1), (x, y)], &DASHED);
}

/// Places the label above the dot.
pub fn place(coords: &Coords, peak: &Peak, beside: &str, sizes: Sizes) -> Label {
    let (x, y) = coords.at(peak.time.0, peak.value.0 as f64);
    let plot = coords.plot;
    let room = plot.width() - 8.0;
    // On a narrow figure the value alone is better than a label that is cut.
    let with_beside = value(peak, beside, sizes);
    let alone = value(peak, "", sizes);
    let texts = [label(peak, beside, sizes), format!("peak {with_beside}"), with_beside, alone];
    let fits = texts.iter().find(|text| LABEL.width(text) <= room).unwrap_or(&texts[3]);
    let text = LABEL.ellipsised(fits, room);
    let width = LABEL.width(&text);
    // To the right of the dot where there is room, else to its left, in any case inside the plot area.
    let left = if x + 9.0 + width <= plot.x1 - 2.0 { x + 9.0 } else { x - 9.0 - width };
    let left = left.max(plot.x0 + 5.0).min(plot.x1 - width - 2.0);
    let baseline = y - 9.0;
    let place = Rect { x0: left - 3.0, y0: baseline - 11.5, x1: left + width + 3.0, y1: baseline + 3.5 };
    Label { text, place }
}

/// Draws the dot, the upper bound and the label, in front of the curve.
pub fn draw(canvas: &mut Canvas, coords: &Coords, peak: &Peak, label: &Label) {
    let (x, y) = coords.at(peak.time.0, peak.value.0 as f64);
    let highest = coords.y(reach(peak));
    if y - highest >= 3.0 {
        let bar = Stroke::solid(VERMILLION, 1.3);
        canvas.line(&[(x, y), (x, highest)], &bar);
        canvas.line(&[(x - 4.0, highest), (x + 4.0, highest)], &bar);
    }
    canvas.marker((x, y), Marker::Circle, VERMILLION);
    let Rect { x0, y0, x1, y1 } = label.place;
    canvas.rect((x0, y0), (x1, y1), PAPER);
    canvas.text(&label.text, (x0 + 3.0, y1 - 3.5), Anchor::Start, LABEL, VERMILLION);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rprof_trace::{Bytes, Seconds};

    fn label(peak: &Peak, beside: &str) -> String {
        super::label(peak, beside, Sizes::default())
    }

    fn value(peak: &Peak, beside: &str) -> String {
        super::value(peak, beside, Sizes::default())
    }

    const PEAK: Peak = Peak {
        value: Bytes(1_299_227_607),
        time: Seconds(3.2),
        within: None,
        upper: Some(Bytes(1_299_227_607)),
    };

    #[test]
    fn the_label_shows_interval_and_bound_only_where_they_add_something() {
        assert_eq!(label(&PEAK, ""), "peak 1.21 GiB at 3.20 s");
        assert_eq!(label(&Peak { upper: None, ..PEAK }, ""), "peak at least 1.21 GiB at 3.20 s");
        let upper = Some(Bytes(1_331_439_861));
        assert_eq!(label(&Peak { upper, ..PEAK }, ""), "peak 1.21 GiB, at most 1.24 GiB, at 3.20 s");
        // MiB and GiB once stood in one label.
        let mixed = Peak { value: Bytes(1_020_054_732), upper, ..PEAK };
        assert_eq!(label(&mixed, ""), "peak 0.95 GiB, at most 1.24 GiB, at 3.20 s");
        let alike = Peak { upper: Some(Bytes(1 << 30)), value: Bytes((1 << 30) - 9), ..PEAK };
        assert_eq!(label(&alike, ""), "peak 1024.0 MiB at 3.20 s");
        let upper = Some(Bytes(3_331_439_861));
        assert_eq!(label(&Peak { upper, ..PEAK }, ""), "peak at least 1.21 GiB at 3.20 s");
        let within = Some((Seconds(0.3), Seconds(0.4)));
        assert_eq!(label(&Peak { within, ..PEAK }, ""), "peak 1.21 GiB between 0.30 s and 0.40 s");
        let same = Peak { within: Some((Seconds(3.2001), Seconds(3.2002))), upper: Some(PEAK.value), ..PEAK };
        assert_eq!(label(&same, ""), "peak 1.21 GiB at 3.20 s");
        assert_eq!(label(&Peak { time: Seconds(0.0), ..PEAK }, ""), "peak 1.21 GiB at 0 s");
    }
    #[test]
    fn memory_beside_rss_is_in_the_label() {
        let beside = " + 844.0 MiB huge pages";
        assert_eq!(label(&PEAK, beside), "peak 1.21 GiB RSS + 844.0 MiB huge pages at 3.20 s");
        let upper = Some(Bytes(1_331_439_861));
        assert_eq!(
            label(&Peak { upper, ..PEAK }, beside),
            "peak 1.21 GiB RSS (at most 1.24 GiB) + 844.0 MiB huge pages at 3.20 s"
        );
        assert_eq!(
            value(&Peak { upper: None, ..PEAK }, beside),
            "at least 1.21 GiB RSS + 844.0 MiB huge pages"
        );
        assert_eq!(value(&Peak { upper, ..PEAK }, ""), "1.21–1.24 GiB");
    }
}
