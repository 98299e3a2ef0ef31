//! The comparison of runs: each side's numbers, their change against the first side, and the finding about each change.
//! A side is one run or several of the same command.

mod quantity;

use crate::numbers::RunNumbers;
use crate::stats::{Description, Difference, Verdict};

use quantity::Bounds;
pub use quantity::{Quantity, Unit};

/// One or several runs of one command.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The runs; at least one.
    pub runs: &'a [RunNumbers],
}

/// The value of one side.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// The median of its runs.
    pub median: f64,
    /// The standard deviation of its runs; `None` for one run.
    pub stddev: Option<f64>,
    /// Number of runs that have the value.
    pub runs: usize,
    /// `true` if the value is a lower bound whose upper bound is unknown or more than twice as large.
    pub is_at_least: bool,
    /// The 95 % interval that one run has by itself: that of its growth.
    pub interval: Option<(f64, f64)>,
}

/// The change of a side against the first one.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Difference of the medians.
    pub absolute: f64,
    /// That difference as a fraction of the first side's median; `None` for a quantity that can be negative, and infinite if
    /// only the first is 0.
    pub relative: Option<f64>,
    /// The fractions between which the bounds of the peaks leave the change; `None` for a quantity without bounds. The
    /// second is infinite if a peak of this side has no upper bound.
    pub bounds: Option<(f64, f64)>,
    /// `false` if the bounds of the peaks leave open whether there is a difference, so that no verdict may say so.
    pub is_proven: bool,
    /// The statistics if a side has several runs, with an interval that includes the bounds; else `None`.
    pub difference: Option<Difference>,
}

/// The value of one side, and its change.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// The value; `None` if no run of the side has it.
    pub amount: Option<Amount>,
    /// The change; `None` for the first side, and if one of the two has no value.
    pub change: Option<Change>,
}

/// One quantity of all sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The quantity.
    pub quantity: Quantity,
    /// The name of the spans; `None` for a quantity of the whole run.
    pub span: Option<String>,
    /// A cell for each side, in their order.
    pub cells: Vec<Cell>,
}

/// Compares sides with the first of them: all quantities of the run, then those of each span name if asked for.
pub fn compare(sides: &[Side<'_>], by_span: bool) -> Vec<Row> {
    let of_run = Quantity::OF_RUN.map(|quantity| {
        let values = |side: &Side<'_>| -> Vec<Bounds> {
            side.runs.iter().filter_map(|run| quantity.of_run(run)).collect()
        };
        let mut row = row(quantity, None, &sides.iter().map(values).collect::<Vec<_>>());
        if quantity == Quantity::Growth {
            for (cell, side) in row.cells.iter_mut().zip(sides) {
                let [RunNumbers { growth: Some(growth), .. }] = side.runs else { continue };
                cell.amount.iter_mut().for_each(|amount| amount.interval = Some((growth.low, growth.high)));
            }
        }
        row
    });
    let names = if by_span { span_names(sides) } else { Vec::new() };
    let of_spans = names.into_iter().flat_map(|name| {
        Quantity::OF_SPAN.map(|quantity| {
            let value = |run: &RunNumbers| {
                let span = run.spans.iter().find(|span| span.name == name)?;
                quantity.of_span(span)
            };
            let values = |side: &Side<'_>| -> Vec<Bounds> { side.runs.iter().filter_map(value).collect() };
            row(quantity, Some(name), &sides.iter().map(values).collect::<Vec<_>>())
        })
    });
    of_run.into_iter().chain(of_spans).collect()
}

/// The names of all spans, in the order of their first appearance.
fn span_names<'a>(sides: &[Side<'a>]) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    let runs = sides.iter().flat_map(|side| side.runs);
    let names = runs.flat_map(|run| run.spans.iter().map(|span| span.name.as_str()));
    names.filter(|name| seen.insert(*name)).collect()
}

fn row(quantity: Quantity, span: Option<&str>, sides: &[Vec<Bounds>]) -> Row {
    let reference = sides.first().map_or(&[][..], Vec::as_slice);
    let cell = |(at, values): (usize, &Vec<Bounds>)| Cell {
        amount: amount(values),
        change: if at == 0 { None } else { change(quantity, reference, values) },
    };
    Row { quantity, span: span.map(str::to_owned), cells: sides.iter().enumerate().map(cell).collect() }
}

fn lows(values: &[Bounds]) -> Vec<f64> {
    values.iter().map(|value| value.low).collect()
}

/// The upper bounds; `None` if a run has none.
fn highs(values: &[Bounds]) -> Option<Vec<f64>> {
    values.iter().map(|value| value.high).collect()
}

