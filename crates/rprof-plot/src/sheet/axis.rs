//! Axis scales: the unit that fits a range, and round numbers in that unit as ticks.

use rprof_trace::{Bytes, Sizes};

use crate::sheet::text::Font;

/// The scale of one axis. Bounds and ticks are in bytes or seconds, labels in the unit of the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Lower bound.
    pub from: f64,
    /// Upper bound, above the lower one and finite.
    pub to: f64,
    /// The unit of the labels, for example `GiB` or `s`.
    pub unit: &'static str,
    /// Value and label of each tick.
    pub ticks: Vec<(f64, String)>,
    /// True if equal distances are equal ratios. The lower bound is above 0 then.
    pub is_log: bool,
}

const MEMORY: [(&str, f64); 5] =
    [("TiB", TIB), ("GiB", TIB / 1024.0), ("MiB", 1_048_576.0), ("KiB", 1024.0), ("B", 1.0)];
const TIB: f64 = 1_099_511_627_776.0;

/// A unit of time.
struct TimeUnit {
    name: &'static str,
    seconds: f64,
    /// The shortest range in seconds that is shown in this unit.
    from: f64,
    /// Steps between ticks that are round in this unit, though not in decimals: a quarter of an hour is, a fifth is
    /// not. Larger and smaller steps are 1, 2 or 5 times a power of ten.
    steps: &'static [f64],
}

const TIME: [TimeUnit; 6] = [
    TimeUnit { name: "d", seconds: 86400.0, from: 4.0 * 86400.0, steps: &[0.5] },
    TimeUnit {
        name: "h",
        seconds: 3600.0,
        from: 3.0 * 3600.0,
        steps: &[0.25, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0],
    },
    TimeUnit {
        name: "min",
        seconds: 60.0,
        from: 330.0,
        steps: &[0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0],
    },
    TimeUnit { name: "s", seconds: 1.0, from: 1.0, steps: &[] },
    TimeUnit { name: "ms", seconds: 1e-3, from: 1e-3, steps: &[] },
    TimeUnit { name: "µs", seconds: 1e-6, from: 0.0, steps: &[] },
];
/// The unit for a range that fits none, because it is not a number.
const SECONDS: &TimeUnit = &TIME[3];

/// A memory axis from 0 to `to` bytes, `height` px high. Its unit is the one in which the `highest` value is
/// formatted everywhere else, so that the label of the peak and the axis agree.
pub fn memory(to: f64, highest: f64, height: f64) -> Axis {
    memory_in(Sizes::default(), to, highest, height)
}

/// The same with sizes of this form.
pub fn memory_in(sizes: Sizes, to: f64, highest: f64, height: f64) -> Axis {
    let to = to.clamp(1.0, 2f64.powi(64));
    let (unit, scale) = unit_of(sizes, if highest > 0.0 { highest } else { to });
    // A tick every 44 px, but two at least.
    let step = round_up(to / scale / (height / 44.0).max(2.0), &[]);
    // Half a byte does not exist.
    let step = if scale > 1.0 { step } else { step.max(1.0) };
    Axis { from: 0.0, to, unit, ticks: ticks(0.0, to, scale, step), is_log: false }
}

/// The unit in which a value is formatted, and its size in bytes.
fn unit_of(sizes: Sizes, value: f64) -> (&'static str, f64) {
    match sizes.0 {
        Some(unit) => (unit.name(), unit.bytes()),
        None => MEMORY.into_iter().find(|(_, scale)| value >= *scale).unwrap_or(("B", 1.0)),
    }
}

/// The longest logarithmic axis in powers of two. Smaller values lie on its lower edge.
const LONGEST: f64 = 24.0;
/// The least distance of two ticks of a logarithmic axis in px.
const TICK_APART: f64 = 36.0;

/// The beginning of a logarithmic axis in bytes, at or below the lowest value: a power of ten in the unit of the user, or
/// else a power of two.
pub fn begin_of_log(sizes: Sizes, lowest: f64, highest: f64) -> f64 {
    let lowest = lowest.max(highest / LONGEST.exp2()).clamp(1.0, 2f64.powi(62));
    match sizes.0 {
        Some(unit) => unit.bytes() * 10f64.powf((lowest / unit.bytes()).log10().floor()),
        None => lowest.log2().floor().exp2(),
    }
}

