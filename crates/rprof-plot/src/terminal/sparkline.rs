//! A curve in one line of text, for a summary.

use rprof_trace::{Curve, Seconds};

use crate::terminal::Glyphs;
use crate::terminal::columns::columns;

/// The curve as `width` bars. Each is as high as the largest value in its part of `elapsed`, so that no spike is lost;
/// a part without a value repeats the one before.
pub fn sparkline(curve: &Curve, elapsed: Seconds, width: usize, glyphs: Glyphs) -> String {
    let end = curve.last().map_or(0.0, |last| last.time.0).max(elapsed.0).max(f64::MIN_POSITIVE);
    let top = curve.iter().map(|point| point.value.0).max().unwrap_or(0).max(1);
    let bars = glyphs.bars();
    let last = bars.len() - 1;
    let bar = |value: u64| bars[((value as f64 / top as f64 * last as f64).round() as usize).min(last)];
    let mut held = 0;
    let found = columns(curve, &[], (Seconds(0.0), Seconds(end)), width);
    found
        .into_iter()
        .map(|range| {
            held = range.map_or(held, |(_, high)| high);
            bar(held)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rprof_trace::{Bytes, Point};

    #[test]
    fn a_spike_stands_out_however_short() {
        let mut curve: Curve =
            (0..1000).map(|i| Point { time: Seconds(f64::from(i)), value: Bytes(100) }).collect();
        curve[500].value = Bytes(1000);
        assert_eq!(sparkline(&curve, Seconds(1000.0), 10, Glyphs::Blocks), "▂▂▂▂▂█▂▂▂▂");
        assert_eq!(sparkline(&curve, Seconds(1000.0), 10, Glyphs::Ascii), ".....#....");
    }

    #[test]
    fn an_empty_curve_is_flat() {
        assert_eq!(sparkline(&Curve::new(), Seconds(0.0), 3, Glyphs::Blocks), "▁▁▁");
    }
}