fn amount(values: &[Bounds]) -> Option<Amount> {
    let Description { median, stddev, count, .. } = Description::of(&lows(values))?;
    let is_at_least = values.iter().any(|value| value.is_loose());
    Some(Amount { median, stddev, runs: count, is_at_least, interval: None })
}

fn change(quantity: Quantity, reference: &[Bounds], other: &[Bounds]) -> Option<Change> {
    let median = |values: &[f64]| Description::of(values).map(|described| described.median);
    let (from, to) = (median(&lows(reference))?, median(&lows(other))?);
    let absolute = to - from;
    let ratio = |from: f64, to: f64| Difference::between(&[from], &[to]).map(|found| found.change);
    let relative = if quantity.is_signed() { None } else { ratio(from, to) };
    let mut change = Change { absolute, relative, bounds: None, is_proven: true, difference: None };
    if quantity.is_tested() && reference.len().max(other.len()) > 1 {
        change.difference = Difference::between(&lows(reference), &lows(other));
    }
    if quantity.has_bounds() {
        let (from_high, to_high) = (highs(reference), highs(other));
        let low = from_high.as_deref().and_then(median).and_then(|high| ratio(high, to)).unwrap_or(-1.0);
        let high = to_high.as_deref().and_then(median).and_then(|high| ratio(from, high));
        let high = high.unwrap_or(f64::INFINITY);
        change.bounds = Some((low, high));
        change.is_proven = low > 0.0 || high < 0.0 || low >= high;
        if let Some(difference) = &mut change.difference {
            change.is_proven = widen(difference, reference, other);
        }
    }
    Some(change)
}

/// Widens an interval by the bounds of the runs, and withdraws a verdict that the bounds do not prove: the other is only
/// larger if its lower bounds are larger than the upper bounds of the reference. Returns `false` if it was withdrawn.
fn widen(difference: &mut Difference, reference: &[Bounds], other: &[Bounds]) -> bool {
    let least = highs(reference).and_then(|highs| Difference::between(&highs, &lows(other)));
    let most = highs(other).and_then(|highs| Difference::between(&lows(reference), &highs));
    difference.low = least.map_or(-1.0, |least| least.low).min(difference.low);
    difference.high = most.map_or(f64::INFINITY, |most| most.high).max(difference.high);
    let is_proven = match difference.verdict {
        Verdict::Larger => least.is_some_and(|least| least.verdict == Verdict::Larger),
        Verdict::Smaller => most.is_some_and(|most| most.verdict == Verdict::Smaller),
        Verdict::NotSeen => true,
    };
    if !is_proven {
        difference.verdict = Verdict::NotSeen;
    }
    is_proven
}

#[cfg(test)]
mod tests {
    use rprof_trace::{Bytes, End, Header, Peak, Profile, Seconds, Span};

    use super::*;

    const MIB: u64 = 1 << 20;

    /// A run with this peak and upper bound in MiB; without a bound the peak is only a lower one.
    fn run(peak: u64, upper: Option<u64>) -> RunNumbers {
        let bytes = |mib: u64| Bytes(mib * MIB);
        let peak = Peak { value: bytes(peak), time: Seconds(1.0), within: None, upper: upper.map(bytes) };
        let span = |name: &str, peak| Span {
            name: name.to_owned(),
            leave: Some((Seconds(2.0), Bytes(0))),
            peak: Some(bytes(peak)),
            peak_upper: Some(bytes(peak)),
            growth: Some(-5),
            ..Span::default()
        };
        let profile = Profile {
            peak: Some(peak),
            header: Some(Header::default()),
            end: Some(End::default()),
            elapsed: Seconds(3.0),
            spans: vec![span("load", 50), span("solve", 90)],
            ..Profile::default()
        };
        RunNumbers::of(&profile).expect("a tick")
    }

    fn exact(peaks: &[u64]) -> Vec<RunNumbers> {
        peaks.iter().map(|peak| run(*peak, Some(*peak))).collect()
    }

    fn find(sides: &[&[RunNumbers]], quantity: Quantity) -> Row {
        let sides: Vec<Side<'_>> = sides.iter().map(|runs| Side { runs }).collect();
        compare(&sides, true).into_iter().find(|row| row.quantity == quantity).expect("a row")
    }

    fn peak_change(one: &[RunNumbers], two: &[RunNumbers]) -> Change {
        find(&[one, two], Quantity::Peak).cells[1].change.clone().expect("both")
    }