/// A logarithmic memory axis between two bounds in bytes, `height` px high.
///
/// Its ticks are powers of ten in the unit of the user. Without one they are powers of two, each in the unit that fits it,
/// and the axis has none.
pub fn memory_log(sizes: Sizes, from: f64, to: f64, height: f64) -> Axis {
    let from = from.clamp(1e-6, 2f64.powi(62));
    let to = to.clamp(from * 1.5, 2f64.powi(64));
    let decimal = sizes.0.map(|unit| (unit.name(), unit.bytes()));
    let ((unit, scale), base) = decimal.map_or((("", 1.0), 2_f64), |unit| (unit, 10.0));
    let place = |value: f64| (value / scale).log2() / base.log2();
    let (first, last) = (place(from * 0.999).ceil() as i32, place(to).floor() as i32);
    let apart = height / (place(to) - place(from));
    let steps = if base > 2.0 { [1, 2, 3, 6, 12] } else { [1, 2, 4, 5, 10] };
    let step = steps.into_iter().find(|step| apart * f64::from(*step) >= TICK_APART).unwrap_or(steps[4]);
    let powers = (first..=last).filter(|power| power.rem_euclid(step) == 0);
    let tick = |power: i32| {
        let value = base.powi(power);
        let label = if base > 2.0 { label(value, (-power).max(0)) } else { Bytes(value as u64).whole() };
        (value * scale, label)
    };
    Axis { from, to, unit, ticks: powers.map(tick).collect(), is_log: true }
}

/// A memory axis between two bounds in bytes along the lower edge, `width` px wide. It need not begin at 0.
pub fn memory_across(from: f64, to: f64, width: f64) -> Axis {
    let (from, to) = (from.clamp(0.0, 2f64.powi(64)), to.clamp(1.0, 2f64.powi(64)));
    let to = if to - from < (from * 1e-9).max(1.0) { from + (from * 1e-9).max(1.0) } else { to };
    let (unit, scale) = unit_of(Sizes::default(), to);
    // A tick every 90 px, but two at least.
    let step = round_up((to - from) / scale / (width / 90.0).max(2.0), &[]);
    let step = if scale > 1.0 { step } else { step.max(1.0) };
    Axis { from, to, unit, ticks: ticks(from, to, scale, step), is_log: false }
}

/// A time axis between two bounds in seconds, `width` px wide. It has as many ticks as fit without their labels, set
/// in this font, touching each other.
pub fn time(from: f64, to: f64, width: f64, font: Font) -> Axis {
    let from = from.clamp(-1e12, 1e12);
    // Equal bounds, or bounds that differ in the last digits of an f64 only, would leave no width to draw in.
    let to = if to - from < (from.abs() * 1e-9).max(1e-7) { from + 1.0 } else { to.min(2e12) };
    // The unit fits the length of the range, but not only: in a window of 10 ms that starts after two hours, labels
    // in milliseconds would read 7200010.
    let range = (to - from).max(to / 1000.0);
    let unit = TIME.iter().find(|unit| range >= unit.from).unwrap_or(SECONDS);
    // A label every 80 px, but up to four on a narrow figure. Long labels need a second try with fewer ticks.
    let mut count = (width / 80.0).max((width / 45.0).min(4.0)).max(1.0);
    loop {
        let step = round_up((to - from) / unit.seconds / count, unit.steps);
        let ticks = ticks(from, to, unit.seconds, step);
        let widest = ticks.iter().map(|(_, label)| font.width(label)).fold(0.0, f64::max);
        let spacing = step * unit.seconds / (to - from) * width;
        if spacing > widest + 14.0 || count <= 1.0 {
            return Axis { from, to, unit: unit.name, ticks, is_log: false };
        }
        count = (count * 0.7).max(1.0);
    }
}

