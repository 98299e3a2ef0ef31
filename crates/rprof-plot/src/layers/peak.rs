//! The peak: dashed lines at its value and its time, and a label that says both.

use rprof_trace::{Peak, Seconds};

use crate::sheet::canvas::{Anchor, Canvas};
use crate::sheet::coords::Coords;
use crate::sheet::palette::{Marker, PAPER, PEAK_TINT, Stroke, VERMILLION};
use crate::sheet::text::Font;

/// Room the label needs above the peak, in px.
pub const HEADROOM: f64 = 30.0;

const DASHED: Stroke = Stroke { colour: VERMILLION, width: 1.1, dash: "6 4" };

/// `peak 14.95 GiB at 41.1 s`; with what is known of where and how much at most.
pub fn label(peak: &Peak) -> String {
    let value = peak.value.to_string();
    let most = peak.upper.filter(|upper| *upper > peak.value).map(|upper| upper.to_string());
    let most = most.filter(|upper| *upper != value);
    let place = peak.within.map(|(from, to)| (time(from), time(to))).filter(|(from, to)| from != to);
    let place = match place {
        Some((from, to)) => format!("between {from} and {to}"),
        None => format!("at {}", time(peak.time)),
    };
    match most {
        Some(_) if peak.is_loose() => format!("peak at least {value} {place}"),
        Some(most) => format!("peak {value}, at most {most}, {place}"),
        None => format!("peak {value} {place}"),
    }
}

fn time(time: Seconds) -> String {
    if time.0.abs() < 5e-7 { "0 s".to_owned() } else { time.to_string() }
}

/// The highest value the marker needs to show: the upper bound too, unless it is so far off that the curve would be
/// squeezed for it.
pub fn reach(peak: &Peak) -> f64 {
    let value = peak.value.0 as f64;
    peak.upper.filter(|_| !peak.is_loose()).map_or(value, |upper| (upper.0 as f64).clamp(value, value * 1.25))
}

/// Draws what lies behind the curve: the interval the peak fell in.
pub fn draw_interval(canvas: &mut Canvas, coords: &Coords, peak: &Peak) {
    let Some((from, to)) = peak.within else { return };
    let (from, to) = (coords.at(from.0, 0.0), coords.at(to.0, peak.value.0 as f64));
    if to.0 - from.0 >= 2.0 {
        canvas.rect(from, to, PEAK_TINT);
    }
}

/// Draws the dashed lines, which lie under the curve.
pub fn draw_lines(canvas: &mut Canvas, coords: &Coords, peak: &Peak) {
    let (x, y) = coords.at(peak.time.0, peak.value.0 as f64);
    canvas.line(&[(coords.plot.x0, y), (coords.plot.x1, y)], &DASHED);
    canvas.line(&[(x, coords.plot.y1), (x, y)], &DASHED);
}

/// Draws what lies over the curve: the dot, the upper bound and the label.
pub fn draw(canvas: &mut Canvas, coords: &Coords, peak: &Peak) {
    let (x, y) = coords.at(peak.time.0, peak.value.0 as f64);
    let plot = coords.plot;
    let highest = coords.y(reach(peak));
    if y - highest >= 3.0 {
        let bar = Stroke::solid(VERMILLION, 1.3);
        canvas.line(&[(x, y), (x, highest)], &bar);
        canvas.line(&[(x - 4.0, highest), (x + 4.0, highest)], &bar);
    }
    canvas.marker((x, y), Marker::Circle, VERMILLION);

    let font = Font { size: 13.0, bold: true };
    let room = plot.width() - 8.0;
    // A narrow figure gets the value alone, whole.
    let texts = [label(peak), format!("peak {}", peak.value), peak.value.to_string()];
    let fits = texts.iter().find(|text| font.width(text) <= room).unwrap_or(&texts[2]);
    let text = font.ellipsised(fits, room);
    let width = font.width(&text);
    // To the right of the time where there is room, else to its left, else wherever it fits.
    let left = if x + 9.0 + width <= plot.x1 - 2.0 { x + 9.0 } else { x - 9.0 - width };
    let left = left.max(plot.x0 + 5.0).min(plot.x1 - width - 2.0);
    let baseline = y - 9.0;
    canvas.rect((left - 3.0, baseline - 11.5), (left + width + 3.0, baseline + 3.5), PAPER);
    canvas.text(&text, (left, baseline), Anchor::Start, font, VERMILLION);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rprof_trace::Bytes;

    const PEAK: Peak = Peak { value: Bytes(1_299_227_607), time: Seconds(3.2), within: None, upper: None };

    #[test]
    fn the_label_says_what_is_known_and_no_more() {
        assert_eq!(label(&PEAK), "peak 1.21 GiB at 3.20 s");
        let upper = Some(Bytes(1_331_439_861));
        assert_eq!(label(&Peak { upper, ..PEAK }), "peak 1.21 GiB, at most 1.24 GiB, at 3.20 s");
        let upper = Some(Bytes(3_331_439_861));
        assert_eq!(label(&Peak { upper, ..PEAK }), "peak at least 1.21 GiB at 3.20 s");
        let within = Some((Seconds(0.3), Seconds(0.4)));
        assert_eq!(label(&Peak { within, ..PEAK }), "peak 1.21 GiB between 0.30 s and 0.40 s");
        let same = Peak { within: Some((Seconds(3.2001), Seconds(3.2002))), upper: Some(PEAK.value), ..PEAK };
        assert_eq!(label(&same), "peak 1.21 GiB at 3.20 s");
        assert_eq!(label(&Peak { time: Seconds(0.0), ..PEAK }), "peak 1.21 GiB at 0 s");
    }
}
