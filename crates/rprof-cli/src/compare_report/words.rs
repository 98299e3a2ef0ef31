//! The words of a comparison: labels, values, changes and findings.

use rprof_findings::compare::{Amount, Cell, Change, Quantity, Row, Unit};
use rprof_findings::stats::Verdict;
use rprof_trace::{Bytes, Metric, Seconds};

/// The label of a row; that of a row of a span is indented. `metric` is that of the first side.
pub fn label(row: &Row, metric: Metric) -> String {
    let metric = metric.name();
    match row.quantity {
        Quantity::Peak => format!("peak {metric}"),
        Quantity::Upper | Quantity::PssUpper => "  at most".to_owned(),
        Quantity::PssPeak => "peak PSS".to_owned(),
        Quantity::Mean => format!("mean {metric}"),
        Quantity::ByteSeconds => format!("{metric} × time"),
        Quantity::Elapsed => "elapsed".to_owned(),
        Quantity::Cpu => "user + system".to_owned(),
        Quantity::Growth => "growth".to_owned(),
        Quantity::SpanPeak => "  peak".to_owned(),
        Quantity::SpanTime => "  time".to_owned(),
        Quantity::SpanCalls => "  calls".to_owned(),
        Quantity::SpanGrowth => "  growth".to_owned(),
    }
}

/// `300.0 MiB`, `at least 300.0 MiB`, `300.0 MiB ± 1.2 %`; `-` if the side does not have the value.
pub fn value(row: &Row, cell: &Cell) -> String {
    let Some(amount) = &cell.amount else { return "-".to_owned() };
    let number = magnitude(row, amount.median);
    let mut words = if amount.is_at_least { format!("at least {number}") } else { number.clone() };
    if let Some((low, high)) = amount.interval {
        let (low, high) = (magnitude(row, low), magnitude(row, high));
        if low != number || high != number {
            words += &format!(" [{low}, {high}]");
        }
    }
    if let Some(stddev) = amount.stddev.filter(|_| amount.median > 0.0) {
        words += &format!(" ± {:.1} %", 100.0 * stddev / amount.median);
    }
    words
}

/// `+30.0 MiB (+10.0 %)`, with an interval `+30.0 MiB (+10.0 % [+9.1, +10.7])`; empty without a change.
pub fn change(row: &Row, cell: &Cell) -> String {
    let Some(change) = &cell.change else { return String::new() };
    let interval = change.difference.filter(|found| found.low > -1.0 || found.high.is_finite());
    // An interval is worth printing even if the medians are equal.
    if is_nothing(row, change.absolute) && interval.is_none_or(|found| found.low >= found.high) {
        return "no change".to_owned();
    }
    let sign = if change.absolute < 0.0 { "-" } else { "+" };
    let absolute = magnitude(row, change.absolute.abs());
    let absolute = absolute.trim_start_matches('+');
    let Some(relative) = change.relative.filter(|relative| relative.is_finite()) else {
        return format!("{sign}{absolute}");
    };
    let relative = percent(relative) + " %";
    match interval {
        Some(found) => {
            let (low, high) = (percent(found.low), percent(found.high));
            format!("{sign}{absolute} ({relative} [{low}, {high}])")
        }
        None => format!("{sign}{absolute} ({relative})"),
    }
}

/// The verdict on several runs, or a warning that the bounds of two runs overlap; empty if there is nothing to say.
pub fn finding(row: &Row, cell: &Cell) -> String {
    let Some(change) = &cell.change else { return String::new() };
    let Some(found) = change.difference else {
        let is_open = !change.is_proven && !is_nothing(row, change.absolute);
        return if is_open { open(change).to_owned() } else { String::new() };
    };
    match found.verdict {
        Verdict::Larger => format!("larger ({})", probability(found.p)),
        Verdict::Smaller => format!("smaller ({})", probability(found.p)),
        Verdict::NotSeen if !change.is_proven => {
            format!("{}; without bounds {}", open(change), probability(found.p))
        }
        Verdict::NotSeen => not_seen(change),
    }
}

/// The reason for which the bounds of the peaks prove no difference.
fn open(change: &Change) -> &'static str {
    match change.bounds {
        Some((low, high)) if low <= -1.0 || high.is_infinite() => "open: a peak has no upper bound",
        _ => "open: the bounds overlap",
    }
}

fn not_seen(change: &Change) -> String {
    match change.difference.and_then(|found| found.detectable) {
        None => "too few runs for a verdict".to_owned(),
        Some(detectable) if detectable < 0.0005 => "no difference seen".to_owned(),
        Some(detectable) => format!("no difference seen; {:.1} % would be", 100.0 * detectable),
    }
}

/// True for a change that is printed as 0: less than half a byte, or half a byte in a minute.
fn is_nothing(row: &Row, change: f64) -> bool {
    match row.quantity.unit() {
        Unit::Bytes | Unit::ByteSeconds => change.abs() < 0.5,
        Unit::BytesPerSecond => (60.0 * change).abs() < 0.5,
        Unit::Seconds | Unit::Count => change == 0.0,
    }
}

/// A value of a row with its unit. Sizes of one row have one unit, that of the largest.
fn magnitude(row: &Row, value: f64) -> String {
    let amounts = row.cells.iter().filter_map(|cell| cell.amount.as_ref());
    let largest = amounts.map(|amount: &Amount| amount.median.abs()).fold(0.0, f64::max);
    let sign = if value < 0.0 { "-" } else { "" };
    let bytes =
        |value: f64, largest: f64| Bytes(value.abs().round() as u64).in_unit_of(Bytes(largest as u64));
    match row.quantity.unit() {
        Unit::Bytes => format!("{sign}{}", bytes(value, largest)),
        Unit::ByteSeconds => format!("{sign}{} s", bytes(value, largest)),
        Unit::Seconds => Seconds(value).to_string(),
        // A leak is slow: per minute it has digits that can be read.
        Unit::BytesPerSecond if is_nothing(row, value) => "0 B/min".to_owned(),
        Unit::BytesPerSecond => {
            let sign = if value < 0.0 { "-" } else { "+" };
            format!("{sign}{}/min", bytes(60.0 * value, 60.0 * largest))
        }
        Unit::Count => format!("{value:.0}"),
    }
}