/// Rounds a step up to the next of `steps`, or else to 1, 2 or 5 times a power of ten (Heckbert, "Nice Numbers for
/// Graph Labels", Graphics Gems, 1990).
fn round_up(least: f64, steps: &[f64]) -> f64 {
    // The list is for steps of its own size. A step far below its first is rounded as a decimal.
    let in_list = steps.first().is_some_and(|first| least > first * 0.5);
    if let (true, Some(step)) = (in_list, steps.iter().find(|s| **s >= least)) {
        return *step;
    }
    let power = 10f64.powf(least.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter().find(|m| m * power >= least * (1.0 - 1e-9)).unwrap_or(10.0);
    times * power
}

/// The multiples of `step` units between two bounds, with their labels.
fn ticks(from: f64, to: f64, scale: f64, step: f64) -> Vec<(f64, String)> {
    // As many decimals as the step has, the same for all labels.
    let decimals = (0..12).find(|d| {
        let digits = step * 10f64.powi(*d);
        (digits - digits.round()).abs() < 1e-6 * digits
    });
    let first = (from / scale / step - 1e-9).ceil();
    // The slack of 1e-9 steps keeps a tick on the lower bound that division has moved just below it. Each tick is a
    // multiple of the step, not the sum of the steps before it, whose rounding errors would add up. The limit of 200
    // is only a guard: a step is never smaller than a 50th of the axis.
    let labelled =
        (0..200).map(|i| (first + f64::from(i)) * step).take_while(|v| v * scale <= to * (1.0 + 1e-12));
    labelled.map(|v| (v * scale, label(v, decimals.unwrap_or(0)))).collect()
}

fn label(value: f64, decimals: i32) -> String {
    // A value just below 0 by rounding would be formatted as -0.
    if value.abs() < 1e-12 { "0".to_owned() } else { format!("{value:.*}", decimals as usize) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rprof_trace::SizeUnit;

    const F: Font = Font::regular(13.0);
    const MIB: f64 = 1_048_576.0;
    const GIB: f64 = 1024.0 * MIB;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn a_memory_axis_has_round_labels_in_the_unit_that_fits() {
        let axis = memory(15.5 * GIB, 15.0 * GIB, 400.0);
        assert_eq!((axis.unit, labels(&axis).join(" ")), ("GiB", "0 2 4 6 8 10 12 14".into()));
        let axis = memory(142.0 * MIB, 130.0 * MIB, 150.0);
        assert_eq!((axis.unit, labels(&axis)), ("MiB", vec!["0", "50", "100"]));
        let axis = memory(1.1 * MIB, MIB, 400.0);
        assert_eq!((axis.unit, labels(&axis)[1]), ("MiB", "0.2"));
        let axis = memory(1.1, 1.0, 400.0);
        assert_eq!((axis.unit, labels(&axis)), ("B", vec!["0", "1"]));
        assert_eq!(memory(1050.0 * MIB, 1000.0 * MIB, 400.0).unit, "MiB", "the unit of the peak's label");
        assert_eq!(memory(1e13, 1e13, 400.0).unit, "TiB");
        for bad in [0.0, -1.0, f64::INFINITY, 1e300] {
            let axis = memory(bad, bad, 400.0);
            assert!(axis.to > axis.from && axis.to.is_finite() && axis.ticks.len() < 30, "{axis:?}");
        }
    }

    #[test]
    fn a_logarithmic_axis_has_powers_as_ticks() {
        let log = |unit, lowest, highest, to, height| {
            memory_log(Sizes(unit), begin_of_log(Sizes(unit), lowest, highest), to, height)
        };
        let axis = log(None, 3.0 * MIB, 14.9 * GIB, 20.0 * GIB, 400.0);
        assert_eq!(
            (axis.unit, labels(&axis).join(" ")),
            ("", "4 MiB 16 MiB 64 MiB 256 MiB 1 GiB 4 GiB 16 GiB".into())
        );
        let axis = log(None, 35.0 * MIB, 80.0 * MIB, 90.0 * MIB, 400.0);
        assert_eq!(labels(&axis).join(" "), "32 MiB 64 MiB");
        let axis = log(Some(SizeUnit::MiB), 0.5 * MIB, 14.9 * GIB, 20.0 * GIB, 400.0);
        assert_eq!((axis.unit, labels(&axis).join(" ")), ("MiB", "0.1 1 10 100 1000 10000".into()));
        for (from, to) in [(0.0, 0.0), (f64::NAN, 5.0), (1.0, 1e30), (1e30, 1.0)] {
            let axis = log(None, from, to, to, 100.0);
            assert!(axis.to > axis.from && axis.from > 0.0 && axis.ticks.len() < 60, "{from} {to}: {axis:?}");
        }
    }

    #[test]
    fn a_unit_of_the_user_is_that_of_the_axis() {
        let axis = memory_in(Sizes(Some(SizeUnit::Giga)), 17e9, 16e9, 400.0);
        assert_eq!((axis.unit, labels(&axis).join(" ")), ("GB", "0 2 4 6 8 10 12 14 16".into()));
    }

    #[test]
    fn a_memory_axis_may_begin_above_0() {
        let axis = memory_across(290.0 * MIB, 340.0 * MIB, 600.0);
        assert_eq!((axis.unit, labels(&axis).join(" ")), ("MiB", "290 300 310 320 330 340".into()));
        for (from, to) in [(0.0, 0.0), (5e12, 5e12), (f64::INFINITY, f64::INFINITY), (7.0, 3.0)] {
            let axis = memory_across(from, to, 600.0);
            assert!(axis.to > axis.from && axis.ticks.len() < 200, "{axis:?}");
        }
    }

    #[test]
    fn a_time_axis_has_round_labels_in_the_unit_that_fits() {
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
    fn any_bounds_give_a_finite_axis_of_some_width() {
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
