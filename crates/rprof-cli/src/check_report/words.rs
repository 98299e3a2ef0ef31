//! The words for limits, findings and comparisons. All forms use the same sentences.

use rprof_findings::baseline::Change;
use rprof_findings::budget::{Finding, Limit, Place, Quantity, Verdict};
use rprof_trace::{Bytes, Metric};

use super::ComparedRuns;

/// The word at the start of a line.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Within => "within",
        Verdict::Unproven => "not proven",
        Verdict::Undecided => "undecided",
        Verdict::Beyond => "beyond",
    }
}

/// `max-peak 500MB`, `max-span load=50MB`.
pub fn limit(limit: &Limit, quote: fn(&str) -> String) -> String {
    match &limit.quantity {
        Quantity::Peak => format!("max-peak {}", limit.typed),
        Quantity::Growth => format!("max-growth {}", limit.typed),
        Quantity::Span(name) => format!("max-span {}={}", quote(name), limit.typed),
        Quantity::Function(name) => format!("max-function {}={}", quote(name), limit.typed),
    }
}

/// A finding in one sentence: the value, the limit, the distance and the place.
pub fn sentence(finding: &Finding, metric: Metric, quote: fn(&str) -> String) -> String {
    match &finding.limit.quantity {
        Quantity::Peak => peak(finding, metric, "peak", quote),
        Quantity::Span(name) => {
            peak(finding, metric, &format!("peak during the span {}", quote(name)), quote)
        }
        Quantity::Function(name) => function(finding, metric, &format!("function {}", quote(name)), quote),
        Quantity::Growth => growth(finding),
    }
}

fn peak(finding: &Finding, metric: Metric, subject: &str, quote: fn(&str) -> String) -> String {
    let most = finding.limit.most;
    let limit = typed_size(&finding.limit);
    let Some(low) = finding.low else { return format!("{subject} was not measured; {limit}") };
    let metric = metric.name();
    let place = finding.place.as_ref().map(|place| self::place(place, quote)).unwrap_or_default();
    match (finding.verdict, finding.high) {
        (Verdict::Beyond, high) => {
            let least = if high.is_some_and(|high| high <= low) { "" } else { "at least " };
            let excess = low - most;
            let share = if most > 0.0 { format!(" ({})", percent(excess / most)) } else { String::new() };
            let (value, excess) = (size(low), size(excess));
            format!("{subject} {least}{value} {metric} exceeds {limit} by {least}{excess}{share}{place}")
        }
        (_, Some(high)) if high <= low => format!("{subject} {} {metric}; {limit}", size(low)),
        (Verdict::Unproven, Some(high)) => {
            let (low, high) = (size(low), size(high));
            format!("{subject} at least {low} {metric}, but its upper bound {high} exceeds {limit}{place}")
        }
        (_, Some(high)) => format!("{subject} {} {metric}, at most {}; {limit}", size(low), size(high)),
        (_, None) => {
            let low = size(low);
            format!("{subject} at least {low} {metric}, and no upper bound is known; {limit}{place}")
        }
    }
}

/// What a function held. Its bounds decide, and its value is an estimate between them.
fn function(finding: &Finding, metric: Metric, subject: &str, quote: fn(&str) -> String) -> String {
    let (Some(value), Some(low), Some(high)) = (finding.value, finding.low, finding.high) else {
        return peak(finding, metric, subject, quote);
    };
    let limit = typed_size(&finding.limit);
    let place = finding.place.as_ref().map(|place| self::place(place, quote)).unwrap_or_default();
    let is_above = value > finding.limit.most;
    let (held, low, high) = (format!("{subject} {} {}", size(value), metric.name()), size(low), size(high));
    match finding.verdict {
        Verdict::Unproven if is_above => {
            format!("{held} is above {limit}, but this is not proven: at least {low}, at most {high}{place}")
        }
        Verdict::Unproven => format!("{held}, but its upper bound {high} exceeds {limit}{place}"),
        Verdict::Within if size(value) == high => format!("{held}; {limit}"),
        Verdict::Within => format!("{held}, at most {high}; {limit}"),
        Verdict::Beyond | Verdict::Undecided => peak(finding, metric, subject, quote),
    }
}

/// `, at 0.82 s; largest process 812:cc1 with 410.2 MiB`
fn place(place: &Place, quote: fn(&str) -> String) -> String {
    let (time, within) = (place.time, place.within.map(|(from, to)| (from.to_string(), to.to_string())));
    let mut words = match within.filter(|(from, to)| from != to) {
        Some((from, to)) => format!(", between {from} and {to}"),
        None => format!(", at {time}"),
    };
    match (&place.process, place.process_peak) {
        (Some(process), Some(peak)) => {
            words += &format!("; largest process {} with {peak}", quote(process));
        }
        (Some(process), None) => words += &format!("; process {}", quote(process)),
        (None, _) => {}
    }
    words
}

