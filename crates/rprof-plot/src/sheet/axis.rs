//! Axes: which unit fits a range, and where its round numbers lie.

use crate::sheet::text::Font;

/// One axis; bounds and ticks in bytes or seconds, labels in its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Lower bound.
    pub from: f64,
    /// Upper bound, above the lower one and finite.
    pub to: f64,
    /// What the labels count: `GiB`, `s`.
    pub unit: &'static str,
    /// Where a grid line is, and what it says.
    pub ticks: Vec<(f64, String)>,
}

const MEMORY: [(&str, f64); 5] =
    [("TiB", TIB), ("GiB", TIB / 1024.0), ("MiB", 1_048_576.0), ("KiB", 1024.0), ("B", 1.0)];
const TIB: f64 = 1_099_511_627_776.0;

/// Unit, seconds in it, from which range on, and the steps that are round in it (beyond: powers of ten of 1, 2, 5).
const TIME: [(&str, f64, f64, &[f64]); 6] = [
    ("d", 86400.0, 4.0 * 86400.0, &[0.5]),
    ("h", 3600.0, 3.0 * 3600.0, &[0.25, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0]),
    ("min", 60.0, 330.0, &[0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0]),
    ("s", 1.0, 1.0, &[]),
    ("ms", 1e-3, 1e-3, &[]),
    ("µs", 1e-6, 0.0, &[]),
];

/// Memory from 0 to `to` bytes on `height` px, in the unit in which the `highest` value would be written.
pub fn memory(to: f64, highest: f64, height: f64) -> Axis {
    let to = to.clamp(1.0, 2f64.powi(64));
    let written = if highest > 0.0 { highest } else { to };
    let (unit, scale) = MEMORY.into_iter().find(|(_, scale)| written >= *scale).unwrap_or(("B", 1.0));
    let step = round_up(to / scale / (height / 44.0).max(2.0), &[]);
    // There is no half of a byte.
    let step = if scale > 1.0 { step } else { step.max(1.0) };
    Axis { from: 0.0, to, unit, ticks: ticks(0.0, to, scale, step) }
}

/// Time between two bounds on `width` px, the labels not touching in this font.
pub fn time(from: f64, to: f64, width: f64, font: Font) -> Axis {
    let from = from.clamp(-1e12, 1e12);
    // Bounds that are equal, or but for the last digits, would leave nothing to draw in.
    let to = if to - from < (from.abs() * 1e-9).max(1e-7) { from + 1.0 } else { to.min(2e12) };
    // A short window late in a run is better counted in seconds than in a 1000th of an hour.
    let range = (to - from).max(to / 1000.0);
    let &(unit, scale, _, steps) = TIME.iter().find(|t| range >= t.2).unwrap_or(&TIME[3]);
    // A label every 80 px, but three or four on a narrow figure.
    let mut count = (width / 80.0).max((width / 45.0).min(4.0)).max(1.0);
    loop {
        let step = round_up((to - from) / scale / count, steps);
        let ticks = ticks(from, to, scale, step);
        let widest = ticks.iter().map(|(_, label)| font.width(label)).fold(0.0, f64::max);
        let spacing = step * scale / (to - from) * width;
        if spacing > widest + 14.0 || count <= 1.0 {
            return Axis { from, to, unit, ticks };
        }
        count = (count * 0.7).max(1.0);
    }
}