/// A fraction in per cent, with its sign and without the unit.
fn percent(fraction: f64) -> String {
    let percent = 100.0 * fraction;
    if percent.is_infinite() {
        return "∞".to_owned();
    }
    let digits = usize::from(percent.abs() < 1000.0);
    format!("{percent:+.digits$}")
}

fn probability(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") }
}

#[cfg(test)]
mod tests {
    use rprof_findings::stats::Difference;

    use super::*;

    const MIB: f64 = 1_048_576.0;
    fn amount(median: f64) -> Amount {
        Amount { median, stddev: None, runs: 1, is_at_least: false, interval: None }
    }

    fn row(quantity: Quantity, from: f64, to: f64, change: Change) -> Row {
        let first = Cell { amount: Some(amount(from)), change: None };
        let second = Cell { amount: Some(amount(to)), change: Some(change) };
        Row { quantity, span: None, cells: vec![first, second] }
    }

    fn changed(absolute: f64, relative: Option<f64>) -> Change {
        Change { absolute, relative, bounds: None, is_proven: true, difference: None }
    }

    fn words(row: &Row) -> [String; 3] {
        let cell = &row.cells[1];
        [value(row, cell), change(row, cell), finding(row, cell)]
    }

    #[test]
    fn a_change_of_single_runs_is_absolute_and_relative() {
        let larger = row(Quantity::Peak, 300.0 * MIB, 330.0 * MIB, changed(30.0 * MIB, Some(0.1)));
        assert_eq!(words(&larger), ["330.0 MiB", "+30.0 MiB (+10.0 %)", ""]);
        let smaller = row(Quantity::Elapsed, 2.0, 1.5, changed(-0.5, Some(-0.25)));
        assert_eq!(words(&smaller), ["1.50 s", "-0.50 s (-25.0 %)", ""]);
        let same = row(Quantity::Peak, MIB, MIB, changed(0.0, Some(0.0)));
        assert_eq!(words(&same), ["1.0 MiB", "no change", ""]);
        let from_nothing = row(Quantity::Cpu, 0.0, 0.5, changed(0.5, Some(f64::INFINITY)));
        assert_eq!(words(&from_nothing)[1], "+0.50 s");
    }

    /// 980 MiB beside 1.21 GiB, and a change in the same unit.
    #[test]
    fn the_sizes_of_a_row_share_a_unit() {
        let found = row(Quantity::Peak, 980.0 * MIB, 1240.0 * MIB, changed(260.0 * MIB, Some(260.0 / 980.0)));
        assert_eq!(value(&found, &found.cells[0]), "0.96 GiB");
        assert_eq!(words(&found), ["1.21 GiB", "+0.25 GiB (+26.5 %)", ""]);
    }

    #[test]
    fn several_runs_have_an_interval_and_a_verdict() {
        let found = |verdict, detectable, is_proven| {
            let difference =
                Difference { change: 0.1, low: 0.09, high: 0.107, p: 0.0079, detectable, verdict };
            let change = Change { difference: Some(difference), is_proven, ..changed(30.0 * MIB, Some(0.1)) };
            words(&row(Quantity::Peak, 300.0 * MIB, 330.0 * MIB, change))[1..].to_vec()
        };
        let larger = found(Verdict::Larger, Some(0.01), true);
        assert_eq!(larger, ["+30.0 MiB (+10.0 % [+9.0, +10.7])", "larger (p = 0.008)"]);
        let finding = |detectable, is_proven| found(Verdict::NotSeen, detectable, is_proven).remove(1);
        assert_eq!(finding(Some(0.021), true), "no difference seen; 2.1 % would be");
        assert_eq!(finding(Some(0.0), true), "no difference seen");
        assert_eq!(finding(Some(0.021), false), "open: the bounds overlap; without bounds p = 0.008");
        assert_eq!(finding(None, true), "too few runs for a verdict");
    }

    #[test]
    fn bounds_and_growth_have_their_own_words() {
        let open = Change { is_proven: false, ..changed(-10.0 * MIB, Some(-0.03)) };
        let mut open = row(Quantity::Peak, 310.0 * MIB, 300.0 * MIB, open);
        open.cells[1].amount.iter_mut().for_each(|amount| amount.is_at_least = true);
        assert_eq!(words(&open), ["at least 300.0 MiB", "-10.0 MiB (-3.0 %)", "open: the bounds overlap"]);
        let mut growth = row(Quantity::Growth, 0.0, MIB / 60.0, changed(MIB / 60.0, None));
        growth.cells[1]
            .amount
            .iter_mut()
            .for_each(|amount| amount.interval = Some((-MIB / 60.0, MIB / 20.0)));
        assert_eq!(words(&growth), ["+1.0 MiB/min [-1.0 MiB/min, +3.0 MiB/min]", "+1.0 MiB/min", ""]);
        let unbounded =
            Change { bounds: Some((-0.03, f64::INFINITY)), is_proven: false, ..changed(MIB, Some(0.1)) };
        let unbounded = row(Quantity::Peak, 10.0 * MIB, 11.0 * MIB, unbounded);
        assert_eq!(words(&unbounded)[2], "open: a peak has no upper bound");
        let missing = Cell::default();
        assert_eq!(value(&open, &missing), "-");
    }
}