fn growth(finding: &Finding) -> String {
    let (seconds, unit) = per(&finding.limit.typed);
    let rate = |value: f64| format!("{}/{unit}", size(value * seconds));
    let limit = format!("--max-growth {}", finding.limit.typed);
    let (Some(value), Some(low), Some(high)) = (finding.value, finding.low, finding.high) else {
        return format!("growth is unknown: too few ticks after the warm-up; {limit}");
    };
    let from = finding.place.as_ref().map(|place| format!(" from {} on", place.time)).unwrap_or_default();
    let words = format!("growth {}{from} (95 % interval {} to {})", rate(value), rate(low), rate(high));
    match finding.verdict {
        Verdict::Beyond => {
            format!("{words} exceeds {limit} by at least {}", rate(low - finding.limit.most))
        }
        Verdict::Unproven => format!("{words} may exceed {limit}"),
        _ => format!("{words}; {limit}"),
    }
}

/// The time in a growth as typed, in seconds, and its unit.
fn per(typed: &str) -> (f64, &'static str) {
    let unit = typed.rsplit('/').next().unwrap_or_default().trim();
    match unit {
        "s" | "sec" => (1.0, "s"),
        "h" => (3600.0, "h"),
        "d" => (86400.0, "d"),
        _ => (60.0, "min"),
    }
}

/// `--max-peak 500MB (476.8 MiB)`; the second form only if it differs from the first.
fn typed_size(limit: &Limit) -> String {
    let shown = size(limit.most);
    let is_same =
        shown.replace(".00 ", " ").replace(".0 ", " ").replace(' ', "") == limit.typed.replace(' ', "");
    let shown = if is_same { String::new() } else { format!(" ({shown})") };
    let option = match limit.quantity {
        Quantity::Peak => "--max-peak",
        Quantity::Function(_) => "--max-function",
        Quantity::Span(_) | Quantity::Growth => "--max-span",
    };
    format!("{option} {}{shown}", limit.typed)
}

/// New runs against their baseline, in one sentence.
pub fn comparison(runs: &ComparedRuns) -> String {
    let found = &runs.comparison;
    let metric = runs.metric.name();
    let value = match found.runs {
        1 => format!("peak {} {metric}", size(found.value)),
        count => format!("median peak {} {metric} of {count} runs", size(found.value)),
    };
    let direction = if found.fraction < 0.0 { "below" } else { "above" };
    let change = percent(found.fraction.abs());
    let (smallest, largest) = found.spread;
    let reference = match found.reference_runs {
        1 => "1 run".to_owned(),
        count => format!("{count} runs, {smallest} to {largest}"),
    };
    let reference = format!("{} ({reference})", size(found.reference));
    let tolerance = percent(found.tolerance);
    let sentence =
        format!("{value} is {change} {direction} the baseline of {reference}; tolerance {tolerance}");
    let is_large = found.fraction.abs() > found.tolerance;
    match found.change {
        Change::Fell => sentence + "; update the baseline with --save-baseline",
        Change::Same if is_large => sentence + "; it is within the spread of the baseline",
        Change::Same | Change::Rose => sentence,
    }
}

/// `5 %`, `0.5 %`, `10.8 %`
pub fn percent(fraction: f64) -> String {
    let text = format!("{:.1}", 100.0 * fraction);
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}

fn size(bytes: f64) -> String {
    let sign = if bytes < 0.0 { "-" } else { "" };
    format!("{sign}{}", Bytes(bytes.abs().round() as u64))
}

#[cfg(test)]
mod tests {
    use rprof_findings::baseline::Entry;
    use rprof_trace::Seconds;

    use super::*;

    fn plain(name: &str) -> String {
        name.to_owned()
    }

    fn shown(verdict: Verdict, low: f64, high: Option<f64>) -> String {
        let place = Place {
            time: Seconds(0.82),
            within: Some((Seconds(0.8), Seconds(0.84))),
            process: Some("812:cc1".to_owned()),
            process_peak: Some(Bytes(410 << 20)),
        };
        let limit = Limit { quantity: Quantity::Peak, most: 5e8, typed: "500MB".to_owned() };
        let finding = Finding { limit, verdict, value: Some(low), low: Some(low), high, place: Some(place) };
        sentence(&finding, Metric::Rss, plain)
    }

    #[test]
    fn a_peak_has_its_limit_its_distance_and_its_place() {
        assert_eq!(
            shown(Verdict::Beyond, 6e8, Some(6e8)),
            "peak 572.2 MiB RSS exceeds --max-peak 500MB (476.8 MiB) by 95.4 MiB (20 %), \
             between 0.80 s and 0.84 s; largest process 812:cc1 with 410.0 MiB"
        );
        assert!(shown(Verdict::Beyond, 6e8, None).starts_with("peak at least 572.2 MiB RSS exceeds"));
        assert_eq!(
            shown(Verdict::Within, 3e8, Some(3e8)),
            "peak 286.1 MiB RSS; --max-peak 500MB (476.8 MiB)"
        );
        assert!(shown(Verdict::Unproven, 3e8, Some(6e8)).contains("but its upper bound 572.2 MiB exceeds"));
        assert!(shown(Verdict::Unproven, 3e8, None).contains("no upper bound is known"));
    }