/// The smallest of `steps`, else of 1, 2, 5 times a power of ten, that is not below `least`.
fn round_up(least: f64, steps: &[f64]) -> f64 {
    let in_list = steps.first().is_some_and(|first| least > first * 0.5);
    if let (true, Some(step)) = (in_list, steps.iter().find(|s| **s >= least)) {
        return *step;
    }
    let power = 10f64.powf(least.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter().find(|m| m * power >= least * (1.0 - 1e-9)).unwrap_or(10.0);
    times * power
}

fn ticks(from: f64, to: f64, scale: f64, step: f64) -> Vec<(f64, String)> {
    let decimals = (0..12).find(|d| {
        let digits = step * 10f64.powi(*d);
        (digits - digits.round()).abs() < 1e-6 * digits
    });
    let first = (from / scale / step - 1e-9).ceil();
    // The bound is no more than a guard: a step is never smaller than a 50th of the axis.
    let labelled =
        (0..200).map(|i| (first + f64::from(i)) * step).take_while(|v| v * scale <= to * (1.0 + 1e-12));
    labelled.map(|v| (v * scale, label(v, decimals.unwrap_or(0)))).collect()
}

fn label(value: f64, decimals: i32) -> String {
    // Also keeps a minus off what is but a rounding below zero.
    if value.abs() < 1e-12 { "0".to_owned() } else { format!("{value:.*}", decimals as usize) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const F: Font = Font::regular(13.0);
    const MIB: f64 = 1_048_576.0;
    const GIB: f64 = 1024.0 * MIB;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn memory_is_labelled_in_round_numbers_of_the_unit_that_fits() {
        let axis = memory(15.5 * GIB, 15.0 * GIB, 400.0);
        assert_eq!((axis.unit, labels(&axis).join(" ")), ("GiB", "0 2 4 6 8 10 12 14".into()));
        let axis = memory(142.0 * MIB, 130.0 * MIB, 150.0);
        assert_eq!((axis.unit, labels(&axis)), ("MiB", vec!["0", "50", "100"]));
        let axis = memory(1.1 * MIB, MIB, 400.0);
        assert_eq!((axis.unit, labels(&axis)[1]), ("MiB", "0.2"));
        let axis = memory(1.1, 1.0, 400.0);
        assert_eq!((axis.unit, labels(&axis)), ("B", vec!["0", "1"]));
        assert_eq!(memory(1050.0 * MIB, 1000.0 * MIB, 400.0).unit, "MiB", "as the peak is written");
        assert_eq!(memory(1e13, 1e13, 400.0).unit, "TiB");
        for bad in [0.0, -1.0, f64::INFINITY, 1e300] {
            let axis = memory(bad, bad, 400.0);
            assert!(axis.to > axis.from && axis.to.is_finite() && axis.ticks.len() < 30, "{axis:?}");
        }
    }

    #[test]
    fn time_is_labelled_in_round_numbers_of_the_unit_that_fits() {
        let shown = |from, to| {
            let axis = time(from, to, 800.0, F);
            (axis.unit, labels(&axis).join(" "))
        };
        assert_eq!(shown(0.0, 41.1), ("s", "0 5 10 15 20 25 30 35 40".into()));
        assert_eq!(shown(0.0, 0.82), ("ms", "0 100 200 300 400 500 600 700 800".into()));
        assert_eq!(shown(0.0, 0.000_05), ("µs", "0 5 10 15 20 25 30 35 40 45 50".into()));
        assert_eq!(shown(0.0, 300.0), ("s", "0 50 100 150 200 250 300".into()));
        assert_eq!(shown(0.0, 3600.0), ("min", "0 10 20 30 40 50 60".into()));
        assert_eq!(shown(0.0, 400.0), ("min", "0 1 2 3 4 5 6".into()));
        assert_eq!(shown(0.0, 86400.0), ("h", "0 3 6 9 12 15 18 21 24".into()));
        assert_eq!(shown(0.0, 10.0 * 86400.0), ("d", "0 1 2 3 4 5 6 7 8 9 10".into()));
        assert_eq!(shown(2.5, 4.5), ("s", "2.6 2.8 3.0 3.2 3.4 3.6 3.8 4.0 4.2 4.4".into()));
        assert_eq!(
            shown(7200.0, 7204.0),
            ("s", "7200.0 7200.5 7201.0 7201.5 7202.0 7202.5 7203.0 7203.5 7204.0".into())
        );
    }

    #[test]
    fn no_bounds_are_too_odd() {
        for (from, to) in
            [(0.0, 0.0), (1e6, 1e6), (0.0, f64::INFINITY), (-5.0, -5.0), (1e12, 1e12), (0.0, 1e-300)]
        {
            for width in [1.0, 100.0, 8000.0] {
                let axis = time(from, to, width, F);
                assert!(
                    axis.to > axis.from && axis.to.is_finite() && axis.ticks.len() < 200,
                    "{from} {to}: {axis:?}"
                );
            }
        }
    }
}
