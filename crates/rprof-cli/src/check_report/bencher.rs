//! The Bencher Metric Format: benchmark, measure, and a value with its bounds. Sizes are in bytes.

use rprof_findings::stats::Description;
use serde_json::{Map, Value, json};

use super::{Measure, Report, number};
use crate::output;

/// The longest name of a benchmark, in characters.
const LONGEST: usize = 1024;

pub fn render(report: &Report) -> String {
    let entry = |(name, measure): (String, Measure)| {
        let values = json!({ "memory-peak": peak(&measure)? });
        Some((short(&name), values))
    };
    let all: Map<String, Value> = report.measures().into_iter().filter_map(entry).collect();
    output::json_text(&all.into())
}

/// The median, the smallest peak, and the largest upper bound; without a bound for each run there is no upper value.
fn peak(measure: &Measure) -> Option<Value> {
    let peaks = Description::of(&measure.peaks)?;
    let mut value = json!({ "value": number(peaks.median), "lower_value": number(peaks.min) });
    let uppers: Option<Vec<f64>> = measure.uppers.iter().copied().collect();
    if let Some(uppers) = uppers.and_then(|uppers| Description::of(&uppers)) {
        value["upper_value"] = number(uppers.max);
    }
    Some(value)
}

/// A name that is not empty and not too long.
fn short(name: &str) -> String {
    let name: String = name.chars().take(LONGEST).collect();
    if name.is_empty() { "rprof".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use rprof_trace::Bytes;

    use super::*;
    use crate::check_report::tests::hostile;

    /// Bencher's schema `bmf.json`: objects of objects of objects with numbers, of which `value` is required.
    #[test]
    fn the_values_follow_the_schema_and_stand_in_order() {
        let mut report = hostile();
        report.runs[0].upper = Some(Bytes(140 << 20));
        let mut second = report.runs[0].clone();
        second.peak.0 -= 4 << 20;
        report.runs.push(second);
        let value: Value = serde_json::from_str(&render(&report)).expect("JSON");
        let measures = &value[report.runs[0].name.as_str()];
        let numbers =
            ["lower_value", "value", "upper_value"].map(|key| measures["memory-peak"][key].as_f64());
        assert_eq!(
            numbers.map(|number| number.map(|bytes| bytes / 1_048_576.0)),
            [Some(124.0), Some(126.0), Some(140.0)]
        );
        assert_eq!(measures.as_object().map(Map::len), Some(1));
    }

    #[test]
    fn an_unknown_upper_bound_is_no_upper_value() {
        let value: Value = serde_json::from_str(&render(&hostile())).expect("JSON");
        let name = &hostile().runs[0].name;
        let known = |name: &str| value[name]["memory-peak"]["upper_value"].is_number();
        assert!(!known(name) && known(&format!("{name}: span s|`@team`\n::stop")), "{value}");
    }
}
