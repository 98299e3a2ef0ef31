//! A curve in one line of text, for the summary on a terminal.

use rprof_trace::{Curve, Seconds};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The curve as `width` bars. Each is as high as the largest value in its part of `elapsed`, so that no spike is lost;
/// a part without a value repeats the one before.
pub fn sparkline(curve: &Curve, elapsed: Seconds, width: usize) -> String {
    let span = curve.last().map_or(0.0, |last| last.time.0).max(elapsed.0).max(f64::MIN_POSITIVE);
    let mut highest = vec![None; width];
    for point in curve {
        let at = ((point.time.0 / span * width as f64) as usize).min(width.saturating_sub(1));
        if let Some(slot) = highest.get_mut(at) {
            *slot = (*slot).max(Some(point.value.0));
        }
    }
    let top = curve.iter().map(|point| point.value.0).max().unwrap_or(0).max(1);
    let mut last = 0;
    let bar = |value: u64| BARS[((value as f64 / top as f64 * 7.0).round() as usize).min(7)];
    highest
        .into_iter()
        .map(|value| {
            last = value.unwrap_or(last);
            bar(last)
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
        assert_eq!(sparkline(&curve, Seconds(1000.0), 10), "▂▂▂▂▂█▂▂▂▂");
    }

    #[test]
    fn an_empty_curve_is_flat() {
        assert_eq!(sparkline(&Curve::new(), Seconds(0.0), 3), "▁▁▁");
    }
}