    #[test]
    fn a_function_has_its_estimate_and_the_bound_that_decides() {
        let shown = |low: u64, held: u64, high: u64| {
            let quantity = Quantity::Function("load".to_owned());
            let limit = Limit { quantity, most: 50.0 * 1_048_576.0, typed: "50MiB".to_owned() };
            let mib = |mib: u64| Bytes(mib << 20);
            let finding = Finding::of_function(&limit, mib(held), (mib(low), mib(high)), Seconds(0.82));
            sentence(&finding, Metric::Rss, plain)
        };
        assert_eq!(
            shown(51, 60, 70),
            "function load at least 51.0 MiB RSS exceeds --max-function 50MiB by at least 1.0 MiB (2 %), at 0.82 s"
        );
        assert_eq!(
            shown(40, 60, 70),
            "function load 60.0 MiB RSS is above --max-function 50MiB, but this is not proven: at least 40.0 MiB, at \
             most 70.0 MiB, at 0.82 s"
        );
        assert_eq!(
            shown(30, 40, 70),
            "function load 40.0 MiB RSS, but its upper bound 70.0 MiB exceeds --max-function 50MiB, at 0.82 s"
        );
        assert_eq!(shown(30, 40, 45), "function load 40.0 MiB RSS, at most 45.0 MiB; --max-function 50MiB");
        assert_eq!(shown(30, 40, 40), "function load 40.0 MiB RSS; --max-function 50MiB");
    }

    #[test]
    fn a_limit_is_shown_twice_only_if_its_units_differ() {
        let limit = |typed: &str| {
            let most = typed.parse::<Bytes>().expect("a size").0 as f64;
            typed_size(&Limit { quantity: Quantity::Peak, most, typed: typed.to_owned() })
        };
        assert_eq!(limit("100MiB"), "--max-peak 100MiB");
        assert_eq!(limit("100 MiB"), "--max-peak 100 MiB");
        assert_eq!(limit("2GiB"), "--max-peak 2GiB");
        assert_eq!(limit("1GB"), "--max-peak 1GB (953.7 MiB)");
        assert_eq!(limit("0.5GiB"), "--max-peak 0.5GiB (512.0 MiB)");
    }

    #[test]
    fn a_growth_is_shown_in_the_unit_of_its_limit() {
        let finding = |verdict, low: Option<f64>| Finding {
            limit: Limit { quantity: Quantity::Growth, most: 1e6 / 60.0, typed: "1MB/min".to_owned() },
            verdict,
            value: low.map(|low| low + 1000.0),
            low,
            high: low.map(|low| low + 2000.0),
            place: Some(Place { time: Seconds(1.2), ..Place::default() }),
        };
        let beyond = sentence(&finding(Verdict::Beyond, Some(34_952.5)), Metric::Rss, plain);
        assert_eq!(
            beyond,
            "growth 2.1 MiB/min from 1.20 s on (95 % interval 2.0 MiB/min to 2.1 MiB/min) \
             exceeds --max-growth 1MB/min by at least 1.0 MiB/min"
        );
        let falling = sentence(&finding(Verdict::Within, Some(-40_000.0)), Metric::Rss, plain);
        assert!(falling.starts_with("growth -2.2 MiB/min"), "{falling}");
        assert!(sentence(&finding(Verdict::Undecided, None), Metric::Rss, plain).contains("too few ticks"));
    }

    #[test]
    fn a_comparison_has_the_change_the_spread_and_the_tolerance() {
        let shown = |baseline: &[u64], new: u64| {
            let peak_bytes = baseline.iter().map(|mib| Bytes(mib << 20)).collect();
            let entry = Entry { metric: Metric::Rss, peak_bytes };
            let comparison = entry.compare(&[Bytes(new << 20)], 0.05).expect("a run");
            comparison_words(comparison)
        };
        assert_eq!(
            shown(&[99, 100, 101], 106),
            "peak 106.0 MiB RSS is 6 % above the baseline of 100.0 MiB (3 runs, 99.0 MiB to 101.0 MiB); \
             tolerance 5 %"
        );
        assert!(shown(&[100], 50).ends_with("update the baseline with --save-baseline"));
        assert!(shown(&[90, 100, 120], 110).ends_with("within the spread of the baseline"));
    }

    fn comparison_words(comparison: rprof_findings::baseline::Comparison) -> String {
        let (name, file) = (String::new(), String::new());
        super::comparison(&ComparedRuns { name, file, metric: Metric::Rss, comparison })
    }
}