    fn verdict(change: &Change) -> Option<Verdict> {
        change.difference.map(|difference| difference.verdict)
    }

    #[test]
    fn one_run_a_side_has_a_change_and_no_verdict() {
        let change = peak_change(&exact(&[300]), &exact(&[330]));
        assert!((change.absolute - (30 * MIB) as f64).abs() < 0.5);
        assert!((change.relative.expect("a ratio") - 0.1).abs() < 1e-12);
        assert_eq!((change.is_proven, change.difference), (true, None));
        let row = find(&[&exact(&[300]), &exact(&[330])], Quantity::Peak);
        assert_eq!(row.cells[0].change, None);
        assert!(!row.cells[0].amount.as_ref().expect("a peak").is_at_least);
    }

    /// An exact peak of 310 MiB and a peak of at least 300 MiB: the second may be the larger one.
    #[test]
    fn a_lower_bound_proves_no_difference_that_it_leaves_open() {
        let (exact, at_least) = ([run(310, Some(310))], [run(300, None)]);
        let change = peak_change(&exact, &at_least);
        assert!(
            !change.is_proven && change.bounds.is_some_and(|(low, high)| low < 0.0 && high.is_infinite())
        );
        let back = peak_change(&at_least, &exact);
        assert!(!back.is_proven && back.bounds.is_some_and(|(low, _)| low <= -1.0));
        // At least 400 MiB are more than exactly 310 MiB.
        assert!(peak_change(&exact, &[run(400, None)]).is_proven);
        let row = find(&[&at_least], Quantity::Peak);
        assert!(row.cells[0].amount.as_ref().expect("a peak").is_at_least);
    }

    #[test]
    fn several_runs_have_a_verdict_only_as_far_as_their_bounds_prove_it() {
        let five = |peak: u64, upper: Option<u64>| vec![run(peak, upper); 5];
        let proven = peak_change(&five(300, Some(305)), &five(330, Some(340)));
        assert_eq!((verdict(&proven), proven.is_proven), (Some(Verdict::Larger), true));
        let interval = proven.difference.map(|found| (found.low, found.high)).expect("several");
        assert!((interval.0 - (330.0 / 305.0 - 1.0)).abs() < 1e-12, "{interval:?}");
        assert!((interval.1 - (340.0 / 300.0 - 1.0)).abs() < 1e-12, "{interval:?}");
        for (one, two) in [
            (five(300, Some(335)), five(330, Some(340))),
            (five(300, None), five(330, Some(330))),
            (five(330, Some(330)), five(300, None)),
        ] {
            let open = peak_change(&one, &two);
            assert_eq!((verdict(&open), open.is_proven), (Some(Verdict::NotSeen), false));
        }
        // Without bounds in the way, equal runs show no difference, and that is proven.
        let same = peak_change(&five(300, Some(300)), &five(300, Some(300)));
        assert_eq!(
            (verdict(&same), same.is_proven, same.relative),
            (Some(Verdict::NotSeen), true, Some(0.0))
        );
    }

    #[test]
    fn a_value_that_a_side_lacks_has_no_change() {
        let mut with = run(300, Some(300));
        with.mean = Some(100.0);
        let row = find(&[&[run(300, None)], &[with]], Quantity::Mean);
        assert_eq!((row.cells[0].amount.clone(), row.cells[1].change.clone()), (None, None));
        assert_eq!(row.cells[1].amount.as_ref().map(|amount| amount.median), Some(100.0));
    }

    #[test]
    fn spans_are_compared_by_name() {
        let mut second = run(300, Some(300));
        second.spans[1].peak = Some(Bytes(99 * MIB));
        second.spans[1].upper = second.spans[1].peak;
        second.spans.remove(0);
        let (first, second) = ([run(300, Some(300))], [second]);
        let rows = compare(&[Side { runs: &first }, Side { runs: &second }], true);
        let change = |name: &str, quantity| {
            let row = rows.iter().find(|row| row.span.as_deref() == Some(name) && row.quantity == quantity);
            row.expect("a row").cells[1].change.clone()
        };
        let solve = change("solve", Quantity::SpanPeak).expect("both");
        assert!((solve.relative.expect("a ratio") - 0.1).abs() < 1e-12 && solve.is_proven);
        assert_eq!(change("load", Quantity::SpanPeak), None, "only the first side has it");
        assert_eq!(change("solve", Quantity::SpanGrowth).expect("both").relative, None, "it can be negative");
        assert!(compare(&[Side { runs: &first }], false).iter().all(|row| row.span.is_none()));
    }
}
