//! Numbers in text: one unit for all values of a row, and as many decimals as its values need.

use super::measurement::Unit;

/// A unit in which values are shown: its symbol, and its size in base units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The symbol; empty for a count.
    pub symbol: &'static str,
    size: f64,
    decimals: usize,
}

const TIMES: [(&str, f64); 3] = [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)];
const SIZES: [(&str, f64); 4] =
    [("TiB", 1_099_511_627_776.0), ("GiB", 1_073_741_824.0), ("MiB", 1_048_576.0), ("KiB", 1024.0)];
const RATES: [(&str, f64); 4] =
    [("TiB/s", 1_099_511_627_776.0), ("GiB/s", 1_073_741_824.0), ("MiB/s", 1_048_576.0), ("KiB/s", 1024.0)];

impl Scale {
    /// The unit that fits a value, usually the mean of the row.
    pub fn of(unit: Unit, value: f64) -> Self {
        let fitting = |table: &[(&'static str, f64)], least: (&'static str, f64)| {
            table.iter().copied().find(|(_, size)| value.abs() >= *size).unwrap_or(least)
        };
        let (symbol, size) = match unit {
            Unit::Second => fitting(&TIMES, TIMES[2]),
            Unit::Byte => fitting(&SIZES, SIZES[3]),
            Unit::BytePerSecond => fitting(&RATES, RATES[3]),
            Unit::Count => ("", 1.0),
        };
        let shown = value.abs() / size;
        let decimals = match shown {
            _ if unit == Unit::Count => 0,
            _ if shown < 10.0 => 3,
            _ if shown < 100.0 => 2,
            _ => 1,
        };
        Self { symbol, size, decimals }
    }

    /// The number alone.
    pub fn number(&self, value: f64) -> String {
        let text = format!("{:.*}", self.decimals, value / self.size);
        // A value just below 0 by rounding.
        if text.trim_start_matches('-').bytes().all(|b| matches!(b, b'0' | b'.')) {
            text.replace('-', "")
        } else {
            text
        }
    }
}

/// A value with its unit: `301.2 ms`.
pub fn text(unit: Unit, value: f64) -> String {
    let scale = Scale::of(unit, value);
    format!("{} {}", scale.number(value), scale.symbol).trim_end().to_owned()
}

/// A fraction in per cent, with as many decimals as it needs: `12.3 %`, `0.04 %`.
pub fn percent(fraction: f64) -> String {
    let value = fraction * 100.0;
    let decimals = match value.abs() {
        size if size >= 99.5 => 0,
        size if size >= 0.95 || size == 0.0 => 1,
        size if size >= 0.095 => 2,
        _ => 3,
    };
    format!("{value:.decimals$} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_unit_and_the_decimals_that_fit() {
        let shown: Vec<String> = [0.3012, 0.000_53, 12.0, 0.0].map(|value| text(Unit::Second, value)).into();
        assert_eq!(shown, ["301.2 ms", "530.0 µs", "12.00 s", "0.000 µs"]);
        let shown: Vec<String> =
            [1_220_608.0, 315_831_091.0, 512.0].map(|value| text(Unit::Byte, value)).into();
        assert_eq!(shown, ["1.164 MiB", "301.2 MiB", "0.500 KiB"]);
        assert_eq!(text(Unit::Count, 153.4), "153");
        assert_eq!(text(Unit::BytePerSecond, -2_097_152.0), "-2.000 MiB/s");
        assert_eq!(Scale::of(Unit::Second, 1.0).number(-1e-9), "0.000");
    }

    #[test]
    fn a_fraction_keeps_two_or_three_digits() {
        let shown: Vec<String> = [0.1234, 0.004_16, 0.000_42, 1.5, -0.02, 0.0].map(percent).into();
        assert_eq!(shown, ["12.3 %", "0.42 %", "0.042 %", "150 %", "-2.0 %", "0.0 %"]);
    }
}
